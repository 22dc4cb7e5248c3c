"""What a project expects its client to fail: needed, reasoned, and never stale."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.clientside import expectations
from contracts.clientside.expectations import Expectation, ExpectationError

TODAY = dt.date(2026, 11, 25)

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file with entries."""

    def written(entries: str, head: str = "kit: 1\nexpect:\n") -> Path:
        file = tmp_path / "conformance.yaml"
        file.write_text(head + entries, "utf-8")
        return file

    return written


def played(name: str = "submit/plain", **verdicts: str) -> list[dict[str, Any]]:
    """A report's case whose checks have these verdicts, `_` for `.` and `-` as the names are written below."""
    checks = {
        "once": "submit.submits-once",
        "result": "submit.returns-the-result",
        "server": "wire.harness-valid",
        "valid": "wire.valid-requests",
    }
    rows = [
        {"check": checks[key], "level": "MUST", "verdict": verdict, "told": "seen"} for key, verdict in verdicts.items()
    ]
    return [{"name": name, "checks": rows}]


def told(cases: list[dict[str, Any]], *entries: Expectation) -> list[str]:
    """What differs, in words."""
    return expectations.departures(cases, entries)


ONCE = Expectation("submit.submits-once", "*", "fail", "we try twice", 3)


def test_what_is_expected_is_no_departure() -> None:
    """A failure with an entry, and what could not be judged because of it."""
    assert told(played(once="fail", result="not-run"), ONCE) == []


def test_a_should_that_cannot_be_judged_departs_only_where_it_counts() -> None:
    """As one that does not hold."""
    cases = [{"name": "submit/plain", "checks": [{**played(once="not-run")[0]["checks"][0], "level": "SHOULD"}]}]
    assert expectations.departures(cases, []) == []
    assert len(expectations.departures(cases, [], strict=True)) == 1


def test_a_report_says_what_was_expected_and_what_departs() -> None:
    """Of each verdict the reason, of all what is not as the file says, with its line."""
    stale = Expectation("submit.returns-the-result", "*", "fail", "soon", 7, "kit.yaml")
    report = {"left_out": 0, "cases": played(once="fail", result="pass")}
    found = expectations.applied(report, Path("kit.yaml"), [ONCE, stale])
    assert [row.get("expected") for row in found["cases"][0]["checks"]] == ["we try twice", None]
    departed = ["kit.yaml, line 7: submit.returns-the-result does not fail any more; remove it"]
    assert found["expectation"] == {"file": "kit.yaml", "known": 1, "departures": departed}
    assert report["cases"] == played(once="fail", result="pass")


def test_what_is_not_expected_is_one() -> None:
    """With its case and what was seen."""
    assert told(played(once="fail", result="fail"), ONCE) == [
        "submit/plain: submit.returns-the-result is fail, and nothing expects it: seen"
    ]


def test_what_cannot_be_observed_makes_no_entry_stale() -> None:
    """Another way to drive the client may still see it fail."""
    assert told(played(once="not-observable"), ONCE) == []


def test_an_entry_that_is_not_needed_is_stale() -> None:
    """It is told with its line; a flaky one may do either."""
    assert told(played(once="pass"), ONCE) == ["line 3: submit.submits-once does not fail any more; remove it"]
    assert told(played(once="pass"), Expectation("submit.submits-once", "*", "flaky", "who knows", 3)) == []


def test_an_entry_that_was_not_played_is_told() -> None:
    """Or a run of half the cases would hide it."""
    assert told(played(result="pass"), ONCE) == ["line 3: submit.submits-once in * was not played; remove it"]
    assert expectations.departures(played(result="pass"), [ONCE], partial=True) == []


def test_our_own_failures_cannot_be_expected() -> None:
    """Whatever is written."""
    assert len(told(played(once="harness-error"), ONCE)) == 2


def test_a_part_of_the_cases_makes_no_entry_stale_that_may_speak_of_others() -> None:
    """What fails elsewhere fails as before; an entry of a case that was played is stale all the same."""
    cases = [{"name": "submit/plain", "checks": [{"check": "adaptor.report-is-true", "verdict": "pass", "told": ""}]}]
    anywhere = Expectation("adaptor.report-is-true", "*", "fail", "we guess", 3)
    there = Expectation("adaptor.report-is-true", "submit/plain", "fail", "we guess", 3)
    assert expectations.departures(cases, [anywhere], partial=True) == []
    assert len(expectations.departures(cases, [there], partial=True)) == 1


def test_a_baseline_expects_what_fails_now(write: Write) -> None:
    """Read again, nothing departs from it; where it is not expected, the same failure is news."""
    cases = played(once="fail", valid="pass") + played("submit/twice", once="pass", valid="not-run")
    file = write("", head=expectations.baseline(cases, "for now", "not seen"))
    entries = expectations.read(file, TODAY)
    assert [(entry.check, entry.where, entry.because) for entry in entries] == [
        ("submit.submits-once", "submit/plain", "for now"),
        ("wire.valid-requests", "submit/twice", "not seen"),
    ]
    assert expectations.departures(cases, entries) == []
    worse = played(once="fail", valid="pass") + played("submit/twice", once="fail", valid="not-run")
    assert [told.partition(",")[0] for told in expectations.departures(worse, entries)] == [
        "submit/twice: submit.submits-once is fail"
    ]


def test_a_baseline_names_no_case_where_all_fail(write: Write) -> None:
    """What could not be judged behind a failure needs no entry."""
    cases = played(once="fail", result="not-run") + played("submit/twice", once="fail", result="not-run")
    (entry,) = expectations.read(write("", head=expectations.baseline(cases, "for now", "not seen")), TODAY)
    assert (entry.check, entry.where) == ("submit.submits-once", "*")
    assert expectations.departures(cases, [entry]) == []


@pytest.mark.parametrize(
    ("entries", "wrong"),
    [
        (
            "- {check: submit.submit-once, because: x}",
            "line 3: there is no check 'submit.submit-once'; did you mean submit.",
        ),
        ("- {check: submit.submits-once}", "line 3: say why"),
        ("- {check: submit.submits-once, because: ' '}", "line 3: say why"),
        ("- {check: submit.submits-once, because: x, until: 2026-11-24}", "was expected until 2026-11-24"),
        ("- {check: submit.submits-once, because: x, status: never}", "status is fail or flaky"),
        ("- {check: submit.submits-once, because: x, when: now}", "an entry has check, where, status"),
        ("- {check: submit.submits-once, because: x, where: submit/plane}", "did you mean submit/plain"),
        ("- {check: wire.contact, because: x}", "cannot be expected to fail"),
        ("- {check: submit.submits-once, because: x, until: soon}", "until is a date like 2026-11-25, not 'soon'"),
        ("- {because: x}", "name a `check`"),
        (
            "- {check: submit.returns-the-result, because: x, where: submit/twice}",
            "submit.returns-the-result is not looked at in 'submit/twice', but in submit/plain",
        ),
        ("- [", "is no YAML"),
        ("  text", "expected `kit: 1` and a list"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(write: Write, entries: str, wrong: str) -> None:
    """With its line and what to write."""
    with pytest.raises(ExpectationError, match=re.escape(wrong)):
        expectations.read(write(entries), TODAY)


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("  - &x {check: submit.submits-once, because: x}\n  - *x\n", "line 3: anchors and aliases"),
        ("  - {check: submit.submits-once, because: x, because: y}\n", "line 3: 'because' is there a second time"),
        ("  - {<<: {check: submit.submits-once}, because: x}\n", "line 3: expected the name of a member"),
        ("  - {[a]: b}\n", "line 3: expected the name of a member"),
        ("  - {check: [a], because: x}\n", "line 3: `check` is the name of one check"),
        ("  - {check: submit.submits-once, because: x, status: [fail]}\n", "line 3: status is fail or flaky"),
        ("  - {check: submit.submits-once, because: x, where: }\n", "line 3: `where` is the name of a case"),
        ("  - {check: submit.submits-once, because: x, until: 2027-13-41}\n", "line 3: no such date or number"),
        (f"  - {{until: 1{'0' * 5000}}}\n", "line 3: no such date or number"),
        ("  - 0x" + "f" * 5000 + "\n", "a number of very many digits"),
        ("#" * (1 << 20), "more than 1 MiB"),
    ],
    ids=["alias", "twice", "merge", "list", "check", "status", "where", "date", "digits", "hex", "large"],
)
def test_what_yaml_can_do_beside_is_refused(write: Write, entry: str, told: str) -> None:
    """In one sentence, with the line."""
    with pytest.raises(ExpectationError) as caught:
        expectations.read(write(entry), TODAY)
    assert told in str(caught.value)


def test_true_is_no_version(write: Write) -> None:
    """Although it equals 1."""
    with pytest.raises(ExpectationError, match=r"line 1: expected `kit: 1`"):
        expectations.read(write("", "kit: true\nexpect: []\n"), TODAY)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(ExpectationError, match=r"conformance\.yaml cannot be read: No such file"):
        expectations.read(tmp_path / "conformance.yaml", TODAY)
