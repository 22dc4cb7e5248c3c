"""For users' own tests: a running emulator, and a fresh world per test.

In pytest the fixtures `inference_mock` and `inference_server` are there as soon as the package is installed; without
pytest use `serving`. `inspect` tells what a video is and which request it came from, without a codec.
"""

from typing import TYPE_CHECKING

from mockserver.testing.running import RunningServer, World, serving

if TYPE_CHECKING:  # pytest loads this package at every start, whoever uses it
    from mockserver.media.inspection import Inspection

__all__ = ["RunningServer", "World", "inspect", "serving"]


def inspect(content: bytes) -> "Inspection":
    """Return what an MP4 file claims, and whether record, index, pictures and sound agree.

    Args:
        content: the whole file; a foreign one is read as far as its boxes tell.

    Raises:
        ValueError: these bytes are no MP4 file; the message says what they look like.
    """
    from mockserver.media import inspection

    return inspection.inspect(content)
