"""Inputs that are submitted, and what came compared with what the contract's own judgement says."""

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts import requirements
from contracts.apps import table, video_v2_6
from contracts.apps.files import FileFacts
from contracts.apps.judgement import Judgement
from contracts.serverside import clips
from contracts.serverside.exchange import Exchange, UnexpectedError
from contracts.serverside.pictures import Upload
from contracts.serverside.probe import Probe
from contracts.serverside.specimens import id_of

Seen = tuple[str, bool | None, str]
"""Requirement, whether it is kept (None: odd, without being forbidden), and what was seen."""

_ORDER = "REQ-ERR-009"
"""All violations at once, in pointer order."""


@dataclass(frozen=True, slots=True)
class Case:
    """One input."""

    requirement: str
    """What it is about."""
    what: str
    """It in words, such as "a prompt of 2501 characters"."""
    given: Any
    """The input; an Upload in the place of a file is uploaded, and its address put there."""
    asked: frozenset[str] = frozenset()
    """Further requirements that it says something about when all comes as it should."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What has to come of an input."""

    violations: tuple[tuple[str, str], ...] = ()
    """Pointer and rule of each, in order; with any of them the input is refused."""
    warnings: tuple[tuple[str, str], ...] = ()
    """Pointer and code of each."""

    @classmethod
    def of(cls, judgement: Judgement) -> "Wanted":
        """Return what follows from a judgement."""
        return cls(
            tuple((row.pointer, row.rule) for row in judgement.violations),
            tuple((row.pointer, row.code) for row in judgement.warnings),
        )


def carry_out(probe: Probe, cases: Iterable[Case]) -> list[Exchange]:
    """Submit cases, and give a verdict on every requirement that is concerned. Tasks are cancelled at once.

    Raises:
        NotRunError: the purse does not hold one of them, or the key's account does not.
    """
    answers = []
    for case in cases:
        if not probe.concerns(case.requirement):
            continue
        given, files = put_in_place(probe, case.given)
        wanted = Wanted.of(video_v2_6.judge(probe.target.app_version, given, files.__getitem__))
        answer = submit(probe, given)
        for requirement, kept, told in compare(case, wanted, answer):
            if kept is None:
                probe.warn(requirement, told)
            else:
                probe.holds(requirement, kept, told)
        answers.append(answer)
    for answer in answers:
        probe.dismiss(answer)
    return answers


def submit(probe: Probe, given: Any) -> Exchange:  # noqa: ANN401  # JSON
    """Submit an input in a way that warnings are told.

    Raises:
        NotRunError: the purse does not hold it, or the key's account does not.
    """
    return probe.run(given, version=None)


def put_in_place(probe: Probe, given: Any) -> tuple[Any, Mapping[str, FileFacts]]:  # noqa: ANN401  # JSON
    """Upload the files of an input and put their addresses in; return it and what is known of each address."""
    files: dict[str, FileFacts] = {}
    if not isinstance(given, dict):
        return given, files
    placed = dict(given)
    for field in video_v2_6.FILE_FIELDS:
        value = given.get(field)
        if isinstance(value, Upload):
            placed[field] = upload(probe, value)
            files[placed[field]] = value.facts
        elif isinstance(value, str) and value:
            files[value] = _facts_of_text(value)
    return placed, files


def upload(probe: Probe, file: Upload) -> str:
    """Upload a file, as far as its state says, and return its address.

    Raises:
        UnexpectedError: the server refused.
    """
    if file.state == "inline":
        return f"data:{file.content_type};base64,{base64.b64encode(file.content).decode('ascii')}"
    if file.state == "uploaded":
        return str(clips.uploaded(probe.call, file.content, file.name, file.content_type)["uri"])
    record = clips.announced(probe.call, len(file.content), file.name, file.content_type)
    if file.state == "deleted":
        probe.call.send("DELETE", f"/files/{record['id']}")
    return str(record["uri"])


def compare(case: Case, wanted: Wanted, answer: Exchange) -> Iterator[Seen]:
    """Compare an answer with what the contract says of the input; yield what was seen of each requirement."""
    if wanted.violations:
        yield from _refusal(case, list(wanted.violations), answer)
    else:
        yield from _acceptance(case, list(wanted.warnings), answer)


def violations_of(answer: Exchange) -> list[tuple[str, str]]:
    """Return pointer and rule of each violation that a 422 names.

    Raises:
        UnexpectedError: the answer is no such 422.
    """
    document = answer.json()
    rows = document.get("data") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnexpectedError(f"{answer.line()}: expected a list of violations in `data`, got {answer.beginning}")
    return [(str(row.get("pointer")), str(row.get("rule"))) for row in rows]


def warnings_of(answer: Exchange) -> list[tuple[str, str]]:
    """Return pointer and code of each warning in an envelope's messages.

    Raises:
        UnexpectedError: the answer is no envelope with messages.
    """
    rows = answer.members.get("messages")
    if not isinstance(rows, list):
        raise UnexpectedError(f"{answer.line()}: expected a list `messages`, got {answer.beginning}")
    told = [row for row in rows if isinstance(row, dict) and row.get("level") == "warning"]
    return [(str((row.get("meta") or {}).get("pointer")), str(row.get("code"))) for row in told]


def _refusal(case: Case, wanted: list[tuple[str, str]], answer: Exchange) -> Iterator[Seen]:
    concerned = list(dict.fromkeys([case.requirement, *(rule for _, rule in wanted)]))
    if (answer.status, answer.code) != (422, "validation_error"):
        met = f"{answer.status} {answer.code or ''}".strip()
        told = f"{case.what}: answered {met}; expected 422 validation_error for {_listed(wanted)}"
        yield from ((requirement, False, told) for requirement in concerned)
        return
    got = violations_of(answer)
    line = f"{case.what}: the 422 names {_listed(got)}"
    for requirement in concerned:
        mine = [row for row in wanted if row[1] == requirement]
        seen = [row for row in got if row[1] == requirement]
        # A case may be about a promise that is no rule, that nothing is coerced for instance.
        kept = sorted(seen) == sorted(mine) if mine else sorted(got) == sorted(wanted)
        yield requirement, kept, line if kept else f"{line}; expected {_listed(wanted)}"
    for row in got:
        if row[1] not in concerned:
            known = row[1] in requirements.load()
            yield row[1] if known else _ORDER, False, f"{line}; expected {_listed(wanted)} and nothing else"
    if sorted(got) == sorted(wanted):
        if got != wanted:
            yield _ORDER, False, f"{line}; expected them in the order of their pointers: {_listed(wanted)}"
        yield from ((requirement, True, line) for requirement in sorted(case.asked))


def _acceptance(case: Case, wanted: list[tuple[str, str]], answer: Exchange) -> Iterator[Seen]:
    if answer.status == 200 and id_of(answer) is None:
        told = f"{case.what}: answered 200 without a task's id, {answer.beginning}; expected it to be accepted"
        yield case.requirement, False, told
        return
    if answer.status != 200:
        named = violations_of(answer) if answer.status == 422 else []
        told = f"{case.what}: answered {answer.status} {answer.code}, {_listed(named)}; expected it to be accepted"
        known = [rule for _, rule in named if rule in requirements.load()]
        yield from ((requirement, False, told) for requirement in dict.fromkeys([case.requirement, *known]))
        return
    got = warnings_of(answer)
    line = f"{case.what}: accepted with {_warned(got)}"
    expected = f"{line}; expected {_warned(wanted)}"
    missing = [row for row in wanted if got.count(row) != wanted.count(row)]
    needless = [row for row in got if row not in wanted]
    for row in wanted:
        yield rule_of_warning(row[1]) or case.requirement, row not in missing, expected if row in missing else line
    for _, code in needless:
        rule = rule_of_warning(code)
        if rule is None:
            # Somebody else's server may have more to say.
            yield case.requirement, None, expected
        else:
            yield rule, False, expected
            yield case.requirement, False, expected
    if not missing and not needless:
        spoken = {rule_of_warning(code) for _, code in wanted}
        yield from ((requirement, True, line) for requirement in sorted({case.requirement, *case.asked} - spoken))


def rule_of_warning(code: str) -> str | None:
    """Return the requirement that a warning's code belongs to, or None when the contract has no such code."""
    if code == "unknown_field":
        return "REQ-INPUT-018"
    spec = table.load()
    return next((row.requirement for row in (*spec.rules, *spec.file_rules) if row.code == code), None)


def _facts_of_text(value: str) -> FileFacts:
    if value.startswith(("http://", "https://")):
        return FileFacts("foreign")
    return FileFacts("malformed")


def _listed(rows: list[tuple[str, str]]) -> str:
    return ", ".join(f"{rule} at {pointer or 'the input itself'}" for pointer, rule in rows) or "no violation"


def _warned(rows: list[tuple[str, str]]) -> str:
    return ", ".join(f"the warning {code} at {pointer or '/'}" for pointer, code in rows) or "no warning"
