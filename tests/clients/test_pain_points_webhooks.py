"""What webhooks that go wrong mean to users of the newest Python client, which takes none itself: app.md §7, 5 to 7."""

from collections.abc import Iterator

import inferencesh
import pytest
from inferencesh.client import is_terminal_status

from mockserver.testing import WebhookReceiver

from .hurry import Case


@pytest.fixture
def hook() -> Iterator[WebhookReceiver]:
    """Takes webhooks for the length of a test."""
    with WebhookReceiver() as receiver:
        yield receiver


def test_the_client_has_nothing_for_webhooks() -> None:
    """No receiver, no type of the body, no check of a signature: the one name with the word makes tools for agents."""
    assert [name for name in dir(inferencesh) if "webhook" in name.lower()] == ["webhook_tool"]


def test_webhook_never_leaves_polling(case: Case, hook: WebhookReceiver) -> None:
    """Whoever trusts the webhook waits for ever; the task's record knows the end, and `run` needs no webhook."""
    case.meet("webhook-never")
    task = case.submit(webhook=hook.url)
    case.finish()
    assert hook.received == []
    assert case.record(task)["status"] == 10
    assert case.watch(webhook=hook.url)["output"]["video"]


def test_webhook_duplicated_has_nothing_but_the_task_to_know_it_by(case: Case, hook: WebhookReceiver) -> None:
    """Three equal bodies; unsigned ones have no id of their own in the headers."""
    case.meet("webhook-duplicated")
    task = case.submit(webhook=hook.url)
    case.finish()
    came = hook.wait(3)
    assert {row.body for row in came} == {came[0].body}
    assert came[0].json["id"] == task
    assert not any("webhook-id" in row.headers for row in came)


def test_webhook_out_of_order_tells_the_later_task_first(case: Case, hook: WebhookReceiver) -> None:
    """The order of webhooks is not that of the ends."""
    case.meet("webhook-out-of-order")
    case.world.freeze()
    first = case.submit(webhook=hook.url)
    case.world.advance(1)
    second = case.submit(webhook=hook.url)
    case.finish()
    assert [row.json["id"] for row in hook.wait(2)] == [second, first]


def test_webhook_early_names_a_task_that_nobody_knows_yet(case: Case, hook: WebhookReceiver) -> None:
    """It is there when `run` returns the id: a receiver that looked the id up has found nothing."""
    case.meet("webhook-early")
    task = case.submit(webhook=hook.url)
    assert [row.json["id"] for row in hook.received] == [task]


def test_webhook_after_poll_tells_what_is_known(case: Case, hook: WebhookReceiver) -> None:
    """Whoever acts on the poll and on the webhook acts twice."""
    case.meet("webhook-after-poll")
    task = case.watch(webhook=hook.url)["id"]
    assert hook.received == []
    case.finish()
    assert [row.json["id"] for row in hook.wait()] == [task]


def test_webhook_old_numbers_look_unfinished(case: Case, hook: WebhookReceiver) -> None:
    """The client's own test says of 9 that the task goes on, though the app page's sample means completed by it."""
    case.meet("webhook-old-numbers")
    task = case.submit(webhook=hook.url)
    case.finish()
    (row,) = hook.wait()
    assert (row.json["status"], is_terminal_status(row.json["status"])) == (9, False)
    assert is_terminal_status(case.record(task)["status"])
