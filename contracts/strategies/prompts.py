"""Prompts: of all scripts, at the limit in characters and in bytes, marked for a voice, and easily taken for something
else. None of them is refused, save those of `too_long`."""

import functools
from collections.abc import Mapping
from types import MappingProxyType

from hypothesis import strategies as st

from contracts.apps import table
from contracts.apps.table import VERSIONS, VersionName
from contracts.names import ensure_known

LIMIT = 2500
"""Most characters of a prompt (REQ-INPUT-004)."""

SCRIPTS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "latin": (0x61, 0x7A),
        "latin with accents": (0xC0, 0x24F),
        "greek": (0x3B1, 0x3C9),
        "cyrillic": (0x410, 0x44F),
        "armenian": (0x531, 0x556),
        "hebrew": (0x5D0, 0x5EA),
        "arabic": (0x621, 0x64A),
        "devanagari": (0x904, 0x939),
        "bengali": (0x985, 0x98C),
        "tamil": (0xB85, 0xB8A),
        "telugu": (0xC05, 0xC0C),
        "thai": (0xE01, 0xE30),
        "tibetan": (0xF40, 0xF47),
        "myanmar": (0x1000, 0x102A),
        "georgian": (0x10D0, 0x10F0),
        "ethiopic": (0x1200, 0x1248),
        "khmer": (0x1780, 0x17B3),
        "hangul": (0xAC00, 0xD7A3),
        "kana": (0x3041, 0x3096),
        "han": (0x4E00, 0x9FBF),
        "han beyond the first plane": (0x20000, 0x2A6DF),
        "emoji": (0x1F600, 0x1F64F),
    }
)
"""Code points of letters by script, from one to four bytes of UTF-8 each; of the others `anything` has some."""

AWKWARD = (
    "",
    " ",
    "\n",
    "\t tab",
    "a\u0000b",
    "line\r\nline",
    "para\u2028graph\u2029",
    "e\u0301 and \u00e9",
    "\u202eright to left\u202c",
    "\ufeffmark",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\ufffd\ufffe",
    '"quoted" \\ and / and \\u0041',
    "{not} %s ${a} {{format}}",
    "<b>bold</b> &amp; <script>",
    "null",
    "5",
    '{"prompt": "inner"}',
)
"""Texts that go wrong where somebody splits, normalises, escapes or formats them."""

LOOKALIKES = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
    "aGVsbG8gd29ybGQ=",
    "A" * 400,
    "/etc/hostname",
    "./boat.png",
    "C:\\images\\boat.png",
    "~/boat.jpg",
    "boat.mp4",
    "https://example.com/boat.png",
    "http://127.0.0.1:1/boat.png",
    "data:image/png;base64,iVBORw0KGgo=",
    "data:,hello",
    "file:///tmp/boat.png",
    "inf://files/00000000000000000000000000/boat.png",
)
"""Texts that a client may take for a file and upload, or a server for something to fetch."""

BADLY_MARKED: Mapping[VersionName, tuple[str, ...]] = MappingProxyType(
    {
        "2026-05": (
            "<<<voice_2>>>",
            "<<voice_1>>",
            "<<<voice_1>>",
            "<< <voice_1>>>",
            "<<<voice 1>>>",
            "<<<VOICE_1>>>",
            "<<<>>>",
            "@voice_1",
            "@ann",
        ),
        "2026-08": ("@voice", "@voice_", "@ voice_1", "@VOICE_1", "@ann", "voice_1", "<<<voice_1>>>", "@voice-1"),
    }
)
"""Texts that resemble the voice marker of a version and are none (REQ-INPUT-052)."""

WELL_MARKED: Mapping[VersionName, tuple[str, ...]] = MappingProxyType(
    {"2026-05": ("<<<voice_1>>>",), "2026-08": ("@voice_1", "@voice_ann", "@voice_Ann_2")}
)


@functools.cache
def words() -> st.SearchStrategy[str]:
    """One to six words in one script each, separated by blanks."""
    word = _spans().flatmap(
        lambda span: st.text(st.characters(min_codepoint=span[0], max_codepoint=span[1]), min_size=1, max_size=8)
    )
    return st.lists(word, min_size=1, max_size=6).map(" ".join)


@functools.cache
def anything() -> st.SearchStrategy[str]:
    """Up to forty characters of whatever Unicode has."""
    # By category: to find out what UTF-8 can write takes Hypothesis a second in each new project.
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@functools.cache
def lookalikes() -> st.SearchStrategy[str]:
    """Prompts that look like base64, a path, a URL or a data URI."""
    return st.sampled_from(LOOKALIKES)


@functools.cache
def at_the_limit() -> st.SearchStrategy[str]:
    """Prompts of 2499 and 2500 characters, of any script."""
    return _of_length(LIMIT - 1, LIMIT)


@functools.cache
def too_long() -> st.SearchStrategy[str]:
    """Prompts of 2501 and more characters (REQ-INPUT-004)."""
    return _of_length(LIMIT + 1, LIMIT + 1, LIMIT + 2, 2 * LIMIT)


@functools.cache
def at_the_limit_in_bytes() -> st.SearchStrategy[str]:
    """Prompts of 2499, 2500 and 2501 bytes of UTF-8 and fewer characters, all of which are accepted."""
    wide = st.sampled_from([span for name, span in SCRIPTS.items() if name != "latin"]).flatmap(
        lambda span: st.integers(*span).map(chr)
    )
    return st.builds(_filled, wide, st.sampled_from([LIMIT - 1, LIMIT, LIMIT + 1]))


@functools.cache
def marked(version: VersionName) -> st.SearchStrategy[str]:
    """Prompts that mark where the voice speaks (REQ-INPUT-052).

    Raises:
        ValueError: there is no such version.
    """
    ensure_known("app version", version, VERSIONS)
    return _around(st.sampled_from(WELL_MARKED[version]))


@functools.cache
def badly_marked(version: VersionName) -> st.SearchStrategy[str]:
    """Prompts with something that resembles the voice marker of this version and is none.

    Raises:
        ValueError: there is no such version.
    """
    ensure_known("app version", version, VERSIONS)
    return _around(st.sampled_from(BADLY_MARKED[version]))


@functools.cache
def unmarked(version: VersionName) -> st.SearchStrategy[str]:
    """Prompts of every kind without a voice marker.

    Raises:
        ValueError: there is no such version.
    """
    ensure_known("app version", version, VERSIONS)
    marker = table.load().versions[version].marker_example
    every = st.one_of(
        st.just("a boat"),  # what failing examples have where the prompt does not matter
        words(),
        st.sampled_from(AWKWARD),
        lookalikes(),
        badly_marked(version),
        at_the_limit(),
        at_the_limit_in_bytes(),
        anything(),
    )
    return every.filter(lambda text: marker not in text)


@functools.cache
def prompts(version: VersionName) -> st.SearchStrategy[str]:
    """Prompts of every kind, all of which are accepted.

    Raises:
        ValueError: there is no such version.
    """
    return unmarked(version) | marked(version)


@functools.cache
def _spans() -> st.SearchStrategy[tuple[int, int]]:
    return st.sampled_from(list(SCRIPTS.values()))


def _of_length(*lengths: int) -> st.SearchStrategy[str]:
    letter = _spans().flatmap(lambda span: st.integers(*span).map(chr))
    return st.builds(lambda letter, length: letter * length, letter, st.sampled_from(lengths))


def _filled(letter: str, size: int) -> str:
    """Return as many letters as go into so many bytes, and `a` for what is left."""
    count, rest = divmod(size, len(letter.encode("utf-8")))
    return letter * count + "a" * rest


def _around(middle: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    beside = st.just("") | words()
    return st.builds(lambda before, text, after: f"{before} {text} {after}".strip(), beside, middle, beside)
