"""Lists are asked as the document says: whatever it allows is answered, whatever it does not is refused."""

from itertools import product
from typing import Any

import jsonschema_rs
import pytest

from contracts import openapi, operations
from contracts.openapi import lists
from mockserver.api.filters import OPERATORS

from .asgi import Client

pytestmark = pytest.mark.anyio

SEARCHES = [row for row in operations.load() if row.fields and row.method == "POST"]
VALUES: list[Any] = ["running", "2026-06-01T00:00:00Z", "", 3, 0.5, True, None, [], ["running", 3], ["x"], [[]], {}]


@pytest.mark.requirement("REQ-TASK-028")
@pytest.mark.parametrize("operation", SEARCHES, ids=lambda row: row.id)
async def test_filters_are_taken_as_described(client: Client, operation: operations.Operation) -> None:
    """Every field with every operator and values of every kind: 200 where the schema says so, else 400."""
    await client.run()
    judge = jsonschema_rs.Draft202012Validator(lists.filters(operation))
    path = operation.path.replace("{id}", "mb9rjwf5mjer7htm68rg47xqmh")
    kinds = [field for field in operation.fields if field in {"id", "status", "size", "created_at", "session_id"}]
    for field, operator in product([*kinds, "moon"], [*OPERATORS, "==", ">=", "about"]):
        for value in [*({"value": value} for value in VALUES), {}, {"valeu": 1}]:
            asked = [{"field": field, "operator": operator, **value}]
            reply = await client.post(path, {"filters": asked})
            assert reply.status == (200 if judge.is_valid(asked) else 400), (asked, reply.json())


@pytest.mark.parametrize("operation", SEARCHES, ids=lambda row: row.id)
async def test_every_field_can_be_sorted_and_filtered_by(client: Client, operation: operations.Operation) -> None:
    """The table of operations knows the same fields as the server."""
    path = operation.path.replace("{id}", "mb9rjwf5mjer7htm68rg47xqmh")
    for field in operation.fields:
        asked = {"sort": [{"field": field}], "filters": [{"field": field, "operator": "is_not_null"}]}
        assert (await client.post(path, asked)).status == 200
    refused = await client.post(path, {"sort": [{"field": "moon"}]})
    assert refused.json()["detail"].partition("fields are ")[2] == ", ".join(operation.fields)


@pytest.mark.requirement("REQ-TASK-027")
@pytest.mark.parametrize("operation", SEARCHES, ids=lambda row: row.id)
async def test_cursors_are_taken_as_described(client: Client, operation: operations.Operation) -> None:
    """What has the letters of a cursor is looked for and not found; anything else is no cursor."""
    path = operation.path.replace("{id}", "mb9rjwf5mjer7htm68rg47xqmh")
    judge = jsonschema_rs.Draft202012Validator(dict(lists.CURSOR))
    for cursor in ("abc", "A-_9", "!", "a b", "é", "a="):
        reply = await client.post(path, {"cursor": cursor})
        assert reply.status == (404 if judge.is_valid(cursor) else 400), cursor


async def test_a_page_may_be_asked_for_with_any_whole_number(client: Client) -> None:
    """JSON has one kind of number: 5.0 and 1e30 are integers by their schema."""
    for limit in (5.0, 1e30, 0.0, -1.0):
        assert (await client.post("/tasks/list", {"limit": limit})).status == 200
    assert (await client.post("/tasks/list", {"limit": 5.5})).status == 400


def test_the_document_uses_these_schemas() -> None:
    """In the query of a GET and in the body of a POST."""
    paths = openapi.document()["paths"]
    query = {row["name"]: row for row in paths["/tasks"]["get"]["parameters"]}
    assert query["filters"]["content"]["application/json"]["schema"] == lists.filters(operations.by_id()["tasks.list"])
    body = paths["/tasks/list"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert lists.filters(operations.by_id()["tasks.search"]) == body["anyOf"][0]["allOf"][1]["properties"]["filters"]
