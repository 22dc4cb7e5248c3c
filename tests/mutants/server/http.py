"""Faults of HTTP itself."""

from mockserver import routing
from mockserver.api import dispatch
from mockserver.routing import Match
from tests.mutants.mutant import mutant
from tests.mutants.surgery import Answer, Surgery


@mutant("REQ-HTTP-001")
def prefix_unknown(surgery: Surgery) -> None:
    """Paths under /v1 are not there."""
    surgery.replace(dispatch, "normalise", lambda path: routing._SLASHES.sub("/", path))


@mutant("REQ-HTTP-002")
def doubled_slashes_kept(surgery: Surgery) -> None:
    """Doubled slashes in the middle of a path lead nowhere."""
    surgery.wrap(dispatch, "normalise", lambda original, path: path if "//" in path[1:] else original(path))


@mutant("REQ-HTTP-003")
def type_without_body_refused(surgery: Surgery) -> None:
    """A JSON content type without a body is 400."""

    def refuse(answer: Answer) -> None:
        if answer.asked.get("content-type") == "application/json" and "content-length" not in answer.asked:
            answer.refuse(400, "invalid_request")

    surgery.alter("account.me", by=refuse)


@mutant("REQ-HTTP-004")
def wrong_method_not_found(surgery: Surgery) -> None:
    """A method that a path does not have is 404."""

    def miss(answer: Answer) -> None:
        if answer.status == 405:
            answer.refuse(404, "not_found")

    surgery.alter(by=miss)


@mutant("REQ-HTTP-004")
def allow_forgets_delete(surgery: Surgery) -> None:
    """`Allow` does not name DELETE."""
    allowed = Match.allowed.fget
    surgery.replace(Match, "allowed", property(lambda self: allowed(self).replace("DELETE, ", "")))


@mutant("REQ-HTTP-005")
def head_is_405_on_files(surgery: Surgery) -> None:
    """HEAD of a file's bytes is refused."""

    def refuse(answer: Answer) -> None:
        if answer.method == "HEAD":
            answer.status = 405

    surgery.alter("objects.get", by=refuse)


@mutant("REQ-HTTP-005")
def head_has_a_length_of_nothing(surgery: Surgery) -> None:
    """HEAD tells a Content-Length of 0."""

    def nothing(answer: Answer) -> None:
        if answer.method == "HEAD":
            answer.headers["content-length"] = "0"

    surgery.alter("apps.get", by=nothing)


@mutant("REQ-HTTP-006")
def preflight_forgets_the_target_header(surgery: Surgery) -> None:
    """Preflights do not allow x-inf-target-url."""

    def forget(answer: Answer) -> None:
        allowed = answer.headers.get("access-control-allow-headers", "")
        answer.headers["access-control-allow-headers"] = allowed.replace("x-inf-target-url", "x-other")

    surgery.alter(by=lambda answer: forget(answer) if answer.method == "OPTIONS" else None)


@mutant("REQ-HTTP-007")
def retry_after_not_exposed(surgery: Surgery) -> None:
    """Pages of other origins cannot read Retry-After."""

    def hide(answer: Answer) -> None:
        shown = answer.headers.get("access-control-expose-headers", "")
        if shown:
            answer.headers["access-control-expose-headers"] = shown.replace("Retry-After, ", "")

    surgery.alter(by=hide)


@mutant("REQ-HTTP-008")
def unknown_path_is_400(surgery: Surgery) -> None:
    """A path that nobody has is a bad request."""

    def refuse(answer: Answer) -> None:
        if answer.status == 404 and answer.operation is None:
            answer.refuse(400, "invalid_request")

    surgery.alter(by=refuse)


@mutant("REQ-HTTP-009")
def other_routes_not_found(surgery: Surgery) -> None:
    """Routes that are not emulated are 404."""

    def miss(answer: Answer) -> None:
        if answer.status == 501:
            answer.refuse(404, "not_found")

    surgery.alter(by=miss)


@mutant("REQ-HTTP-010")
def document_forgets_an_operation(surgery: Surgery) -> None:
    """The OpenAPI document does not name the keepalive of sessions."""

    def forget(answer: Answer) -> None:
        document = answer.json
        del document["paths"]["/sessions/{id}/keepalive"]
        answer.json = document

    surgery.alter("meta.openapi", by=forget)


@mutant("REQ-HTTP-011")
def reading_counts(surgery: Surgery) -> None:
    """Each GET of a task's telemetry has one sample more."""
    seen = []

    def more(answer: Answer) -> None:
        seen.append(answer.path)
        answer.change(lambda rows: rows + rows[:1] * len(seen))

    surgery.alter("tasks.telemetry", by=more)
