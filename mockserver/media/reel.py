"""The pictures of a video as NAL units: slate or photograph, strip, dissolve."""

from typing import NamedTuple

from contracts.apps.expectation import MediaExpectation
from mockserver.media.dissolve import Dissolve, Scene
from mockserver.media.macroblocks import MacroblockCoder
from mockserver.media.photograph import photograph
from mockserver.media.rendition import GivenImage, Rendition
from mockserver.media.slate import Slate
from mockserver.media.slices import idr_picture, p_picture
from mockserver.media.strip import PhotoScene
from mockserver.media.tiles import tiles_of


class Reel(NamedTuple):
    """All pictures of a video."""

    pictures: list[bytes]
    """One NAL unit each; the first is the only key picture."""

    photographic: bool
    """Whether a picture may consist of plain samples alone, which takes a high level."""


def reel(expectation: MediaExpectation, rendition: Rendition) -> Reel:
    """Draw and code every picture of a request.

    With a start image the first picture is exactly that image, then the strip fades in over it; without, all is slate.
    With an end image the last picture is exactly that image. An image that is not here, or that is none, is told in
    words.
    """
    start, end = (_tiles(image, expectation) for image in (rendition.start_image, rendition.end_image))
    notes = (
        *([f"start image: {start}"] if isinstance(start, str) else []),
        *([f"end image: {end}"] if isinstance(end, str) else []),
    )
    scene: Scene
    if isinstance(start, list):
        scene = PhotoScene(expectation, rendition, start, notes)
    else:
        scene = Slate(expectation, rendition, notes)
    if isinstance(end, list):
        scene = Dissolve(scene, end, expectation.frames, expectation.fps, rendition.task_id)
    size = scene.canvas.size
    coder = MacroblockCoder(scene.canvas)
    pictures = [idr_picture(size, coder)]
    for number in range(1, expectation.frames):
        changed = scene.advance(number)
        pictures.append(p_picture(number, size, coder, changed))
    return Reel(pictures, isinstance(start, list) or isinstance(end, list))


def _tiles(image: GivenImage | None, expectation: MediaExpectation) -> list[bytes] | str | None:
    """The macroblocks of an image at the video's size; why there are none, in words; None without image."""
    if image is None:
        return None
    if image.content is None:
        return "at a foreign URL, never fetched"
    try:
        return tiles_of(photograph(image.content, expectation.width, expectation.height))
    except ValueError:
        return "cannot be decoded"
