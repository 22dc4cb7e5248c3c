"""Faults of an exchange, on a raw socket."""

import threading
from email.utils import parsedate_to_datetime

import pytest

from .raw_client import RawClient


def tasks(raw: RawClient) -> int:
    """How many tasks the world has."""
    return len(raw.send("GET", "/tasks", X_API_Version="2").json()["items"])


def test_a_status_comes_as_a_problem_and_nothing_is_done(raw: RawClient) -> None:
    """The client is refused with status, detail and further headers, and no task is made."""
    raw.arm("run", "status", status=503, detail="down for maintenance", headers={"X-Reason": "test"})
    seen = raw.run()
    assert (seen.status, seen.headers["content-type"]) == (503, "application/problem+json")
    assert seen.headers["x-reason"] == "test"
    assert (seen.json()["detail"], seen.json()["error"]["code"]) == ("down for maintenance", "service_unavailable")
    assert (raw.state(), tasks(raw)) == ("consumed", 0)


def test_a_further_header_takes_the_place_of_the_one_of_its_name(raw: RawClient) -> None:
    """Two of a kind would be another fault."""
    raw.arm("run", "status", status=503, headers={"content-Type": "text/plain"})
    assert raw.run().headers["content-type"] == "text/plain"


def test_a_status_after_the_work_leaves_a_task_behind(raw: RawClient) -> None:
    """The client is told 502, and the task runs."""
    raw.arm("run", "status", status=502, after_work=True)
    assert raw.run().status == 502
    assert tasks(raw) == 1
    (exchange,) = raw.world.journal(operation="runs.create")
    assert (exchange["status"], exchange["faults"], exchange["outcome"]) == (502, ["status"], "answered")


def test_retry_after_is_told_in_seconds(raw: RawClient) -> None:
    """A number, as most servers write it."""
    raw.arm("get", "status", status=429, retry_after=30)
    seen = raw.send("GET", f"/tasks/{raw.task()}")
    assert (seen.status, seen.headers["retry-after"]) == (429, "30")


def test_retry_after_is_told_as_a_date_of_the_worlds_clock(raw: RawClient) -> None:
    """An HTTP date, so many seconds after the world's time."""
    raw.arm("run", "status", status=429, retry_after=90, retry_after_form="date")
    told = parsedate_to_datetime(raw.run().headers["retry-after"])
    assert told.isoformat() == "2026-06-01T00:01:30+00:00"


def test_an_unusual_status_has_a_code_of_its_own(raw: RawClient) -> None:
    """A number that the contract does not know is sent all the same."""
    raw.arm("run", "status", status=529)
    seen = raw.run()
    assert (seen.status, seen.json()["error"]["code"]) == (529, "http_529")


def test_an_error_hides_in_a_200(raw: RawClient) -> None:
    """The status says success, the body does not."""
    raw.arm("run", "error_in_200", code="1102", message="Account balance not enough")
    seen = raw.run()
    assert seen.status == 200
    assert seen.json() == {
        "success": False,
        "data": None,
        "error": {"code": "1102", "message": "Account balance not enough"},
    }
    assert tasks(raw) == 0


def test_a_hanging_call_is_never_answered(raw: RawClient) -> None:
    """Not a byte comes, and the client's leaving ends it."""
    raw.arm("run", "hang", after_work=True)
    body = {"app": "klingai/video-v2-6", "input": {"prompt": "A boat"}}
    with raw.connection("POST", "/apps/run", body=body) as opened:
        seen = opened.all(patience=0.2)
    assert (seen.raw, seen.ending) == (b"", "open")
    assert (raw.state(), tasks(raw)) == ("consumed", 1)


@pytest.mark.parametrize("after_work", [False, True])
def test_a_reset_before_the_answer(raw: RawClient, after_work: bool) -> None:  # a parameter
    """The client gets a reset and no byte, whether or not the work was done."""
    raw.arm("run", "reset", after_work=after_work)
    seen = raw.run()
    assert (seen.raw, seen.ending) == (b"", "reset")
    assert (raw.state(), tasks(raw)) == ("consumed", int(after_work))


def test_a_reset_after_the_headers(raw: RawClient) -> None:
    """The headers are whole, and no byte of the body comes."""
    raw.arm("run", "reset", when="headers")
    seen = raw.run()
    assert (seen.status, seen.rest, seen.ending) == (200, b"", "reset")
    assert (raw.state(), tasks(raw)) == ("consumed", 1)


def test_a_reset_inside_the_body(raw: RawClient) -> None:
    """Half of the body comes."""
    raw.arm("run", "reset", when="body")
    seen = raw.run()
    assert len(seen.rest) == int(seen.headers["content-length"]) // 2
    assert seen.ending == "reset"


@pytest.mark.parametrize(("how", "ending"), [("close", "closed"), ("reset", "reset")])
def test_a_lost_response_leaves_a_task_behind(raw: RawClient, how: str, ending: str) -> None:
    """The work is done, and the client sees a connection that ends."""
    raw.arm("run", "lost_response", how=how)
    seen = raw.run()
    assert (seen.raw, seen.ending) == (b"", ending)
    assert tasks(raw) == 1
    (entry,) = raw.ledger()
    (exchange,) = raw.world.journal(operation="runs.create")
    assert (entry["state"], entry["by"][0]["by"], exchange["outcome"]) == ("consumed", exchange["id"], ending)


def test_an_empty_reply(raw: RawClient) -> None:
    """The connection closes in order, without a byte, and nothing was done."""
    raw.arm("run", "empty_reply")
    seen = raw.run()
    assert (seen.raw, seen.ending, tasks(raw)) == (b"", "closed", 0)


def test_a_truncated_body(raw: RawClient) -> None:
    """Fewer bytes than Content-Length says, and an orderly close."""
    raw.arm("get", "truncated_body", at=100)
    seen = raw.send("GET", f"/tasks/{raw.task()}")
    assert int(seen.headers["content-length"]) > 1000
    assert (len(seen.rest), seen.ending, raw.state()) == (100, "closed", "consumed")


def test_a_body_that_is_short_already_is_not_truncated(raw: RawClient) -> None:
    """The ledger does not claim a fault that nobody could see."""
    raw.arm("run", "truncated_body", at=1_000_000)
    seen = raw.run()
    assert (seen.status, seen.ending) == (200, "open")
    (entry,) = raw.ledger()
    assert entry["state"] == "ambiguous"
    assert "none was missing" in entry["told"]


def test_a_proxys_page_instead_of_the_answer(raw: RawClient) -> None:
    """HTML with 502, and the API was never asked."""
    raw.arm("any", "html_page")
    seen = raw.run()
    assert (seen.status, seen.headers["content-type"]) == (502, "text/html; charset=utf-8")
    assert b"<h1>502 Bad Gateway</h1>" in seen.rest
    assert tasks(raw) == 0


def test_a_wrong_content_type(raw: RawClient) -> None:
    """The body is right, its type is not."""
    raw.arm("run", "content_type", type="text/html")
    seen = raw.run()
    assert seen.headers["content-type"] == "text/html"
    assert seen.json()["status"] == 1


def test_a_body_dribbles_on_the_worlds_clock(raw: RawClient) -> None:
    """Sixteen bytes at a time; each piece waits for the clock."""
    raw.arm("run", "dribble", bytes=16, seconds=5, pieces=2)
    body = {"app": "klingai/video-v2-6", "input": {"prompt": "A boat"}}
    with raw.connection("POST", "/apps/run", body=body) as opened:
        head, _, first = opened.until(b"\r\n\r\n").partition(b"\r\n\r\n")
        while len(first) < 16:
            first += opened.socket.recv(16)
        assert len(first) == 16
        raw.world.advance(5)
        assert len(opened.socket.recv(65536)) == 16
        raw.world.advance(5)
        seen = opened.all()
    assert b"200 OK" in head
    assert seen.raw
    assert raw.state() == "consumed"


def test_a_delay_is_released_by_the_clock(raw: RawClient) -> None:
    """Nothing is done before its time, and the answer is as ever."""
    raw.arm("run", "delay", seconds=45)
    answers = []
    asking = threading.Thread(target=lambda: answers.append(raw.run()))
    asking.start()
    while not raw.world.journal(operation="runs.create"):
        pass
    assert tasks(raw) == 0
    raw.world.advance(44)
    assert not answers
    raw.world.advance(1)
    asking.join(10)
    assert answers[0].json()["created_at"] == "2026-06-01T00:00:45Z"
    assert raw.state() == "consumed"


def test_the_work_is_done_though_the_client_left_during_a_delay(raw: RawClient) -> None:
    """A server does not know that its client has lost patience."""
    raw.arm("run", "delay", seconds=45)
    body = {"app": "klingai/video-v2-6", "input": {"prompt": "A boat"}}
    with raw.connection("POST", "/apps/run", body=body) as opened:
        opened.all(patience=0.1)
    raw.world.advance(45)
    (exchange,) = raw.world.journal(operation="runs.create")
    assert (exchange["outcome"], tasks(raw)) == ("client-gone", 1)


def test_steps_of_different_slots_go_together(raw: RawClient) -> None:
    """A delay and a status on one call."""
    steps = [
        {"on": "get", "do": {"fault": "delay", "seconds": 0}},
        {"on": "any", "always": True, "do": {"fault": "status", "status": 500}},
        {"on": "get", "do": {"fault": "status", "status": 404}},
    ]
    raw.world.control("PUT", "/plan", {"steps": steps})
    assert raw.send("GET", "/tasks/x").status == 500
    first, second, third = raw.ledger()
    assert (first["state"], second["state"], third["state"]) == ("consumed", "consumed", "ambiguous")
    assert "status, which stands before it, took the call" in third["told"]


def test_a_world_that_is_not_armed_meets_nothing(raw: RawClient) -> None:
    """Another key's plan is another world's."""
    raw.arm("any", "status", status=500)
    other = RawClient(type(raw.world)(raw.world.base_url, raw.world.api_key + "-other"))
    assert other.run().status == 200
    assert raw.state() == "unreached"
