"""Text of others as reports can hold it: nothing in it commands a terminal, and every format can write it down."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

MOST_LEVELS = 100
"""Levels of a document; what looks at it goes down them one by one, and Python has an end."""

MOST_DIGITS = 20
"""Those of the largest number of 64 bits, with a sign."""

DEEPER = "..."
"""Stands for what has more levels."""

_COMMANDS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters but for the line's end and the tab
    "\u202a-\u202e\u2066-\u2069"  # what changes the direction in which text is read
    "\ud800-\udfff\ufffe\uffff]"  # half a surrogate pair, and what XML has no place for
)


def text(written: str) -> str:
    """Return text with what is no text in it as Python would write it, such as `\\x1b`; lines stay lines."""
    return _COMMANDS.sub(lambda found: ascii(found[0])[1:-1], written.replace("\r\n", "\n"))


def line(written: str) -> str:
    """Return text in one line without anything that is not printed."""
    return "".join(char if char.isprintable() else _BLANKS.get(char) or ascii(char)[1:-1] for char in written)


_BLANKS = {"\n": " ", "\r": " ", "\t": " ", "\xa0": " "}


def document(written: Any) -> Any:  # noqa: ANN401  # JSON
    """Return JSON with all its texts so, names of members too; what is deeper than reports go is left out."""
    return _cleaned(written, MOST_LEVELS, is_strict=False)


def dumped(written: Any, indent: int | None = None) -> str:  # noqa: ANN401  # JSON
    """Return JSON that is plain and still the same JSON, in one line unless it is indented."""
    try:
        written_down = json.dumps(written, ensure_ascii=False, indent=indent)
    except RecursionError:
        return DEEPER
    return _COMMANDS.sub(lambda found: f"\\u{ord(found[0]):04x}", written_down)


def _cleaned(value: Any, levels: int, *, is_strict: bool) -> Any:  # noqa: ANN401  # JSON
    if isinstance(value, str):
        return text(value)
    if not isinstance(value, Mapping | list | tuple):
        return value
    if not levels and not is_strict:
        return DEEPER
    if not levels:
        raise ValueError(f"it has more than {MOST_LEVELS} levels")
    if isinstance(value, Mapping):
        return {text(key): _cleaned(member, levels - 1, is_strict=is_strict) for key, member in value.items()}
    return [_cleaned(member, levels - 1, is_strict=is_strict) for member in value]


def parsed(written: bytes | str) -> Any:  # noqa: ANN401  # JSON
    """Return JSON that can be written down again: its texts plain, its numbers none that only Python has.

    Raises:
        ValueError: it is no JSON, has too many levels, or a number that is none or endless.
    """
    try:
        found = json.loads(written, parse_float=_number, parse_int=_whole, parse_constant=_refuse)
        return _cleaned(found, MOST_LEVELS, is_strict=True)
    except RecursionError:
        raise ValueError(f"it has more than {MOST_LEVELS} levels") from None


def _number(written: str) -> float:
    found = float(written)
    if math.isinf(found):
        raise ValueError(f"{written[:40]} is larger than any number")
    return found


def _whole(written: str) -> int:
    if len(written) > MOST_DIGITS:
        raise ValueError(f"{written[:40]}... has more than {MOST_DIGITS} digits")
    return int(written)


def _refuse(written: str) -> float:
    raise ValueError(f"JSON has no {written}")
