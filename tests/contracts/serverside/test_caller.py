"""Requests that come too soon are sent again when their turn has come, and none when the run is to end."""

import pytest

from contracts import clock
from contracts.serverside import caller
from contracts.serverside.caller import Caller, Recorder
from contracts.serverside.exchange import Exchange
from contracts.serverside.target import Target


def answered(monkeypatch: pytest.MonkeyPatch, *answers: tuple[int, str]) -> tuple[Exchange, list[float], int]:
    """Send one request that is answered with statuses and Retry-After; return its end, the waits and the requests."""
    waits: list[float] = []
    left = [
        Exchange(1, "GET", "http://x/me", (), b"", None, status, (("Retry-After", row),)) for status, row in answers
    ]
    monkeypatch.setattr(Recorder, "pause", lambda _, seconds: waits.append(seconds))
    monkeypatch.setattr(Caller, "send", lambda *_, **__: left.pop(0))
    call = Caller(Target("http://127.0.0.1:1", "k"), Recorder(), "k")
    try:
        return call.in_turn("GET", "/me"), waits, len(answers) - len(left)
    finally:
        call.close()


def test_it_waits_as_long_as_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no longer than it has to."""
    answer, waits, _ = answered(monkeypatch, (429, "7"), (429, "2"), (200, ""))
    assert (answer.status, waits) == (200, [7, 2])


@pytest.mark.parametrize("told", ["", "soon", str(caller.MOST_TURN + 1)])
def test_it_does_not_wait_for_what_is_no_turn(monkeypatch: pytest.MonkeyPatch, told: str) -> None:
    """No number, or one that nobody wants to wait for."""
    answer, waits, _ = answered(monkeypatch, (429, told), (200, ""))
    assert (answer.status, waits) == (429, [])


def test_it_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that always says so is believed in the end."""
    answer, waits, requests = answered(monkeypatch, *[(429, "1")] * 9)
    assert (answer.status, waits, requests) == (429, [1] * caller.MOST_TURNS, caller.MOST_TURNS + 1)


def test_a_pause_ends_when_the_run_is_to_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second later, and not after two minutes."""
    waits: list[float] = []
    monkeypatch.setattr(clock, "wait", waits.append)
    with pytest.raises(KeyboardInterrupt):
        Recorder(is_broken_off=lambda: len(waits) == 2).pause(caller.MOST_TURN)
    assert waits == [caller.MOST_PAUSE] * 2


def test_nothing_is_sent_when_the_run_is_to_end() -> None:
    """Whoever has swallowed what the signal raised."""
    recorder = Recorder(is_broken_off=lambda: True)
    call = Caller(Target("http://127.0.0.1:9", "k"), recorder, "k")
    try:
        with pytest.raises(KeyboardInterrupt):
            call.send("GET", "/me")
        with pytest.raises(KeyboardInterrupt), call.opened("/tasks/x/stream"):
            pass
    finally:
        call.close()
