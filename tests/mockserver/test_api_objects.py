"""The addresses behind file URLs: presigned PUT, ranged GET, and who may do what (D16)."""

import email.parser
import hashlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.settings import Settings
from mockserver.storage import UPLOAD_SECONDS

from . import pictures
from .asgi import MANUAL, Client, emulated, path_of

pytestmark = pytest.mark.anyio

CONTENT = bytes(range(256)) * 4


async def announced(client: Client, **row: object) -> dict[str, str]:
    reply = await client.post("/files", {"files": [{"uri": "", "filename": "a.bin", **row}]})
    record: dict[str, str] = reply.data[0]
    return record


@pytest.mark.requirement("REQ-FILE-002", "REQ-FILE-009")
async def test_a_presigned_put_needs_no_key(client: Client) -> None:
    """The URL is the permission; size, type and content are those that came."""
    record = await announced(client, content_type="image/png", size=1)
    nobody = client.other(None)
    put = await nobody.request(
        "PUT", path_of(record["upload_url"]), body=CONTENT, headers={"content-type": "image/jpeg"}
    )
    assert (put.status, put.body) == (200, b"")
    shown = (await client.get(f"/files/{record['id']}")).data
    assert (shown["size"], shown["content_type"], shown["upload_url"]) == (len(CONTENT), "image/jpeg", "")
    got = await nobody.get(path_of(record["uri"]))
    assert (got.status, got.body, got.headers["content-type"]) == (200, CONTENT, "image/jpeg")
    assert got.headers["etag"] == put.headers["etag"] == f'"{hashlib.sha256(CONTENT).hexdigest()[:32]}"'


async def test_a_second_put_replaces_the_first(client: Client) -> None:
    """The URL stays good until it expires."""
    record = await announced(client)
    for content in (b"first", b"second!"):
        await client.request("PUT", path_of(record["upload_url"]), body=content)
    assert (await client.get(path_of(record["uri"]))).body == b"second!"
    assert (await client.get(f"/files/{record['id']}")).data["size"] == 7
    assert client.world.storage.stored == 7


async def test_a_long_name_is_cut_in_the_header(client: Client) -> None:
    """Two hundred characters of it: clients have limits for a header line."""
    record = await announced(client, filename="n" * 1024)
    await client.request("PUT", path_of(record["upload_url"]), body=b"x")
    shown = (await client.get(path_of(record["uri"]))).headers["content-disposition"]
    assert shown == f'inline; filename="{"n" * 200}"'


@pytest.mark.requirement("REQ-FILE-006")
async def test_an_upload_url_expires_on_the_worlds_clock(client: Client) -> None:
    """Good until the last second of its hour, 403 from then on."""
    record = await announced(client)
    await client.advance(UPLOAD_SECONDS - 1)
    assert (await client.request("PUT", path_of(record["upload_url"]), body=b"x")).status == 200
    await client.advance(1)
    late = await client.request("PUT", path_of(record["upload_url"]), body=b"x")
    assert (late.status, late.code) == (403, "forbidden")
    assert "expired" in late.json()["detail"]


@pytest.mark.requirement("REQ-FILE-007")
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda target: target.partition("?")[0], "not presigned"),
        (lambda target: target[:-1] + ("A" if target[-1] != "A" else "B"), "signature"),
        (lambda target: target.replace("Expires=3600", "Expires=360000"), "signature"),
        (lambda target: target.replace("Date=2026", "Date=2027"), "signature"),
        (lambda target: target + "\u00e9".encode().hex(), "signature"),
        (lambda target: target.replace("Signature=", "Signature=%C3%A9%00"), "signature"),
    ],
)
async def test_a_url_that_was_changed_is_refused(client: Client, wrong: object, told: str) -> None:
    """Nothing of it can be bent: not the signature, not the time, not the life."""
    record = await announced(client)
    reply = await client.request("PUT", wrong(path_of(record["upload_url"])), body=b"x")  # type: ignore[operator]
    assert (reply.status, reply.code) == (403, "forbidden")
    assert told in reply.json()["detail"]
    assert (await client.get(path_of(record["uri"]))).status == 404


@pytest.mark.requirement("REQ-FILE-007")
async def test_a_signature_opens_its_own_file_only(client: Client) -> None:
    """The signature of one file does not fill another, and that of one key not another key's."""
    first, second = await announced(client), await announced(client)
    stolen = path_of(second["uri"]) + "?" + first["upload_url"].partition("?")[2]
    assert (await client.request("PUT", stolen, body=b"x")).status == 403
    other = await announced(client.other("another-key"))
    crossed = path_of(other["uri"]) + "?" + first["upload_url"].partition("?")[2]
    assert (await client.request("PUT", crossed, body=b"x")).status == 403


@pytest.mark.parametrize("method", ["POST", "DELETE", "PATCH"])
async def test_other_methods_are_not_allowed(client: Client, method: str) -> None:
    """An upload URL takes a PUT; the refusal lists what the path takes."""
    record = await announced(client)
    reply = await client.request(method, path_of(record["upload_url"]), body=b"x")
    assert (reply.status, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS, PUT")


@pytest.mark.requirement("REQ-FILE-013")
async def test_a_deleted_file_takes_no_bytes(client: Client) -> None:
    """Its URL is 404, to PUT and to GET."""
    record = await announced(client)
    await client.delete(f"/files/{record['id']}")
    assert (await client.request("PUT", path_of(record["upload_url"]), body=b"x")).status == 404
    assert (await client.get(path_of(record["uri"]))).status == 404


def test_the_cap_on_uploads_is_64_mib() -> None:
    """Above the contract's 10 MB, so that a file that is too large can be uploaded and refused for what it is."""
    assert Settings().max_upload == 64 * 1024 * 1024


@pytest.mark.requirement("REQ-FILE-011")
async def test_uploads_are_limited_while_reading() -> None:
    """413 with an announced length before a byte is read, and without one as soon as it is too much."""
    async with emulated(replace(MANUAL, max_upload=1000)) as client:
        record = await announced(client)
        target = path_of(record["upload_url"])
        told = client.open("PUT", target, body=[b"x" * 600] * 100, headers={"content-length": "60000"})
        reply = await told.finished()
        assert (reply.status, reply.code, told.bytes_read) == (413, "payload_too_large", 0)
        endless = client.open("PUT", target, body=[b"x" * 600] * 100)
        reply = await endless.finished()
        assert (reply.status, endless.bytes_read) == (413, 1200)
        assert reply.headers["connection"] == "close"
        assert (await client.request("PUT", target, body=[b"x" * 500, b"y" * 500])).status == 200


async def test_a_type_that_is_none_reaches_no_header(client: Client) -> None:
    """A line break in an announced type would be a second header; it is not a type, so it is not sent."""
    for content_type in ("text/html\r\nX-Evil: 1", "\u5f71", "a b", "x" * 300):
        record = await announced(client, content_type=content_type)
        await client.request("PUT", path_of(record["upload_url"]), body=b"x")
        got = await client.get(path_of(record["uri"]))
        assert (got.status, got.headers["content-type"]) == (200, "application/octet-stream")


@pytest.mark.requirement("REQ-FILE-012")
async def test_a_hostile_file_name_is_tamed(client: Client) -> None:
    """It shows in the record as sent, and in the header without quotes and controls; the URL has none of it."""
    name = 'a"\r\nX-Evil: 1\\\u5f71/../../etc/passwd.PNG'
    record = await announced(client, filename=name)
    await client.request("PUT", path_of(record["upload_url"]), body=b"x")
    assert record["filename"] == name
    assert record["uri"].endswith(f"{record['id']}.png")
    disposition = (await client.get(path_of(record["uri"]))).headers["content-disposition"]
    assert disposition == 'inline; filename="a___X-Evil: 1__/../../etc/passwd.PNG"'


@pytest.mark.requirement("REQ-FILE-010")
@given(
    st.one_of(
        st.none(),
        st.builds("bytes={}-{}".format, st.integers(0, 1200), st.integers(0, 1200) | st.just("")),
        st.lists(st.builds("{}-{}".format, st.integers(0, 900), st.integers(900, 1200)), min_size=2, max_size=3).map(
            lambda parts: "bytes=" + ",".join(parts)
        ),
        st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=9),
    )
)
@settings(deadline=None, max_examples=60)
async def test_a_ranged_answer_is_consistent(asked: str | None) -> None:
    """Status, Content-Range, length and bytes agree, whatever range was asked for."""
    async with emulated() as client:
        record = await client.upload(CONTENT)
        reply = await client.get(path_of(record["uri"]), headers={} if asked is None else {"range": asked})
    size = len(CONTENT)
    assert reply.headers["accept-ranges"] == "bytes"
    assert reply.status in {200, 206, 416}
    if reply.status == 200:
        assert reply.body == CONTENT
    elif reply.status == 416:
        assert reply.headers["content-range"] == f"bytes */{size}"
    else:
        message = b"Content-Type: " + reply.headers["content-type"].encode() + b"\r\n\r\n" + reply.body
        parts = [(reply.headers.get("content-range", ""), reply.body)]
        if reply.headers["content-type"].startswith("multipart/byteranges"):
            found: Any = email.parser.BytesParser().parsebytes(message).get_payload()
            parts = [(part["Content-Range"], part.get_payload(decode=True)) for part in found]
        for content_range, content in parts:
            first, last = content_range.removeprefix("bytes ").removesuffix(f"/{size}").split("-")
            assert content == CONTENT[int(first) : int(last) + 1]


async def test_conditional_requests(client: Client) -> None:
    """If-None-Match answers 304 without a body, a length or a range; If-Range decides between part and whole."""
    record = await client.upload(CONTENT)
    path = path_of(record["uri"])
    etag = (await client.get(path)).headers["etag"]
    for tag in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        reply = await client.get(path, headers={"if-none-match": tag, "range": "bytes=0-1"})
        assert (reply.status, reply.body, reply.headers["etag"]) == (304, b"", etag)
        assert "content-length" not in reply.headers
    assert (await client.get(path, headers={"if-none-match": '"other"'})).status == 200
    assert (await client.get(path, headers={"range": "bytes=0-1", "if-range": etag})).status == 206
    for stale in ('"other"', f"W/{etag}", "Mon, 01 Jun 2026 00:00:00 GMT"):
        assert (await client.get(path, headers={"range": "bytes=0-1", "if-range": stale})).status == 200


@pytest.mark.requirement("REQ-HTTP-005")
@pytest.mark.parametrize(
    "headers", [{}, {"range": "bytes=0-9"}, {"range": "bytes=99999-"}, {"if-none-match": "*"}, {"if-none-match": '"x"'}]
)
async def test_head_is_get_without_the_body(client: Client, headers: dict[str, str]) -> None:
    """Same status and headers as a GET without ranges, which are GET's alone; no body."""
    record = await client.upload(CONTENT)
    path = path_of(record["uri"])
    plain = {name: value for name, value in headers.items() if name != "range"}
    get, head = await client.get(path, headers=plain), await client.request("HEAD", path, headers=headers)
    same = [{name: value for name, value in reply.headers.items() if name != "x-request-id"} for reply in (get, head)]
    assert head.status == get.status
    assert same[0] == same[1]
    assert head.body == b""


@pytest.mark.requirement("REQ-FILE-008")
async def test_a_video_is_there_once_its_task_has_completed(client: Client) -> None:
    """404 before; then an MP4, to anybody, with ranges, the same bytes each time; 403 after thirty days."""
    task = await client.run({"prompt": "a cat", "mode": "std", "sound": False})
    path = f"/app/files/t/{client.world.owner}/{client.world.tasks[task['id']].output_name}"
    assert (await client.get(path)).status == 404
    await client.advance()
    assert path == path_of((await client.get(f"/tasks/{task['id']}")).data["output"]["video"])
    nobody = client.other(None)
    first, second = await nobody.get(path), await nobody.get(path)
    assert first.headers["content-type"] == "video/mp4"
    assert first.body[4:8] == b"ftyp"
    assert first.body == second.body
    part = await nobody.get(path, headers={"range": "bytes=4-7"})
    assert (part.status, part.body) == (206, b"ftyp")
    await client.advance(30 * 24 * 3600 - 1)
    assert (await nobody.get(path)).status == 200
    await client.advance(1)
    assert (await nobody.get(path)).status == 403


async def test_a_video_without_its_task_or_its_files_is_gone(client: Client) -> None:
    """Deleting the task, or its files alone, ends the URL."""
    for deletion in ("", "/files?role=output"):
        task = await client.run()
        await client.advance()
        path = path_of((await client.get(f"/tasks/{task['id']}")).data["output"]["video"])
        assert (await client.delete(f"/tasks/{task['id']}{deletion}")).status in {200, 204}
        assert (await client.get(path)).status == 404


@pytest.mark.requirement("REQ-FILE-005")
async def test_urls_follow_host_and_public_url(client: Client) -> None:
    """They are what the client itself can reach: its own Host, or the address the server was told."""
    row = {"files": [{"uri": ""}]}
    own = (await client.post("/files", row, headers={"host": "mock.test:99"})).data[0]
    assert own["uri"].startswith("http://mock.test:99/app/files/u/")
    assert own["upload_url"].startswith(own["uri"] + "?X-Amz-Date=")
    async with emulated(replace(MANUAL, public_url="https://public.test/")) as public:
        told = (await public.post("/files", row)).data[0]
    assert told["uri"].startswith("https://public.test/app/files/u/")


@pytest.mark.requirement("REQ-FILE-003", "REQ-FILE-015")
async def test_an_uploaded_picture_becomes_the_start_frame(client: Client) -> None:
    """By URL, by id and by inf:// alike; the video takes its ratio."""
    record = await client.upload(pictures.png(400, 300))
    for reference in (record["uri"], record["id"], f"inf://files/{record['id']}/a.png"):
        task = await client.run({"prompt": "a cat", "image": reference})
        media = (await client.get(f"/_mock/tasks/{task['id']}")).json()["media"]
        assert abs(media["width"] / media["height"] - 4 / 3) < 0.01
