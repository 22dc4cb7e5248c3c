"""The catalogue, the store and the account (rest.md §3, §12, §14)."""

import pytest

from contracts import schemas
from contracts.apps import table

from .asgi import APP, Client, emulated
from .shapes import APP_ID

pytestmark = pytest.mark.anyio

NAME = "/".join(APP.split("/"))


@pytest.mark.requirement("REQ-APP-001")
async def test_the_app_is_found_by_every_name(client: Client) -> None:
    """By id, short id and name; in the catalogue and in its list."""
    found = [(await client.get(path)).data for path in (f"/apps/{APP_ID}", f"/apps/{APP_ID[:8]}", f"/apps/{NAME}")]
    assert found[0] == found[1] == found[2]
    assert found[0]["version_id"] == "7kq2v605"
    for method, path in (("GET", "/apps"), ("POST", "/apps/list")):
        page = (await client.request(method, path)).data
        assert [row["id"] for row in page["items"]] == [APP_ID]


@pytest.mark.requirement("REQ-APP-003", "REQ-APP-007")
async def test_versions(client: Client) -> None:
    """Newest first; each by its id; the default is a setting."""
    for method, path in (("GET", "versions"), ("GET", "versions/list"), ("POST", "versions/list")):
        page = (await client.request(method, f"/apps/{APP_ID}/{path}")).data
        assert [row["id"] for row in page["items"]] == ["7kq2v608", "7kq2v605"]
    assert (await client.get(f"/apps/{APP_ID}/versions/7kq2v608")).data["version_id"] == "7kq2v608"
    assert (await client.get(f"/apps/{NAME}@7kq2v608")).data["version_id"] == "7kq2v608"
    await client.configure(app_version="2026-08")
    assert (await client.get(f"/apps/{NAME}")).data["version_id"] == "7kq2v608"


@pytest.mark.requirement("REQ-APP-002", "REQ-APP-004", "REQ-APP-005")
async def test_the_published_schema_is_the_one_that_judges(client: Client) -> None:
    """Key by key and in its order, by id and by name, without our own annotations."""
    for version in table.load().versions.values():
        judging = schemas.load(version.schema)["properties"].items()
        known = [(key, {name: told for name, told in row.items() if name[:2] != "x-"}) for key, row in judging]
        for path in (f"/apps/{APP_ID}/versions/{version.id}", f"/apps/{NAME}@{version.id}"):
            shown = (await client.get(path)).data["version"]["input_schema"]
            assert shown["required"] == ["prompt"]
            assert list(shown["properties"].items()) == known
            assert "x-rules" not in str(shown)


@pytest.mark.parametrize(
    "path",
    [
        "/apps/x",
        "/apps/klingai/x",
        "/apps/x/versions",
        f"/apps/{APP_ID}/versions/x",
        "/store/apps/x",
        "/store/apps/x/pricing",
    ],
)
async def test_what_there_is_not(client: Client, path: str) -> None:
    """404 with what there is."""
    reply = await client.get(path)
    assert (reply.status, reply.code) == (404, "not_found")


@pytest.mark.requirement("REQ-AUTH-010")
async def test_the_store_is_open_to_anybody(client: Client) -> None:
    """No key: the entry, the list, the prices."""
    nobody = client.other(None)
    assert (await nobody.get(f"/store/apps/{APP_ID}")).data["id"] == APP_ID
    assert (await nobody.get("/store/apps")).data["total_items"] == 1
    assert (await nobody.post("/store/apps/list", {})).data["total_items"] == 1
    prices = (await nobody.get(f"/store/apps/{APP_ID}/pricing")).data["prices"]
    assert prices["high_sound_5s"] == 70_000_000


async def test_an_estimate_of_an_unknown_function_is_refused(client: Client) -> None:
    """422 at /function."""
    reply = await client.post(f"/store/apps/{APP_ID}/estimate", {"input": {}, "function": "walk"})
    assert (reply.status, reply.json()["data"][0]["pointer"]) == (422, "/function")


@pytest.mark.requirement("REQ-ACCOUNT-001")
async def test_who_one_is_depends_on_the_key_alone() -> None:
    """The same key and seed are the same person; another key is somebody else."""
    people = []
    for key in ("a", "a", "b"):
        async with emulated() as client:
            people.append((await client.other(key).get("/me")).data["user"]["id"])
    assert people[0] == people[1] != people[2]


async def test_scopes_are_described(client: Client) -> None:
    """Every scope an operation needs can be looked up."""
    from contracts import operations

    shown = {row["value"] for row in (await client.get("/scopes")).data["scopes"]}
    assert {scope for row in operations.load() if row.emulated for scope in row.scopes} <= shown
