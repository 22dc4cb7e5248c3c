"""What was suspected of the JavaScript client and no case of `conform` can show: docs/findings.md has the table."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .environments import EXTENSIONS
from .hurry import PACE, Case

Script = Callable[..., subprocess.CompletedProcess[str]]

CLIENT = """
import {{ inference }} from "@inferencesh/sdk";
const client = inference({{ apiKey: "{key}", baseUrl: "{url}" }});
const params = {{ app: "klingai/video-v2-6", input: {{ prompt: "A paper boat" }} }};
"""


@pytest.fixture
def script(case: Case, javascript_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    """Runs lines of JavaScript with a client of the test's world, as a program of its own."""
    monkeypatch.chdir(javascript_folder)
    head = CLIENT.format(key=case.world.api_key, url=case.world.base_url)

    def run(*options: str, text: str = "") -> subprocess.CompletedProcess[str]:
        argv = ["node", *options, "--input-type=module", "--eval", head + text]
        return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)

    return run


def test_plain_node_cannot_import_the_client(script: Script) -> None:
    """Its own imports lack their file extensions."""
    done = script()
    assert done.returncode == 1
    assert "ERR_MODULE_NOT_FOUND" in done.stderr


def test_it_says_that_it_is_another_release_and_sends_no_version(
    case: Case, script: Script, javascript_folder: Path
) -> None:
    """Its name in the requests has stood still at 0.5.13; what its proxy says of X-API-Version is long gone."""
    done = script("--import", str(EXTENSIONS), text="await client.run(params, { wait: false });")
    assert done.returncode == 0, done.stderr
    (call,) = case.calls("runs.create")
    sent = case.world.control("GET", f"/journal/{call['id']}")["request"]["headers"]
    headers = {name.lower(): value for name, value in sent}
    assert headers["x-client-source"] == "inference-sdk-js/0.5.13"
    assert "x-api-version" not in headers
    proxy = javascript_folder / "node_modules" / "@inferencesh" / "sdk" / "dist" / "proxy" / "index.js"
    assert "X-API-Version is load-bearing" in proxy.read_text("utf-8")


def test_a_rejected_task_ends_the_program_without_a_word(case: Case, script: Script) -> None:
    """The promise never settles, and Node, which has nothing left to do, exits with 13."""
    case.clock(mode="scaled", scale=PACE)
    case.also("rejected", error="no room for boats")
    done = script("--import", str(EXTENSIONS), text="await client.run(params); console.log('over');")
    assert (done.returncode, done.stdout) == (13, "")
    assert "no room for boats" not in done.stderr


def test_polling_a_run_that_has_ended_never_ends(case: Case, script: Script) -> None:
    """The status never differs from the one that the run told, and only a change is looked at."""
    case.clock(mode="scaled", scale=PACE)
    text = """
let looks = 0;
const ask = globalThis.fetch;
globalThis.fetch = (url, options) => {
  if (String(url).endsWith("/status") && ++looks === 5) {
    console.log("still asking");
    process.exit(0);
  }
  return ask(url, options);
};
await client.run({ ...params, wait: true }, { stream: false, pollIntervalMs: 20 });
console.log("over");
"""
    done = script("--import", str(EXTENSIONS), text=text)
    assert done.stdout == "still asking\n", done.stderr
    (task,) = case.tasks()
    assert case.record(task)["status"] == 10


def test_one_look_that_goes_wrong_ends_polling(case: Case, script: Script) -> None:
    """However many tries are asked for; the look itself is meant, and not the one at the task that follows a change."""
    case.clock(mode="scaled", scale=PACE)
    refused = {"fault": "status", "status": 503, "detail": "come back in a moment"}
    case.world.control("POST", "/plan", {"steps": [{"on": "status", "nth": 1, "do": refused}]})
    text = """
const options = { stream: false, pollIntervalMs: 20, maxReconnects: 9 };
await client.run(params, options).catch((error) => console.log(error.message));
"""
    done = script("--import", str(EXTENSIONS), text=text)
    assert done.stdout == "HTTP 503: come back in a moment\n", done.stderr
    assert len(case.calls("tasks.status")) == 1


def test_a_run_is_nothing_to_iterate_over(case: Case, script: Script) -> None:
    """Samples have `for await (const update of await client.run(params, { stream: true }))`."""
    case.clock(mode="scaled", scale=PACE)
    text = "for await (const update of await client.run(params, { stream: true })) console.log(update);"
    done = script("--import", str(EXTENSIONS), text=text)
    assert done.returncode == 1
    assert "is not async iterable" in done.stderr
