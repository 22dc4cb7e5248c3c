"""What a project expects its client to fail, in `conformance.yaml`: each entry with a reason, and none that is stale.

    kit: 1
    expect:
      - check: stream.survives-a-cut
        where: "stream/cut*"        # optional: only in these cases
        status: fail                # or flaky, which may do either
        because: no resume yet
        issue: https://...          # optional
        until: 2027-03-01           # optional: past it, the entry is an error

What an entry says changes the exit code alone; a failure that is expected is still one in the score.

ExpectationError
    The file is no such file; the message names it, the line and what was expected.
"""

import datetime as dt
import difflib
import fnmatch
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from contracts.clientside import case, judging, scores

Row = Mapping[str, Any]

MOST_BYTES = 1024 * 1024

NEVER = "harness-error"
"""The verdict that nobody may expect: it says nothing about the client."""

NOBODY = frozenset({"wire.contact", "wire.harness-valid"})
"""Checks that nobody may expect to fail: without them nothing was judged."""

_WRONG = frozenset({"fail", "warn", "not-run"})
"""What an entry may stand for; a client that never comes back cannot be measured at it, which is not-run."""


class ExpectationError(ValueError):
    """The file is not as it has to be."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """One entry."""

    check: str
    where: str
    status: Literal["fail", "flaky"]
    because: str
    line: int
    file: str = ""

    @property
    def place(self) -> str:
        """Where it stands, for whoever is to change it."""
        return f"{self.file}, line {self.line}" if self.file else f"line {self.line}"

    def concerns(self, name: str, check: str) -> bool:
        """Whether it speaks of a check in a case."""
        return check == self.check and (name == self.where or fnmatch.fnmatchcase(name, self.where))


def read(file: Path, today: dt.date) -> tuple[Expectation, ...]:
    """Return the entries of a file.

    Args:
        file: `conformance.yaml`.
        today: entries whose `until` lies before it are errors.

    Raises:
        ExpectationError: it cannot be read, or an entry is wrong.
    """
    try:
        text = _text(file)
        _ensure_plain(file, text)
        node = yaml.compose(text, yaml.SafeLoader)
        _ensure_once(file, node)
        document = yaml.safe_load(text)
    except ExpectationError:
        raise
    except OSError as error:
        raise ExpectationError(f"{file} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, ValueError, RecursionError, TypeError) as error:
        raise ExpectationError(f"{file} is no YAML: {' '.join(str(error).split())[:300]}") from None
    kit, rows = (document.get(name) for name in ("kit", "expect")) if isinstance(document, dict) else (None, None)
    if type(kit) is not int or kit != 1 or not isinstance(rows, list) or not isinstance(node, yaml.MappingNode):
        line = node.start_mark.line + 1 if node else 1
        raise ExpectationError(f"{file}, line {line}: expected `kit: 1` and a list `expect`")
    _ensure_known(f"{file}, line {node.start_mark.line + 1}", document)
    lines = _lines(node)
    return tuple(_entry(file, row, line, today) for row, line in zip(rows, lines, strict=True))


def departures(
    cases: Sequence[Row], expected: Sequence[Expectation], *, partial: bool = False, strict: bool = False
) -> list[str]:
    """Return what differs from what is expected, a sentence each: failures, and entries that are not needed.

    Args:
        cases: of a report.
        expected: entries.
        partial: whether cases were left out, so that an entry that was not played is no departure.
        strict: whether warnings have to be expected too.
    """
    failing = _failing(cases, strict=strict)
    found = [_unexpected(row["name"], check) for row, check in failing if _entry_of(row, check, expected) is None]
    return found + [told for entry in expected for told in _stale(cases, entry, partial=partial)]


def applied(report: Row, file: Path, expected: Sequence[Expectation], *, strict: bool = False) -> dict[str, Any]:
    """Return a report that says of each verdict whether it was expected, and what departs from what was.

    Args:
        report: the document.
        file: that the entries come from.
        expected: entries.
        strict: whether warnings have to be expected too.
    """
    known = 0
    cases = []
    for row in report["cases"]:
        checks = []
        for check in row["checks"]:
            entry = _entry_of(row, check, expected) if scores.counts_against(check, strict=strict) else None
            known += entry is not None and check["verdict"] != "not-run"
            checks.append(check if entry is None else {**check, "expected": entry.because})
        cases.append({**row, "checks": checks})
    departed = departures(report["cases"], expected, partial=report["left_out"] > 0, strict=strict)
    told = {"file": str(file), "known": known, "departures": departed}
    return {**report, "expectation": told, "cases": cases}


def baseline(cases: Sequence[Row], failed: str, unjudged: str) -> str:
    """Return a file that expects what is wrong now, and nothing more: case by case, but for what fails everywhere.

    Args:
        cases: of a report.
        failed: the reason that entries get for what fails, to be changed by hand.
        unjudged: the same for what could not be judged, where nothing in its case fails that explains it.
    """
    wrong = [(row, check) for row, check in _failing(cases, strict=False) if check["check"] not in NOBODY]
    failing = {(row["name"], check["check"]) for row, check in wrong if check["verdict"] == "fail"}
    explained = {name for name, _ in failing}
    places: dict[tuple[str, str], list[str]] = {}
    for row, check in wrong:
        if check["verdict"] == "fail":
            places.setdefault((check["check"], failed), []).append(row["name"])
        elif check["verdict"] == "not-run" and row["name"] not in explained:
            places.setdefault((check["check"], unjudged), []).append(row["name"])
    rows = [
        {"check": check} | ({} if where is None else {"where": where}) | {"status": "fail", "because": because}
        for (check, because), names in places.items()
        for where in ([None] if len(names) > 1 and names == _places(cases, check) else names)
    ]
    return str(yaml.safe_dump({"kit": 1, "expect": rows}, sort_keys=False, allow_unicode=True, width=120))


def _places(cases: Sequence[Row], check: str) -> list[str]:
    """Return the cases in which a check was looked at."""
    apart = {"not-applicable", "not-observable"}
    return [
        row["name"]
        for row in cases
        for found in row["checks"]
        if found["check"] == check and found["verdict"] not in apart
    ]


def _failing(cases: Sequence[Row], *, strict: bool) -> Iterator[tuple[Row, Row]]:
    for row in cases:
        for check in row["checks"]:
            if scores.counts_against(check, strict=strict):
                yield row, check


def _entry_of(row: Row, check: Row, expected: Iterable[Expectation]) -> Expectation | None:
    """Return the entry that a verdict is expected by, or None."""
    if check["verdict"] == NEVER:
        return None
    names = [check["check"]]
    if check["verdict"] == "not-run":
        # What was not judged because an expected failure stood before it needs no word of its own.
        names += [other["check"] for other in row["checks"] if other["verdict"] in {"fail", "warn"}]
    return next((entry for entry in expected for name in names if entry.concerns(row["name"], name)), None)


def _unexpected(name: str, check: Row) -> str:
    return f"{name}: {check['check']} is {check['verdict']}, and nothing expects it: {check['told'][:200]}"


def _stale(cases: Sequence[Row], entry: Expectation, *, partial: bool) -> Iterator[str]:
    found = [
        check["verdict"] for row in cases for check in row["checks"] if entry.concerns(row["name"], check["check"])
    ]
    if partial and not _possible(entry) <= {row["name"] for row in cases}:
        return  # where it fails may not have been played
    # What could not be observed may fail as before.
    verdicts = [verdict for verdict in found if verdict != "not-observable"]
    if not found and not partial:
        yield f"{entry.place}: {entry.check} in {entry.where} was not played; remove it"
    elif verdicts and entry.status == "fail" and not _WRONG & set(verdicts):
        yield f"{entry.place}: {entry.check} does not fail any more; remove it"


def _possible(entry: Expectation) -> set[str]:
    """Return the cases that an entry may speak of."""
    concerned = (row for row in case.cases() if entry.concerns(row.name, entry.check))
    return {row.name for row in concerned if any(probe.check.id == entry.check for probe in judging.declared(row))}


def _text(file: Path) -> bytes:
    with file.open("rb") as stream:
        text = stream.read(MOST_BYTES + 1)
    if len(text) > MOST_BYTES:
        raise ExpectationError(f"{file} has more than {MOST_BYTES >> 20} MiB; expected a list of expectations")
    return text


def _ensure_plain(file: Path, text: bytes) -> None:
    """Refuse what stands for something that is written elsewhere: a few lines of it can mean gigabytes."""
    for event in yaml.parse(text, yaml.SafeLoader):
        if getattr(event, "anchor", None) is not None:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise ExpectationError(f"{file}, line {line}: anchors and aliases (& and *) are not read; write it out")


def _ensure_once(file: Path, node: yaml.Node | None) -> None:
    """Refuse a member that is named twice, for YAML takes the last and says nothing, and a value that is none."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            where = f"{file}, line {key.start_mark.line + 1}"
            if not isinstance(key, yaml.ScalarNode) or key.value == "<<":
                raise ExpectationError(f"{where}: expected the name of a member, got something else")
            if key.value in seen:
                raise ExpectationError(f"{where}: {_shown(key.value)} is there a second time; keep one of them")
            seen.add(key.value)
            _ensure_once(file, value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _ensure_once(file, item)
    elif node is not None:
        try:
            yaml.constructor.SafeConstructor().construct_object(node)
        except (ValueError, OverflowError) as error:
            where = f"{file}, line {node.start_mark.line + 1}"
            raise ExpectationError(f"{where}: no such date or number: {str(error)[:200]}") from None


def _shown(value: object) -> str:
    try:
        return repr(value)[:120]
    except ValueError:
        return "a number of very many digits"


def _lines(node: yaml.MappingNode) -> list[int]:
    """Return the line of each entry, from 1."""
    (found,) = (value for key, value in node.value if key.value == "expect")
    return [item.start_mark.line + 1 for item in found.value]


def _ensure_known(where: str, document: Row) -> None:
    unknown = [name for name in document if name not in {"kit", "expect"}]
    if unknown:
        raise ExpectationError(f"{where}: expected `kit` and `expect` alone, got {_shown(unknown[0])} too")


_MEMBERS = ("check", "where", "status", "because", "issue", "until")


def _entry(file: Path, row: object, line: int, today: dt.date) -> Expectation:
    where = f"{file}, line {line}"
    if not isinstance(row, dict) or set(row) - set(_MEMBERS):
        raise ExpectationError(f"{where}: an entry has {', '.join(_MEMBERS)}; got {_shown(row)}")
    if "check" not in row:
        raise ExpectationError(f"{where}: name a `check`; reports have their names")
    check = row["check"]
    if not isinstance(check, str):
        raise ExpectationError(f"{where}: `check` is the name of one check, not {_shown(check)}")
    if check not in case.checks():
        near = difflib.get_close_matches(check[:100], case.checks(), n=2)
        hint = f"did you mean {', '.join(near)}?" if near else "`conform --list --verbose` has their names"
        raise ExpectationError(f"{where}: there is no check {_shown(check)}; {hint}")
    if check in NOBODY:
        raise ExpectationError(f"{where}: {check} cannot be expected to fail; without it nothing is judged")
    if row.get("status", "fail") not in ("fail", "flaky"):
        raise ExpectationError(f"{where}: status is fail or flaky, not {_shown(row['status'])}")
    if not isinstance(row.get("because"), str) or not row["because"].strip():
        raise ExpectationError(f"{where}: say why, in `because`")
    if not isinstance(row.get("issue", ""), str):
        raise ExpectationError(f"{where}: `issue` is an address, not {_shown(row['issue'])}")
    until = row.get("until")
    if until is not None and type(until) is not dt.date:
        raise ExpectationError(f"{where}: until is a date like {today.isoformat()}, not {_shown(until)}")
    if until is not None and until < today:
        raise ExpectationError(f"{where}: {check} was expected until {until}; mend it, or say anew why not")
    glob = row.get("where", "*")
    if not isinstance(glob, str):
        raise ExpectationError(f"{where}: `where` is the name of a case or a pattern of them, not {_shown(glob)}")
    if not any(name == glob or fnmatch.fnmatchcase(name, glob) for name in (one.name for one in case.cases())):
        near = difflib.get_close_matches(glob[:100], [one.name for one in case.cases()], n=2)
        hint = f"did you mean {', '.join(near)}?" if near else "`conform --list` shows them"
        raise ExpectationError(f"{where}: no case is called {_shown(glob)}; {hint}")
    found = Expectation(check, glob, row.get("status", "fail"), row["because"], line, str(file))
    if not _possible(found):
        made = [one.name for one in case.cases() if any(probe.check.id == check for probe in judging.declared(one))]
        raise ExpectationError(f"{where}: {check} is not looked at in {_shown(glob)}, but in {', '.join(made[:4])}")
    return found
