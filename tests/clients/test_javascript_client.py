"""The JavaScript client on Node, through everything an app's user does: streaming, polling, Blobs and errors."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from .child import Answer, Driver
from .releases import JAVASCRIPT
from .servers import INSTANT, LONG, OBSERVED, Servers

COMPLETED, CANCELLED = 10, 12
PROMPT = "a paper boat on a rainy street"

Act = Callable[..., Answer]
Fetch = Callable[[str], httpx.Response]
AssertMp4 = Callable[[str], None]


@pytest.fixture
def act(javascript: Driver, servers: Servers, api_key: str) -> Act:
    """Lets the client do one case, against a server with these flags."""

    def do(case: str, *flags: str, key: str = api_key, **given: str) -> Answer:
        return javascript.answer(case, servers.url(*(flags or INSTANT)), key, **given)

    return do


def test_the_installed_release_is_the_one_meant(javascript: Driver) -> None:
    """The environment holds exactly the release under test."""
    assert javascript.client == {"version": JAVASCRIPT.version, "mode": "javascript"}


def test_run_waits_and_returns_the_video(act: Act, assert_mp4: AssertMp4) -> None:
    """`run` resolves with the completed task, whose video is a URL that anybody can fetch an MP4 from."""
    task = act("run", prompt=PROMPT).returned
    assert task["status"] == COMPLETED
    assert task["input"]["prompt"] == PROMPT
    assert_mp4(task["output"]["video"])


def test_on_update_sees_the_whole_task_and_its_progress(act: Act) -> None:
    """`onUpdate` gets the whole task each time, with a progress that never falls and ends at 100."""
    answer = act("stream", prompt=PROMPT)
    updates = answer.every("update")
    assert {update["id"] for update in updates} == {answer.returned["id"]}
    assert all(update["input"]["prompt"] == PROMPT for update in updates)
    progress = [update["progress"] for update in updates]
    assert progress == sorted(progress)
    assert progress[-1] == 100


def test_polling_reaches_the_end_too(act: Act, assert_mp4: AssertMp4) -> None:
    """With `stream: false` the client asks for the status at an interval and resolves with the completed task."""
    answer = act("polling", prompt=PROMPT)
    assert answer.returned["status"] == COMPLETED
    assert answer.every("update")[-1] == answer.returned
    assert_mp4(answer.returned["output"]["video"])


def test_run_without_waiting_then_get_reaches_the_end(act: Act) -> None:
    """`run` with `wait: false` resolves with a task not yet ended, and `getTask` shows the same one completed."""
    answer = act("poll", prompt=PROMPT)
    (submitted,) = answer.every("submitted")
    assert 0 < submitted["status"] < COMPLETED
    assert (answer.returned["id"], answer.returned["status"]) == (submitted["id"], COMPLETED)


def test_cancel_ends_a_running_task(act: Act) -> None:
    """A task that is cancelled while it runs ends cancelled, without a video."""
    task = act("cancel", *LONG, prompt=PROMPT).returned
    assert task["status"] == CANCELLED
    assert not task["output"]


def test_waiting_for_a_cancelled_task_says_so(act: Act) -> None:
    """`run` rejects with the client's own sentence when its task is cancelled meanwhile."""
    raised = act("wait_cancelled", *LONG, prompt=PROMPT).raised
    assert raised == {"type": "Error", "message": "task cancelled", "status_code": None}


def test_a_blob_is_uploaded_and_used(act: Act, fetch: Fetch, assert_mp4: AssertMp4, png: Path) -> None:
    """The client puts a Blob's bytes on the server, the input then holds their URL, and the video is made."""
    task = act("upload", prompt=PROMPT, image=str(png)).returned
    assert fetch(task["input"]["image"]).content == png.read_bytes()
    assert_mp4(task["output"]["video"])


def test_a_failing_task_rejects_with_the_upstream_error(act: Act) -> None:
    """A task that fails late makes `run` reject with the upstream error, code first."""
    raised = act("failing", *INSTANT, *OBSERVED, prompt=PROMPT, aspect_ratio="4:3").raised
    assert raised["type"] == "Error"
    assert raised["message"].startswith("[1201]")


def test_a_missing_prompt_is_a_422_that_names_it(act: Act) -> None:
    """An input without a prompt is refused before anything runs, and the client's error carries the sentence."""
    raised = act("invalid", duration="5").raised
    assert (raised["type"], raised["status_code"]) == ("InferenceError", 422)
    assert "prompt" in raised["message"]
    assert "{" not in raised["message"], "a sentence, not a dump of the body"


def test_an_invalid_key_is_a_401(act: Act, api_key: str) -> None:
    """A key the server does not take is refused with 401 in the client's own error."""
    raised = act("unauthorized", key=api_key + "_invalid", prompt=PROMPT).raised
    assert (raised["type"], raised["status_code"]) == ("InferenceError", 401)
