"""Exchanges as evidence."""

import shlex
from typing import Any

import pytest

from contracts.serverside.exchange import Exchange, UnexpectedError


def exchange(**members: Any) -> Exchange:
    """A GET that succeeded, but for what is said otherwise."""
    whole: dict[str, Any] = {
        "number": 1,
        "method": "GET",
        "url": "http://127.0.0.1:1/tasks/x?a=b",
        "request_headers": (("Authorization", "Bearer secret"), ("X-API-Version", "2")),
        "request_body": b"",
        "operation": "tasks.get",
        "status": 200,
        "headers": (("Content-Type", "application/json; charset=utf-8"),),
        "body": b'{"id": "x"}',
        **members,
    }
    return Exchange(**whole)


def test_no_key_is_shown() -> None:
    """Neither in the document nor in the command."""
    shown = exchange(request_headers=(("authorization", "Bearer secret"), ("Cookie", "secret")))
    assert "secret" not in str(shown.document())
    assert '"Authorization: Bearer $KEY"' in exchange().curl()


def test_the_command_is_one_a_shell_understands() -> None:
    """Quotes and line breaks of a body survive."""
    body = b'{"prompt": "it\'s\\n \\"fine\\" $HOME"}'
    words = shlex.split(exchange(method="POST", request_body=body).curl())
    assert words[words.index("--data-binary") + 1] == body.decode()
    assert words[-1] == "http://127.0.0.1:1/tasks/x?a=b"


def test_the_resource_comes_out_of_its_envelope() -> None:
    """Bare under version 2, else under `data`."""
    assert exchange().data == {"id": "x"}
    assert exchange(request_headers=(), body=b'{"data": {"id": "y"}}').member("id") == "y"


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ({"body": b"<html>", "headers": (("content-type", "text/html"),)}, "expected JSON, got text/html, <html>"),
        ({"status": 404}, "expected a success"),
        ({"status": None, "error": "ConnectError: refused"}, "no answer (ConnectError: refused)"),
        ({"request_headers": (), "body": b"[]"}, "expected an envelope with `data`"),
        ({"body": b'{"no": 1}'}, "expected a member `id`"),
    ],
)
def test_what_cannot_be_gone_on_with_is_told(members: dict[str, Any], told: str) -> None:
    """What was asked, what came and what was expected."""
    with pytest.raises(UnexpectedError) as caught:
        exchange(**members).member("id")
    assert told in str(caught.value)
    assert "GET /tasks/x?a=b" in str(caught.value)


def test_half_a_surrogate_pair_is_a_question_mark() -> None:
    """It is JSON that nobody could write down; a whole pair is a character."""
    assert exchange(body=rb'{"\ud800": "a\uDFFF \ud83d\ude00"}').json() == {"?": "a? \U0001f600"}


def test_json_that_is_too_deep_is_none() -> None:
    """Whatever Python says of it."""
    for depth, said in ((100_000, "expected JSON, got"), (200, "expected JSON of less than 100 levels")):
        with pytest.raises(UnexpectedError, match=said):
            exchange(body=b"[" * depth + b"]" * depth).json()
    assert exchange(body=b"[" * 90 + b"]" * 90).json()


def test_a_code_is_found_in_every_form_of_problem() -> None:
    """In `error.code`, or at the end of `type`."""
    assert exchange(body=b'{"error": {"code": "not_found"}}').code == "not_found"
    assert exchange(body=b'{"type": "https://x/errors/conflict"}').code == "conflict"
    assert exchange(body=b"[]").code is None
    assert exchange(body=b"oops").code is None


@pytest.mark.parametrize("body", [b"x" * 100_000, b"\xff\xfe", b"@secret", b"a\x00b"])
def test_a_body_that_is_no_word_of_a_command_is_a_file(body: bytes) -> None:
    """Cut or read as something else it would be another request; the command says what the file holds."""
    command = exchange(method="POST", request_body=body).curl()
    assert "--data-binary @body " in command
    assert command.endswith(f"  # body: a file of the {len(body)} bytes that were sent")


@pytest.mark.parametrize(
    ("body", "shown"), [(b"", "nothing"), (b'{"a": "\xc3\xa9"}', '{"a": "\xe9"}'), (b"\xff\n", "'\\\\xff\\n'")]
)
def test_a_message_shows_the_beginning_of_a_body(body: bytes, shown: str) -> None:
    """As text where it is text."""
    assert exchange(body=body).beginning == shown


def test_long_and_binary_bodies_are_cut() -> None:
    """A report stays readable."""
    assert exchange(body=b"x" * 100_000).document()["response"]["body"].endswith("(100000 bytes in all)")
    assert exchange(body=b"\xff\xfe").document()["response"]["body"] == "(2 bytes that are no text)"
