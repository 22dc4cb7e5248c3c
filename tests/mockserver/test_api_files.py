"""Files: announced, listed, looked at, deleted; the older multipart form (rest.md §8, wire.md §6)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver import storage, worlds

from .asgi import Client, emulated, path_of

pytestmark = pytest.mark.anyio


def multipart(*parts: tuple[str, bytes], boundary: str = "B") -> tuple[bytes, dict[str, str]]:
    """Return body and headers of a multipart form; each part is its header lines and content."""
    body = b"".join(
        b"--%s\r\n%s\r\n\r\n%s\r\n" % (boundary.encode(), head.encode(), content) for head, content in parts
    )
    return body + f"--{boundary}--\r\n".encode(), {"content-type": f"multipart/form-data; boundary={boundary}"}


FILE_PART = ('Content-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png', b"bytes")


@pytest.mark.requirement("REQ-FILE-001")
async def test_files_are_announced_in_a_list(client: Client) -> None:
    """One record for each, in order, with an upload URL and no bytes yet."""
    rows = [{"uri": "", "filename": "a.png", "content_type": "image/png", "size": 5, "path": "p"}, {"uri": ""}]
    reply = await client.post("/files", {"files": rows, "category": "input"})
    first, second = reply.data
    assert (first["filename"], first["content_type"], first["size"]) == ("a.png", "image/png", 5)
    assert (first["path"], first["category"], first["metadata"]) == ("p", "input", None)
    assert second["content_type"] == "application/octet-stream"
    assert first["upload_url"].startswith(first["uri"] + "?")
    assert (await client.get(path_of(first["uri"]))).status == 404


@pytest.mark.requirement("REQ-FILE-004")
async def test_nulls_and_unknown_members_are_tolerated(client: Client) -> None:
    """The Python client sends both (wire.md §6)."""
    row = {"uri": "", "filename": None, "content_type": None, "path": None, "size": None, "public": None, "x": 1}
    assert (await client.post("/files", {"files": [row]})).status == 200


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, ""), ({"files": []}, "/files"), ({"files": {}}, "/files"), ({"files": [1]}, "/files/0"),
        ({"files": [{"uri": ""}, {"uri": "http://x"}]}, "/files/1/uri"), ({"files": [{"size": -1}]}, "/files/0/size"),
    ],
)  # fmt: skip
async def test_what_cannot_be_announced(client: Client, body: object, pointer: str) -> None:
    """422 with a pointer into the body, and no file is made."""
    reply = await client.post("/files", body)
    assert (reply.status, reply.json()["data"][0]["pointer"]) == (422, pointer)
    assert (await client.get("/files")).data["total_items"] == 0


@pytest.mark.parametrize("name", ["filename", "path", "content_type", "category"])
async def test_texts_of_a_file_are_limited(client: Client, name: str) -> None:
    """1024 characters in JSON, in the multipart form and in the type of a PUT: they are kept outside the byte caps."""
    for length, status in ((1024, 200), (1025, 422)):
        given = {name: "x" * length}
        row = {"uri": "", **(given if name != "category" else {})}
        reply = await client.post("/files", {"files": [row], **(given if name == "category" else {})})
        assert reply.status == status
        part = (f"Content-Disposition: form-data; name={name}", b"x" * length)
        body, headers = multipart(FILE_PART, part)
        if name != "category":  # the form has none
            formed = await client.request("POST", "/files", body=body, headers=headers)
            assert formed.status == (200 if status == 200 else 400)
    record = await client.upload(b"bytes", content_type="image/png")
    put = {"content-type": "text/plain; x=" + "y" * 1024}
    await client.request("PUT", path_of(record["upload_url"]), body=b"bytes", headers=put)
    assert (await client.get(f"/files/{record['id']}")).data["content_type"] == "image/png"


async def test_a_body_of_wrong_items_does_not_grow_in_the_answer(client: Client) -> None:
    """Tens of thousands of violations are told as the first hundred, and that there are more."""
    for count, told in ((100, 100), (101, 101), (10_000, 101)):
        reply = await client.post("/files", {"files": [1] * count})
        items = reply.json()["data"]
        assert (reply.status, len(items)) == (422, told)
        assert ("more were not looked at" in items[-1]["message"]) is (count > 100)
        assert items[0]["pointer"] == "/files/0"
        assert len(reply.body) < 100_000
    reply = await client.post("/files", {"files": [1] * 400_000})
    assert (reply.status, [row["pointer"] for row in reply.json()["data"]]) == (422, ["/files"])


async def test_the_multipart_form_takes_a_file_in_at_once(client: Client) -> None:
    """Answered with one record, the bytes there; the type in any case, fields win over the part."""
    fields = [
        ("Content-Disposition: form-data; name=filename", b"b.jpg"),
        ("Content-Disposition: form-data; name=path", b"p"),
    ]
    body, headers = multipart(FILE_PART, *fields)
    for kind in ("multipart/form-data", "Multipart/Form-Data"):
        reply = await client.request(
            "POST",
            "/files",
            body=body,
            headers={"content-type": headers["content-type"].replace("multipart/form-data", kind)},
        )
        record = reply.data
        assert (record["filename"], record["path"], record["size"], record["content_type"]) == (
            "b.jpg",
            "p",
            5,
            "image/png",
        )
        assert (await client.get(path_of(record["uri"]))).body == b"bytes"


async def test_a_large_multipart_form_is_taken(client: Client) -> None:
    """The limit is that of uploads, not that of JSON."""
    body, headers = multipart((FILE_PART[0], b"x" * 1_500_000))
    assert (await client.request("POST", "/files", body=body, headers=headers)).data["size"] == 1_500_000


@pytest.mark.parametrize("charset", ["utf-7", "unicode_escape", "punycode", "undefined", "latin-1", "UTF-16", "x" * 99])
async def test_a_form_in_another_charset_is_400(client: Client, charset: str) -> None:
    """Some of Python's codecs give text that no answer could carry; nothing is stored."""
    part = ('Content-Disposition: form-data; name="file"; filename="+2AA-\\ud800"', b"bytes")
    body, headers = multipart(part)
    sent = {"content-type": f"{headers['content-type']}; charset={charset}"}
    refused = await client.request("POST", "/files", body=body, headers=sent)
    assert (refused.status, refused.code) == (400, "invalid_request")
    assert "utf-8" in refused.json()["detail"]
    listed = await client.get("/files")
    assert (listed.status, listed.data["items"]) == (200, [])


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf8"'])
async def test_a_form_may_say_that_it_is_utf_8(client: Client, charset: str) -> None:
    """And its names are read so."""
    part = ('Content-Disposition: form-data; name="file"; filename="\u00e9.png"', b"bytes")
    body, headers = multipart(part)
    sent = {"content-type": f"{headers['content-type']}; charset={charset}"}
    assert (await client.request("POST", "/files", body=body, headers=sent)).data["filename"] == "\u00e9.png"


# Starlette leaves the temporary file of a part that is cut off to the garbage collector.
@pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.SpooledTemporaryFile:ResourceWarning")
@given(st.binary(max_size=60), st.sampled_from(["B", "", "\xff", "B; charset=bogus", 'B; charset="a"', "x" * 100]))
@settings(deadline=None, max_examples=100)
async def test_no_multipart_body_makes_the_server_fail(noise: bytes, boundary: str) -> None:
    """Broken anywhere, it is 400 or taken, and leaves no half file."""
    body, _ = multipart(FILE_PART)
    cut = len(noise) * 3 % len(body)
    async with emulated() as client:
        headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
        for sent in (noise, body[:cut] + noise + body[cut:], body[:cut]):
            reply = await client.request("POST", "/files", body=sent, headers=headers)
            assert reply.status in {200, 400}, reply.body
        rows = (await client.get("/files")).data["items"]
        assert all(row["metadata"] is not None for row in rows)


@pytest.mark.requirement("REQ-FILE-013")
async def test_files_are_listed_filtered_and_deleted(client: Client) -> None:
    """Newest first; gone is gone."""
    records = [await client.upload(b"x" * size, f"{size}.png") for size in (1, 2, 3)]
    rows = (await client.get("/files")).data["items"]
    assert [row["id"] for row in rows] == [record["id"] for record in reversed(records)]
    filters = [{"field": "size", "operator": "gte", "value": 2}]
    assert (await client.post("/files/list", {"filters": filters})).data["total_items"] == 2
    assert (await client.delete(f"/files/{records[0]['id']}")).status in {200, 204}
    for method in ("GET", "DELETE"):
        assert (await client.request(method, f"/files/{records[0]['id']}")).status == 404


@pytest.mark.requirement("REQ-AUTH-004")
async def test_another_keys_files_do_not_exist(client: Client) -> None:
    """Not in its list, not by id, not to be deleted; only whoever has the URL has the bytes."""
    record = await client.upload(b"x")
    other = client.other("another-key")
    assert (await other.get("/files")).data["items"] == []
    assert (await other.get(f"/files/{record['id']}")).status == 404
    assert (await other.delete(f"/files/{record['id']}")).status == 404
    assert (await client.get(f"/files/{record['id']}")).status == 200


@pytest.mark.parametrize("way", ["put", "multipart"])
async def test_files_of_all_worlds_together_are_limited(
    client: Client, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """An upload that makes all worlds keep too much drops the longest unused one, not the one that it is for."""
    monkeypatch.setattr(worlds, "MOST_KEPT", 100_000)
    idle = client.other("idle-key")
    await client.get("/me")
    await idle.upload(b"x" * 60_000)
    kept = idle.world
    if way == "put":
        await client.upload(b"y" * 60_000)
    else:
        body, headers = multipart((FILE_PART[0], b"z" * 60_000))
        await client.request("POST", "/files", body=body, headers=headers)
    assert kept.closed
    assert len((await client.get("/files")).data["items"]) == 1


@pytest.mark.requirement("REQ-ERR-012")
async def test_a_world_holds_so_many_files_and_bytes(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """402 limit_exceeded with what there is and what there may be; a deletion makes room."""
    monkeypatch.setattr(storage, "MOST_STORED", 10)
    monkeypatch.setattr(storage, "MOST_FILES", 3)
    first = await client.upload(b"x" * 8)
    second = (await client.post("/files", {"files": [{"uri": ""}]})).data[0]
    full = await client.request("PUT", path_of(second["upload_url"]), body=b"y" * 3)
    assert (full.status, full.code) == (402, "limit_exceeded")
    assert full.json()["meta"] == {"resource": "storage", "limit": 10, "current": 8}
    many = await client.post("/files", {"files": [{"uri": ""}] * 2})
    assert (many.code, many.json()["meta"]["resource"]) == ("limit_exceeded", "files")
    await client.delete(f"/files/{first['id']}")
    assert (await client.request("PUT", path_of(second["upload_url"]), body=b"y" * 10)).status == 200
    body, headers = multipart((FILE_PART[0], b"z"))
    assert (await client.request("POST", "/files", body=body, headers=headers)).code == "limit_exceeded"
    assert (await client.get("/files")).data["total_items"] == 1
