"""What a run may cost, before it is submitted, and how long its task is waited for."""

from typing import Any

import pytest

from contracts.apps.table import VersionName
from contracts.serverside.caller import Recorder
from contracts.serverside.exchange import UnexpectedError
from contracts.serverside.finding import NotRunError
from contracts.serverside.purse import Purse
from contracts.serverside.specimens import Specimens, price_of
from contracts.serverside.target import Target

from .stub import stub


@pytest.mark.parametrize(
    ("version", "given", "cents"),
    [
        ("2026-05", {"prompt": "p"}, 70),
        ("2026-05", {"prompt": "p", "mode": "std"}, 21),
        ("2026-05", {"prompt": "p", "mode": "std", "aspect_ratio": "none"}, 21),
        ("2026-05", {"prompt": "p", "mode": "std", "duration": 10}, 42),
        ("2026-05", {"prompt": 5, "duration": "10"}, 140),
        ("2026-05", {"prompt": 5, "voice_id": "v"}, 84),
        ("2026-05", "no input at all", 70),
        ("2026-08", {"prompt": "p", "resolution": "720p"}, 21),
        ("2026-08", {"prompt": "p", "image": "https://example.com/a.png", "sound": False}, 35),
    ],
)
def test_a_run_is_priced_even_if_it_is_to_be_refused(version: VersionName, given: Any, cents: int) -> None:
    """A server that takes it nevertheless charges for it."""
    assert price_of(Target("http://127.0.0.1:1", "k", app_version=version), given) == cents * 1_000_000


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((200, {"data": {"id": "t"}}), r"expected a task whose `status` is a number, got .*X-API-Version: 2: no env"),
        ((200, []), r"expected a task whose `status` is a number, got \[\]"),
        ((200, {"status": True}), "expected a task whose `status` is a number"),
        ((404, {}), "GET /tasks/t -> 404: expected a success"),
    ],
)
def test_what_has_no_status_is_not_waited_for(answer: tuple[int, Any], told: str) -> None:
    """It would not get one in a quarter of an hour."""
    recorder = Recorder()
    with stub({"/tasks/t": answer}) as base_url:
        specimens = Specimens(Target(base_url, "k"), recorder, Purse(None))
        with pytest.raises(UnexpectedError, match=told):
            specimens.ended("t")
        specimens.close()
    assert len(recorder.exchanges) == 1


def test_a_task_that_does_not_end_is_waited_for_once() -> None:
    """It is told meanwhile, and the next task gets half the time."""
    waits: list[str] = []
    recorder = Recorder(waits.append)
    with stub({"/tasks/t": (200, {"status": 9}), "/tasks/u": (200, {"status": 9})}) as base_url:
        specimens = Specimens(Target(base_url, "k", task_patience=0.01), recorder, Purse(None))
        for task, seconds in (("t", "0.01"), ("t", "0.01"), ("u", "0.005")):
            with pytest.raises(
                (UnexpectedError, NotRunError), match=f"task {task} had not ended after {seconds} s; --task-patience"
            ):
                specimens.ended(task)
        specimens.close()
    assert waits == ["for task t to end", "for task u to end"]
    assert len(recorder.exchanges) == 2
