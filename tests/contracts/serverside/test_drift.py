"""Two runs compared."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from contracts.serverside import drift
from contracts.serverside.caller import Recorder
from contracts.serverside.drift import DriftError

from .test_exchange import exchange

RUN: dict[str, Any] = {
    "kind": drift.KIND,
    "version": drift.VERSION,
    "requirements": [
        {"id": "REQ-RUN-001", "verdict": "pass", "told": "both routes"},
        {"id": "REQ-RUN-002", "verdict": "not-run", "told": ""},
    ],
    "shapes": {"tasks.get 200": {"/": ["object"], "/id": ["string"]}},
}


def changed(**members: Any) -> dict[str, Any]:
    """The run with something different."""
    return {**copy.deepcopy(RUN), **members}


def test_the_same_run_has_not_moved() -> None:
    """Nothing is told."""
    assert drift.compare(RUN, changed()) == []


def test_a_verdict_that_moved_is_told() -> None:
    """With the word that goes with the later one."""
    rows = [{"id": "REQ-RUN-001", "verdict": "fail", "told": "one route is gone"}, RUN["requirements"][1]]
    (moved,) = drift.compare(RUN, changed(requirements=rows))
    assert (moved.where, moved.before, moved.after, moved.told) == ("REQ-RUN-001", "pass", "fail", "one route is gone")


def test_what_was_not_looked_at_before_has_not_moved() -> None:
    """It is not known."""
    rows = [RUN["requirements"][0], {"id": "REQ-RUN-002", "verdict": "pass", "told": "at once"}]
    assert drift.compare(RUN, changed(requirements=rows)) == []


def test_what_is_looked_at_no_longer_has_moved() -> None:
    """With the reason: a promise must not get lost in silence."""
    for verdict in ("not-run", "not-applicable"):
        rows = [{"id": "REQ-RUN-001", "verdict": verdict, "told": "no money"}]
        (moved,) = drift.compare(RUN, changed(requirements=rows))
        assert moved.line() == f"requirement REQ-RUN-001: pass -> {verdict}  no money"
    (moved,) = drift.compare(RUN, changed(requirements=[]))
    assert moved.line() == "requirement REQ-RUN-001: pass -> absent  the later run does not know it"


def test_an_answer_that_vanished_has_moved() -> None:
    """Unless the later run looked at less, which is told by itself."""
    (moved,) = drift.compare(RUN, changed(shapes={}))
    assert moved.line() == "shape       tasks.get 200: seen -> absent"
    assert drift.compare(changed(phases=["machine"]), changed(phases=["scripted"], shapes={})) == []


def test_a_member_that_one_run_saw_empty_has_not_moved() -> None:
    """A cursor is null where there is one page: with the same key the second run has more tasks to list."""
    before, after = ({"/": ["object"], "/next_cursor": types} for types in (["null"], ["null", "string"]))
    assert drift.compare(changed(shapes={"tasks.list 200": before}), changed(shapes={"tasks.list 200": after})) == []


def test_a_shape_that_moved_is_told_with_its_place() -> None:
    """A member that came, and one whose type changed."""
    other = {
        "tasks.get 200": {"/": ["object"], "/id": ["integer"], "/new": ["null"]},
        "tasks.get 500": {"/": ["object"]},
    }
    moved = {(row.where, row.before, row.after) for row in drift.compare(RUN, changed(shapes=other))}
    assert moved == {("tasks.get 200 /id", "string", "integer"), ("tasks.get 200 /new", "absent", "null")}


@pytest.mark.parametrize(
    ("one", "other", "moved"),
    [
        ({"/": ["object"], "/a": ["null"]}, {"/": ["object"], "/a": ["null", "string"]}, []),
        ({"/": ["object"], "/a": ["string"]}, {"/": ["object"], "/a": ["null"]}, []),
        ({"/": ["object"], "/a": ["null", "string"]}, {"/": ["object"], "/a": ["integer"]}, ["/a"]),
        ({"/": ["array"]}, {"/": ["array"], "/*": ["object"], "/*/a": ["string"]}, []),
        ({"/": ["object"], "/a": ["null"]}, {"/": ["object"], "/a": ["object"], "/a/b": ["string"]}, []),
        ({"/": ["array"], "/*": ["object"]}, {"/": ["array"], "/*": ["object"], "/*/b": ["null"]}, ["/*/b"]),
        ({"/": ["array"]}, {"/": ["object"], "/a": ["string"]}, ["/"]),
    ],
)
def test_what_happened_to_stand_there_has_not_moved(one: Any, other: Any, moved: list[str]) -> None:
    """Null and an empty list say nothing of what else may stand in their place; whichever run is the earlier."""
    for before, after in ((one, other), (other, one)):
        found = drift.compare(changed(shapes={"x 200": before}), changed(shapes={"x 200": after}))
        assert [row.where for row in found] == [f"x 200 {at}" for at in moved]


def test_runs_that_were_made_differently_are_told() -> None:
    """Then more moves than the server."""
    one, other = changed(phases=["scripted", "machine"], seed=0), changed(phases=["scripted"], seed=0)
    assert drift.conditions(one, other) == ["phases scripted, machine -> scripted"]
    assert drift.conditions(one, one) == []


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ({"areas": ["env"]}, {"areas": []}, ["areas env -> all"]),
        ({"checks": []}, {"checks": ["a.b", "a.c"]}, ["checks all -> a.b, a.c"]),
        (
            {"stopped": {}},
            {"stopped": {"run": "it was broken off by Ctrl-C"}},
            ["the later run did not come to its end: it was broken off by Ctrl-C"],
        ),
        (
            {"stopped": {"machine": "the server is gone"}},
            {"stopped": {}},
            ["machine did not come to its end in the earlier run: the server is gone"],
        ),
        ({"stopped": {"machine": "no limit"}}, {"stopped": {"machine": "no limit"}}, []),
        ({"stopped": 5}, {}, []),
        ({}, {"areas": ["env"], "checks": ["a.b"], "phases": ["scripted"]}, []),
    ],
)
def test_runs_that_looked_at_less_are_told(one: dict[str, Any], other: dict[str, Any], told: list[str]) -> None:
    """By what was chosen and by what ended early; an older file says nothing of it. Then no answer is lost."""
    before, after = changed(**one), changed(shapes={}, **other)
    assert drift.conditions(before, after) == told
    assert bool(drift.compare(before, after)) is not bool(told)


def test_two_servers_are_named_and_no_difference_of_how_they_were_asked() -> None:
    """To compare them is what it is for."""
    one, other = changed(base_url="http://127.0.0.1:1"), changed(base_url="https://api.example.com")
    assert drift.servers(one, other) == "servers     http://127.0.0.1:1 -> https://api.example.com"
    assert drift.servers(one, one) is None
    assert drift.conditions(one, other) == []


def test_shapes_are_of_members_and_types_and_not_of_values() -> None:
    """Lists are looked into, inputs are not: they are the caller's. What is forgotten leaves its shape."""
    one = exchange(body=json.dumps({"items": [{"id": "a"}, {"id": None}], "input": {"prompt": "x"}, "n": 1.5}).encode())
    recorder = Recorder()
    recorder.keep(one)
    recorder.forget(())
    assert recorder.exchanges == ()
    assert recorder.shapes == {
        "tasks.get 200, version 2": {
            "/": ["object"],
            "/input": ["object"],
            "/items": ["array"],
            "/items/*": ["object"],
            "/items/*/id": ["null", "string"],
            "/n": ["number"],
        }
    }


def test_a_shape_goes_with_the_version_that_was_asked_for() -> None:
    """Each has its envelope: what one run asked otherwise has not moved."""
    shapes = {}
    for asked, body in ((None, {"data": {}}), ("2", {"user": {}}), ("2", {"user": None}), ("x", {}), ("y", [])):
        headers = () if asked is None else (("X-API-Version", asked),)
        recorder = Recorder()
        recorder.keep(exchange(request_headers=headers, body=json.dumps(body).encode()))
        shapes.update(recorder.shapes)
    assert list(shapes) == ["tasks.get 200, no version", "tasks.get 200, version 2", "tasks.get 200, another version"]
    bare, whole = ({name: shapes[name]} for name in list(shapes)[:2])
    assert drift.compare(changed(shapes=bare, areas=["env"]), changed(shapes=whole, areas=["task"])) == []


def test_a_run_of_an_older_command_is_compared_by_operation_and_status() -> None:
    """It does not tell the versions apart; a file of today's is read like one of its own."""
    new = {
        "x 200, version 2": {"/": ["object"], "/a": ["string"]},
        "x 200, no version": {"/": ["object"], "/data": ["null"]},
    }
    old = {"x 200": {"/": ["object"], "/a": ["string"], "/data": ["null"]}}
    assert drift.compare(changed(shapes=old), changed(shapes=new)) == []
    assert drift.compare(changed(shapes=new), changed(shapes=old)) == []
    (moved,) = drift.compare(changed(shapes={"x 200": {**old["x 200"], "/a": ["integer"]}}), changed(shapes=new))
    assert moved.where == "x 200 /a"


ROW = {"id": "REQ-RUN-001", "verdict": "pass", "told": ""}


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"version": 2}, r"has the form 2, and this version of the command reads 1; save both runs with the same"),
        ({"version": True}, "has the form True"),
        ({"version": None}, "has the form None"),
        ({"requirements": None}, "damaged: it lacks `requirements`"),
        ({"shapes": []}, "damaged: it lacks .*`shapes`, an object"),
        ({"requirements": [5]}, "row 1 of `requirements` has no"),
        ({"requirements": [{**ROW, "verdict": "maybe"}]}, "row 1 of `requirements` has no .*known `verdict`"),
        ({"requirements": [{**ROW, "verdict": []}]}, "row 1 of `requirements` has no .*known `verdict`"),
        ({"requirements": [{**ROW, "id": []}]}, "row 1 of `requirements` has no `id`"),
        ({"requirements": [{"id": "x", "verdict": "pass"}]}, "row 1 of `requirements` has no .*`told`"),
        ({"requirements": [ROW, ROW]}, "row 2 of `requirements` is the second of its `id`"),
        ({"shapes": {"tasks.get 200": []}}, "the shape of 'tasks.get 200' is none"),
        ({"shapes": {"tasks.get 200": {"/": [5]}}}, "the shape of 'tasks.get 200' is none"),
        ({"shapes": {"tasks.get 200": {"/": "object"}}}, "the shape of 'tasks.get 200' is none"),
    ],
)
def test_what_no_run_wrote_is_refused(tmp_path: Path, members: dict[str, Any], said: str) -> None:
    """Another form, or a damaged one: it says which part, and does not compare what is left."""
    file = tmp_path / "run.json"
    file.write_text(json.dumps(changed(**members)), "utf-8")
    with pytest.raises(DriftError, match=said):
        drift.read(file)


@pytest.mark.parametrize("text", ["", "[]", '{"kind": "other"}', "[" * 100_000])
def test_what_is_no_run_is_refused(tmp_path: Path, text: str) -> None:
    """It is told what was expected."""
    file = tmp_path / "run.json"
    file.write_text(text)
    with pytest.raises(DriftError, match="expected a file of `inferencesh-mock check --save`"):
        drift.read(file)


def test_a_file_that_is_too_large_is_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more of it is read than a run may have."""
    monkeypatch.setattr(drift, "MOST_BYTES", 2 << 20)
    file = tmp_path / "large.json"
    with file.open("wb") as stream:
        stream.truncate((2 << 20) + 1)
    with pytest.raises(DriftError, match=r"large\.json has more than 2 MiB, which is no saved run; expected a file of"):
        drift.read(file)
