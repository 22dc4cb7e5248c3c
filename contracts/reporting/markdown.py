"""Markdown as reports write it."""

MOST_CELL = 300
"""Characters of a cell."""


def cell(text: str) -> str:
    """Return text that fits into a cell of a table and stays text."""
    shown = text if len(text) <= MOST_CELL else text[:MOST_CELL] + "…"
    return shown.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
