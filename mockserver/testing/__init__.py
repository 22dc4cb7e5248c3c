"""For users' own tests: a running emulator, and a fresh world per test.

In pytest the fixtures `inference_mock` (an `InferenceMock`) and `inference_server` are there as soon as the package is
installed; without pytest use `serving`. `inspect` tells what a video is and which request it came from, without a
codec.
"""

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.media.inspection import Inspection, inspect
    from mockserver.testing.mock import InferenceMock
    from mockserver.testing.receiver import ReceivedWebhook, WebhookReceiver
    from mockserver.testing.running import RunningServer, serving
    from mockserver.testing.world import World

__all__ = [
    "InferenceMock",
    "Inspection",
    "ReceivedWebhook",
    "RunningServer",
    "WebhookReceiver",
    "World",
    "inspect",
    "serving",
]

_MODULES = MappingProxyType(
    {
        "InferenceMock": "mockserver.testing.mock",
        "Inspection": "mockserver.media.inspection",
        "ReceivedWebhook": "mockserver.testing.receiver",
        "RunningServer": "mockserver.testing.running",
        "WebhookReceiver": "mockserver.testing.receiver",
        "World": "mockserver.testing.world",
        "inspect": "mockserver.media.inspection",
        "serving": "mockserver.testing.running",
    }
)


def __getattr__(name: str) -> Any:  # noqa: ANN401  # what the modules have
    """Load on first use: pytest imports this package at every start, in projects that may not use it at all."""
    if name not in __all__:
        raise AttributeError(f"mockserver.testing has no {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(_MODULES[name]), name)
