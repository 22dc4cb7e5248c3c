"""What the newest Python client does when runs and tasks go wrong: pain points of app.md §7, one test each or more."""

from threading import Thread

import pytest
import requests
from inferencesh import APIError

from .hurry import PACE, Case

PAID = 70_000_000
"""A clip of 5 s in pro with sound, which are the app's defaults, in microcents."""


def test_lost_response_is_paid_twice(case: Case) -> None:
    """The client raises, names no task, has sent no key to repeat with, and the user's next try is a second clip."""
    case.meet("lost-response")
    with pytest.raises(requests.ConnectionError):
        case.run()
    case.run()
    money = case.finish()
    assert (money["charged"], money["would_have_been_enough"], len(money["suspects"])) == (2 * PAID, PAID, 1)
    sent = [
        case.world.control("GET", f"/journal/{row['id']}")["request"]["headers"] for row in case.calls("runs.create")
    ]
    assert not [name for headers in sent for name, _ in headers if "idempotency" in name.lower()]


def test_slow_accept_is_paid_twice(case: Case) -> None:
    """After 30 s the client gives up on a run that is accepted after 45 s."""
    case.meet("slow-accept")
    with case.impatient(of="calls"), pytest.raises(requests.ReadTimeout):
        case.run()
    case.run()
    assert case.finish()["charged"] == 2 * PAID


def test_hanging_run_is_paid_twice(case: Case) -> None:
    """No answer at all is given up after 30 s, with the work done."""
    case.meet("hanging-run")
    with case.impatient(of="calls"), pytest.raises(requests.ReadTimeout):
        case.run()
    case.run()
    assert case.finish()["charged"] == 2 * PAID


def test_proxy_502_is_paid_twice(case: Case) -> None:
    """An accepted run that a proxy answers is an APIError like one that was refused; its message is HTML."""
    case.meet("proxy-502")
    with pytest.raises(APIError) as caught:
        case.run()
    assert (caught.value.status_code, caught.value.code) == (502, None)
    assert "<html>" in caught.value.message
    case.run()
    assert case.finish()["charged"] == 2 * PAID


def test_stuck_forever_is_waited_for_without_end(case: Case) -> None:
    """`run` has no limit: after half an hour it still waits, and ends only because somebody cancels the task."""
    case.meet("stuck-forever")
    ended: list[BaseException] = []

    def wait() -> None:
        try:
            case.run()
        except RuntimeError as error:
            ended.append(error)

    waiter = Thread(target=wait)
    waiter.start()
    with case.time_flies() as passed:
        passed(1800)
        assert waiter.is_alive()
        (task,) = case.tasks()
        case.sync.cancel(task)
        waiter.join(10)
    assert [str(error).lower() for error in ended] == ["task cancelled"]


def test_stuck_forever_with_a_limit_is_noticed(case: Case) -> None:
    """`wait_for_completion(timeout=...)` looks at its limit at each update, and raises."""
    case.meet("stuck-forever")
    task = case.submit()
    with case.time_flies(), pytest.raises(TimeoutError, match="did not complete"):
        case.sync.wait_for_completion(task, timeout=60 / PACE)


def test_stuck_in_queue_can_be_given_up(case: Case) -> None:
    """The same holds for a task that never starts; giving up does not cancel it."""
    case.meet("stuck-in-queue")
    task = case.submit()
    with case.time_flies(), pytest.raises(TimeoutError, match=r"\(status: 2\)"):
        case.sync.wait_for_completion(task, timeout=60 / PACE)
    assert not case.calls("tasks.cancel")


def test_late_completion_is_charged_after_the_client_has_given_up(case: Case) -> None:
    """The limit cancels nothing: the clip completes and is charged, and whoever kept the id can still have it."""
    case.meet("late-completion")
    task = case.submit()
    with case.time_flies(step=10, pace=PACE), pytest.raises(TimeoutError):
        case.sync.wait_for_completion(task, timeout=30 / PACE)
    assert not case.calls("tasks.cancel")
    assert case.finish()["charged"] == PAID
    assert case.sync.wait_for_completion(task)["output"]["video"]


def test_moderation_late_tells_no_task_and_no_code(case: Case) -> None:
    """A bare RuntimeError with the vendor's text; nothing is charged, and the next try passes."""
    case.meet("moderation-late")
    with pytest.raises(RuntimeError, match=r"^\[-1\] Task failed: Failure to pass the risk control system$") as caught:
        case.run()
    assert type(caught.value) is RuntimeError
    assert vars(caught.value) == {}
    case.run()
    assert case.finish()["charged"] == PAID


def test_moderation_at_once_looks_like_any_failure(case: Case) -> None:
    """What must not be tried again is the same class as what may be."""
    case.meet("moderation-at-once")
    with pytest.raises(RuntimeError, match=r"^\[1301\]") as caught:
        case.run()
    assert type(caught.value) is RuntimeError


def test_moderation_hidden_hides_the_reason(case: Case) -> None:
    """The vendor's `Unknown error` is all that the client has; the task's log is not read."""
    case.meet("moderation-hidden")
    with pytest.raises(RuntimeError, match=r"Unknown error$"):
        case.run()


def test_moderation_as_500_is_an_api_error(case: Case) -> None:
    """It has a status and a code, and is not tried again by itself."""
    case.meet("moderation-as-500")
    with pytest.raises(APIError) as caught:
        case.run()
    assert (caught.value.status_code, caught.value.code) == (500, "internal_error")
    assert len(case.calls("runs.create")) == 1


def test_moderation_random_is_left_to_the_user(case: Case) -> None:
    """The same input fails and passes, and the client tries once."""
    case.meet("moderation-random")
    ends = set()
    for number in range(1, 30):
        try:
            ends.add(case.run()["status"])
        except RuntimeError as error:
            ends.add(str(error))
        assert len(case.calls("runs.create")) == number
        if len(ends) == 2:
            break
    assert ends == {10, "[-1] Task failed: Failure to pass the risk control system"}


def test_concurrency_refused_fails_late_and_is_not_tried_again(case: Case) -> None:
    """A batch loses its first clips to a limit that would have passed; nothing is charged for them."""
    case.meet("concurrency-refused")
    for _ in range(3):
        with pytest.raises(RuntimeError, match=r"^\[1303\]"):
            case.run()
    case.run()
    assert len(case.calls("runs.create")) == 4
    assert case.finish()["charged"] == PAID


def test_batch_refused_loses_what_is_above_the_limit(case: Case) -> None:
    """All three are accepted; the third fails with the same bare error, and the client knows of no limit."""
    case.meet("batch-refused")
    case.world.freeze()
    tasks = [case.submit() for _ in range(3)]
    assert case.finish()["charged"] == 2 * PAID
    assert [case.sync.wait_for_completion(task)["status"] for task in tasks[:2]] == [10, 10]
    with pytest.raises(RuntimeError, match=r"^\[1303\]"):
        case.sync.wait_for_completion(tasks[2])


def test_rate_limited_loses_when_to_come_back(case: Case) -> None:
    """The client neither waits nor passes `Retry-After` on: an APIError has no headers."""
    case.meet("rate-limited")
    with pytest.raises(APIError) as caught:
        case.run()
    assert (caught.value.status_code, caught.value.code) == (429, "rate_limited")
    assert "30" not in str(vars(caught.value))
    assert len(case.calls("runs.create")) == 1


def test_billing_429_differs_by_its_code_alone(case: Case) -> None:
    """The status says try again, the code says pay: only `code`, which came with 0.21.0, tells them apart."""
    case.meet("billing-429")
    with pytest.raises(APIError) as caught:
        case.run()
    assert (caught.value.status_code, caught.value.code) == (429, "payment_required")


def test_billing_late_reads_like_any_failure(case: Case) -> None:
    """An empty account at the vendor's is a RuntimeError like a picture that is too small."""
    case.meet("billing-late")
    with pytest.raises(RuntimeError, match=r"^\[1102\] Account balance not enough$") as caught:
        case.run()
    assert type(caught.value) is RuntimeError


def test_flaky_401_loses_a_task_that_was_paid(case: Case) -> None:
    """The run was accepted, and the look at it that follows raises: the id is nowhere in what the user gets."""
    case.meet("flaky-401")
    with pytest.raises(APIError) as caught:
        case.run()
    (task,) = case.tasks()
    assert caught.value.status_code == 401
    assert task not in str(vars(caught.value))
    assert case.finish()["charged"] == PAID


def test_flaky_401_does_not_meet_the_asynchronous_client(case: Case) -> None:
    """It goes from the run straight to the stream."""
    case.meet("flaky-401")
    assert case.asynchronously("run").returned["output"]["video"]
    assert case.ledger() == {"unreached"}


def test_flaky_401_of_a_stream_is_taken_for_an_update(case: Case) -> None:
    """The stream's status is not looked at: the problem comes as an update with status 401, and then all goes well."""
    case.meet("flaky-401-stream")
    updates = case.updates()
    assert (updates[0]["id"], updates[0]["status"]) == (None, 401)
    assert updates[-1]["status"] == 10


def test_error_in_200_becomes_a_type_error(case: Case) -> None:
    """The reason is thrown away, and what the user sees is a mistake of the client's own."""
    case.meet("error-in-200")
    with pytest.raises(TypeError) as caught:
        case.run()
    assert "balance" not in str(caught.value)


def test_error_in_200_of_a_get_becomes_none(case: Case) -> None:
    """`get_task` answers None as if there were a task, and says nothing."""
    case.meet("error-in-200-of-get")
    task = case.submit()
    assert case.sync.get_task(task).data is None


def test_sound_doubles_the_bill_and_nothing_says_so(case: Case) -> None:
    """The defaults cost 70 cents, without sound 35; no result has a price, and std drops the sound without a word."""
    case.meet("sound-doubles-the-bill")
    heard: list[object] = []
    case.sync._on_message = heard.append
    results = [case.run(), case.run(sound=False), case.run(mode="std", sound=True)]
    prices = [case.world.task(row["id"])["price"] for row in results]
    assert prices == [PAID, PAID // 2, 21_000_000]
    assert not any("price" in row or "usage_events" in row for row in results)
    assert heard == []


def test_misspelt_field_is_paid(case: Case) -> None:
    """Ten seconds were meant, five are made and charged, and nothing is said."""
    case.meet("misspelt-field")
    heard: list[object] = []
    case.sync._on_message = heard.append
    result = case.run(durration="10")
    assert result["input"]["durration"] == "10"
    assert case.world.task(result["id"])["media"]["duration"] < 6
    assert heard == []


def test_misspelt_field_is_heard_of_by_those_who_listen(case: Case) -> None:
    """Where the server warns, the warning goes to `on_message`, and to nobody without it."""
    case.meet("misspelt-field", enforce="documented")
    case.run(durration="10")
    heard: list[list[dict[str, str]]] = []
    case.sync._on_message = heard.append
    case.run(durration="10")
    assert [row["code"] for row in heard[0]] == ["unknown_field"]


def test_cancel_ignored_is_charged(case: Case) -> None:
    """`cancel` returns None whether it worked or not, and a clip that was cancelled completes."""
    case.meet("cancel-ignored")
    case.world.freeze()
    task = case.submit()
    assert case.sync.cancel(task) is None
    assert case.finish()["charged"] == PAID
    assert case.sync.wait_for_completion(task)["status"] == 10


def test_model_discontinued_reads_like_any_failure(case: Case) -> None:
    """A RuntimeError with a text; there is no code that says that no further try will help."""
    case.meet("model-discontinued")
    with pytest.raises(RuntimeError, match="has been discontinued") as caught:
        case.run()
    assert type(caught.value) is RuntimeError


def test_parameter_refused_breaks_what_worked(case: Case) -> None:
    """The same call works once and fails from then on."""
    case.meet("parameter-refused")
    case.run()
    with pytest.raises(RuntimeError, match=r"^\[1201\]"):
        case.run()


def test_prompt_bytes_are_not_counted_by_the_client(case: Case) -> None:
    """1,300 characters are 2,600 bytes: sent as they are, accepted, refused once the task runs."""
    case.meet("prompt-bytes")
    assert case.run("e" * 2400 + " ")["output"]["video"]
    with pytest.raises(RuntimeError, match=r"^\[1201\] prompt: size must be between 0 and 2500$"):
        case.run("é" * 1300)
