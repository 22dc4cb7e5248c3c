"""The ledger: what became of every step."""

import pytest

from contracts.plans import plan
from mockserver.faults.armed import ArmedPlan


def armed(*steps: dict[str, object]) -> ArmedPlan:
    """An armed plan of steps that lose a response."""
    return ArmedPlan(plan.parse([{"on": "run", "do": {"fault": "lost_response"}, **step} for step in steps]), "plan")


def call(found: ArmedPlan, number: int, *, consume: bool = True) -> None:
    """Let a run come, and meet what there is to the end."""
    for hit in found.meet("run", {"prompt": "A boat"}, by=f"exchange{number}", at=1_780_272_000.0 + number).values():
        if consume:
            hit.consume()


def test_a_step_that_no_call_reached_says_so() -> None:
    """It names the call that never came."""
    found = armed({"nth": 3})
    call(found, 1)
    (entry,) = found.entries
    assert entry.state == "unreached"
    assert entry.told() == "lost_response on run: such calls came once; call 3 of run never did"
    assert found.open_entries == [entry]


def test_a_step_that_was_met_says_by_whom_and_when() -> None:
    """Exchange, time and number of the call."""
    found = armed({"nth": 2})
    call(found, 1)
    call(found, 2)
    (entry,) = found.entries
    (meeting,) = entry.document()["by"]
    assert entry.state == "consumed"
    assert (meeting["by"], meeting["at"], meeting["call"]) == ("exchange2", "2026-06-01T00:00:02Z", 2)
    assert found.open_entries == []


def test_a_step_under_way_is_not_consumed_yet() -> None:
    """Until whoever plays it says how it went."""
    found = armed({})
    call(found, 1, consume=False)
    assert found.entries[0].state == "underway"
    assert found.open_entries == found.entries


def test_half_a_range_is_unreached() -> None:
    """All of its calls have to come."""
    found = armed({"from": 1, "to": 3})
    call(found, 1)
    call(found, 2)
    assert (found.entries[0].state, found.entries[0].met) == ("unreached", 2)
    assert "call 3 of run never did" in found.entries[0].told()
    call(found, 3)
    assert found.entries[0].state == "consumed"


def test_a_step_on_every_call_wants_one() -> None:
    """And counts them all."""
    found = armed({"always": True})
    assert found.entries[0].state == "unreached"
    for number in range(1, 1500):
        call(found, number)
    assert (found.entries[0].state, found.entries[0].met) == ("consumed", 1499)
    assert len(found.entries[0].meetings) == 1000


def test_what_may_be_left_over_is_no_finding() -> None:
    """`at_most` excuses."""
    found = armed({"at_most": True})
    assert (found.entries[0].state, found.entries[0].excused, found.open_entries) == ("unreached", True, [])


def test_the_second_step_of_a_slot_is_ambiguous() -> None:
    """The first took the call, and the ledger says which that was."""
    found = armed({}, {})
    call(found, 1)
    first, second = found.entries
    assert (first.state, second.state) == ("consumed", "ambiguous")
    assert second.told() == "lost_response on run was met, but lost_response, which stands before it, took the call"


def test_the_first_word_on_a_meeting_counts() -> None:
    """Neither doubt nor consumption can be taken back."""
    found = armed({}, {"nth": 2})
    one = found.meet("run", None, by="a", at=0.0)["answer"]
    one.doubt("the client left before it")
    one.consume()
    two = found.meet("run", None, by="b", at=0.0)["answer"]
    two.consume()
    two.doubt("the client left before it")
    assert [entry.state for entry in found.entries] == ["ambiguous", "consumed"]


@pytest.mark.parametrize(("on", "met"), [("any", ["run", "get", "sessions.get"]), ("webhook", ["webhook"])])
def test_any_is_every_call_and_no_webhook(on: str, met: list[str]) -> None:
    """A webhook is no call that a client makes."""
    fault = {"fault": "webhook_drop"} if on == "webhook" else {"fault": "hang"}
    found = ArmedPlan(plan.parse([{"on": on, "always": True, "do": fault}]), "plan")
    names = ["run", "get", "sessions.get", "webhook"]
    assert [name for name in names if found.meet(name, None, by="x", at=0.0)] == met


def test_only_calls_that_match_are_counted() -> None:
    """The second call about boats is met, however many others come between."""
    found = armed({"nth": 2, "match": {"prompt": "boat"}})
    given = [{"prompt": prompt} for prompt in ("a boat", "a kite", "a kite", "a boat", "a boat")]
    assert [bool(found.meet("run", row, by="x", at=0.0)) for row in given] == [False, False, False, True, False]


def test_chaos_is_drawn_and_the_same_seed_draws_the_same() -> None:
    """About as often as its probability says, and nothing drawn is no finding."""

    def drawn(seed: int) -> list[bool]:
        chance = {"on": "any", "probability": 0.25, "do": {"fault": "hang"}}
        found = ArmedPlan(plan.parse({"chaos": {"seed": seed, "faults": [chance]}}), "plan")
        return [bool(found.meet("get", None, by="x", at=0.0)) for _ in range(400)]

    assert drawn(7) == drawn(7) != drawn(8)
    assert 70 < sum(drawn(7)) < 130
    never = {"on": "any", "probability": 0, "do": {"fault": "hang"}}
    assert ArmedPlan(plan.parse({"chaos": {"faults": [never]}}), "plan").open_entries == []


def test_chances_do_not_shift_each_others_draws() -> None:
    """With calls of another kind in between, and another chance for them, a run still meets what it would have met."""
    run = {"on": "run", "probability": 0.5, "do": {"fault": "hang"}}
    alone = ArmedPlan(plan.parse({"chaos": {"seed": 1, "faults": [run]}}), "plan")
    beside = ArmedPlan(plan.parse({"chaos": {"seed": 1, "faults": [run, {**run, "on": "get"}]}}), "plan")
    for _ in range(50):
        beside.meet("get", None, by="x", at=0.0)
        assert bool(alone.meet("run", None, by="x", at=0.0)) == bool(beside.meet("run", None, by="x", at=0.0))


def test_steps_that_are_added_count_from_then_on() -> None:
    """What was counted stays."""
    found = armed({"nth": 1})
    call(found, 1)
    found.extend(plan.parse([{"on": "run", "nth": 1, "do": {"fault": "hang"}}]))
    assert [entry.state for entry in found.entries] == ["consumed", "unreached"]
    call(found, 2)
    assert [entry.state for entry in found.entries] == ["consumed", "consumed"]


def test_chances_that_are_added_are_drawn_as_if_they_had_been_there() -> None:
    """Each from numbers of its own, so that the plan as it is shown draws the same again."""
    run = {"on": "run", "probability": 0.5, "do": {"fault": "hang"}}
    found = ArmedPlan(plan.parse([{"on": "run", "nth": 1, "do": {"fault": "hang"}}]), "plan")
    found.extend(plan.parse({"chaos": {"seed": 7, "faults": [run]}}))
    found.extend(plan.parse({"chaos": {"faults": [{**run, "do": {"fault": "delay", "seconds": 1}}]}}))
    again = ArmedPlan(plan.parse(found.plan.document()), "plan")
    assert again.plan.seed == 7
    for _ in range(50):
        hits, same = (armed.meet("run", None, by="x", at=0.0) for armed in (found, again))
        assert hits.keys() == same.keys()
    assert [entry.met for entry in found.entries] == [entry.met for entry in again.entries]
    assert found.entries[1].met != found.entries[2].met
