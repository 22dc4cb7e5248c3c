"""Runs that a client sends again because it could not know that the first had landed, seen on a raw socket."""

from typing import Any

import pytest

from .raw_client import RawClient

PRICE = 70_000_000

LOSSES: list[tuple[str, dict[str, Any], str]] = [
    ("lost_response", {"how": "close"}, "did not reach the client whole"),
    ("lost_response", {"how": "reset"}, "did not reach the client whole"),
    ("reset", {"when": "body"}, "did not reach the client whole"),
    ("truncated_body", {"at": 20}, "did not reach the client whole"),
    ("status", {"status": 502, "after_work": True}, "was answered with HTTP 502 after the work was done"),
    ("html_page", {"status": 502, "after_work": True}, "was answered with HTTP 502 after the work was done"),
    ("html_page", {"status": 200, "after_work": True}, "did not reach the client whole"),
    ("error_in_200", {"after_work": True}, "did not reach the client whole"),
]


@pytest.mark.parametrize(("fault", "arguments", "told"), LOSSES)
def test_a_retry_after_a_lost_answer_is_suspected(
    raw: RawClient, fault: str, arguments: dict[str, Any], told: str
) -> None:
    """The first was carried out and paid; the second is found out, with what it cost and why."""
    raw.arm("run", fault, **arguments)
    raw.run()
    again = raw.task()
    raw.world.advance()
    shown = raw.world.control("GET", "/credits")
    (suspect,) = shown["suspects"]
    assert (suspect["task_id"], suspect["cost"]) == (again, PRICE)
    assert told in suspect["why"]
    assert (shown["charged"], shown["would_have_been_enough"]) == (2 * PRICE, PRICE)


@pytest.mark.parametrize(
    ("fault", "arguments"), [("status", {"status": 503}), ("empty_reply", {}), ("reset", {"when": "before"})]
)
def test_a_retry_of_a_run_that_was_not_carried_out_is_none(
    raw: RawClient, fault: str, arguments: dict[str, Any]
) -> None:
    """Nothing had landed, so nothing is paid twice."""
    raw.arm("run", fault, **arguments)
    raw.run()
    raw.task()
    raw.world.advance()
    shown = raw.world.control("GET", "/credits")
    assert (shown["charged"], shown["suspects"]) == (PRICE, [])


@pytest.mark.parametrize(
    ("fault", "arguments"), [("delay", {"seconds": 45}), ("dribble", {"bytes": 1000}), ("content_type", {})]
)
def test_an_answer_that_came_whole_in_the_end_makes_none(raw: RawClient, fault: str, arguments: dict[str, Any]) -> None:
    """Late, in pieces or under a wrong name: the client had it before it asked for a second clip."""
    raw.arm("run", fault, **arguments)
    with raw.connection("POST", "/apps/run", body={"app": "klingai/video-v2-6", "input": {"prompt": "A boat"}}) as one:
        while not raw.ledger()[0]["met"]:
            pass
        raw.world.advance(60)
        assert one.all().status == 200
    raw.task()
    assert raw.world.control("GET", "/credits")["suspects"] == []


def test_a_retry_during_a_delay_is_suspected(raw: RawClient) -> None:
    """The client gives up while its run is delayed; the run lands all the same, after its retry."""
    raw.arm("run", "delay", seconds=45)
    with raw.connection("POST", "/apps/run", body={"app": "klingai/video-v2-6", "input": {"prompt": "A boat"}}):
        while not raw.ledger()[0]["met"]:
            pass
    again = raw.task()
    raw.world.advance()
    shown = raw.world.control("GET", "/credits")
    (suspect,) = shown["suspects"]
    assert suspect["task_id"] == again
    assert "the client was gone" in suspect["why"]
    assert (shown["charged"], shown["would_have_been_enough"]) == (2 * PRICE, PRICE)
