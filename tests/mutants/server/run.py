"""Faults of runs."""

from dataclasses import replace
from typing import Any

from contracts.apps.table import VersionName
from contracts.wire.problems import Problem
from mockserver import catalogue
from mockserver.api import making, runs
from mockserver.api.call import Call
from tests.mutants.mutant import mutant
from tests.mutants.surgery import Answer, Surgery

_RUNS = ("runs.create", "runs.create_legacy")


@mutant("REQ-RUN-001")
def older_address_wraps(surgery: Surgery) -> None:
    """POST /run answers with another member."""
    surgery.alter("runs.create_legacy", by=lambda answer: answer.change(lambda data: {**data, "task": data.get("id")}))


@mutant("REQ-RUN-002")
def run_waits_unasked(surgery: Surgery) -> None:
    """A run is held until its end."""
    surgery.wrap(Call, "flag", lambda flag, call, name: name == "wait" or flag(call, name))


@mutant("REQ-RUN-003")
def unset_members_are_null(surgery: Surgery) -> None:
    """Members that are not set are null in the slim result."""

    def alter(answer: Answer) -> None:
        if answer.status == 200:
            answer.change(lambda data: {"error": None, "session_id": None, **data})

    surgery.alter(*_RUNS, by=alter)


@mutant("REQ-RUN-004")
def status_text_in_capitals(surgery: Surgery) -> None:
    """The name of the status is in capitals."""

    def alter(answer: Answer) -> None:
        if answer.status == 200:
            answer.change(lambda data: {**data, "status_text": data["status_text"].upper()})

    surgery.alter(*_RUNS, by=alter)


@mutant("REQ-RUN-005")
def wait_only_in_the_body(surgery: Surgery) -> None:
    """`?wait=true` has no effect."""
    surgery.wrap(Call, "flag", lambda flag, call, name: name != "wait" and flag(call, name))


@mutant("REQ-RUN-006")
def waited_failure_is_a_success(surgery: Surgery) -> None:
    """A waited run whose task failed is answered 200."""

    def alter(answer: Answer) -> None:
        if b"task_failed" in answer.body:
            answer.status, answer.json = 200, answer.json["meta"]["task"]

    surgery.alter(*_RUNS, by=alter)


@mutant("REQ-RUN-007")
def version_ignored(surgery: Surgery) -> None:
    """The id behind the @ makes no difference."""
    surgery.wrap(
        catalogue, "resolve", lambda resolve, reference, default: resolve(reference.partition("@")[0], default)
    )


@mutant("REQ-RUN-008")
def newest_by_default(surgery: Surgery) -> None:
    """A bare reference means the newest version."""
    newest: VersionName = "2026-08"
    surgery.wrap(catalogue, "resolve", lambda resolve, reference, _: resolve(reference, newest))


@mutant("REQ-RUN-009")
def unknown_version_is_the_default(surgery: Surgery) -> None:
    """A version that does not exist runs as the current one."""

    def around(resolve: Any, reference: str, default: VersionName) -> Any:
        return resolve(reference.replace("@00000000", ""), default)

    surgery.wrap(catalogue, "resolve", around)


@mutant("REQ-RUN-011")
def functions_not_listed(surgery: Surgery) -> None:
    """The refusal of a function does not say which there are."""

    def alter(answer: Answer) -> None:
        if answer.status == 422:
            rows = [{**row, "expected": "another one"} for row in answer.json["data"]]
            answer.json = {**answer.json, "data": rows}

    surgery.alter(*_RUNS, by=alter)


@mutant("REQ-RUN-012")
def missing_app_not_found(surgery: Surgery) -> None:
    """A run without an app is 404."""

    def alter(answer: Answer) -> None:
        if answer.status == 400:
            answer.refuse(404, "not_found")

    surgery.alter(*_RUNS, by=alter)


@mutant("REQ-RUN-013")
def unknown_members_refused(surgery: Surgery) -> None:
    """A member of the request that nobody knows is refused."""

    def refuse(found: Any, request: Any) -> list[Any]:
        if found(request):
            raise Problem("invalid_request", "unknown member")
        return []

    surgery.wrap(runs, "_unknown_parameters", refuse)


@mutant("REQ-RUN-014")
def workers_lost(surgery: Surgery) -> None:
    """The task does not show its workers."""
    surgery.replace(making, "_KEPT", tuple(name for name in making._KEPT if name != "workers"))


@mutant("REQ-RUN-010")
def refused_run_makes_a_task(surgery: Surgery) -> None:
    """A refused run leaves a task behind."""

    def around(judge: Any, version: VersionName, document: Any, *rest: Any) -> Any:
        found = judge(version, document, *rest)
        return replace(judge(version, {"prompt": "p"}, *rest), violations=()) if found.violations else found

    def alter(answer: Answer) -> None:
        if answer.status == 200:
            answer.refuse(422, "validation_error")

    surgery.wrap(runs, "judge", around)
    surgery.alter(*_RUNS, by=alter)


@mutant("REQ-RUN-015")
def same_run_same_task(surgery: Surgery) -> None:
    """A run that is sent again is answered with the first task."""
    first: list[Any] = []

    def alter(data: Any) -> Any:
        first.append(data)
        return first[0]

    surgery.alter(*_RUNS, by=lambda answer: answer.change(alter))
