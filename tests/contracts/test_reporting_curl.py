"""A request as a curl line."""

import shlex

from contracts.reporting import curl


def test_a_line_is_read_by_a_shell_as_it_was_meant() -> None:
    """Quotes and blanks are kept, the key is the reader's, and what curl sends by itself is left out."""
    headers = [("Host", "here"), ("Authorization", f"Bearer {curl.KEY}"), ("X-Note", "it's so")]
    line = curl.command("POST", "http://127.0.0.1:8787/a?b=c&d", headers, '{"a": "it\'s"}')
    assert shlex.split(line) == [
        *("curl", "-i", "-X", "POST", "-H", "Authorization: Bearer $KEY", "-H", "X-Note: it's so"),
        *("--data-binary", '{"a": "it\'s"}', "http://127.0.0.1:8787/a?b=c&d"),
    ]
    assert '"Authorization: Bearer $KEY"' in line


def test_no_body_is_no_option() -> None:
    """A GET stays one."""
    assert "--data" not in curl.command("GET", "http://127.0.0.1:8787/", [])
