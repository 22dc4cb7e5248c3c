"""Inputs and what has to come of them, compared with answers."""

import json
from typing import Any

import pytest

from contracts.serverside.cases import Case, Wanted, compare, rule_of_warning, violations_of, warnings_of
from contracts.serverside.exchange import Exchange, UnexpectedError

CASE = Case("REQ-INPUT-009", "a case", {}, frozenset({"REQ-INPUT-052"}))
RATIO, SOUND = ("/aspect_ratio", "REQ-INPUT-009"), ("/sound", "REQ-INPUT-012")


def answer(status: int, document: Any) -> Exchange:
    """An answer of a run."""
    return Exchange(
        1, "POST", "http://x/apps/run", (), b"", "runs.create", status, body=json.dumps(document).encode("utf-8")
    )


def refused(*rows: tuple[str, str], code: str = "validation_error") -> Exchange:
    """A 422 that names violations."""
    data = [{"pointer": pointer, "rule": rule} for pointer, rule in rows]
    return answer(422, {"error": {"code": code}, "data": data})


def accepted(*rows: tuple[str, str]) -> Exchange:
    """A success with warnings."""
    messages = [{"level": "warning", "code": code, "meta": {"pointer": pointer}} for pointer, code in rows]
    return answer(200, {"data": {"id": "x"}, "messages": [{"level": "info", "code": "hello"}, *messages]})


def seen(wanted: Wanted, came: Exchange, case: Case = CASE) -> dict[str, bool | None]:
    """The worst that is seen of each requirement."""
    found: dict[str, bool | None] = {}
    for requirement, kept, told in compare(case, wanted, came):
        assert told.startswith("a case: ")
        found[requirement] = kept if found.get(requirement, True) else False
    return found


def test_a_refusal_with_what_was_wanted_keeps_everything() -> None:
    """The requirements of the rules, the one it is about, and those it says something about besides."""
    kept = seen(Wanted((RATIO, SOUND)), refused(RATIO, SOUND))
    assert kept == {"REQ-INPUT-009": True, "REQ-INPUT-012": True, "REQ-INPUT-052": True}


def test_a_missing_violation_breaks_its_rule() -> None:
    """And not the other's."""
    assert seen(Wanted((RATIO, SOUND)), refused(RATIO)) == {"REQ-INPUT-009": True, "REQ-INPUT-012": False}


def test_a_wrong_pointer_breaks_the_rule() -> None:
    """A rule alone is not enough."""
    assert seen(Wanted((RATIO,)), refused(("aspect_ratio", "REQ-INPUT-009"))) == {"REQ-INPUT-009": False}


def test_a_needless_violation_breaks_its_own_rule() -> None:
    """One that the contract does not know breaks the promise about all of them."""
    assert seen(Wanted((RATIO,)), refused(RATIO, SOUND))["REQ-INPUT-012"] is False
    assert seen(Wanted((RATIO,)), refused(RATIO, ("/x", "E12")))["REQ-ERR-009"] is False


def test_another_order_breaks_the_promise_about_it() -> None:
    """The rules are kept."""
    assert seen(Wanted((RATIO, SOUND)), refused(SOUND, RATIO))["REQ-ERR-009"] is False
    assert seen(Wanted((RATIO, SOUND)), refused(SOUND, RATIO))["REQ-INPUT-009"] is True


@pytest.mark.parametrize("came", [accepted(), refused(RATIO, code="invalid_request"), answer(500, {})])
def test_no_refusal_where_one_was_wanted(came: Exchange) -> None:
    """Every rule is broken."""
    assert seen(Wanted((SOUND,)), came) == {"REQ-INPUT-009": False, "REQ-INPUT-012": False}


def test_a_refusal_where_none_was_wanted() -> None:
    """What it is about is broken, and what the server calls on."""
    assert seen(Wanted(), refused(SOUND)) == {"REQ-INPUT-009": False, "REQ-INPUT-012": False}


def test_warnings_are_wanted_once_each() -> None:
    """Missing ones and repeated ones break their rule, needless ones their own and the case's."""
    wanted = Wanted(warnings=(("/image", "empty_file_ignored"),))
    assert seen(wanted, accepted(("/image", "empty_file_ignored")))["REQ-INPUT-026"] is True
    assert seen(wanted, accepted())["REQ-INPUT-026"] is False
    assert seen(wanted, accepted(*wanted.warnings * 2))["REQ-INPUT-026"] is False
    assert seen(wanted, accepted(("/end_image", "empty_file_ignored")))["REQ-INPUT-026"] is False
    needless = seen(wanted, accepted(*wanted.warnings, ("/x", "unknown_field")))
    assert needless == {"REQ-INPUT-026": True, "REQ-INPUT-018": False, "REQ-INPUT-009": False}


def test_a_warning_that_the_contract_does_not_know_is_odd() -> None:
    """Another server may have more to say."""
    assert seen(Wanted(), accepted(("/x", "deprecated"))) == {"REQ-INPUT-009": None}


def test_codes_belong_to_requirements() -> None:
    """By the decision table."""
    assert rule_of_warning("sound_requires_pro") == "REQ-INPUT-035"
    assert rule_of_warning("unknown_field") == "REQ-INPUT-018"
    assert rule_of_warning("hello") is None


def test_answers_of_another_form() -> None:
    """It is told what was expected."""
    with pytest.raises(UnexpectedError, match="expected a list of violations in `data`"):
        violations_of(answer(422, {"detail": "no"}))
    with pytest.raises(UnexpectedError, match="expected a list `messages`"):
        warnings_of(answer(200, {"id": "x"}))
