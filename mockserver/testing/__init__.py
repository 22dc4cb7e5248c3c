"""For users' own tests: a running emulator, and a fresh world per test.

In pytest the fixtures `inference_mock` and `inference_server` are there as soon as the package is installed; without
pytest use `serving`. `inspect` tells what a video is and which request it came from, without a codec.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.media.inspection import Inspection, inspect
    from mockserver.testing.running import RunningServer, World, serving

__all__ = ["Inspection", "RunningServer", "World", "inspect", "serving"]


def __getattr__(name: str) -> Any:  # noqa: ANN401  # what the modules have
    """Load on first use: pytest imports this package at every start, in projects that may not use it at all."""
    if name not in __all__:
        raise AttributeError(f"mockserver.testing has no {name!r}; it has {', '.join(__all__)}")
    if name in {"Inspection", "inspect"}:
        from mockserver.media import inspection

        return getattr(inspection, name)
    from mockserver.testing import running

    return getattr(running, name)
