"""Values of the input's fields, right and wrong."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

from hypothesis import strategies as st

from contracts.apps.table import VersionName

PLACEHOLDERS = ("$start", "$end")
"""What stands for a file that is still to be uploaded, see LabelledInput.with_files."""

NO_FILES = ("boat.png", "./boat.png", "/tmp/boat.png", "C:\\boat.png", "a paper boat", "ftp://example.com/boat.png")  # noqa: S108  # names no file is ever made under
"""Texts that name no file of anybody's: local paths, other schemes, plain words (REQ-INPUT-038)."""

VOICES = ("930801338081615883", "voice", "1")
"""Ids of voices: decimal strings in the vendor's catalogue, and any text is taken (app.md §1.6)."""

QUALITIES: Mapping[VersionName, tuple[str, Mapping[Literal["high", "low"], str]]] = MappingProxyType(
    {
        "2026-05": ("mode", MappingProxyType({"high": "pro", "low": "std"})),
        "2026-08": ("resolution", MappingProxyType({"high": "1080p", "low": "720p"})),
    }
)
"""The field that decides the quality, and its two values."""

RATIOS: Mapping[VersionName, tuple[str, ...]] = MappingProxyType(
    {
        "2026-05": ("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9"),
        "2026-08": ("16:9", "9:16", "1:1"),
    }
)
DURATIONS: Mapping[VersionName, tuple[str | int, ...]] = MappingProxyType({"2026-05": ("5", "10"), "2026-08": (5, 10)})

_NO_TEXT: tuple[Any, ...] = (5, 0, 1.5, True, False, [], ["text"], {}, {"uri": "https://example.com/boat.png"})
"""JSON values that are neither a string nor null."""

WRONG: Mapping[VersionName, Mapping[str, tuple[Any, ...]]] = MappingProxyType(
    {
        "2026-05": MappingProxyType(
            {
                "prompt": (None, *_NO_TEXT),
                "image": _NO_TEXT,
                "end_image": _NO_TEXT,
                "voice_id": _NO_TEXT,
                "negative_prompt": _NO_TEXT,
                "mode": ("PRO", "", "fast", "1080p", None, *_NO_TEXT),
                "sound": ("true", "on", "off", 1, 0, None, [], {}),
                "aspect_ratio": ("16x9", "", "16:10", "16 : 9", None, *_NO_TEXT),
                "duration": (5, 10, "7", "", "5.0", " 5", "05", "5s", None, True, 5.5, [], {}),
            }
        ),
        "2026-08": MappingProxyType(
            {
                "prompt": (None, *_NO_TEXT),
                "image": _NO_TEXT,
                "end_image": _NO_TEXT,
                "voice_id": _NO_TEXT,
                "resolution": ("1080P", "", "4k", "pro", 1080, None, *_NO_TEXT),
                "sound": ("true", "on", "off", 1, 0, None, [], {}),
                "aspect_ratio": ("4:3", "3:4", "3:2", "2:3", "21:9", "", "16x9", None, *_NO_TEXT),
                "duration": ("5", "10", 7, 0, -5, "", None, True, 5.5, [], {}),
            }
        ),
    }
)
"""Values that each field of each version refuses, the likeliest mistake first."""

NO_OBJECTS: tuple[Any, ...] = ("a paper boat", 5, 1.5, True, [], [{"prompt": "a paper boat"}])
"""Inputs that are no JSON object (REQ-INPUT-001); null is not among them: in a run it stands for no input at all."""

UNKNOWN: Mapping[VersionName, tuple[str, ...]] = MappingProxyType(
    {
        "2026-05": ("seed", "Prompt", "promt", "resolution", "cfg_scale", "", "a/b", "a~b", "ключ"),
        "2026-08": ("seed", "Prompt", "promt", "mode", "negative_prompt", "cfg_scale", "", "a/b", "a~b", "ключ"),
    }
)
"""Keys that a version does not know, those of the other version among them."""


def unknown_keys(version: VersionName) -> st.SearchStrategy[dict[str, Any]]:
    """Objects of one or two keys that the version does not know, with any JSON for their values."""
    anything: st.SearchStrategy[Any] = st.sampled_from([None, True, 5, "text", [], {}])
    keys = st.lists(st.sampled_from(UNKNOWN[version]), min_size=1, max_size=2, unique=True)
    return st.builds(dict.fromkeys, keys, anything)


def pointer(key: str) -> str:
    """Return the JSON Pointer to a key of an object (RFC 6901)."""
    return "/" + key.replace("~", "~0").replace("/", "~1")
