"""The OpenAPI document: valid, closed, and saying of every emulated operation what it takes and answers."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args

import jsonschema_rs
import openapi_spec_validator
import pytest
import schemathesis
from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

from contracts import exchanges, openapi, operations, schemas
from contracts.apps.table import VersionName
from contracts.wire import envelopes, problems
from contracts.wire.envelopes import ENVELOPES, Envelope
from contracts.wire.problems import STATUS_OF_CODE, Problem

EMULATED = [operation for operation in operations.load() if operation.emulated]
every_version = pytest.mark.parametrize("version", get_args(VersionName))
every_envelope = pytest.mark.parametrize("envelope", ENVELOPES)
every_operation = pytest.mark.parametrize("operation", EMULATED, ids=lambda operation: operation.id)


@cache
def built(version: VersionName = "2026-05", envelope: Envelope = "superset") -> dict[str, Any]:
    """A document; building one takes a tenth of a second."""
    return openapi.document(version, envelope)


DOCUMENT = built()
TASK_ID = "01hzy3k5m7n9p0q2r4s6t8v0wx"


def described(operation: operations.Operation) -> Mapping[str, Any]:
    """The document's entry of an operation."""
    entry: Mapping[str, Any] = DOCUMENT["paths"][operation.path][operation.method.lower()]
    return entry


def references(value: Any) -> Iterator[str]:
    """Every `$ref` in a document; example values show answers, and some of those are schemas of their own."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for key, inner in value.items():
            if key not in {"value", "example"} or "summary" not in value:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def resolve(document: Mapping[str, Any], reference: str) -> Any:
    """What a local reference points at."""
    assert reference.startswith("#/"), reference
    value: Any = document
    for part in reference[2:].split("/"):
        value = value[part.replace("~1", "/").replace("~0", "~")]
    return value


def value(document: Mapping[str, Any], example: Mapping[str, Any]) -> Any:
    """What an example shows, wherever it stands."""
    return (resolve(document, example["$ref"]) if "$ref" in example else example)["value"]


def validator(document: Mapping[str, Any], schema: Mapping[str, Any]) -> jsonschema_rs.Validator:
    """A validator of a schema as a reader of this document alone would build it."""
    return jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]}, offline=True)


@pytest.mark.requirement("REQ-HTTP-010")
@every_version
@every_envelope
def test_two_validators_find_nothing_wrong(version: VersionName, envelope: Envelope) -> None:
    """Neither Schemathesis, see below, nor openapi-spec-validator, which also looks into schemas and parameters."""
    openapi_spec_validator.validate(built(version, envelope))


@every_version
@every_envelope
def test_the_document_is_valid_openapi(version: VersionName, envelope: Envelope) -> None:
    """Schemathesis loads it, finds it valid, and finds every operation."""
    schema = schemathesis.openapi.from_dict(built(version, envelope))
    schema.validate()
    assert len(list(schema.get_all_operations())) == len(EMULATED)


def test_an_invalid_document_would_be_noticed() -> None:
    """The judge of the test above judges."""
    wrong = DOCUMENT | {"info": {"title": 5}}
    with pytest.raises(jsonschema_rs.ValidationError):
        schemathesis.openapi.from_dict(wrong).validate()
    with pytest.raises(OpenAPIValidationError):
        openapi_spec_validator.validate(wrong)


@every_version
@every_envelope
def test_every_reference_resolves_inside_the_document(version: VersionName, envelope: Envelope) -> None:
    """Nothing dangles and nothing needs to be fetched, local definitions of the schemas included."""
    document = built(version, envelope)
    found = set(references(document))
    assert len(found) > 30
    for reference in found:
        assert isinstance(resolve(document, reference), dict), reference


def test_every_schema_can_be_compiled_from_the_document_alone() -> None:
    """A component says the same as our own schema of that name, and builds without our registry."""
    assert DOCUMENT["components"]["schemas"].keys() == set(schemas.names())
    for name in schemas.names():
        validator(DOCUMENT, {"$ref": openapi.REF + name})


def test_a_component_judges_as_its_schema_does() -> None:
    """The input's enum, which is a definition of its own, still refuses."""
    judge = validator(DOCUMENT, {"$ref": f"{openapi.REF}video-v2-6-2026-05-input"})
    assert judge.is_valid({"prompt": "x", "mode": "std"})
    assert not judge.is_valid({"prompt": "x", "mode": "PRO"})


@pytest.mark.requirement("REQ-HTTP-010")
def test_exactly_the_emulated_operations_are_there() -> None:
    """One entry each, under its own id, and nothing that we do not serve."""
    found = {
        (entry["operationId"], method.upper(), path)
        for path, entries in DOCUMENT["paths"].items()
        for method, entry in entries.items()
    }
    assert found == {(operation.id, operation.method, operation.path) for operation in EMULATED}


@every_operation
def test_every_code_is_documented(operation: operations.Operation) -> None:
    """Each error has its status with the code in the description, and the success has its own."""
    responses = described(operation)["responses"]
    codes = {*operation.errors, "invalid_request", "uri_too_long", "service_unavailable"}
    codes.add("request_header_fields_too_large")
    fine = {"tasks.stream": {"204"}, "objects.get": {"206", "304"}}.get(operation.id, set())
    assert responses.keys() == {str(operation.success), *(str(STATUS_OF_CODE[code]) for code in codes)} | fine
    for code in codes:
        words = responses[str(STATUS_OF_CODE[code])]["description"].replace(",", " ").replace(":", " ").split()
        assert code in words


@every_operation
@every_envelope
def test_every_code_has_an_example(operation: operations.Operation, envelope: Envelope) -> None:
    """Real answers, from this operation where it was recorded and from another where it is the same."""
    document = built(envelope=envelope)
    responses = document["paths"][operation.path][operation.method.lower()]["responses"]
    for code in operation.errors:
        contents = responses[str(STATUS_OF_CODE[code])]["content"].values()
        shown = [value(document, example) for media in contents for example in media["examples"].values()]
        if code == "requirements_not_met":
            assert any("satisfied" in answer for answer in shown)
        else:
            assert any(code in (answer.get("type", "") + str(answer.get("error"))) for answer in shown), code


@every_operation
def test_answers_carry_the_headers_that_are_promised(operation: operations.Operation) -> None:
    """Every golden answer has what its response calls required, and what it has fits."""
    for exchange in exchanges.of_operation(operation.id):
        answer = exchange.responses["superset"]
        for name, header in described(operation)["responses"][str(answer.status)].get("headers", {}).items():
            told = resolve(DOCUMENT, header["$ref"])
            text = answer.headers.get(name.lower())
            assert text is not None or not told.get("required"), (exchange.name, name)
            if text is not None:
                number = told["schema"].get("type") == "integer"
                validator(DOCUMENT, told["schema"]).validate(int(text) if number else text)


@every_operation
def test_every_parameter_is_described(operation: operations.Operation) -> None:
    """Path parameters are required and in the template, query parameters are the table's."""
    parameters = described(operation)["parameters"]
    in_path = [row["name"] for row in parameters if row["in"] == "path"]
    assert in_path == list(operation.parameters)
    assert all(row["required"] for row in parameters if row["in"] == "path")
    assert [row["name"] for row in parameters if row["in"] == "query"] == list(operation.query)
    assert all(row["description"] for row in parameters)


@every_operation
def test_the_key_is_asked_for_where_it_is_needed(operation: operations.Operation) -> None:
    """Presigned and open routes need none."""
    assert described(operation)["security"] == ([{"key": []}] if operation.auth == "key" else [])


@every_operation
def test_its_promises_are_cited(operation: operations.Operation) -> None:
    """A reader finds the way from a route to its requirements."""
    assert described(operation)["x-requirements"] == list(operation.requirements)


@pytest.mark.parametrize("version", get_args(VersionName))
def test_a_run_takes_the_input_of_the_version(version: VersionName) -> None:
    """The document describes the generation that a bare reference means."""
    document = built(version)
    media = document["paths"]["/apps/run"]["post"]["requestBody"]["content"]["application/json"]
    judge = validator(document, media["schema"])
    quality = {"2026-05": {"mode": "std"}, "2026-08": {"resolution": "720p"}}
    for other, fields in quality.items():
        right = {"app": "klingai/video-v2-6", "input": {"prompt": "x"} | fields}
        wrong = {"app": "klingai/video-v2-6", "input": {"prompt": "x"} | dict.fromkeys(fields, "ultra")}
        assert judge.is_valid(right | {"input": {"prompt": "x", "sound": False} | fields})
        assert judge.is_valid(wrong) == (other != version)


@every_envelope
def test_successes_are_described_in_their_envelope(envelope: Envelope) -> None:
    """What `wrap` makes fits the document of that envelope, and no other form does."""
    document = built(envelope=envelope)
    media = document["paths"]["/billing/balance"]["get"]["responses"]["200"]["content"]["application/json"]
    judge = validator(document, media["schema"])
    balance = next(
        exchange.responses["v2"].json
        for exchange in exchanges.of_operation("account.balance")
        if exchange.responses["v2"].status == 200
    )
    fitting = {other for other in ENVELOPES if judge.is_valid(envelopes.wrap(other, balance))}
    assert envelope in fitting
    # The superset has the keys of v1 and of v3.
    assert fitting <= {envelope, "superset"}


@every_envelope
def test_errors_are_described_in_their_form(envelope: Envelope) -> None:
    """What a problem looks like in this form fits the document, under the media type it is sent with."""
    document = built(envelope=envelope)
    response = document["paths"]["/tasks/{id}"]["get"]["responses"]["404"]
    assert list(response["content"]) == [problems.content_type(envelope)]
    judge = validator(document, response["content"][problems.content_type(envelope)]["schema"])
    problem = Problem("not_found", "there is no such task", meta={"id": TASK_ID})
    assert judge.is_valid(problems.body(problem, envelope))
    others = {other for other in ENVELOPES if judge.is_valid(problems.body(problem, other))}
    assert ("v1" in others) == (envelope == "v1")


@pytest.mark.requirement("REQ-ERR-011")
def test_unmet_requirements_are_described_as_they_are_sent() -> None:
    """A 412 of that kind is no problem document (REQ-ERR-011)."""
    content = DOCUMENT["paths"]["/apps/run"]["post"]["responses"]["412"]["content"]
    judge = validator(DOCUMENT, content["application/json"]["schema"])
    assert judge.is_valid(problems.requirements_not_met([{"type": "secret", "key": "K", "message": "m"}]))
    assert not judge.is_valid(problems.body(Problem("requirements_not_met", "m")))


@every_envelope
def test_every_example_fits_its_schema(envelope: Envelope) -> None:
    """The golden answers shown in the document are what the document says."""
    document = built(envelope=envelope)
    checked = 0
    for path, entries in document["paths"].items():
        for method, entry in entries.items():
            bodies = {**entry["responses"], "request": entry.get("requestBody", {})}
            for status, response in bodies.items():
                for media in response.get("content", {}).values():
                    judge = validator(document, media.get("schema", {}))
                    for name, example in media.get("examples", {}).items():
                        where = f"{method} {path} {status} {name}"
                        assert judge.is_valid(value(document, example)), where
                        checked += 1
    assert checked > 500


@every_envelope
def test_every_parameter_example_fits_its_schema(envelope: Envelope) -> None:
    """A reader who tries one is not refused for its form."""
    document = built(envelope=envelope)
    for entries in document["paths"].values():
        for entry in entries.values():
            for row in entry["parameters"]:
                described = row.get("content", {}).get("application/json", row)
                if "example" in described:
                    assert validator(document, described["schema"]).is_valid(described["example"]), row


@every_envelope
def test_every_line_of_a_stream_fits_the_schema_of_lines(envelope: Envelope) -> None:
    """The examples of both media types are whole streams, and `x-line-schema` describes each line or event."""
    document = built(envelope=envelope)
    content = document["paths"]["/tasks/{id}/stream"]["get"]["responses"]["200"]["content"]
    assert set(content) == {"application/x-ndjson", "text/event-stream"}
    for form, media in content.items():
        judge = validator(document, media["x-line-schema"])
        lines = [line for example in media["examples"].values() for line in example["value"].splitlines()]
        told = [line.removeprefix("data: ") for line in lines if form.endswith("ndjson") or line.startswith("data: ")]
        assert len(told) > 3
        assert [line for line in told if line != "{}" and not judge.is_valid(json.loads(line))] == []


@every_envelope
def test_every_link_resolves_in_its_envelope(envelope: Envelope) -> None:
    """Each leads to an operation there is, names its parameters, and finds its value in a golden answer."""
    document = built(envelope=envelope)
    by_id = {entry["operationId"]: entry for entries in document["paths"].values() for entry in entries.values()}
    checked = 0
    for identifier, entry in by_id.items():
        for name, link in entry["responses"].get("200", {}).get("links", {}).items():
            takes = {row.get("name") for row in by_id[link["operationId"]]["parameters"]}
            assert link["parameters"].keys() <= takes, (identifier, name)
            answers = [row.responses[envelope].json for row in answered(identifier)]
            for expression in link["parameters"].values():
                if expression.startswith("$request.path."):
                    assert expression.removeprefix("$request.path.") in takes
                    continue
                found = [pointed(answer, expression.removeprefix("$response.body#")) for answer in answers]
                assert any(isinstance(text, str) and text for text in found), (identifier, name, expression)
                checked += 1
    assert checked > 40


def answered(operation: str) -> list[exchanges.Exchange]:
    """The successes of an operation, or of the one it is another address of."""
    twin = {"runs.create_legacy": "runs.create"} | {
        f"{area}.search": f"{area}.list" for area in ("apps", "files", "tasks")
    }
    rows = [row for name in (operation, twin.get(operation, operation)) for row in exchanges.of_operation(name)]
    return [row for row in rows if row.responses["v2"].status == 200]


def pointed(document: Any, pointer: str) -> Any:
    """What a JSON Pointer points to; None where there is nothing."""
    for part in pointer.split("/")[1:]:
        if isinstance(document, list):
            document = document[int(part)] if int(part) < len(document) else None
        else:
            document = document.get(part) if isinstance(document, dict) else None
    return document


@every_envelope
def test_the_version_header_is_described_once(envelope: Envelope) -> None:
    """It changes what the document describes, so no operation takes it there."""
    document = built(envelope=envelope)
    assert document["components"]["parameters"]["ApiVersion"]["schema"]["enum"] == ["1", "2", "3"]
    assert "#/components/parameters/ApiVersion" not in set(references(document))


def test_what_is_not_emulated_is_listed() -> None:
    """By method and path, beside what such calls are answered."""
    assert DOCUMENT["x-not-emulated"] == [f"{row.method} {row.path}" for row in operations.load() if not row.emulated]
    for name, status in (("NoSuchRoute", 404), ("MethodNotAllowed", 405), ("NotEmulated", 501)):
        response = resolve(DOCUMENT, DOCUMENT["x-elsewhere"][name]["$ref"])
        (example,) = response["content"]["application/problem+json"]["examples"].values()
        assert example["value"]["status"] == status
    assert "Allow" in DOCUMENT["components"]["responses"]["MethodNotAllowed"]["headers"]


def test_every_webhook_example_fits_its_schema() -> None:
    """The golden deliveries shown in the document are what the document says."""
    media = DOCUMENT["webhooks"]["taskEnded"]["post"]["requestBody"]["content"]["application/json"]
    judge = validator(DOCUMENT, media["schema"])
    assert all(judge.is_valid(example["value"]) for example in media["examples"].values())


def test_the_server_is_named() -> None:
    """A client generated from the document talks to this emulator."""
    assert openapi.document(server="http://127.0.0.1:9")["servers"] == [{"url": "http://127.0.0.1:9"}]
