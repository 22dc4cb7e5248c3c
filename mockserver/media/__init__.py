"""Expectation in, MP4 bytes out: an H.264 and MP4 writer of our own, with no codec library (ARCHITECTURE, idea 5)."""

from mockserver.media.film import render
from mockserver.media.rendition import Rendition

__all__ = ["Rendition", "render"]
