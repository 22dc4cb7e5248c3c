"""Which plan governs a call: header, prompt marker, world, server."""

from contracts.plans import plan
from mockserver.settings import Settings
from mockserver.testing import serving

from .raw_client import APP, RawClient

STATUS = {"steps": [{"on": "run", "always": True, "do": {"fault": "status", "status": 418}}]}
RUN = {"app": APP, "input": {"prompt": "A boat"}}


def ledgers(raw: RawClient) -> dict[str, str]:
    """The state of the one step of everything armed, by where it comes from."""
    shown = raw.world.control("GET", "/plan")
    return {row["source"]: row["ledger"][0]["state"] for row in (shown, *shown["scenarios"]) if row["ledger"]}


def test_a_header_names_a_scenario(raw: RawClient) -> None:
    """It wins over the world's plan, and its calls are counted over the world."""
    raw.world.control("PUT", "/plan", STATUS)
    seen = raw.send("POST", "/apps/run", body=RUN, X_Mock_Scenario="lost-response")
    again = raw.send("POST", "/apps/run", body=RUN, X_Mock_Scenario="lost-response")
    assert (seen.raw, again.status) == (b"", 200)
    assert ledgers(raw) == {"plan": "unreached", "scenario lost-response": "consumed"}


def test_a_marker_in_the_prompt_names_a_scenario(raw: RawClient) -> None:
    """It wins over the plan too; what the prompt says besides does not matter."""
    raw.world.control("PUT", "/plan", STATUS)
    assert raw.run("A boat [[mock:lost-response]] in the rain").raw == b""
    assert raw.run("A boat").status == 418
    assert ledgers(raw) == {"plan": "consumed", "scenario lost-response": "consumed"}


def test_later_calls_about_the_task_follow_its_scenario(raw: RawClient) -> None:
    """A client that can set no header still meets the faults of its stream."""
    raw.world.control("PUT", "/plan", {"steps": [{"on": "get", "do": {"fault": "status", "status": 418}}]})
    raw.run("A boat [[mock:lost-response]]")
    (task,) = raw.send("GET", "/tasks", X_API_Version="2").json()["items"]
    assert raw.send("GET", f"/tasks/{task['id']}").status == 200
    assert ledgers(raw)["plan"] == "unreached"


def test_a_scenario_that_there_is_not(raw: RawClient) -> None:
    """400 with the nearest name, by header and by marker; no task is made."""
    seen = raw.send("POST", "/apps/run", body=RUN, X_Mock_Scenario="lost-respons")
    assert (seen.status, "did you mean lost-response" in seen.json()["detail"]) == (400, True)
    assert raw.run("[[mock:nothing]]").status == 400
    assert raw.send("GET", "/tasks", X_API_Version="2").json()["items"] == []


def test_matches_count_for_everything_that_names_the_task(raw: RawClient) -> None:
    """Its stream, its status, its video."""
    kite, boat = raw.task("A kite"), raw.task("A boat")
    step = {"on": "status", "always": True, "match": {"prompt": "boat"}, "do": {"fault": "status", "status": 500}}
    raw.world.control("PUT", "/plan", {"steps": [step]})
    assert [raw.send("GET", f"/tasks/{task}/status").status for task in (kite, boat)] == [200, 500]
    video = {"on": "download", "match": {"prompt": "boat"}, "do": {"fault": "status", "status": 404}}
    raw.world.control("PUT", "/plan", {"steps": [video]})
    raw.world.advance()
    urls = [raw.send("GET", f"/tasks/{task}", X_API_Version="2").json()["output"]["video"] for task in (kite, boat)]
    assert [raw.send("GET", url).status for url in urls] == [200, 404]


def test_the_control_plane_arms_shows_and_disarms(raw: RawClient) -> None:
    """PUT replaces, POST adds, GET shows, DELETE says the last word."""
    control = raw.world.control
    assert control("GET", "/plan")["source"] == "default"
    control("PUT", "/plan", STATUS)
    more = control("POST", "/plan", {"steps": [{"on": "get", "do": {"fault": "hang"}}]})
    assert len(more["plan"]["steps"]) == len(more["ledger"]) == 2
    assert raw.run().status == 418
    assert [row["state"] for row in control("DELETE", "/plan")["ledger"]] == ["consumed", "unreached"]
    assert raw.run().status == 200
    assert control("GET", "/plan")["ledger"] == []
    shown = control("PUT", "/plan", {"scenario": "lost-response"})
    assert shown["source"] == "scenario lost-response"
    assert plan.parse(shown["plan"]).hash == shown["hash"]


def test_a_reset_disarms(raw: RawClient) -> None:
    """A fresh world has nothing armed."""
    raw.world.control("PUT", "/plan", STATUS)
    raw.world.reset()
    assert raw.world.control("GET", "/plan")["ledger"] == []


def test_a_plan_has_a_limit() -> None:
    """A thousand steps, and a word on what to do."""
    with serving(Settings(port=0)) as server:
        raw = RawClient(server.world())
        step = {"on": "run", "do": {"fault": "hang"}}
        raw.world.control("PUT", "/plan", {"steps": [step] * 1000})
        seen = raw.send("POST", "/_mock/plan", body={"steps": [step]}, Content_Type="application/json")
        assert (seen.status, "at most 1000" in seen.json()["detail"]) == (400, True)
