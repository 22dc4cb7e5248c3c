"""The table of routes: complete, unambiguous, and loud when a row is wrong."""

import re

import pytest

from contracts import operations
from contracts.wire.problems import STATUS_OF_CODE

ROW = """
[[operation]]
id = "tasks.get"
method = "GET"
path = "/tasks/{id}"
tag = "tasks"
summary = "Returns a task."
auth = "key"
scope = "apps:read"
emulated = true
success = 200
errors = ["not_found"]
source = "here"
"""

EMULATED = """
runs.create POST /apps/run
runs.create_legacy POST /run
tasks.get GET /tasks/{id}
tasks.list GET /tasks
tasks.search POST /tasks/list
tasks.status GET /tasks/{id}/status
tasks.stream GET /tasks/{id}/stream
tasks.logs GET /tasks/{id}/logs
tasks.timings GET /tasks/{id}/timings
tasks.telemetry GET /tasks/{id}/telemetry
tasks.files GET /tasks/{id}/files
tasks.delete_files DELETE /tasks/{id}/files
tasks.cancel POST /tasks/{id}/cancel
tasks.delete DELETE /tasks/{id}
tasks.queue_stats GET /tasks/queue-stats
usage.task_cost GET /usage/tasks/{id}/cost
files.create POST /files
files.list GET /files
files.search POST /files/list
files.get GET /files/{id}
files.delete DELETE /files/{id}
objects.put PUT /app/files/{kind}/{owner}/{name}
objects.get GET /app/files/{kind}/{owner}/{name}
sessions.list GET /sessions
sessions.get GET /sessions/{sid}
sessions.keepalive POST /sessions/{sid}/keepalive
sessions.end DELETE /sessions/{sid}
apps.list GET /apps
apps.search POST /apps/list
apps.get GET /apps/{id}
apps.get_by_name GET /apps/{namespace}/{name}
apps.versions GET /apps/{id}/versions
apps.versions_list GET /apps/{id}/versions/list
apps.versions_search POST /apps/{id}/versions/list
apps.version GET /apps/{id}/versions/{version_id}
store.list GET /store/apps
store.search POST /store/apps/list
store.get GET /store/apps/{id}
store.pricing GET /store/apps/{id}/pricing
store.estimate POST /store/apps/{id}/estimate
account.me GET /me
account.billing GET /billing
account.balance GET /billing/balance
account.scopes GET /scopes
meta.openapi GET /openapi.json
"""


def test_the_emulated_operations_are_exactly_the_agreed_ones() -> None:
    """The server, the plans and the checks address these ids, so the set changes only on purpose."""
    found = {f"{op.id} {op.method} {op.path}" for op in operations.load() if op.emulated}
    assert found == set(EMULATED.strip().splitlines())


def test_routes_outside_the_emulation_are_listed_too() -> None:
    """The parity page can only say what is missing if the table does."""
    ids = {op.id for op in operations.load() if not op.emulated}
    assert {"apikeys.create", "events.stream", "usage.summary", "sockets.get", "tasks.featured", "chats.stream"} <= ids


def test_path_parameters_come_from_the_template() -> None:
    """A route builder never parses the template itself."""
    assert operations.by_id()["apps.version"].parameters == ("id", "version_id")


def test_either_of_two_scopes_opens_the_cost() -> None:
    """The documentation names two scopes for it, either of which is enough."""
    assert operations.by_id()["usage.task_cost"].scopes == ("apps:read", "billing:read")
    assert operations.by_id()["store.list"].scopes == ()


def test_errors_of_the_authentication_are_added() -> None:
    """Every call that needs a key can be answered 401, 402, 403 and 429 by the magic keys."""
    assert operations.by_id()["tasks.get"].errors == (
        "unauthorized",
        "insufficient_scope",
        "payment_required",
        "rate_limited",
        "internal_error",
        "not_found",
    )


def test_every_problem_code_is_one_the_wire_knows() -> None:
    """A code without an HTTP status could not be answered."""
    assert {code for op in operations.load() for code in op.errors} - STATUS_OF_CODE.keys() == set()


def test_a_reply_without_content_has_no_schema() -> None:
    """A 204 has no body that a schema could describe."""
    assert all(op.response is None for op in operations.load() if op.success == 204)


def test_only_calls_with_a_body_name_a_request_schema() -> None:
    """A JSON body goes with POST alone on this API; the one PUT carries raw bytes."""
    assert {op.method for op in operations.load() if op.request} == {"POST"}


def test_summaries_are_sentences() -> None:
    """They end up in the OpenAPI document and on the parity page."""
    assert all(re.fullmatch(r"[A-Z].*\.", op.summary) for op in operations.load())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('method = "GET"', 'method = "FETCH"', r"row 1 \(tasks.get\) has method = 'FETCH'; expected one of 'GET'"),
        ('auth = "key"', 'auth = "token"', r"row 1 \(tasks.get\) has auth = 'token'"),
        ('tag = "tasks"', 'tag = "task"', r"row 1 \(tasks.get\) has tag = 'task'"),
        ('path = "/tasks/{id}"', 'path = "tasks/{id}"', r"row 1 \(tasks.get\) has path = 'tasks/\{id\}'"),
        ('id = "tasks.get"', 'id = "get"', r"row 1 \(get\) has id = 'get'"),
        ('scope = "apps:read"', "", r"row 1 \(tasks.get\) lacks scope"),
        ('source = "here"', 'source = "here"\nverb = 1', r"row 1 \(tasks.get\) has the unknown key 'verb'"),
        ('source = "here"', 'source = "here"\nrate = "hour"', r"row 1 \(tasks.get\) has rate = 'hour'"),
        ('source = "here"', 'source = "here"\nlist = true', r"row 1 \(tasks.get\) says list = true"),
        ("success = 200", "success = 201", r"row 1 \(tasks.get\) has success = 201"),
        ("not_found", "not found", r"row 1 \(tasks.get\) has errors = 'not found'"),
    ],
)
def test_a_wrong_row_is_named(old: str, new: str, message: str) -> None:
    """Whoever edits the table learns which row is wrong and what it should hold."""
    with pytest.raises(operations.OperationError, match=message):
        operations.parse(ROW.replace(old, new))


def test_an_id_is_given_once() -> None:
    """Two rows with one id would hide each other."""
    with pytest.raises(operations.OperationError, match=r"row 2 repeats the id 'tasks.get' of row 1"):
        operations.parse(ROW + ROW)


def test_a_route_is_given_once() -> None:
    """Parameter names do not make two routes different."""
    second = ROW.replace("tasks.get", "tasks.fetch").replace("{id}", "{task}")
    with pytest.raises(operations.OperationError, match=r"row 2 \(tasks.fetch\) repeats the route of tasks.get"):
        operations.parse(ROW + second)
