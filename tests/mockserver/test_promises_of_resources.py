"""Promises about files, sessions, apps, accounts and limits that no other test shows by itself."""

import re

import pytest

from contracts.apps import table
from contracts.wire.ids import parse_timestamp
from mockserver.rates import PER_MINUTE

from .asgi import APP, Client, path_of
from .shapes import APP_ID

pytestmark = pytest.mark.anyio


@pytest.mark.requirement("REQ-FILE-009")
async def test_a_file_keeps_the_type_it_was_declared_with(client: Client) -> None:
    """A PUT that says nothing of the type leaves the declared one; the bytes are those that were stored."""
    row = {"uri": "", "filename": "a.bin", "content_type": "image/webp", "size": 3}
    record = (await client.post("/files", {"files": [row]})).data[0]
    await client.request("PUT", path_of(record["upload_url"]), body=b"\0\xffx")
    got = await client.get(path_of(record["uri"]))
    assert (got.body, got.headers["content-type"]) == (b"\0\xffx", "image/webp")


@pytest.mark.requirement("REQ-FILE-006")
async def test_an_upload_url_lives_an_hour(client: Client) -> None:
    """To the second, on the world's clock."""
    record = (await client.post("/files", {"files": [{"uri": ""}]})).data[0]
    for seconds, status in ((3599, 200), (1, 403)):
        await client.advance(seconds)
        assert (await client.request("PUT", path_of(record["upload_url"]), body=b"x")).status == status


@pytest.mark.requirement("REQ-FILE-014")
async def test_a_file_record_has_its_members(client: Client) -> None:
    """Announced and uploaded alike."""
    names = {"uri", "upload_url", "path", "remote_path", "content_type", "size", "filename", "category", "rating"}
    record = await client.upload(b"x")
    assert names <= record.keys()
    assert names <= (await client.get(f"/files/{record['id']}")).data.keys()


@pytest.mark.requirement("REQ-SESSION-002", "REQ-SESSION-005")
async def test_a_session_tells_its_times(client: Client) -> None:
    """Idle time, when it expires, how many calls; a keepalive moves the end."""
    task = await client.run(session="new", session_timeout=60)
    await client.advance(5)
    path = f"/sessions/{task['session_id']}"
    shown = (await client.get(path)).data
    assert (shown["status"], shown["idle_timeout"], shown["call_count"]) == ("active", 60, 1)
    await client.advance(10)
    later = (await client.post(f"{path}/keepalive")).data
    assert parse_timestamp(later["expires_at"]) > parse_timestamp(shown["expires_at"])


@pytest.mark.requirement("REQ-APP-001")
async def test_an_app_is_the_same_by_every_name(client: Client) -> None:
    """The document by id is the document by namespace and name."""
    by_id, by_name = (await client.get(f"/apps/{APP_ID}")).data, (await client.get(f"/apps/{APP}")).data
    assert by_id == by_name
    assert f"{by_id['namespace']}/{by_id['name']}" == APP


@pytest.mark.requirement("REQ-APP-002", "REQ-APP-006")
async def test_schemas_and_functions_lie_under_version(client: Client) -> None:
    """For both versions, by id and by name: one function, `run`, and an output schema that requires the video."""
    outputs = []
    for version in table.load().versions.values():
        for path in (f"/apps/{APP_ID}/versions/{version.id}", f"/apps/{APP}@{version.id}"):
            shown = (await client.get(path)).data
            assert not {"input_schema", "output_schema", "functions"} & shown.keys()
            assert (list(shown["version"]["functions"]), shown["version"]["default_function"]) == (["run"], "run")
            assert shown["version"]["input_schema"]["properties"]
            outputs.append(shown["version"]["output_schema"])
    assert all(output == outputs[0] for output in outputs)
    assert outputs[0]["required"] == ["video"]


@pytest.mark.requirement("REQ-APP-008")
@pytest.mark.parametrize("path", ["/apps", "/store/apps"])
async def test_a_page_of_apps_has_fifty_rows_and_at_most_a_hundred(client: Client, path: str) -> None:
    """Fifty when nothing is said; asked for more, a hundred."""
    assert (await client.get(path)).data["items_per_page"] == 50
    for limit in (1000, -1):
        assert (await client.get(f"{path}?limit={limit}")).data["items_per_page"] == 100


@pytest.mark.requirement("REQ-APP-012")
async def test_prices_are_whole_numbers_and_told_in_words(client: Client) -> None:
    """Microcents by name, and a sentence that says what a clip costs."""
    shown = (await client.other(None).get(f"/store/apps/{APP_ID}/pricing")).data
    assert shown["prices"]
    assert all(type(price) is int for price in shown["prices"].values())
    assert re.search(r"\$0\.21", str(shown))


@pytest.mark.requirement("REQ-ACCOUNT-001")
async def test_me_names_user_and_team(client: Client) -> None:
    """Each with an id; tasks belong to them."""
    me = (await client.get("/me")).data
    task = (await client.get(f"/tasks/{(await client.run())['id']}")).data
    assert (task["user_id"], task["team_id"]) == (me["user"]["id"], me["team"]["id"])


@pytest.mark.requirement("REQ-ACCOUNT-002", "REQ-MONEY-001")
async def test_billing_is_the_balance_and_more(client: Client) -> None:
    """The same whole number at both addresses, before and after it changes."""
    for _ in range(2):
        whole, bare = (await client.get("/billing")).data, (await client.get("/billing/balance")).data
        assert whole.keys() == {"balance", "currency", "status"}
        assert bare == {"balance": whole["balance"]}
        assert (type(bare["balance"]), type(whole["balance"])) == (int, int)
        await client.run()
        await client.advance()


@pytest.mark.requirement("REQ-ACCOUNT-003", "REQ-ACCOUNT-004")
async def test_scopes_have_groups_and_presets(client: Client) -> None:
    """Every scope is resource:action of a listed group, and the three presets are made of them."""
    shown = (await client.get("/scopes")).data
    assert shown.keys() == {"scopes", "groups", "presets"}
    groups = {row["id"] for row in shown["groups"]}
    for row in shown["scopes"]:
        assert re.fullmatch(r"[a-z_]+:(read|write|execute)", row["value"])
        assert row["group"] in groups
    assert {row["id"] for row in shown["presets"]} == {"standard", "read", "engine"}


@pytest.mark.requirement("REQ-LIMIT-001")
def test_windows_have_the_documented_sizes() -> None:
    """Calls a minute: runs, reads of a task, uploads."""
    assert dict(PER_MINUTE) == {"run": 100, "get": 1000, "upload": 50}
