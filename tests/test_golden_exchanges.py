"""The golden exchanges: replayed, judged by the contract's schemas, and complete."""

import hashlib
import importlib.util
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import orjson
import pytest

from contracts import deliveries, exchanges, openapi, operations, schemas
from contracts.deliveries import GoldenDelivery
from contracts.exchanges import Answer, Exchange, ExchangeError
from contracts.wire.envelopes import ENVELOPES, Envelope
from contracts.wire.problems import STATUS_OF_CODE
from mockserver.testing import replay
from mockserver.testing.asgi import Received
from mockserver.testing.replay import HOST, ReplayError

EXCHANGES = exchanges.load()
DELIVERIES = deliveries.load()
OPERATIONS = operations.by_id()

ROUTES = "routes"
"""The folder of exchanges that belong to no operation."""

EVERYWHERE = frozenset({"unauthorized", "insufficient_scope", "payment_required", "rate_limited", "internal_error"})
"""Codes that come whatever the operation: one place gives all of them, so they are shown once."""

TWINS: Mapping[str, str] = {
    "runs.create_legacy": "runs.create",
    "apps.versions_list": "apps.versions",
    "apps.versions_search": "apps.versions",
    "tasks.search": "tasks.list",
    "files.search": "files.list",
    "apps.search": "apps.list",
    "store.search": "store.list",
}
"""Operations whose handler is another one's: a code shown there need not be shown again."""

UNREACHED: Mapping[tuple[str, str], str] = {
    ("runs.create", "requirements_not_met"): "the emulator's one app requires nothing, and no plan arms this body",
}
"""Documented codes without an exchange, each with the reason; `*` stands for every operation."""


def name_of(golden: Exchange | GoldenDelivery) -> str:
    """Name a test case."""
    return f"{golden.operation}/{golden.name}" if isinstance(golden, Exchange) else golden.name


def code_of(exchange: Exchange) -> str | None:
    """Return the code of a refusal, None for a success."""
    document = exchange.responses["superset"].json
    refused = exchange.responses["superset"].status >= 400
    code: str | None = document["error"]["code"] if refused else None
    return code


def assert_same(received: Received, answer: Answer, exchange: Exchange, envelope: Envelope) -> None:
    """Fail unless an answer is the recorded one: status, headers, and the body byte by byte."""
    assert received.status == answer.status
    headers = dict(received.headers)
    if answer.derived == "openapi":
        document = openapi.document(envelope=envelope, server=f"http://{HOST}")
        assert orjson.loads(received.body) == document
        headers.pop("content-length")
    elif answer.bytes_sha256 is not None:
        assert len(received.body) == answer.size
        assert hashlib.sha256(received.body).hexdigest() == answer.bytes_sha256
    else:
        assert received.body == answer.body
    assert headers == dict(answer.headers), f"run `make golden` if {name_of(exchange)} is meant to change"


@pytest.fixture(scope="module")
def recorder() -> ModuleType:
    """tools/record_golden.py as a module."""
    spec = importlib.util.spec_from_file_location(
        "record_golden", Path(__file__).parent.parent / "tools" / "record_golden.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.requirement("REQ-ENV-009", "REQ-ERR-006")
@pytest.mark.parametrize("envelope", ENVELOPES)
@pytest.mark.parametrize("exchange", EXCHANGES, ids=name_of)
def test_replay_gives_the_recorded_answer(exchange: Exchange, envelope: Envelope) -> None:
    """Under the manual clock the same requests are answered with the same bytes, a refusal with its code's status."""
    received = replay.perform(exchange, envelope)
    assert_same(received, exchange.responses[envelope], exchange, envelope)
    code = code_of(exchange)
    mismatch = exchange.operation.startswith("sessions.") and code in {"APP_MISMATCH", "VERSION_MISMATCH"}
    assert code is None or mismatch or received.status == STATUS_OF_CODE[code]


@pytest.mark.parametrize("golden", DELIVERIES, ids=name_of)
def test_replay_gives_the_recorded_webhook(golden: GoldenDelivery) -> None:
    """The same task is told of with the same headers and the same bytes."""
    headers, body = replay.delivery(golden)
    assert body == orjson.dumps(golden.body)
    assert headers == golden.headers


@pytest.mark.parametrize("golden", DELIVERIES, ids=name_of)
def test_webhooks_fit_their_schema(golden: GoldenDelivery) -> None:
    """A recorded webhook is one by the contract's schema."""
    schemas.validator("webhook").validate(golden.body)


@pytest.mark.parametrize("exchange", [row for row in EXCHANGES if code_of(row) is not None], ids=name_of)
def test_refusals_fit_their_schema(exchange: Exchange) -> None:
    """Every recorded refusal is a problem; the strict forms of it are test_envelopes_say_the_same's affair."""
    schemas.validator("problem").validate(exchange.responses["superset"].json)


@pytest.mark.parametrize("exchange", [row for row in EXCHANGES if code_of(row) is None], ids=name_of)
def test_answers_fit_their_schemas(exchange: Exchange) -> None:
    """Every recorded success fits the schema that the operation names."""
    answer = exchange.responses["superset"]
    operation = OPERATIONS.get(exchange.operation)
    if answer.lines is not None:
        for line in answer.lines:
            text = line.removeprefix("data: ")
            if text.startswith("{") and text != "{}\n":
                schemas.validator("stream-line").validate(orjson.loads(text))
        return
    if exchange.operation == ROUTES or answer.json is None:
        return
    assert operation is not None
    assert operation.response is not None
    schemas.validator("envelope-superset").validate(answer.json)
    resource = answer.json["data"]
    for item in resource if operation.is_list and isinstance(resource, list) else [resource]:
        schemas.validator(operation.response).validate(item)


@pytest.mark.parametrize("exchange", EXCHANGES, ids=name_of)
def test_envelopes_say_the_same(exchange: Exchange) -> None:
    """Each strict form holds exactly its share of the superset's members."""
    whole = exchange.responses["superset"].json
    if whole is None:
        assert len({repr(exchange.responses[envelope]) for envelope in ENVELOPES}) == 1
        return
    told = {envelope: exchange.responses[envelope].json for envelope in ENVELOPES}
    if exchange.responses["superset"].status >= 400:
        error = whole["error"] | ({"data": whole["data"]} if "data" in whole else {})
        assert told["v1"] == {"success": False, "status": whole["status"], "error": error}
        assert told["v2"] == {key: value for key, value in whole.items() if key not in {"success", "error"}}
        assert told["v3"] == told["v2"]
        return
    assert told["v1"] == {key: whole[key] for key in ("success", "status", "data")}
    assert told["v2"] == whole["data"]
    assert told["v3"] == {key: whole[key] for key in ("data", "messages")}


@pytest.mark.parametrize("exchange", EXCHANGES, ids=name_of)
def test_refusals_are_documented(exchange: Exchange) -> None:
    """A refusal's code is among those that the operation's row names."""
    if exchange.operation != ROUTES and (code := code_of(exchange)) is not None:
        operation = OPERATIONS[exchange.operation]
        assert code in (operation.errors if operation.emulated else (*operation.errors, "not_emulated"))


@pytest.mark.parametrize("operation", [row for row in operations.load() if row.emulated], ids=lambda row: row.id)
def test_every_operation_has_an_exchange(operation: operations.Operation) -> None:
    """A success of each emulated operation is recorded, with the status its row names."""
    statuses = {exchange.responses["superset"].status for exchange in exchanges.of_operation(operation.id)}
    assert operation.success in statuses


@pytest.mark.parametrize("operation", [row for row in operations.load() if row.emulated], ids=lambda row: row.id)
def test_every_documented_code_has_an_exchange(operation: operations.Operation) -> None:
    """Each code of an operation's row is recorded there or at its twin, or stands in UNREACHED with a reason."""
    places = {operation.id, TWINS.get(operation.id, operation.id)}
    told = {code_of(exchange) for exchange in EXCHANGES if exchange.operation in places}
    excused = {code for place, code in UNREACHED if place in {"*", *places}}
    assert set(operation.errors) - told - excused - EVERYWHERE == set()


@pytest.mark.parametrize("code", sorted(EVERYWHERE))
def test_codes_of_the_key_are_shown_once(code: str) -> None:
    """What any key may be refused with is recorded somewhere."""
    assert code in {code_of(exchange) for exchange in EXCHANGES}


@pytest.mark.parametrize(("place", "code"), UNREACHED, ids="/".join)
def test_exceptions_are_needed(place: str, code: str) -> None:
    """A row of UNREACHED is documented somewhere and recorded nowhere; otherwise it can go."""
    rows = [row for row in OPERATIONS.values() if row.emulated and place in {"*", row.id}]
    assert any(code in row.errors for row in rows)
    told = {code_of(exchange) for exchange in EXCHANGES if place in {"*", exchange.operation}}
    assert code not in told


def test_folders_are_operations() -> None:
    """Every folder is named for an operation, or holds what belongs to none."""
    assert {exchange.operation for exchange in EXCHANGES} <= OPERATIONS.keys() | {ROUTES}


@pytest.mark.parametrize("name", ["exchanges/tasks.get/completed.json", "exchanges/tasks.stream/ndjson.json"])
def test_recording_again_changes_nothing(recorder: ModuleType, name: str) -> None:
    """The recorder writes a file as it is committed, to the byte."""
    file = Path(__file__).parent.parent / "fixtures" / name
    assert recorder.record(file) == file.read_bytes()


def test_check_finds_a_changed_answer(recorder: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With --check a recorded answer that is not given any more ends the command with 1, and nothing is written."""
    source = Path(__file__).parent.parent / "fixtures" / "exchanges" / "tasks.get" / "not-found.json"
    file = tmp_path / "tasks.get" / "not-found.json"
    file.parent.mkdir()
    shutil.copy(source, file)
    assert recorder.main(["--check", str(file)]) == 0
    changed = file.read_bytes().replace(b'"status": 404', b'"status": 410')
    file.write_bytes(changed)
    assert recorder.main(["--check", "--quiet", str(file)]) == 1
    assert file.read_bytes() == changed
    assert "changed  tasks.get/not-found.json" in capsys.readouterr().out
    assert recorder.main([str(file)]) == 0
    assert file.read_bytes() == source.read_bytes()


def test_help_says_what_the_recorder_does(recorder: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """--help names the folders it works on and its options."""
    with pytest.raises(SystemExit) as ended:
        recorder.main(["--help"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "fixtures/exchanges" in shown
    assert "--check" in shown


def test_refused_preparation_is_told() -> None:
    """What must happen before an exchange has to succeed; otherwise the message shows the answer."""
    raw: dict[str, Any] = {
        "summary": "",
        "before": [{"method": "GET", "path": "/tasks/nobody"}],
        "request": {"method": "GET", "path": "/me"},
    }
    exchange = exchanges.parse(raw, operation="account.me", name="x")
    with pytest.raises(ReplayError, match="GET /tasks/nobody was answered 404"):
        replay.perform(exchange, "superset")


@pytest.mark.parametrize(
    "content", [b"{", b'{"summary": ""}', b'{"summary": "", "request": {}, "x": 1}'], ids=["json", "missing", "unknown"]
)
def test_broken_files_are_named(tmp_path: Path, content: bytes) -> None:
    """A file that is no exchange is refused with its name."""
    file = tmp_path / "broken.json"
    file.write_bytes(content)
    with pytest.raises(ExchangeError, match=r"broken\.json"):
        exchanges.read(file)


def test_captured_values_fill_only_their_places() -> None:
    """Braces that name nothing captured stay, so that a prompt may hold them."""
    raw = {"method": "POST", "path": "/tasks/{task}/{x}", "json": {"a": ["{task}", 1, "{ }"]}}
    request = exchanges.parse({"summary": "", "request": raw}, operation="o", name="n").request
    filled = request.filled({"task": "abc"})
    assert (filled.path, filled.json) == ("/tasks/abc/{x}", {"a": ["abc", 1, "{ }"]})
