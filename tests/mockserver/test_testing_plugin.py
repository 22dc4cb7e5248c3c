"""The pytest plugin, in sessions of its own."""

import re

import pytest

from mockserver.settings import Settings
from mockserver.testing.process import serving_apart

from .sessions import Sessions, section

pytest_plugins = ["pytester"]

# ---------------------------------------------------------------------------------------------------- worlds


def test_nothing_of_ours_is_imported_before_a_fixture_is_used(session: Sessions) -> None:
    """Beside a project that does not use it, the plugin costs next to nothing."""
    result = session.run(
        """
import sys

def test_alone():
    ours = {name for name in sys.modules if name.split(".")[0] in {"mockserver", "contracts"}}
    assert ours == {"mockserver", *(f"mockserver.testing{name}" for name in ("", ".contract", ".plugin"))}
    assert "orjson" not in sys.modules
""",
        "-p",
        "no:xdist",
    )
    # httpx is the test's own; what it brings does not count.
    result.assert_outcomes(passed=1)


def test_a_test_has_the_same_world_every_time(session: Sessions) -> None:
    """Its ids repeat from run to run, and differ from those of the next test and of another seed."""
    body = """
@pytest.mark.inference(clock="manual")
@pytest.mark.parametrize("number", [1, 2])
def test_it(inference_mock, number):
    assert len(inference_mock.journal) == 0
    run(inference_mock)
    inference_mock.advance()
    print("JOURNAL", number, inference_mock.journal(full="true"))
"""

    def journals(*arguments: str) -> list[str]:
        result = session.run(body, "-s", *arguments)
        result.assert_outcomes(passed=2)
        # The port is another one each time, and stands nowhere but in Host.
        return [re.sub(r"127\.0\.0\.1:\d+", "", line) for line in result.outlines if "JOURNAL" in line]

    first = journals()
    assert journals() == first
    assert journals("--inference-server=process") == first
    assert journals("--inference-seed=8") != first
    assert len({line.split("]", 1)[0].split("'id': ")[1] for line in first}) == 2


def test_a_world_is_left_behind_for_nobody(session: Sessions) -> None:
    """A test that is run twice in a session begins anew, and a receiver it forgot is closed."""
    result = session.run(
        """
@pytest.fixture(params=[1])
def again(request): ...

def test_it(inference_mock):
    assert len(inference_mock.journal) == 0
    run(inference_mock)
    inference_mock.webhook_receiver()
""",
        "test_mine.py::test_it",
        "test_mine.py::test_it",
        "--keep-duplicates",
    )
    assert result.ret == 0


def test_what_the_server_is_armed_with_is_no_wish_of_the_test(session: Sessions) -> None:
    """Steps of its default plan may be left over."""
    result = session.run(
        """
from contracts.plans import plan
from mockserver.settings import Settings

@pytest.fixture(scope="session")
def inference_settings():
    return Settings(port=0, plan=plan.parse([BUSY]))

def test_it(inference_mock):
    assert inference_mock.plan()["source"] == "default"
""",
    )
    result.assert_outcomes(passed=1)


def test_marks_say_how_the_world_is(session: Sessions) -> None:
    """Plan, scenario, clock and any behaviour setting; the nearer mark wins."""
    session.pytester.makefile(".toml", plan='[[steps]]\non = "get"\ndo = { fault = "status", status = 503 }\n')
    result = session.run(
        """
pytestmark = pytest.mark.inference(enforce="observed", latency="instant", scenario="lost-response", clock="manual")


def behaviour(mock):
    return mock.control("GET", "/settings")["world"]["behaviour"]

@pytest.mark.inference(latency="realistic", plan="plan.toml")
def test_a_plan_in_the_place_of_a_scenario(inference_mock):
    assert behaviour(inference_mock)["latency"] == "realistic"
    assert behaviour(inference_mock)["enforce"] == "observed"
    assert inference_mock.plan()["plan"]["steps"][0]["on"] == "get"
    with api(inference_mock) as client:
        assert client.get("/tasks/x").status_code == 503
    inference_mock.plan("plan.toml")
    with api(inference_mock) as client:
        assert client.get("/tasks/x").status_code == 503

@pytest.mark.inference(allow_unreached=True)
def test_the_scenario_of_the_module(inference_mock):
    assert inference_mock.plan()["source"] == "scenario lost-response"
    assert str(inference_mock.clock.now) == "2026-06-01 00:00:00+00:00"

def test_without_a_world():
    pass
""",
    )
    result.assert_outcomes(passed=3)


WRONG = {
    "plan=5": "5 is no plan; expected steps, a list of them, a whole plan or a file",
    "latncy='quick'": "there is no 'latncy'; did you mean latency? It takes scenario, plan",
    "latency='slow'": "latency is 'slow'; it takes one of: instant",
    "clock='frozen'": "clock is 'frozen'; it takes one of: real",
    "scenario='lost-respons'": "did you mean lost-response",
    "scenario=7": "scenario is 7",
    "plan=[{'on': 'get', 'do': {'fault': 'x'}}]": "/steps/0/do/fault",
    "plan='missing.toml'": "missing.toml: No such file",
    "plan=[], scenario='lost-response'": "plan and scenario do not go together",
    "allow_unreached='yes'": "allow_unreached is 'yes'",
    "'manual'": "it takes names only",
}


def test_a_wrong_mark_is_told_with_the_test(session: Sessions) -> None:
    """One sentence in the place of a traceback."""
    tests = [f"@pytest.mark.inference({mark})\ndef test_{n}(inference_mock): ...\n" for n, mark in enumerate(WRONG)]
    result = session.run("\n".join(tests))
    result.assert_outcomes(errors=len(WRONG))
    for number, told in enumerate(WRONG.values()):
        start = f"test_mine.py::test_{number}: @pytest.mark.inference: "
        (line,) = [line for line in result.outlines if line.startswith(start)]
        assert told in line
    assert "Traceback" not in result.stdout.str()
    assert "mockserver/testing" not in result.stdout.str()


def test_a_mark_without_a_world_is_told(session: Sessions) -> None:
    """It would have no effect, and nobody would see that."""
    result = session.run("@pytest.mark.inference(clock='manual')\ndef test_it(): ...\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines("*does not use inference_mock*")


# ---------------------------------------------------------------------------------------------------- the ledger


def test_a_step_that_was_never_reached_fails_the_test(session: Sessions) -> None:
    """It says which call never came; excused steps and those of a test that failed anyway are no second failure."""
    result = session.run(
        """
@pytest.mark.inference(plan=[BUSY])
def test_unreached(inference_mock):
    run(inference_mock)

@pytest.mark.inference(plan=[BUSY], allow_unreached=True)
def test_allowed_by_the_mark(inference_mock): ...

@pytest.mark.inference(plan=[{**BUSY, "at_most": True}])
def test_allowed_by_the_step(inference_mock): ...

@pytest.mark.inference(plan=[BUSY])
def test_failed_anyway(inference_mock):
    assert 1 == 2

@pytest.mark.inference(plan=[BUSY])
def test_skipped(inference_mock):
    pytest.skip("not today")

@pytest.mark.inference(plan=[BUSY])
def test_reached(inference_mock):
    with api(inference_mock) as client:
        assert [client.get("/tasks/x").status_code for _ in range(2)] == [404, 503]

@pytest.mark.xfail(strict=True)
@pytest.mark.inference(plan=[BUSY])
def test_expected_to_fail(inference_mock): ...
""",
        "-rA",
    )
    result.assert_outcomes(passed=3, failed=2, skipped=1, xfailed=1)
    result.stdout.fnmatch_lines(
        ["armed, but never met:", "  status on get: no such call came; call 2 of get never did"]
    )
    result.stdout.fnmatch_lines(["missed  status on get: no such call came; call 2 of get never did"])
    result.stdout.fnmatch_lines(["E       assert 1 == 2"])
    result.stdout.fnmatch_lines(["FAILED test_mine.py::test_failed_anyway - assert 1 == 2"])


def test_a_module_of_the_project_that_hides_ours_is_told(session: Sessions) -> None:
    """By its file, and what to do; not as a module of ours that is missing."""
    session.pytester.mkpydir("contracts")
    result = session.run("def test_it(inference_mock): ...\n", "-p", "no:xdist")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines("inferencesh-mock: its package `contracts` in * is hidden by *contracts/__init__.py; *")


# ---------------------------------------------------------------------------------------------------- reports

FAILING = """
@pytest.mark.inference(clock="manual", plan=[BUSY, {"on": "cancel", "do": {"fault": "hang"}}])
def test_it(inference_mock):
    hook = inference_mock.webhook_receiver()
    with api(inference_mock) as client:
        task = client.post("/apps/run", json={**RUN, "webhook": hook.url}).json()["data"]["id"]
        inference_mock.advance(1)
        client.get(f"/tasks/{task}")
        client.get(f"/tasks/{task}")
        client.get("/tasks/" + "very-long-" * 20)
        inference_mock.advance()
        print("TASK", task)
        assert 1 == 2
"""


def test_a_failure_tells_what_happened_and_how_to_see_it_again(session: Sessions) -> None:
    """Calls with their answers, faults met and missed, webhooks, money, and a command that gives the same ids."""
    result = session.run(FAILING)
    result.assert_outcomes(failed=1)
    lines = section(result)
    assert lines[0].startswith("clock   manual, began 2026-06-01T00:00:00Z, ")
    shown = "\n".join(lines)
    for told in (
        r'calls      0\.000  POST    /apps/run \{"prompt": "A boat"\} +200 \w{8} received',
        r"           1\.000  GET     /tasks/\w{8} +200 \w{8} (running|preparing|serving|setting_up)",
        r"           1\.000  GET     /tasks/\w{8} +503 <- status service_unavailable: Service Unavailable: .* says so$",
        r"           3\.\d+  webhook http://127\.0\.0\.1:\d+/hook +\w{8} delivered",
        r"met     status on get was met once",
        r"missed  hang on cancel: no such call came; call 1 of cancel never did",
        r"credits \$0\.70 spent of \$100\.00",
        r"replay  w1-0-[0-9a-f]{16}-[0-9a-f]{8}-\S+",
        r"        pytest test_mine\.py::test_it --inference-replay=w1-0-",
    ):
        assert re.search(told, shown, re.MULTILINE), f"{told}\n{shown}"
    assert max(map(len, lines)) <= 160
    assert len({line.index("200 ") if "200 " in line else 0 for line in lines[1:3]}) == 1, "the answers are aligned"
    again = session.again(*lines[-1].split()[1:])
    (task,) = [line for line in result.outlines if line.startswith("TASK")]
    assert task in again.outlines
    assert section(again)[-1] == lines[-1]


def test_a_replay_under_another_plan_is_told(session: Sessions) -> None:
    """A token of a test that has been changed since does not repeat its world, and the report says so."""
    body = """
@pytest.mark.inference(plan=[{"on": "get", "do": {"fault": "reset"}}])
def test_it(inference_mock):
    with api(inference_mock) as client, pytest.raises(httpx.ReadError):
        client.get("/tasks/1")
    assert 1 == 2
"""
    token = section(session.run(body))[-1].split("=")[-1]
    assert not [line for line in section(session.again(f"--inference-replay={token}")) if "not the world" in line]
    lines = section(session.run(body.replace("[{", "[BUSY, {"), f"--inference-replay={token}"))
    assert f"        not the world of {token}: another plan" in lines
    assert any(re.search(r"GET     /tasks/1  - <- reset$", line) for line in lines), "said once"


def test_a_long_story_is_told_short(session: Sessions) -> None:
    """Of hundreds of calls the first and the latest are shown, and how many there were between."""
    result = session.run(
        """
def test_it(inference_mock):
    with api(inference_mock) as client:
        for number in range(200):
            client.get(f"/tasks/{number}")
    assert 1 == 2
""",
    )
    lines = section(result)
    assert len(lines) < 50
    assert any("160 more" in line for line in lines)
    assert "/tasks/199" in "".join(lines)


def test_an_emulator_that_has_gone_does_not_hide_the_failure(session: Sessions) -> None:
    """The report says that it does not answer."""
    result = session.run(
        """
def test_it(inference_mock):
    inference_mock._control = type(inference_mock._control)("http://127.0.0.1:1", "k")
    assert 1 == 2
""",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines("the emulator does not tell what happened:*")


# ---------------------------------------------------------------------------------------------------- servers


MANY = """
@pytest.mark.parametrize("number", range(40))
def test_it(inference_mock, number):
    RUN["input"]["prompt"] = f"boat {number}"
    print("KEY", inference_mock.api_key)
    inference_mock.plan({"on": "get", "nth": 2, "do": {"fault": "status", "status": 400 + number}})
    hook = inference_mock.webhook_receiver()
    with api(inference_mock) as client:
        task = client.post("/apps/run", json={**RUN, "webhook": hook.url}).json()["data"]["id"]
        assert client.get(f"/tasks/{task}").status_code == 200
        assert client.get(f"/tasks/{task}").status_code == 400 + number
    inference_mock.freeze()
    inference_mock.advance()
    assert inference_mock.task(task)["given_input"]["prompt"] == f"boat {number}"
    assert [row["task_id"] for row in inference_mock.deliveries] == [task]
    assert [got.json["id"] for got in hook.wait()] == [task]
    assert [row["operation"] for row in inference_mock.journal] == ["runs.create", "tasks.get", "tasks.get"]
    assert inference_mock.credits["charged"] == 70_000_000
"""


def test_eight_workers_on_one_server_do_not_meet(session: Sessions) -> None:
    """Nor would two runs at once: their keys differ."""
    # In a process: pytester forgets the modules that this one would load meanwhile.
    with serving_apart(Settings()) as server:
        url = f"--inference-server={server.base_url}"
        session.run(MANY, "-n", "8", url).assert_outcomes(passed=40)
        health = server.world().control("GET", "/health")
        assert health["worlds"] == 0, "worlds of tests that have passed are let go"
        runs = [session.run(MANY, *workers, url, "-k", "[7]", "-rP") for workers in (["-n", "2"], [], [])]
        keys = [line for run in runs for line in run.outlines if line.startswith("KEY")]
        assert len(set(keys)) == 3


def test_workers_have_servers_of_their_own(session: Sessions) -> None:
    """Without a URL each starts one, on a port that is free."""
    session.run(MANY, "-n", "2").assert_outcomes(passed=40)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--inference-server=http://127.0.0.1:1"], "refused; is `inferencesh-mock serve` running there?"),
        (["--inference-server=cloud"], "--inference-server is 'cloud'; expected thread, process or a URL"),
        (["--inference-replay=w1"], "--inference-replay: 'w1' is no world token"),
        (
            [f"--inference-seed={2**63}"],
            "--inference-seed: the seed is 9223372036854775808; expected",
        ),
        (
            ["--inference-server=http://127.0.0.1:1", "--inference-seed=1"],
            "--inference-seed goes with an emulator that",
        ),
    ],
)
def test_options_that_do_not_work_are_told(session: Sessions, arguments: list[str], told: str) -> None:
    """In a sentence that names the option."""
    result = session.run("def test_it(inference_mock): ...\n", *arguments)
    result.assert_outcomes(errors=1)
    assert told in result.stdout.str()
    assert "During handling" not in result.stdout.str()


def test_a_server_with_a_token_is_used_with_it(session: Sessions) -> None:
    """What X-Mock-Token has to say is an option."""
    with serving_apart(Settings(control_token="t")) as server:
        url = f"--inference-server={server.base_url}"
        body = "def test_it(inference_mock):\n    run(inference_mock)\n    assert len(inference_mock.journal) == 1\n"
        session.run(body, url, "--inference-token=t").assert_outcomes(passed=1)
        session.run(body, url).assert_outcomes(errors=1)
