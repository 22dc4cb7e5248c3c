"""What webhooks that go wrong mean to users of the newest Python client, which takes none itself: app.md §7, 5 to 7."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Condition, Thread
from typing import Any

import inferencesh
import pytest
from inferencesh.client import is_terminal_status

from .hurry import Case

PATIENCE = 20.0


class Receiver(HTTPServer):
    """Takes webhooks on a free loopback port, as a user's first sketch does."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[set[str]] = []
        self.news = Condition()
        self.url = f"http://127.0.0.1:{self.server_port}/hook"

    def take(self, body: bytes, headers: set[str]) -> None:
        """Note a request."""
        with self.news:
            self.bodies.append(json.loads(body))
            self.headers.append(headers)
            self.news.notify_all()

    def wait(self, number: int) -> list[dict[str, Any]]:
        """Wait until so many have come."""
        with self.news:
            assert self.news.wait_for(lambda: len(self.bodies) >= number, timeout=PATIENCE)
        return self.bodies


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:  # the library's name
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.take(body, {name.lower() for name in self.headers})
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """Takes webhooks for the length of a test."""
    with Receiver() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_client_has_nothing_for_webhooks() -> None:
    """No receiver, no type of the body, no check of a signature: the one name with the word makes tools for agents."""
    assert [name for name in dir(inferencesh) if "webhook" in name.lower()] == ["webhook_tool"]


def test_webhook_never_leaves_polling(case: Case, hook: Receiver) -> None:
    """Whoever trusts the webhook waits for ever; the task's record knows the end, and `run` needs no webhook."""
    case.meet("webhook-never")
    task = case.submit(webhook=hook.url)
    case.finish()
    assert hook.bodies == []
    assert case.record(task)["status"] == 10
    assert case.watch(webhook=hook.url)["output"]["video"]


def test_webhook_duplicated_has_nothing_but_the_task_to_know_it_by(case: Case, hook: Receiver) -> None:
    """Three equal bodies; unsigned ones have no id of their own in the headers."""
    case.meet("webhook-duplicated")
    task = case.submit(webhook=hook.url)
    case.finish()
    assert [body["id"] for body in hook.wait(3)] == [task] * 3
    assert hook.bodies[0] == hook.bodies[2]
    assert not any("webhook-id" in headers for headers in hook.headers)


def test_webhook_out_of_order_tells_the_later_task_first(case: Case, hook: Receiver) -> None:
    """The order of webhooks is not that of the ends."""
    case.meet("webhook-out-of-order")
    case.world.freeze()
    first = case.submit(webhook=hook.url)
    case.world.advance(1)
    second = case.submit(webhook=hook.url)
    case.finish()
    assert [body["id"] for body in hook.wait(2)] == [second, first]


def test_webhook_early_names_a_task_that_nobody_knows_yet(case: Case, hook: Receiver) -> None:
    """It is received while `run` has not returned the id: a receiver that looks the id up finds nothing."""
    case.meet("webhook-early")
    known: list[str] = []
    strangers: list[str] = []
    take = hook.take

    def look_up(body: bytes, headers: set[str]) -> None:
        strangers.extend({json.loads(body)["id"]} - set(known))
        take(body, headers)

    hook.take = look_up  # type: ignore[method-assign]  # a receiver that keeps a list of its tasks
    known.append(case.submit(webhook=hook.url))
    hook.wait(1)
    assert strangers == known


def test_webhook_after_poll_tells_what_is_known(case: Case, hook: Receiver) -> None:
    """Whoever acts on the poll and on the webhook acts twice."""
    case.meet("webhook-after-poll")
    task = case.watch(webhook=hook.url)["id"]
    assert hook.bodies == []
    case.finish()
    assert [body["id"] for body in hook.wait(1)] == [task]


def test_webhook_old_numbers_look_unfinished(case: Case, hook: Receiver) -> None:
    """The client's own test says of 9 that the task goes on, though the app page's sample means completed by it."""
    case.meet("webhook-old-numbers")
    task = case.submit(webhook=hook.url)
    case.finish()
    (body,) = hook.wait(1)
    assert (body["status"], is_terminal_status(body["status"])) == (9, False)
    assert is_terminal_status(case.record(task)["status"])
