"""What the newest Python client does when streams break or statuses are not what they were: app.md §7, 4 and 7."""

import pytest
import requests

from .hurry import PACE, Case, params

DONE = 10


def test_stream_cut_is_survived(case: Case) -> None:
    """One break costs one of five reconnections, and `run` returns the video."""
    case.meet("stream-cut")
    assert case.watch()["output"]["video"]
    assert len(case.calls("tasks.stream")) == 2


def test_stream_cut_is_not_survived_by_the_asynchronous_client(case: Case) -> None:
    """Its error is no ConnectionError, so that it does not try again: the first break loses a task that completes."""
    case.meet("stream-cut")
    raised = case.asynchronously("run").raised
    assert raised["type"] == "ClientPayloadError"
    assert len(case.calls("tasks.stream")) == 1
    (task,) = case.tasks()
    case.finish()
    assert case.record(task)["status"] == DONE


def test_stream_cut_always_loses_a_clip_that_is_ready(case: Case) -> None:
    """After five reconnections the break itself is raised; the task has long been completed, and nobody looks."""
    case.meet("stream-cut-always")
    task = case.submit()
    money = case.finish()
    asked = len(case.calls("tasks.get"))
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        case.sync.wait_for_completion(task)
    assert len(case.calls("tasks.stream")) == 6
    assert len(case.calls("tasks.get")) == asked + 1, "the look before the stream, and none after it"
    assert (case.record(task)["status"], money["charged"]) == (DONE, 70_000_000)


def test_stream_silent_costs_a_minute(case: Case) -> None:
    """A silent line is given up after 60 s, and the next one brings the end."""
    case.meet("stream-silent")
    case.world.freeze()
    task = case.submit()
    with case.impatient(of="streams"), case.time_flies(step=0.5, streams=2):
        assert case.sync.wait_for_completion(task)["output"]["video"]
    assert len(case.calls("tasks.stream")) == 2


def test_stream_heartbeats_lose_a_healthy_task(case: Case) -> None:
    """Each half minute of heartbeats alone costs a reconnection, and after six `run` gives up on a task that runs."""
    case.meet("stream-heartbeats")
    case.also("slow", factor=1000)
    task = case.submit()
    with (
        case.impatient(of="streams"),
        case.time_flies(step=5, pace=PACE),
        pytest.raises(RuntimeError, match=r"^Stream ended without completion$"),
    ):
        case.sync.wait_for_completion(task)
    assert len(case.calls("tasks.stream")) == 6


def test_stream_without_end_is_survived_once_the_task_is_done(case: Case) -> None:
    """The client asks for the task when a stream ends early, and returns what it finds: with other keys than usual."""
    case.meet("stream-without-end", latency="realistic")
    case.world.freeze()
    stream = case.sync.run(params(), stream=True)
    first = next(updates := iter(stream))
    case.world.advance(20)
    second = next(updates)
    case.finish()
    (last,) = updates
    assert last["output"]["video"]
    assert first.keys() == second.keys() < last.keys()


def test_stream_without_end_loses_a_task_that_still_runs(case: Case) -> None:
    """Six streams and eight looks later `run` raises, in seconds, however long the task would take."""
    case.meet("stream-without-end")
    case.also("stuck")
    with case.time_flies(), pytest.raises(RuntimeError, match=r"^Stream ended without completion$"):
        case.run()
    assert (len(case.calls("tasks.stream")), len(case.calls("tasks.get"))) == (6, 8)


def test_stream_without_end_ends_an_iteration_as_if_all_were_well(case: Case) -> None:
    """With `stream=True` nothing is raised: the loop is over, and there is no result."""
    case.meet("stream-without-end")
    case.also("stuck")
    with case.time_flies():
        stream = case.sync.run(params(), stream=True)
        assert DONE not in [update["status"] for update in stream]
    assert (stream.result, stream.error) == (None, None)


def test_status_words_are_understood_and_passed_on(case: Case) -> None:
    """The end is seen, and what the user compares with 10 is a word."""
    case.meet("status-words")
    assert case.watch()["status"] == "completed"


def test_status_renumbered_is_never_over(case: Case) -> None:
    """Completed is 9, which the client takes for uploading: it gives up on a task that is done."""
    case.meet("status-renumbered")
    task = case.submit()
    case.finish()
    with pytest.raises(RuntimeError, match=r"^Stream ended without completion$"):
        case.sync.wait_for_completion(task)
    assert case.record(task)["output"]["video"]


def test_status_renumbered_makes_a_failure_a_success(case: Case) -> None:
    """Failed is 10, which the client takes for completed: `run` returns, and the output is empty."""
    case.meet("status-renumbered", enforce="observed")
    result = case.watch(aspect_ratio="4:3")
    assert (result["status"], result["output"]) == (DONE, None)


def test_status_unknown_is_passed_over(case: Case) -> None:
    """A number that nobody knows is an update like any other."""
    case.meet("status-unknown")
    assert 42 in [update["status"] for update in case.updates()]


@pytest.mark.parametrize(
    "scenario",
    ["stream-bom", "stream-malformed", "stream-long-line", "stream-no-final-newline", "stream-duplicated"],
)
def test_streams_that_are_survived(case: Case, scenario: str) -> None:
    """The client skips what it cannot read, and finds the end."""
    case.meet(scenario)
    assert case.watch()["output"]["video"]
    assert case.ledger() == {"consumed"}


def test_stream_changed_keys_loses_the_output(case: Case) -> None:
    """The last line alone makes the result: what had been told before is missing in it."""
    case.meet("stream-changed-keys")
    result = case.watch()
    assert result["output"]["video"]
    assert (result["input"], result["created_at"]) == (None, None)


def test_stream_early_end_loses_a_task_that_runs_on(case: Case) -> None:
    """The first end is believed; the clip completes and is charged."""
    case.meet("stream-early-end")
    with pytest.raises(RuntimeError, match=r"^task failed$"):
        case.watch()
    assert case.finish()["charged"] == 70_000_000


def test_stream_two_ends_keeps_to_the_first(case: Case) -> None:
    """Nothing is read after the first end."""
    case.meet("stream-two-ends")
    assert case.watch()["output"]["video"]


def test_stream_enveloped_is_survived_by_a_last_look(case: Case) -> None:
    """No line is understood; the look at the end finds the video."""
    case.meet("stream-enveloped")
    updates = case.updates()
    assert {update["status"] for update in updates[:-1]} == {None}
    assert updates[-1]["output"]["video"]
