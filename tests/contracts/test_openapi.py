"""The OpenAPI document: valid, closed, and saying of every emulated operation what it takes and answers."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

import jsonschema_rs
import pytest
import schemathesis

from contracts import exchanges, openapi, operations, schemas
from contracts.apps.table import VersionName
from contracts.wire import envelopes, problems
from contracts.wire.envelopes import ENVELOPES, Envelope
from contracts.wire.problems import STATUS_OF_CODE, Problem

EMULATED = [operation for operation in operations.load() if operation.emulated]
every_version = pytest.mark.parametrize("version", get_args(VersionName))
every_envelope = pytest.mark.parametrize("envelope", ENVELOPES)
every_operation = pytest.mark.parametrize("operation", EMULATED, ids=lambda operation: operation.id)

DOCUMENT = openapi.document()
TASK_ID = "01hzy3k5m7n9p0q2r4s6t8v0wx"


def described(operation: operations.Operation) -> Mapping[str, Any]:
    """The document's entry of an operation."""
    entry: Mapping[str, Any] = DOCUMENT["paths"][operation.path][operation.method.lower()]
    return entry


def references(value: Any) -> Iterator[str]:
    """Every `$ref` in a document; examples show answers, and some of those are schemas of their own."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for key, inner in value.items():
            if key != "examples":
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


def validator(document: Mapping[str, Any], schema: Mapping[str, Any]) -> jsonschema_rs.Validator:
    """A validator of a schema as a reader of this document alone would build it."""
    return jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]}, offline=True)


@pytest.mark.requirement("REQ-HTTP-010")
@every_version
@every_envelope
def test_the_document_is_valid_openapi(version: VersionName, envelope: Envelope) -> None:
    """Schemathesis loads it, finds it valid, and finds every operation."""
    schema = schemathesis.openapi.from_dict(openapi.document(version, envelope))
    schema.validate()
    assert len(list(schema.get_all_operations())) == len(EMULATED)


def test_an_invalid_document_would_be_noticed() -> None:
    """The judge of the test above judges."""
    with pytest.raises(jsonschema_rs.ValidationError):
        schemathesis.openapi.from_dict(DOCUMENT | {"info": {"title": 5}}).validate()


@every_version
@every_envelope
def test_every_reference_resolves_inside_the_document(version: VersionName, envelope: Envelope) -> None:
    """Nothing dangles and nothing needs to be fetched, local definitions of the schemas included."""
    document = openapi.document(version, envelope)
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
    assert responses.keys() == {str(operation.success), *(str(STATUS_OF_CODE[code]) for code in operation.errors)}
    for code in operation.errors:
        words = responses[str(STATUS_OF_CODE[code])]["description"].replace(",", " ").replace(":", " ").split()
        assert code in words


@every_operation
def test_every_parameter_is_described(operation: operations.Operation) -> None:
    """Path parameters are required and in the template, query parameters are the table's."""
    parameters = described(operation)["parameters"]
    in_path = [row["name"] for row in parameters if row["in"] == "path"]
    assert in_path == list(operation.parameters)
    assert all(row["required"] for row in parameters if row["in"] == "path")
    assert [row["name"] for row in parameters if row["in"] == "query"] == list(operation.query)
    assert all(row["description"] for row in parameters if row["in"] == "query")


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
    document = openapi.document(version)
    media = document["paths"]["/apps/run"]["post"]["requestBody"]["content"]["application/json"]
    judge = validator(document, media["schema"])
    quality = {"2026-05": {"mode": "std"}, "2026-08": {"resolution": "720p"}}
    for other, fields in quality.items():
        right = {"app": "klingai/video-v2-6", "input": {"prompt": "x"} | fields}
        wrong = {"app": "klingai/video-v2-6", "input": {"prompt": "x"} | dict.fromkeys(fields, "ultra")}
        assert judge.is_valid(right)
        assert judge.is_valid(wrong) == (other != version)


@every_envelope
def test_successes_are_described_in_their_envelope(envelope: Envelope) -> None:
    """What `wrap` makes fits the document of that envelope, and no other form does."""
    document = openapi.document(envelope=envelope)
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
    document = openapi.document(envelope=envelope)
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
    document = openapi.document(envelope=envelope)
    checked = 0
    for path, entries in document["paths"].items():
        for method, entry in entries.items():
            for status, response in entry["responses"].items():
                for media in response.get("content", {}).values():
                    judge = validator(document, media["schema"])
                    for name, example in media.get("examples", {}).items():
                        where = f"{method} {path} {status} {name}"
                        assert judge.is_valid(example["value"]), where
                        checked += 1
    assert checked > 0


def test_every_webhook_example_fits_its_schema() -> None:
    """The golden deliveries shown in the document are what the document says."""
    media = DOCUMENT["webhooks"]["taskEnded"]["post"]["requestBody"]["content"]["application/json"]
    judge = validator(DOCUMENT, media["schema"])
    assert all(judge.is_valid(example["value"]) for example in media["examples"].values())


def test_the_server_is_named() -> None:
    """A client generated from the document talks to this emulator."""
    assert openapi.document(server="http://127.0.0.1:9")["servers"] == [{"url": "http://127.0.0.1:9"}]
