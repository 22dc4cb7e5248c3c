"""What others write becomes text that every report can hold."""

import json

import pytest

from contracts.reporting import plain


def test_text_commands_no_terminal() -> None:
    """Control characters, half surrogate pairs and changes of direction are seen; lines, tabs and all scripts stay."""
    assert plain.text("\x1b[2J\x00\x9b\ud800\u202e\ufffe\r") == "\\x1b[2J\\x00\\x9b\\ud800\\u202e\\ufffe\\r"
    assert plain.text("a\tb\r\nc\n") == "a\tb\nc\n"
    assert plain.text("नमस्ते 👩‍👧 한국어") == "नमस्ते 👩‍👧 한국어"


def test_a_line_is_one_line() -> None:
    """Ends of lines and tabs are blanks; what is not printed is seen."""
    assert plain.line("a\n\tb\x1b\ud800") == "a  b\\x1b\\ud800"


def test_json_is_plain_at_every_level() -> None:
    """Names of members too; what is too deep is left out."""
    assert plain.document({"\x1b": ["\ud800", 1, None, True]}) == {"\\x1b": ["\\ud800", 1, None, True]}
    deep = json.loads("[" * 500 + "]" * 500)
    assert plain.DEEPER in json.dumps(plain.document(deep))


def test_a_body_stays_the_same_json() -> None:
    """Its text has no control characters, and what it says is what was said."""
    body = {"prompt": "\x1b\x9b\ud800é"}
    line = plain.dumped(body)
    assert line.isprintable()
    assert json.loads(line) == body
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert plain.dumped(deep) == plain.DEEPER


@pytest.mark.parametrize("written", ["NaN", "-Infinity", "1e999", "1" + "0" * 4000, "[" * 101 + "]" * 101, "[" * 10**5])
def test_json_that_nobody_can_write_down_is_refused(written: str) -> None:
    """Numbers that are none, endless digits, endless levels."""
    with pytest.raises(ValueError, match=r"JSON has no|larger than|more than"):
        plain.parsed(f'{{"a": {written}}}')
    assert plain.parsed(b'{"a": [1, 2.5, -9223372036854775808, "\\ud800"]}')["a"] == [1, 2.5, -(2**63), "\\ud800"]
