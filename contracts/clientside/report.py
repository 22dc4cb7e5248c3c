"""A run as one JSON document, from which every other report is made; folded from the events."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from contracts import clock
from contracts.clientside import judging, profiles, scores
from contracts.clientside.case import AREAS, WITNESSES, Case, cases
from contracts.clientside.events import CaseEnded, Event, RunBegan, RunEnded
from contracts.clientside.play import Play
from contracts.counting import counted
from contracts.reporting import plain

KIND = "inferencesh-mock conform"
VERSION = 1

MOST_BODY = 4_000
"""Characters of one body that a report holds."""


_WRONG = frozenset({"harness-error", "fail"})

_WORDS: Mapping[scores.Outcome, str] = MappingProxyType(
    {
        "pass": "behaves",
        "fail": "does not behave",
        "partial": "behaves in the cases that were played",
        "harness-error": "could not be judged: the kit or the adaptor failed",
    }
)


def named(client: Mapping[str, Any]) -> str:
    """Return a client's name and version, where it has told one."""
    return f"{client['name']} {client['version']}".rstrip()


def to_tell(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the cases of which there is something to say; once a run has stopped, of the rest there is not."""
    return [
        row
        for row in report["cases"]
        if not report["stopped"] or any(check["verdict"] != "not-run" for check in row["checks"])
    ]


def checks_to_tell(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the checks of a case that need a word: what is wrong, and what was not judged where nothing tells why."""
    wrong = [check for check in row["checks"] if check["verdict"] in _WRONG]
    return wrong or [check for check in row["checks"] if check["verdict"] in {"warn", "not-run"}]


def again(report: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """Return the command that plays one case once more; what drives the client is for the reader to put in."""
    case = shlex.quote(row["name"])
    return f"inferencesh-mock conform --{report['mode']} --case {case} --seed {report['seed']} --allow-partial -- ARGV"


def untold(report: Mapping[str, Any]) -> str:
    """Return in words what stands in the cases that are told of without being told: consequences, as a rule."""
    rest = [
        check["verdict"]
        for row in to_tell(report)
        for check in row["checks"]
        if checks_to_tell(row) and check["verdict"] in {"warn", "not-run"} and check not in checks_to_tell(row)
    ]
    warned, unjudged = rest.count("warn"), rest.count("not-run")
    parts = [counted(warned, "warning")] if warned else []
    parts += [f"{counted(unjudged, 'check')} that could not be judged"] if unjudged else []
    return " and ".join(parts)


def headline(report: Mapping[str, Any], *, strict: bool = False) -> tuple[scores.Outcome, str]:
    """Return the word on a whole run, and what it means of the client.

    Args:
        report: the document.
        strict: whether a SHOULD that does not hold counts.
    """
    outcome = scores.outcome(report, strict=strict)
    expectation = report.get("expectation")
    if expectation and outcome != "harness-error":
        known = counted(expectation["known"], "known failure")
        if expectation["departures"]:
            return "fail", f"is not as {expectation['file']} says"
        return "partial" if report["left_out"] else "pass", f"is as {expectation['file']} says: {known}, and no other"
    checks = [check for row in report["cases"] if scores.was_played(report, row) for check in row["checks"]]
    is_clean = outcome != "harness-error" and not any(scores.counts_against(check, strict=strict) for check in checks)
    if is_clean and not scores.was_shown(checks):
        return outcome, "was not judged: no case that was played says anything of it"
    seen = "" if set(report["witnesses"]) == set(WITNESSES) else ", as far as it could be observed"
    return outcome, _WORDS[outcome] + seen


def witnesses(report: Mapping[str, Any]) -> str:
    """Return which witnesses could be heard in a run, and which could not."""
    heard = [name for name in WITNESSES if name in report["witnesses"]]
    missing = [name for name in WITNESSES if name not in heard]
    return ", ".join(heard) + (f" (not {', '.join(missing)})" if missing else "")


class Report:
    """What a run has told so far."""

    def __init__(self, profile: str = profiles.LATEST) -> None:
        """Start empty.

        Args:
            profile: by which it is scored.
        """
        self._profile = profile
        self._began: RunBegan | None = None
        self._begun = 0.0
        self._ended: RunEnded | None = None
        self._cases: dict[str, CaseEnded] = {}

    def take(self, event: Event) -> None:
        """Fold an event in."""
        match event:
            case RunBegan():
                self._began, self._begun = event, clock.now()
            case CaseEnded():
                self._cases[event.case.name] = event
            case RunEnded():
                self._ended = event
            case _:
                pass

    @property
    def has_begun(self) -> bool:
        """Whether there is something to tell."""
        return self._began is not None

    def break_off(self, chosen: Iterable[Case], told: str) -> None:
        """End the run before its end: the cases that are not over were not run.

        Args:
            chosen: the cases of the run.
            told: why.
        """
        for case in chosen:
            if case.name not in self._cases:
                self.take(CaseEnded(case, tuple(judging.unplayed(case, "not-run", told)), None))
        self.take(RunEnded(clock.now() - self._begun, told, interrupted=True))

    def document(self) -> dict[str, Any]:
        """Return the report, in the order of the cases."""
        began, ended = self._began, self._ended
        names = () if began is None else began.cases
        rows = [_case(self._cases[name]) for name in names if name in self._cases]
        scored = profiles.load(self._profile)
        interrupted = ended is not None and ended.interrupted
        # A number that a signal has made would be no measure of the client.
        judged = [row for row in rows if scores.was_played({"interrupted": interrupted}, row)]
        checks = [check for row in judged for check in row["checks"]]
        return {
            "kind": KIND,
            "version": VERSION,
            "client": None if began is None else began.client.document(),
            "mode": None if began is None else began.mode,
            "witnesses": [] if began is None else list(began.witnesses),
            "server": {} if began is None else dict(began.server),
            "seed": None if began is None else began.seed,
            "profile": self._profile,
            "left_out": len({case.name for case in cases()} - set(names)),
            "seconds": None if ended is None else round(ended.seconds, 2),
            "stopped": None if ended is None else ended.stopped,
            "interrupted": interrupted,
            "counts": scores.counts(check for row in rows for check in row["checks"]),
            "conformance": scores.conformance(checks, scored).document(),
            "observed": scores.observed(checks).document(),
            "areas": {
                area: scores.conformance(_of_area(checks, area), scored).document()
                for area in (*AREAS, *scores.EVERYWHERE)
                if any(_of_area(checks, area))
            },
            "cases": rows,
        }


def _of_area(checks: list[dict[str, Any]], area: str) -> Iterator[dict[str, Any]]:
    return (check for check in checks if scores.area(check["check"]) == area)


def _case(event: CaseEnded) -> dict[str, Any]:
    case, play = event.case, event.play
    return {
        "name": case.name,
        "area": case.area,
        "property": case.proves,
        "seconds": round(event.seconds, 3),
        "checks": plain.document([emitted.document() for emitted in event.emitted]),
        "evidence": None if play is None else _evidence(play),
    }


def _evidence(play: Play) -> dict[str, Any]:
    seen = play.seen
    return {
        "token": seen.token,
        "began": seen.start.isoformat(),
        "scale": play.case.scale,
        "plan": dict(play.case.plan),
        "calls": [said.document() for said in play.said.values()],
        "files": list(play.files),
        # What a client sends is judged as it came, and told so that every report can hold it.
        "exchanges": plain.document([_exchange(row) for row in seen.journal]),
        "deliveries": plain.document(seen.deliveries),
        "ledger": seen.ledger,
        "credits": dict(seen.credits),
        "stderr": play.stderr,
    }


def _exchange(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("id", "at", "ended_at", "operation", "method", "path", "query", "status", "outcome", "faults", "task_id")
    sides = {side: _side(row[side]) for side in ("request", "response")}
    return {name: row[name] for name in kept} | sides


def _side(side: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if side is None:
        return None
    body = side["body"] or {}
    text = plain.dumped(body["json"]) if "json" in body else str(body.get("text") or "")
    return {"headers": side["headers"], "bytes": body.get("bytes", 0), "body": text[:MOST_BODY]}
