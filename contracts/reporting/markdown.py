"""Markdown as reports write it."""

import re

MOST_CELL = 300
"""Characters of a cell."""

PIPE = "\\|"


_CODE = re.compile(r"(?<!`)((`+)(?!`).*?(?<!`)\2(?!`))")
"""A code span of CommonMark: backticks, and as many again."""


def cell(text: str) -> str:
    """Return text that fits into a cell of a table and stays text; what stands between backticks stays code."""
    shown = (text if len(text) <= MOST_CELL else text[:MOST_CELL] + "…").replace("\n", " ")
    # Groups of a split: plain text, a span, its backticks, plain text...
    parts = _CODE.split(shown)
    plain, spans = [_escaped(part) for part in parts[::3]], [*parts[1::3], ""]
    # A bar ends a cell even within code; nothing else means anything there.
    return "".join(f"{one}{span.replace('|', PIPE)}" for one, span in zip(plain, spans, strict=True))


def code(text: str) -> str:
    """Return text as a code span, whatever backticks it has."""
    longest = max((len(found) for found in re.findall("`+", text)), default=0)
    return f"`{text}`" if not longest else f"{'`' * (longest + 1)} {text} {'`' * (longest + 1)}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", PIPE).replace("<", "&lt;")
