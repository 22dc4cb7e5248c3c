"""For users' own tests: a running emulator, and a fresh world per test.

In pytest the fixtures `inference_mock` and `inference_server` are there as soon as the package is installed; without
pytest use `serving`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.testing.running import RunningServer, World, serving

__all__ = ["RunningServer", "World", "serving"]


def __getattr__(name: str) -> Any:  # noqa: ANN401  # what the module has
    """Load on first use: pytest imports this package at every start, in projects that may not use it at all."""
    if name not in __all__:
        raise AttributeError(f"mockserver.testing has no {name!r}; it has {', '.join(__all__)}")
    from mockserver.testing import running

    return getattr(running, name)
