"""Devanagari as a row of glyphs from left to right, without a library of the machine.

What shaping engines do for the script (OpenType, "Creating and supporting OpenType fonts for Devanagari"), as far as
words need it: syllables are put in order, and the font's own ligatures join their letters. The font's glyphs that have
no code point of their own stand in the supplementary private use area B (tools/make_fonts.py). Marks stand where the
font draws them; their finer placing by context is left out.
"""

import json
import re
from functools import lru_cache

from contracts import fixtures

_HALANT = "\u094d"
_RA = "\u0930"
_SHORT_I = "\u093f"
_CONSONANT = "[\u0915-\u0939\u0958-\u095f\u0978-\u097f]\u093c?"
_JOINERS = "\u200c\u200d"

_SYLLABLE = re.compile(
    f"((?:{_CONSONANT}{_HALANT}[{_JOINERS}]?)*{_CONSONANT}|[\u0904-\u0914\u0960\u0961\u0972-\u0977]\u093c?)"
    f"({_HALANT}[{_JOINERS}]?)?"
    "([\u093a\u093b\u093e-\u094c\u094e\u094f\u0955-\u0957\u0962\u0963]*)"
    "([\u0900-\u0903\u0951-\u0954\ua8e0-\ua8f1]*)"
)
"""Consonants or a vowel, a halant that stays, vowel signs, other signs."""

_OURS = re.compile("[\U0010f000-\U0010ffff]")
"""Code points of glyphs: in a text they mean nothing to us."""

_STAYS = "\x01"
"""Stands for a halant that is to be seen, because a zero width non-joiner follows it."""

_LETTERS = ("nukt", "akhn", "rkrf", "half", "cjct", "pres")
"""Features that join consonants, in their order."""

_SIGNS = ("abvs", "blws")
"""Features that join signs to what they stand on."""

Ligatures = tuple[tuple[re.Pattern[str], dict[str, str]], ...]


def shaped(text: str) -> str:
    """The text with each syllable as glyphs of the bundled font, in the order of display."""
    return _SYLLABLE.sub(lambda found: _syllable(*found.groups(default="")), _OURS.sub("\ufffd", text))


@lru_cache(maxsize=4096)
def _syllable(letters: str, halant: str, vowels: str, signs: str) -> str:
    reph = ""
    if letters.startswith(_RA + _HALANT) and letters[2:3] not in {*_JOINERS, ""}:
        reph, letters = _joined(_RA + _HALANT, "rphf"), letters[2:]
    if halant.endswith("\u200d"):  # asks for a half form at the end
        letters, halant = letters + halant, ""
    letters = letters.replace(_HALANT + "\u200c", _STAYS)
    for feature in _LETTERS:
        letters = _joined(letters, feature)
    if _SHORT_I in vowels:
        # It is spoken after the consonants and stands before them, but for those a halant keeps apart.
        place = max(letters.rfind(_HALANT), letters.rfind(_STAYS)) + 1
        letters = letters[:place] + _ligatures()["before"][0][1][_SHORT_I] + letters[place:]
        vowels = vowels.replace(_SHORT_I, "", 1)
    whole = letters + halant + vowels + reph + signs
    for feature in _SIGNS:
        whole = _joined(whole, feature)
    return re.sub(f"[{_JOINERS}]", "", whole.replace(_STAYS, _HALANT))


def _joined(text: str, feature: str) -> str:
    for pattern, glyphs in _ligatures()[feature]:
        text = "".join([glyphs.get(part, part) for part in pattern.split(text)])
    return text


@lru_cache(maxsize=1)
def _ligatures() -> dict[str, Ligatures]:
    """Per feature its tables, one after another (fixtures/fonts/devanagari.json): letters and the glyph they become."""
    features = json.loads(fixtures.path("fonts", "devanagari.json").read_bytes())
    return {
        # Of several that begin alike the first counts, as in the font.
        name: tuple((re.compile(f"({'|'.join(map(re.escape, table))})"), table) for table in tables)
        for name, tables in features.items()
    }
