"""Text of others in a table."""

import pytest
from markdown_it import MarkdownIt

from contracts.reporting.markdown import MOST_CELL, cell

TEXTS = [
    ("the marker is `<<<voice_1>>>`", "the marker is <code>&lt;&lt;&lt;voice_1&gt;&gt;&gt;</code>"),
    ("a <b>bold</b> | word", "a &lt;b&gt;bold&lt;/b&gt; | word"),
    ("`a|b` and `c\\d` \\ e", "<code>a|b</code> and <code>c\\d</code> \\ e"),
    ("a lone ` and <i>", "a lone ` and &lt;i&gt;"),
    ("``a ` <b>`` <i>", "<code>a ` &lt;b&gt;</code> &lt;i&gt;"),
    ("`open `` <b>", "`open `` &lt;b&gt;"),
    ("\\`<b>`", "\\<code>&lt;b&gt;</code>"),
    ("two\nlines", "two lines"),
]


@pytest.mark.parametrize(("text", "shown"), TEXTS)
def test_text_stays_text_and_code_stays_code(text: str, shown: str) -> None:
    """As a reader of Markdown shows it, in one cell."""
    page = MarkdownIt().enable("table").render(f"| a | b |\n|---|---|\n| {cell(text)} | end |\n")
    assert f"<td>{shown}</td>\n<td>end</td>" in page


def test_a_long_text_is_cut_and_what_is_cut_in_two_is_no_code() -> None:
    """Then what looks like a tag is escaped."""
    assert cell("x" * (MOST_CELL - 3) + "`<b>`").endswith("x`&lt;b…")
