"""Expectation in, MP4 bytes out: an H.264 and MP4 writer of our own, with no codec library (ARCHITECTURE, idea 5)."""

from contracts.apps.expectation import MediaExpectation
from mockserver.media.rendition import NOT_FETCHED, GivenImage, MediaMode, Rendition

__all__ = ["NOT_FETCHED", "GivenImage", "MediaMode", "Rendition", "render"]


def render(expectation: MediaExpectation, rendition: Rendition) -> bytes:
    """The MP4 file for an accepted request: a function of its arguments alone, to the last byte.

    Raises ValueError for an odd side, a side below 64, or a size no H.264 level allows.
    """
    # Here and not at the top: the writer is loaded when the first video is asked for, not when a server starts.
    from mockserver.media import film

    return film.render(expectation, rendition)
