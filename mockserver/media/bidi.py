"""Right-to-left text: order of display and joined Arabic letters, without a library of the machine.

The Unicode Bidirectional Algorithm (UAX #9) without explicit embeddings, which prompts do not use.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_MIRRORED = dict(zip("()[]{}<>«»", ")(][}{><»«", strict=True))
_STRONG_RIGHT = frozenset({"R", "AL"})
_LAM = "\u0644"
_TATWEEL = "\u0640"
_PRESENTATION_FORMS = (range(0xFB50, 0xFC00), range(0xFE70, 0xFEFD))

Forms = dict[str, str]
"""Presentation forms of a letter (or a ligature) by the name of the form: initial, medial, final, isolated."""


def has_right_to_left(text: str) -> bool:
    """Tell whether any character runs from right to left."""
    return any("\u0590" <= character <= "\u08ff" or "\ufb1d" <= character <= "\ufefc" for character in text)


def base_level(text: str) -> int:
    """1 for a paragraph that starts from the right, by its first strong character (UAX #9 P2 and P3); otherwise 0."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind == "L" or kind in _STRONG_RIGHT:
            return int(kind != "L")
    return 0


def levels(characters: Sequence[str], base: int) -> list[int]:
    """The embedding level of each character of a paragraph (UAX #9 3.3.4 to 3.3.6)."""
    kinds = _weak([unicodedata.bidirectional(character) for character in characters], "R" if base else "L")
    embedding = "R" if base else "L"
    directions = [
        "L" if kind == "L" else "R" if kind in {"R", "AL", "EN", "AN"} else "" for kind in kinds
    ]  # N1: numbers count as R around neutrals
    found = []
    for place, kind in enumerate(kinds):
        if not directions[place]:
            before = next((direction for direction in reversed(directions[:place]) if direction), embedding)
            after = next((direction for direction in directions[place:] if direction), embedding)
            kind = before if before == after else embedding
        if base:
            found.append(1 if kind in _STRONG_RIGHT else 2)
        else:
            found.append(0 if kind == "L" else 1 if kind in _STRONG_RIGHT else 2)
    return found


def _weak(kinds: list[str], start: str) -> list[str]:
    """Resolve numbers and what stands in them (UAX #9 W2 to W7)."""
    kinds = list(kinds)
    strong = start
    for place, kind in enumerate(kinds):
        if kind == "L" or kind in _STRONG_RIGHT:
            strong = kind
        elif kind == "EN" and strong == "AL":
            kinds[place] = "AN"
    for place in range(1, len(kinds) - 1):
        around = {kinds[place - 1], kinds[place + 1]}
        if around == {"EN"} and kinds[place] in {"ES", "CS", "ET"}:
            kinds[place] = "EN"
        elif around == {"AN"} and kinds[place] == "CS":
            kinds[place] = "AN"
    strong = start
    for place, kind in enumerate(kinds):
        if kind == "ET" and "EN" in kinds[max(place - 1, 0) : place + 2]:
            kinds[place] = kind = "EN"
        if kind == "L" or kind in _STRONG_RIGHT:
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[place] = "L"
    return kinds


def display_order(embedded: Sequence[int]) -> list[int]:
    """Places of a line's characters from left to right, by their levels (UAX #9 L2)."""
    order = list(range(len(embedded)))
    for level in range(max(embedded, default=0), 0, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and embedded[order[end]] >= level:
                end += 1
            order[start:end] = order[start:end][::-1]
            start = max(end, start + 1)
    return order


def mirrored(character: str) -> str:
    """A bracket as it looks in text from right to left (UAX #9 L4)."""
    return _MIRRORED.get(character, character)


def joined(text: str) -> str:
    """Arabic letters in the form their neighbours ask for, lam and alef as one (Unicode 9.2, Arabic joining)."""
    forms, ligatures = _letter_forms()
    letters = [place for place, character in enumerate(text) if unicodedata.category(character) != "Mn"]
    shown = list(text)
    before_joins = False
    skip = -1
    for index, place in enumerate(letters):
        if place == skip:
            continue
        letter = text[place]
        after = letters[index + 1] if index + 1 < len(letters) else None
        if letter == _LAM and after is not None and text[after] in ligatures:
            shown[place] = ligatures[text[after]]["final" if before_joins else "isolated"]
            shown[after] = ""
            skip, before_joins = after, False
            continue
        own = forms.get(letter, {})
        joins_on = letter == _TATWEEL or ("initial" in own and after is not None and _joins_back(text[after]))
        name = ("medial" if before_joins else "initial") if joins_on else "final" if before_joins else "isolated"
        shown[place] = own.get(name, letter)
        before_joins = joins_on
    return "".join(shown)


def _joins_back(letter: str) -> bool:
    return letter == _TATWEEL or "final" in _letter_forms()[0].get(letter, {})


@lru_cache(maxsize=1)
def _letter_forms() -> tuple[dict[str, Forms], dict[str, Forms]]:
    """Forms of the letters, and of lam followed by each alef, from the decompositions in the Unicode data."""
    letters: dict[str, Forms] = {}
    after_lam: dict[str, Forms] = {}
    for code in (code for block in _PRESENTATION_FORMS for code in block):
        name, *parts = unicodedata.decomposition(chr(code)).split() or [""]
        characters = "".join(chr(int(part, 16)) for part in parts)
        if len(characters) == 1:
            letters.setdefault(characters, {})[name.strip("<>")] = chr(code)
        elif len(characters) == 2 and characters[0] == _LAM and code >= 0xFEF5:
            after_lam.setdefault(characters[1], {})[name.strip("<>")] = chr(code)
    return letters, after_lam
