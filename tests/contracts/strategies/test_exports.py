"""The public surface of the strategies."""

import re
from pathlib import Path

from contracts import strategies

PAGE = Path(__file__).parents[3] / "docs" / "strategies.md"


def test_the_exports_are_these() -> None:
    """Sorted, each there with a docstring, and nothing else that a star would bring."""
    assert strategies.__all__ == sorted(strategies.__all__)
    assert all(getattr(strategies, name).__doc__ for name in strategies.__all__)


def test_the_page_names_nothing_that_is_not_there() -> None:
    """Each function in a table or sentence of docs/strategies.md can be imported from the package."""
    named = set(re.findall(r"`(\w+)(?:\(|`)", PAGE.read_text("utf-8")))
    functions = {name for name in named if name.endswith(("_inputs", "_images", "_files", "_transcripts", "_streams"))}
    functions |= named & {"plans", "rules", "marked", "unmarked", "prompts", "inputs_breaking", "lookalikes", "words"}
    assert functions
    assert functions <= set(strategies.__all__)
