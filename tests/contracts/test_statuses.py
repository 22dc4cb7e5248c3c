"""Task statuses: both numberings, and which status may follow which."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.wire import statuses
from contracts.wire.statuses import LEGACY_NUMBERS, TERMINAL, TRANSITIONS, Status

CURRENT = {
    "unknown": 0,
    "received": 1,
    "queued": 2,
    "dispatched": 3,
    "preparing": 4,
    "serving": 5,
    "setting_up": 6,
    "running": 7,
    "cancelling": 8,
    "uploading": 9,
    "completed": 10,
    "failed": 11,
    "cancelled": 12,
    "rejected": 13,
}
"""What clients from 0.6.1 on speak (wire.md §9)."""

LEGACY = {
    "received": 1,
    "queued": 2,
    "dispatched": 3,
    "preparing": 4,
    "serving": 5,
    "setting_up": 6,
    "running": 7,
    "uploading": 8,
    "completed": 9,
    "failed": 10,
    "cancelled": 11,
}
"""What clients up to 0.6.0 speak; it has neither cancelling nor rejected (wire.md §9)."""

HAPPY = [
    Status.RECEIVED,
    Status.QUEUED,
    Status.DISPATCHED,
    Status.PREPARING,
    Status.SERVING,
    Status.SETTING_UP,
    Status.RUNNING,
    Status.UPLOADING,
    Status.COMPLETED,
]
every_status = pytest.mark.parametrize("status", Status, ids=lambda status: status.text)


@pytest.mark.requirement("REQ-TASK-001")
def test_the_current_numbering() -> None:
    """10, 11, 12 and 13 are the ends (D2)."""
    assert {status.text: statuses.number(status) for status in Status} == CURRENT


@pytest.mark.requirement("REQ-TASK-002")
def test_the_legacy_numbering() -> None:
    """8, 9, 10 and 11 are uploading, completed, failed and cancelled, as the page's webhook has it (D2)."""
    assert {name: statuses.number(statuses.parse(name), "legacy") for name in LEGACY} == LEGACY


def test_an_old_client_understands_what_its_table_lacks() -> None:
    """Cancelling still runs for it, and rejected is a failure, so it neither stops early nor waits for ever."""
    assert LEGACY_NUMBERS[Status.CANCELLING] == LEGACY["running"]
    assert LEGACY_NUMBERS[Status.REJECTED] == LEGACY["failed"]


@every_status
def test_ends_are_ends_in_both_numberings(status: Status) -> None:
    """A numbering never makes a living task look finished, nor the other way round."""
    ends = {LEGACY[name] for name in ("completed", "failed", "cancelled")}
    assert (statuses.number(status, "legacy") in ends) == (status in TERMINAL)
    assert (statuses.number(status) >= 10) == (status in TERMINAL)


@every_status
def test_every_status_has_its_followers(status: Status) -> None:
    """The table of transitions is complete, and nothing leads to unknown, to the start or to itself."""
    followers = TRANSITIONS[status]
    assert not followers & {Status.UNKNOWN, Status.RECEIVED, status}


@pytest.mark.parametrize("status", sorted(TERMINAL))
@pytest.mark.parametrize("after", Status)
def test_ends_absorb(status: Status, after: Status) -> None:
    """Nothing follows an end, not even itself."""
    assert not statuses.is_legal(status, after)


def test_a_task_that_goes_well_walks_through_in_order() -> None:
    """Each step of an ordinary life is legal, and no step may be left out."""
    assert all(statuses.is_legal(before, after) for before, after in itertools.pairwise(HAPPY))
    assert not any(statuses.is_legal(before, after) for before, after in zip(HAPPY, HAPPY[2:], strict=False))


def test_a_running_task_can_always_be_cancelled() -> None:
    """Cancel passes through cancelling from wherever the task lives (D17)."""
    living = set(Status) - TERMINAL - {Status.UNKNOWN, Status.CANCELLING}
    assert all(statuses.is_legal(status, Status.CANCELLING) for status in living)
    assert TRANSITIONS[Status.CANCELLING] == {Status.CANCELLED, Status.COMPLETED, Status.FAILED}


def test_only_a_task_at_the_door_is_rejected() -> None:
    """A rejected task never ran."""
    assert [status for status in Status if statuses.is_legal(status, Status.REJECTED)] == [Status.RECEIVED]


def test_only_uploading_and_a_late_cancel_complete() -> None:
    """A result is uploaded before the task is completed, unless a cancel came too late."""
    before = {status for status in Status if statuses.is_legal(status, Status.COMPLETED)}
    assert before == {Status.UPLOADING, Status.CANCELLING}


@given(st.data())
def test_every_walk_ends_when_no_worker_is_lost(data: st.DataObject) -> None:
    """Without falling back to the queue no task changes its status more than nine times, and it ends at an end."""
    walk = [Status.RECEIVED]
    while followers := sorted(TRANSITIONS[walk[-1]] - ({Status.QUEUED} if len(walk) > 1 else set())):
        walk.append(data.draw(st.sampled_from(followers)))
    assert walk[-1] in TERMINAL
    assert len(walk) <= 10
    assert len(set(walk)) == len(walk)


@every_status
def test_names_are_read_back(status: Status) -> None:
    """A filter spells a status as `status_text` does; unknown is no filter."""
    if status is Status.UNKNOWN:
        with pytest.raises(ValueError, match="unknown status 'unknown'"):
            statuses.parse(status.text)
    else:
        assert statuses.parse(status.text) is status


@pytest.mark.parametrize("name", ["", "COMPLETED", "Completed", "done", "succeed", "setting up", "10"])
def test_other_names_are_refused_with_the_list(name: str) -> None:
    """The message lists what there is."""
    with pytest.raises(ValueError, match=r"known: received, queued, dispatched,.* rejected$"):
        statuses.parse(name)
