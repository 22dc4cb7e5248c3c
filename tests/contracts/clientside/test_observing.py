"""`conform --observe`: a project's own tests, judged by the wire alone."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import httpx
import pytest

from contracts.clientside import case as cases
from contracts.clientside import engine, judging, observing
from contracts.clientside.events import CaseEnded, RunBegan
from contracts.clientside.observing import Observation
from contracts.clientside.protocol import Hello
from contracts.clientside.reference import Client
from contracts.clientside.report import Report
from contracts.clientside.reports import reading
from mockserver.settings import Settings
from mockserver.testing import serving

CONFORM = (sys.executable, "-m", "mockserver", "conform", "--observe")

SUITE = '''
import os
import httpx
from contracts.clientside.reference import Client

RUN = {"app": "klingai/video-v2-6", "input": {"prompt": "Any boat"}}

def clip(key):
    client = Client(os.environ["KIT_BASE_URL"], key)
    client.wait(client.run(RUN["app"], RUN["input"])["id"])

def test_a_clip():
    """Right."""
    clip("kit-submit-plain")

def test_a_lost_answer():
    """Wrong: what has landed is submitted once more."""
    api = httpx.Client(base_url=os.environ["INFERENCE_BASE_URL"], trust_env=False)
    for _ in range(2):
        try:
            api.post("/apps/run", json=RUN, headers={"Authorization": "Bearer kit-submit-lost-response"})
        except httpx.TransportError:
            continue
'''


def chosen(*names: str) -> list[cases.Case]:
    """Return cases."""
    return [row for row in cases.cases() if row.name in names]


def observed(use: Callable[[str], object], *names: str) -> tuple[Observation, Report]:
    """Arm cases, use their keys, and return what is said."""
    report = Report()
    with serving(Settings(port=0)) as server:
        emulator = engine.Emulator(server.base_url)
        with Observation(emulator, chosen(*names), Hello.nameless("tests")) as observation:
            use(server.base_url)
            for event in observation.events():
                report.take(event)
                if isinstance(event, CaseEnded):
                    assert [row.check for row in event.emitted] == [
                        probe.check.id for probe in judging.declared(event.case)
                    ]
    return observation, report


def run(base_url: str, *keys: str) -> None:
    """Make a clip under each key."""
    for key in keys:
        client = Client(base_url, key)
        client.wait(client.run("klingai/video-v2-6", {"prompt": "Any boat"})["id"])
        client.close()


def test_what_the_wire_does_not_tell_is_not_observable() -> None:
    """Never a pass: neither what the client said, nor whether it sent what it was given."""
    _, report = observed(lambda url: run(url, "kit-submit-plain"), "submit/plain")
    (row,) = report.document()["cases"]
    assert {check["check"]: check["verdict"] for check in row["checks"]} == {
        "wire.harness-valid": "pass",
        "wire.contact": "pass",
        "wire.valid-requests": "pass",
        "wire.faults-reached": "pass",
        "adaptor.claims-are-true": "not-observable",
        "submit.returns-the-result": "not-observable",
        "submit.tells-the-output": "not-observable",
        "submit.sends-the-input-unchanged": "not-observable",
        "submit.submits-once": "pass",
        "adaptor.report-is-true": "not-observable",
    }
    assert {check["told"] for check in row["checks"] if check["check"] == "submit.sends-the-input-unchanged"} == {
        "what run was given is not known this way"
    }


def test_both_numbers_tell_how_much_was_seen() -> None:
    """What is not observable counts against conformance."""
    _, report = observed(lambda url: run(url, "kit-submit-plain"), "submit/plain")
    document = report.document()
    assert (document["mode"], document["witnesses"]) == ("observe", ["server"])
    assert document["conformance"] == {"passed": 4, "of": 9, "percent": 44.4}
    assert document["observed"] == {"passed": 4, "of": 9, "percent": 44.4}


def test_what_nobody_touched_is_left_out() -> None:
    """And what cannot be observed at all is said to be so."""
    names = ("submit/plain", "submit/twice", "money/silent")
    observation, report = observed(lambda url: run(url, "kit-submit-plain"), *names)
    document = report.document()
    assert [row["name"] for row in document["cases"]] == ["submit/plain", "submit/twice"]
    assert {check["verdict"] for check in document["cases"][1]["checks"]} == {"not-observable"}
    assert observation.untouched == ["money/silent"]
    assert document["left_out"] == len(cases.cases()) - 2


def test_who_only_touches_a_key_has_no_contact() -> None:
    """A list of tasks is nothing that the case asks for."""

    def touch(base_url: str) -> None:
        headers = {"Authorization": "Bearer kit-submit-plain"}
        httpx.get(f"{base_url}/tasks", headers=headers, trust_env=False)

    _, report = observed(touch, "submit/plain")
    document = report.document()
    assert {row["check"] for row in document["cases"][0]["checks"] if row["verdict"] == "fail"} == {"wire.contact"}
    assert document["conformance"]["passed"] == 0


def test_keys_of_no_case_are_counted() -> None:
    """Who has mistyped one is told."""
    observation, report = observed(lambda _url: None, "submit/plain")
    assert (observation.untouched, report.document()["cases"]) == (["submit/plain"], [])
    with serving(Settings(port=0)) as server:
        emulator = engine.Emulator(server.base_url)
        with Observation(emulator, chosen("submit/plain"), Hello.nameless("tests")) as observation:
            assert observation.strangers == 0
            run(server.base_url, "kit-submit-plane", "kit-submit-plain")
            assert observation.strangers == 1


def test_cases_are_armed() -> None:
    """A key meets the trouble of its case, and who pays twice is found out."""

    def pay_twice(base_url: str) -> None:
        body = {"app": "klingai/video-v2-6", "input": {"prompt": "Any boat"}}
        with httpx.Client(base_url=base_url, trust_env=False) as api:
            headers = {"Authorization": "Bearer kit-submit-lost-response"}
            with pytest.raises(httpx.RemoteProtocolError):
                api.post("/apps/run", json=body, headers=headers)
            api.post("/apps/run", json=body, headers=headers)

    _, report = observed(pay_twice, "submit/lost-response")
    verdicts = {check["check"]: check["verdict"] for check in report.document()["cases"][0]["checks"]}
    assert verdicts["wire.faults-reached"] == "pass"
    assert verdicts["submit.pays-once-after-a-closed-connection"] == "fail"


def test_every_key_is_its_own() -> None:
    """And none is magic."""
    keys = [engine.Emulator("").key(row) for row in cases.cases()]
    assert len(set(keys)) == len(keys)
    assert all(key.replace("-", "").isalnum() for key in keys)


def test_some_cases_are_offered_and_none_in_vain() -> None:
    """The wire tells something of each beside what every case emits."""
    offered = observing.offered(cases.cases())
    assert 30 < len(offered) < len(cases.cases())
    assert {"submit/plain", "webhook/duplicated", "session/whole"} <= {row.name for row in offered}


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A project's own tests."""
    file = tmp_path / "test_client.py"
    file.write_text(SUITE, "utf-8")
    return file


def conform(*words: object) -> subprocess.CompletedProcess[str]:
    """Give the command."""
    argv = [*CONFORM, *map(str, words)]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)


def test_a_suite_is_run_and_judged(suite: Path, tmp_path: Path) -> None:
    """It is told the address, and what it does is judged when it has ended; its own verdict is its own."""
    pytest_ = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", suite)
    done = conform("--area", "submit", "--report", tmp_path / "report.json", "--client", "ours", "--", *pytest_)
    assert done.returncode == 1, done.stderr
    assert "2 passed" in done.stdout
    assert "6 cases wait at http://127.0.0.1:" in done.stdout
    assert "fail submit.pays-once-after-a-closed-connection" in done.stdout
    assert "not touched: submit/lost-response/reset, " in done.stdout
    assert "witnesses   server (not client, disk)" in done.stdout
    document = reading.read(tmp_path / "report.json")
    assert (document["client"]["name"], document["counts"]["fail"]) == ("ours", 1)


@pytest.mark.parametrize(("exits", "code"), [(0, 0), (5, 1)])
def test_a_suite_that_fails_is_no_success(tmp_path: Path, exits: int, code: int) -> None:
    """Whatever the wire says."""
    file = tmp_path / "suite.py"
    ending = f"assert os.sys.argv[1] == os.environ['KIT_BASE_URL']\nraise SystemExit({exits})\n"
    file.write_text(SUITE + f"\nclip('kit-submit-plain')\n{ending}", "utf-8")
    done = conform("--case", "submit/plain", "--allow-partial", "--", sys.executable, file, "{base_url}")
    assert done.returncode == code, done.stdout
    assert ("the project's own command ended with exit code 5" in done.stdout) == (exits == 5)


def test_nothing_at_all_is_no_success() -> None:
    """What to do is told."""
    done = conform("--case", "submit/plain", "--allow-partial", "--", sys.executable, "-c", "")
    assert done.returncode == 1
    assert "nothing arrived at http://127.0.0.1:" in done.stdout
    assert "new Inference({ baseUrl })" in done.stdout


@pytest.fixture
def serves() -> Iterator[subprocess.Popen[str]]:
    """The command without tests to run."""
    argv = [*CONFORM, "--case", "submit/plain", "--allow-partial"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as child:
        yield child
        child.kill()


def _address(stdout: IO[str]) -> str:
    """Return the base URL once the command serves."""
    base_url = ""
    for line in stdout:
        base_url = line.split()[2] if line.startswith("Base URL ") else base_url
        if line.startswith("serving"):
            return base_url
    raise AssertionError("it never served")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_brings_the_verdicts(serves: subprocess.Popen[str], number: int) -> None:
    """Ctrl-C, or what a supervisor sends."""
    assert serves.stdout is not None
    run(_address(serves.stdout), "kit-submit-plain")
    serves.send_signal(number)
    told = serves.stdout.read()
    assert serves.wait(20) == 0
    assert "conformance 44.4 % (4 of 9)" in told


def test_the_run_begins_with_what_it_is() -> None:
    """The first event has the mode and the only witness."""
    with serving(Settings(port=0)) as server:
        emulator = engine.Emulator(server.base_url)
        with Observation(emulator, chosen("submit/plain"), Hello.nameless("tests")) as observation:
            first = next(observation.events())
    assert isinstance(first, RunBegan)
    assert (first.mode, first.witnesses, first.client.name) == ("observe", ("server",), "tests")
