"""Faults of refusals."""

from contracts.wire import problems
from contracts.wire.problems import Problem
from mockserver.api import dispatch, listing
from tests.mutants.mutant import mutant
from tests.mutants.surgery import Answer, Surgery


@mutant("REQ-ERR-001")
def problem_sent_as_plain_json(surgery: Surgery) -> None:
    """Refusals are sent as application/json."""
    surgery.replace(problems, "content_type", lambda _form="superset": "application/json")


@mutant("REQ-ERR-002")
def older_clients_read_no_text(surgery: Surgery) -> None:
    """Refusals lack `error`, which older clients show."""

    def strict(original, problem, form="superset", **named):
        return original(problem, "v2" if form == "superset" else form, **named)

    surgery.wrap(problems, "body", strict)


@mutant("REQ-ERR-003")
def type_of_another_code(surgery: Surgery) -> None:
    """The `type` of a 404 ends in another word than its code."""

    def other(answer: Answer) -> None:
        if answer.status == 404 and answer.body:
            answer.json = {**answer.json, "type": "https://api.inference.sh/errors/missing"}

    surgery.alter(by=other)


@mutant("REQ-ERR-004")
def title_in_other_words(surgery: Surgery) -> None:
    """The title is the code and not the reason phrase."""
    surgery.replace(problems, "title", lambda _status: "Something went wrong")


@mutant("REQ-ERR-006")
def conflict_told_as_400(surgery: Surgery) -> None:
    """A task that has ended refuses its cancel with 400."""
    surgery.alter(
        "tasks.cancel", by=lambda answer: setattr(answer, "status", 400 if answer.status == 409 else answer.status)
    )


@mutant("REQ-ERR-005")
def oldest_errors_keep_their_detail(surgery: Surgery) -> None:
    """Under `envelope: v1` errors have `detail` and `type` all the same."""

    def both(original, problem, form="superset", **named):
        return original(problem, "superset", **named) if form == "v1" else original(problem, form, **named)

    surgery.wrap(problems, "body", both)


def _rows(surgery: Surgery, change) -> None:
    """Change the list of violations of refused runs."""

    def alter(answer: Answer) -> None:
        document = answer.json
        if answer.status == 422 and document.get("data"):
            rows = change(document["data"])
            answer.json = {**document, "data": rows, "errors": rows}

    surgery.alter("runs.create", "files.create", "store.estimate", by=alter)


@mutant("REQ-ERR-007")
def violation_without_what_was_received(surgery: Surgery) -> None:
    """Violations do not say what was received."""
    _rows(surgery, lambda rows: [{key: row[key] for key in row if key != "received"} for row in rows])


@mutant("REQ-ERR-008")
def rule_that_nobody_has(surgery: Surgery) -> None:
    """Violations name their rule by a word of JSON Schema."""
    _rows(surgery, lambda rows: [{**row, "rule": "required"} for row in rows])


@mutant("REQ-ERR-009")
def second_violation_missing(surgery: Surgery) -> None:
    """A 422 lists the first violation alone."""
    _rows(surgery, lambda rows: rows[:1])


@mutant("REQ-ERR-009")
def violations_out_of_order(surgery: Surgery) -> None:
    """A 422 lists its violations from the last to the first."""
    _rows(surgery, lambda rows: rows[::-1])


@mutant("REQ-ERR-010")
def detail_names_nothing(surgery: Surgery) -> None:
    """The detail of a 422 is the same sentence for all."""

    def dull(answer: Answer) -> None:
        if answer.status == 422:
            answer.json = {**answer.json, "detail": "the input is not valid"}

    surgery.alter("runs.create", by=dull)


@mutant("REQ-ERR-013")
def list_taken_for_no_body(surgery: Surgery) -> None:
    """A body that is a list counts as an empty one."""

    def lax(original, call):
        try:
            return original(call)
        except Problem:
            if call.body.strip() == b"[]":
                return {}
            raise

    surgery.wrap(dispatch.Call, "json_object", lax)


@mutant("REQ-ERR-014")
def length_believed(surgery: Surgery) -> None:
    """A body is only too large if its Content-Length says so."""

    async def read(receive, content_length, most, *_):
        if content_length is not None and int(content_length) > most:
            raise Problem("payload_too_large", "the body is too large", headers={"Connection": "close"})
        chunks = []
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            chunks.append(message.get("body", b""))
            if not message.get("more_body", False):
                return b"".join(chunks)

    surgery.replace(dispatch.body, "read", read)


@mutant("REQ-ERR-014")
def limit_of_half_a_mebibyte(surgery: Surgery) -> None:
    """Bodies above half a MiB are refused."""
    surgery.replace(dispatch, "MOST_JSON", 512 * 1024)


@mutant("REQ-ERR-015")
def nul_in_a_cursor_ends_in_500(surgery: Surgery) -> None:
    """A cursor that holds a NUL is not looked at before it is used."""

    def fail(original, call, *rest):
        if "\x00" in call.query.get("cursor", ""):
            raise RuntimeError("mutant")
        return original(call, *rest)

    surgery.wrap(listing, "page", fail)


@mutant("REQ-ERR-012")
def limit_without_numbers(surgery: Surgery) -> None:
    """A limit that is reached does not say how far it goes."""

    def bare(original, self, code, detail, **named):
        original(self, code, detail, **{**named, "meta": None})

    surgery.wrap(Problem, "__init__", bare)
