"""Every Python release in `releases.toml`, both of its clients, through everything an app's user does."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from .child import Answer, Driver
from .releases import CASES, LIMITS, Limit, PythonClient, able
from .servers import INSTANT, LEGACY, LONG, OBSERVED, Servers

# How the server must be started for a case; the rest need no time and no special treatment.
FLAGS = {"cancel": LONG, "wait_cancelled": LONG, "failing": (*INSTANT, *OBSERVED)}
PROMPT = "a paper boat on a rainy street"
# 4:3 is in the app page's list of ratios, and refused upstream once the task runs.
INPUTS: dict[str, dict[str, str]] = {"failing": {"prompt": PROMPT, "aspect_ratio": "4:3"}, "invalid": {"duration": "5"}}

Perform = Callable[[PythonClient, str], Answer]
Fetch = Callable[[str], httpx.Response]
AssertMp4 = Callable[[str], None]


@pytest.fixture
def perform(drive: Callable[[PythonClient], Driver], servers: Servers, api_key: str, png: Path) -> Perform:
    """Lets a client do one case against the server the case and the release call for."""

    def act(client: PythonClient, case: str) -> Answer:
        numbers = LEGACY if client.release.legacy_status_numbers else ()
        url = servers.url(*FLAGS.get(case, INSTANT), *numbers)
        given = INPUTS.get(case, {"prompt": PROMPT})
        if case == "upload":
            given = {**given, "image": str(png)}
        key = api_key + "_invalid" if case == "unauthorized" else api_key
        return drive(client).answer(case, url, key, **given)

    return act


def clients(case: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("client", able(case), ids=str)


@clients("run")
def test_the_installed_release_is_the_one_meant(client: PythonClient, drive: Callable[[PythonClient], Driver]) -> None:
    """The environment of a client holds exactly the release under test."""
    assert drive(client).client == {"version": client.release.version, "mode": client.mode}


@pytest.mark.requirement("REQ-ENV-004")
@clients("run")
def test_run_waits_and_returns_the_video(client: PythonClient, perform: Perform, assert_mp4: AssertMp4) -> None:
    """`run` returns the completed task, whose video is a URL that anybody can fetch an MP4 from."""
    task = perform(client, "run").returned
    assert task["status"] == client.release.completed
    assert task["input"]["prompt"] == PROMPT
    assert_mp4(task["output"]["video"])


@clients("stream")
def test_stream_yields_whole_updates_up_to_the_end(
    client: PythonClient, perform: Perform, assert_mp4: AssertMp4
) -> None:
    """Every streamed update is the whole task, only the last one is terminal, and it becomes the stream's result."""
    answer = perform(client, "stream")
    updates = answer.every("update")
    assert {update["id"] for update in updates} == {answer.returned["id"]}
    assert all(update["input"]["prompt"] == PROMPT for update in updates)
    statuses = [update["status"] for update in updates]
    assert statuses == sorted(statuses)
    assert [status for status in statuses if status >= client.release.completed] == [client.release.completed]
    assert answer.returned == updates[-1]
    assert_mp4(answer.returned["output"]["video"])


@clients("poll")
def test_run_without_waiting_then_get_reaches_the_end(
    client: PythonClient, perform: Perform, assert_mp4: AssertMp4
) -> None:
    """`run(wait=False)` returns a task not yet ended, and `get_task` shows the same one completed."""
    answer = perform(client, "poll")
    (submitted,) = answer.every("submitted")
    assert 0 < submitted["status"] < client.release.completed
    assert answer.returned["id"] == submitted["id"]
    assert answer.returned["status"] == client.release.completed
    assert_mp4(answer.returned["output"]["video"])


@clients("cancel")
def test_cancel_ends_a_running_task(client: PythonClient, perform: Perform) -> None:
    """A task that is cancelled while it runs ends cancelled, without a video."""
    answer = perform(client, "cancel")
    (submitted,) = answer.every("submitted")
    assert answer.returned["id"] == submitted["id"]
    assert answer.returned["status"] == client.release.cancelled
    assert not answer.returned["output"]


@clients("wait_cancelled")
def test_waiting_for_a_cancelled_task_says_so(client: PythonClient, perform: Perform) -> None:
    """Waiting for a task that was cancelled raises the client's own sentence for it."""
    raised = perform(client, "wait_cancelled").raised
    assert (raised["type"], raised["message"].lower()) == ("RuntimeError", "task cancelled")


@clients("upload")
def test_a_local_image_is_uploaded_and_used(
    client: PythonClient, perform: Perform, fetch: Fetch, assert_mp4: AssertMp4, png: Path
) -> None:
    """The client puts a local path's bytes on the server, the input then holds their URL, and the video is made."""
    task = perform(client, "upload").returned
    assert task["status"] == client.release.completed
    assert fetch(task["input"]["image"]).content == png.read_bytes()
    assert_mp4(task["output"]["video"])


@clients("failing")
def test_a_failing_task_raises_the_upstream_error(client: PythonClient, perform: Perform) -> None:
    """A task that fails late makes `run` raise RuntimeError with the upstream error, code first."""
    raised = perform(client, "failing").raised
    assert raised["type"] == "RuntimeError"
    assert raised["message"].startswith("[1201]")


def assert_refused(client: PythonClient, raised: dict[str, str | int | None], status: int, code: str) -> None:
    release = client.release
    assert raised["type"] == release.http_error[client.mode]
    assert raised["status_code"] == (None if client.mode in release.status_code_lost else status)
    if release.error_code:
        assert raised["code"] == code


@pytest.mark.requirement("REQ-ERR-002")
@clients("invalid")
def test_a_missing_prompt_is_a_422_that_names_it(client: PythonClient, perform: Perform) -> None:
    """An input without a prompt is refused before anything runs, and the client's error carries the sentence."""
    raised = perform(client, "invalid").raised
    assert_refused(client, raised, 422, "validation_error")
    assert ("prompt" in raised["message"]) is (client.mode not in client.release.detail_lost)
    assert "{" not in raised["message"], "a sentence, not a dump of the body"


@clients("unauthorized")
def test_an_invalid_key_is_a_401(client: PythonClient, perform: Perform) -> None:
    """A key the server does not take is refused with 401 in the client's own error."""
    raised = perform(client, "unauthorized").raised
    assert_refused(client, raised, 401, "unauthorized")
    assert "{" not in raised["message"], "a sentence, not a dump of the body"


@pytest.mark.parametrize("limit", LIMITS, ids=str)
def test_a_known_limit_of_a_client_is_still_there(limit: Limit, perform: Perform) -> None:
    """What an old release is listed as unable to do fails in just the way listed, so the list stays true."""
    raised = perform(limit.client, limit.case).raised
    assert raised["type"] == limit.raises, limit.reason
    assert limit.message in raised["message"], limit.reason


def test_limits_name_cases_that_exist() -> None:
    """Every limit is about a case these tests run."""
    assert {limit.case for limit in LIMITS} <= set(CASES)
