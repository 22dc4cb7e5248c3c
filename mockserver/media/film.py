"""From a media expectation to the bytes of an MP4 file."""

from contracts.apps.expectation import MediaExpectation
from mockserver.media.mosaic import mosaic
from mockserver.media.movie import movie_file
from mockserver.media.padding import padding
from mockserver.media.parameter_sets import FrameSize
from mockserver.media.provenance import record, supplemental_information
from mockserver.media.reel import reel
from mockserver.media.rendition import Rendition
from mockserver.media.score import score
from mockserver.media.sound_track import sound_track
from mockserver.media.video_track import video_track

SMALLEST_SIDE = 64
"""Luma samples; below that not even the colour bars are told apart."""


def render(expectation: MediaExpectation, rendition: Rendition) -> bytes:
    """The MP4 file for an accepted request: a function of its arguments alone, to the last byte.

    Raises ValueError for an odd side, a side below 64, or a size no H.264 level allows.
    """
    width, height = expectation.width, expectation.height
    if width % 2 or height % 2 or min(width, height) < SMALLEST_SIDE:
        raise ValueError(f"Cannot draw {width}x{height}: both sides must be even and at least {SMALLEST_SIDE}.")
    if rendition.media == "tiny":
        pictures, photographic = mosaic(expectation, rendition), False
    else:
        pictures, photographic = reel(expectation, rendition)
    sound = score(expectation, rendition) if expectation.sound else None
    text = record(expectation, rendition, pictures, () if sound is None else sound.frames)
    size, preface = FrameSize(width, height), supplemental_information(text)
    tracks = [video_track(size, expectation.fps, pictures, preface, photographic=photographic)]
    if sound is not None:
        tracks.append(sound_track(sound))
    file = movie_file(tracks, text, rendition.created_at, rendition.moov)
    if rendition.media != "realistic-size":
        return file
    filler = padding(rendition.task_id, len(file))
    return movie_file(tracks, text, rendition.created_at, rendition.moov, filler)
