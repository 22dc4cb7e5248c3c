"""Keys and bodies on their way in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.types import Message

from contracts.wire.problems import Problem
from mockserver.middleware import body, keys

pytestmark = pytest.mark.anyio


@pytest.mark.requirement("REQ-AUTH-001")
@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Bearer abc", "abc"),
        ("bearer   abc", "abc"),
        ("BEARER abc ", "abc"),
        ("Bearer a=b/c+d", "a=b/c+d"),
        ("Bearer", None),
        ("Bearer ", None),
        ("Bearer a b", None),
        ("Basic abc", None),
        ("abc", None),
        ("", None),
        (None, None),
    ],
)
def test_a_bearer_key_is_found(header: str | None, key: str | None) -> None:
    """The scheme in any case, one word after it."""
    assert keys.bearer(header) == key


def test_a_refusal_never_repeats_the_key() -> None:
    """It would end up in logs."""
    for header in ("a_secret_invalid_key", "Bearer x_invalid_secret", "Basic secret", "Bearer s_limited_secret"):
        with pytest.raises(Problem) as refused:
            keys.admit(header, keys.bearer(header), 0.0)
        assert "secret" not in str(refused.value)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=50), max_size=8), st.integers(0, 200), st.booleans())
async def test_a_body_is_read_whole_or_refused_as_soon_as_it_is_too_long(
    chunks: list[bytes],
    most: int,
    told: bool,  # drawn
) -> None:
    """Whatever pieces it comes in; one that announces too much is refused unread."""
    whole, asked = b"".join(chunks), 0

    async def receive() -> Message:
        nonlocal asked
        asked += 1
        content = chunks[asked - 1] if asked <= len(chunks) else b""
        return {"type": "http.request", "body": content, "more_body": asked < len(chunks)}

    if len(whole) <= most:
        assert await body.read(receive, str(len(whole)) if told else None, most) == whole
        return
    with pytest.raises(Problem) as refused:
        await body.read(receive, str(len(whole)) if told else None, most)
    assert refused.value.status == 413
    assert len(b"".join(chunks[: max(0, asked - 1)])) <= most
    if told:
        assert asked == 0


@pytest.mark.parametrize("told", ["", "-1", "x", "\u00b2", "1.5"])
async def test_a_length_that_is_none_is_not_believed(told: str) -> None:
    """What comes is counted anyway."""
    message: Message = {"type": "http.request", "body": b"x", "more_body": False}

    async def receive() -> Message:
        return message

    assert await body.read(receive, told, 100) == b"x"
    for absurd in ("9" * 19, "9" * 5000):
        with pytest.raises(Problem) as refused:
            await body.read(receive, absurd, 100)
        assert refused.value.status == 413


async def test_a_client_that_leaves_gives_no_body() -> None:
    """Half a request is none."""
    messages: list[Message] = [{"type": "http.request", "body": b"x", "more_body": True}, {"type": "http.disconnect"}]

    async def receive() -> Message:
        return messages.pop(0)

    assert await body.read(receive, None, 100) is None
