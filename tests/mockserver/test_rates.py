"""Rate windows, on and off (D19)."""

import pytest

from contracts.operations import Rate
from mockserver import rates
from mockserver.rates import PER_MINUTE, RateWindow

from .asgi import Client, emulated

pytestmark = pytest.mark.anyio


@pytest.mark.requirement("REQ-LIMIT-001")
def test_a_window_counts_down_and_begins_anew() -> None:
    """Left counts down to zero, the call after it is over the limit, the next minute is fresh."""
    window = RateWindow("upload")
    answers = [window.count(120.5) for _ in range(51)]
    assert [left for left, _, _ in answers] == [*range(49, -1, -1), 0]
    assert [within for *_, within in answers] == [True] * 50 + [False]
    assert {reset for _, reset, _ in answers} == {180}
    assert window.count(180.0) == (49, 240, True)


@pytest.mark.requirement("REQ-LIMIT-004")
def test_retry_after_is_whole_seconds_and_never_zero() -> None:
    """A client that waits so long is really let in."""
    assert rates.retry_after(120.1, 180) == 60
    assert rates.retry_after(179.999, 180) == 1


@pytest.mark.requirement("REQ-LIMIT-003")
@pytest.mark.parametrize(
    ("method", "path", "kind"), [("GET", "/tasks/x", "get"), ("POST", "/files", "upload"), ("POST", "/apps/run", "run")]
)
async def test_headers_are_always_sent(client: Client, method: str, path: str, kind: Rate) -> None:
    """Also on refusals, also while the limits are off."""
    reply = await client.request(method, path, json={} if method == "POST" else None)
    assert reply.status >= 400
    assert reply.headers["x-ratelimit-remaining"] == str(PER_MINUTE[kind] - 1)
    assert reply.headers["x-ratelimit-reset"] == str(int(client.world.clock.now()) // 60 * 60 + 60)


@pytest.mark.requirement("REQ-LIMIT-002")
async def test_off_means_off(client: Client) -> None:
    """Nobody is stopped unless the limits were asked for."""
    assert {(await client.post("/files", {})).status for _ in range(60)} == {422}


@pytest.mark.requirement("REQ-LIMIT-004", "REQ-LIMIT-005")
async def test_documented_limits_hold_for_one_key_and_one_minute() -> None:
    """The call too many is 429 with Retry-After; another key is free, and so is the next minute."""
    async with emulated(rate_limits="documented") as client:
        await client.advance(15)
        replies = [await client.post("/files", {}) for _ in range(51)]
        assert [reply.status for reply in replies] == [422] * 50 + [429]
        last = replies[-1]
        assert (last.code, last.headers["retry-after"], last.headers["x-ratelimit-remaining"]) == (
            "rate_limited",
            "45",
            "0",
        )
        assert (await client.other("another-key").post("/files", {})).status == 422
        assert (await client.get("/tasks/x")).status == 404
        await client.advance(45)
        assert (await client.post("/files", {})).status == 422
