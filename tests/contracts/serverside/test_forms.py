"""What is told to whoever could not go on with an answer."""

import pytest

from contracts.serverside.forms import stumbled

from .test_exchange import exchange

BARE = (("X-API-Version", "2"),)


@pytest.mark.parametrize(
    ("operation", "status", "body", "told"),
    [
        ("tasks.list", 200, b"7", "expected the form of `task-page` in the OpenAPI document, got 7"),
        ("files.create", 200, b"{}", "expected a list of `file` in the OpenAPI document, got {}"),
        ("files.create", 200, b'[{"id": 5}]', "expected a list of `file` in the OpenAPI document, got [{"),
        ("tasks.get", 404, b"[]", "expected the form of `problem` in the OpenAPI document, got []"),
        ("tasks.get", 200, b"", "expected JSON, got "),
    ],
)
def test_an_answer_of_another_form_is_told_by_the_form_it_should_have(
    operation: str, status: int, body: bytes, told: str
) -> None:
    """Whichever came after it."""
    one = exchange(operation=operation, status=status, body=body, request_headers=BARE)
    fitting = exchange(operation=None)
    assert f"-> {status}: {told}" in stumbled([fitting, one, fitting])


def test_what_has_its_form_is_shown() -> None:
    """And where nothing was sent there is nothing to show."""
    assert "expected an answer that fits those before it, got " in stumbled([exchange(operation=None)])
    assert stumbled([]) == "an answer has another form than was expected"
