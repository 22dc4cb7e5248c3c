"""The decision table of D4 once more, read from the page and written down by hand: which fields meet in an input, and
what follows. The judge reads contracts/apps/video_v2_6.toml; that both agree is shown in the tests."""

import functools
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

from contracts.apps.expectation import Branch
from contracts.apps.table import VERSIONS, VersionName
from contracts.names import ensure_known
from contracts.strategies.labels import Broken, Warned

Quality = Literal["absent", "high", "low", "wrong"]
Frame = Literal["absent", "null", "empty", "file", "wrong"]
Voice = Literal["absent", "null", "given", "empty", "wrong"]
Sound = Literal["absent", "on", "off", "wrong"]

_QUALITY_FIELD: Mapping[VersionName, tuple[str, str]] = MappingProxyType(
    {"2026-05": ("/mode", "REQ-INPUT-008"), "2026-08": ("/resolution", "REQ-INPUT-016")}
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What an input has in the fields that rules look at together; `wrong` is a value of a wrong type or enum."""

    quality: Quality = "absent"
    image: Frame = "absent"
    end_image: Frame = "absent"
    voice: Voice = "absent"
    sound: Sound = "absent"
    marker: bool = False
    """Whether the prompt marks where the voice speaks."""

    @property
    def low(self) -> bool:
        """Std or 720p; pro (1080p) is the default."""
        return self.quality == "low"

    @property
    def frames(self) -> int:
        """How many files it names."""
        return (self.image, self.end_image).count("file")

    def speaks(self, version: VersionName) -> bool:
        """Whether there is a voice: an empty one counts in 2026-08 only."""
        return self.voice == "given" or (self.voice == "empty" and version == "2026-08")

    @property
    def size(self) -> int:
        """How many of its fields are filled: what a failure should shrink away."""
        return sum(value not in {"absent", False} for value in self._values) + sum(
            value in {"null", "empty", "wrong"} for value in self._values
        )

    @property
    def _values(self) -> tuple[str | bool, ...]:
        return (self.quality, self.image, self.end_image, self.voice, self.sound, self.marker)


def violations(version: VersionName, shape: Shape) -> tuple[Broken, ...]:
    """Return the rules that the fields break together, in the order of a 422."""
    found = []
    both_frames = shape.frames == 2
    voice = shape.speaks(version)
    if shape.image == "wrong":
        found.append(Broken("/image", "REQ-INPUT-014"))
    if shape.end_image == "wrong":
        found.append(Broken("/end_image", "REQ-INPUT-015"))
    if shape.quality == "wrong":
        found.append(Broken(*_QUALITY_FIELD[version]))
    if shape.sound == "wrong":
        found.append(Broken("/sound", "REQ-INPUT-012"))
    if shape.voice == "wrong":
        found.append(Broken("/voice_id", "REQ-INPUT-013"))
    # `end_image` without `image`: 422. Of a broken `image` nobody knows whether it is there.
    if shape.end_image == "file" and shape.image not in {"file", "wrong"}:
        found.append(Broken("/end_image", "REQ-INPUT-027"))
    # `end_image` with mode std: 422.
    if shape.end_image == "file" and shape.low:
        found.append(Broken("/end_image", "REQ-INPUT-028"))
    # `voice_id` with mode std: 422; with both frames: 422.
    if voice and shape.low:
        found.append(Broken("/voice_id", "REQ-INPUT-030"))
    if voice and both_frames:
        found.append(Broken("/voice_id", "REQ-INPUT-032"))
    if version == "2026-08":
        if shape.voice == "empty":
            found.append(Broken("/voice_id", "REQ-INPUT-042"))
        # 720p with sound on is 422, unless the end frame has turned it off (the end frame is then the violation).
        may_end = {shape.image, shape.end_image} in ({"file"}, {"file", "wrong"}, {"wrong"})
        if shape.low and shape.sound in {"absent", "on"} and not may_end:
            found.append(Broken("/sound", "REQ-INPUT-037"))
    return tuple(sorted(found))


def warnings(version: VersionName, shape: Shape) -> tuple[tuple[str, Warned], ...]:
    """Return the warnings of an input that breaks nothing, each with its requirement, in no order."""
    found = []
    voice, both_frames = shape.speaks(version), shape.frames == 2
    if both_frames and shape.sound == "on":
        found.append(("REQ-INPUT-029", Warned("/sound", "sound_disabled_by_end_frame")))
    if version == "2026-05" and shape.low and shape.sound == "on":
        found.append(("REQ-INPUT-035", Warned("/sound", "sound_requires_pro")))
    if voice and shape.image != "file":
        found.append(("REQ-INPUT-031", Warned("/voice_id", "voice_requires_image")))
    if voice and not shape.marker:
        found.append(("REQ-INPUT-033", Warned("/prompt", "voice_marker_missing")))
    if shape.marker and not voice:
        found.append(("REQ-INPUT-034", Warned("/voice_id", "voice_id_missing")))
    if voice and shape.image == "file" and shape.sound == "off":
        found.append(("REQ-INPUT-041", Warned("/sound", "sound_forced_by_voice")))
    if shape.image == "empty":
        found.append(("REQ-INPUT-026", Warned("/image", "empty_file_ignored")))
    if shape.end_image == "empty":
        found.append(("REQ-INPUT-026", Warned("/end_image", "empty_file_ignored")))
    return tuple(found)


def clip(version: VersionName, shape: Shape) -> tuple[Branch, bool]:
    """Return how the app works out an input that breaks nothing, and whether the video has sound (app.md §3)."""
    asked = shape.sound != "off" and not shape.low
    if shape.image != "file":
        return "text-to-video", asked
    if shape.speaks(version):
        return "voice-control", True
    return ("start-end-frame", False) if shape.end_image == "file" else ("image-to-video", asked)


@functools.cache
def by_violations(version: VersionName, *, files: bool) -> Mapping[tuple[Broken, ...], tuple[Shape, ...]]:
    """Return all shapes by what they break; what is simplest comes first, of the keys and of the shapes.

    Args:
        version: of the app.
        files: whether shapes may name files.

    Raises:
        ValueError: there is no such version.
    """
    ensure_known("app version", version, VERSIONS)
    frames = [frame for frame in get_args(Frame) if files or frame != "file"]
    found: dict[tuple[Broken, ...], list[Shape]] = {}
    every = itertools.starmap(
        Shape, itertools.product(get_args(Quality), frames, frames, get_args(Voice), get_args(Sound), (False, True))
    )
    for shape in sorted(every, key=lambda shape: shape.size):
        found.setdefault(violations(version, shape), []).append(shape)
    return MappingProxyType(
        {broken: tuple(shapes) for broken, shapes in sorted(found.items(), key=lambda item: (len(item[0]), item[0]))}
    )
