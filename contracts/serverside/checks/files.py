"""Files: announcing, uploading, fetching, deleting."""

import hashlib
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from contracts.serverside import clips
from contracts.serverside.check import check
from contracts.serverside.exchange import Exchange
from contracts.serverside.probe import Probe

BYTES = bytes(range(256)) * 8
"""What is uploaded: every byte there is, so that nothing that handles text survives."""

_KEYS = ("uri", "upload_url", "path", "remote_path", "content_type", "size", "filename", "category", "rating")


def _announced(probe: Probe, **members: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON
    row = {"uri": "", "filename": "a.bin", "content_type": "application/octet-stream", "size": len(BYTES), **members}
    answer = probe.call.send("POST", "/files", json={"files": [row]})
    return clips.record_of(answer)


def _put(probe: Probe, url: str, content: bytes = BYTES, **headers: str) -> Exchange:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return probe.call.send("PUT", url, content=content, headers=told, key=None, version=None)


def _fetched(probe: Probe, url: str, **headers: str) -> Exchange:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return probe.call.send("GET", url, headers=told, key=None, version=None)


@check("file.records-come-in-order", "REQ-FILE-001", "REQ-FILE-004", "REQ-FILE-014")
def records_come_in_order(probe: Probe) -> None:
    """One record for each file that was announced; nulls and `public` are taken."""
    rows = [
        {"uri": "", "filename": "first.png", "content_type": "image/png", "size": 3, "path": None, "public": True},
        {"uri": "", "filename": None, "content_type": None, "size": None},
        {"uri": "", "filename": "third.txt"},
    ]
    answer = probe.call.send("POST", "/files", json={"files": rows})
    found = answer.rows
    told = f"{answer.line()} with nulls and `public`: {len(found)} records; expected three"
    probe.holds("REQ-FILE-004", answer.status == 200 and len(found) == len(rows), told)
    names = [row.get("filename") for row in found]
    fine = len(found) == 3 and names[0] == "first.png" and names[2] == "third.txt"
    if not probe.holds(
        "REQ-FILE-001", fine, f"{answer.line()}: the names are {names}; expected first.png, any, third.txt"
    ):
        return
    missing = [name for name in _KEYS if name not in found[0]]
    probe.holds("REQ-FILE-014", not missing, f"{answer.line()}: a record lacks {missing}")
    for row in found:
        probe.call.send("DELETE", f"/files/{row['id']}")


@check("file.upload-comes-back", "REQ-FILE-002", "REQ-FILE-003", "REQ-FILE-005", "REQ-FILE-009")
def upload_comes_back(probe: Probe) -> None:
    """A PUT without a key stores the bytes, and a GET without a key returns them, under the type that was declared."""
    record = _announced(probe, content_type="application/x-probe")
    url, home = record["upload_url"], urlsplit(probe.target.base_url)
    parts = urlsplit(url)
    probe.holds("REQ-FILE-002", parts.scheme in {"http", "https"} and parts.netloc, f"upload_url is {url[:100]!r}")
    probe.equal("REQ-FILE-005", parts.netloc, home.netloc, "the host of the upload URL")
    put = _put(probe, url, Content_Type="application/x-probe")
    probe.equal("REQ-FILE-002", put.status, 200, f"{put.line()} without a key: the status")
    got = _fetched(probe, record["uri"])
    probe.equal("REQ-FILE-003", got.status, 200, f"{got.line()} right after the PUT: the status")
    told = (hashlib.sha256(got.body).hexdigest(), got.media_type)
    wanted = (hashlib.sha256(BYTES).hexdigest(), "application/x-probe")
    probe.equal("REQ-FILE-009", told, wanted, f"{got.line()}: the hash of the bytes, and their type")
    after = probe.call.send("GET", f"/files/{record['id']}")
    probe.equal("REQ-FILE-003", after.member("size"), len(BYTES), f"{after.line()}: the size")
    probe.call.send("DELETE", f"/files/{record['id']}")


@check("file.altered-url-is-refused", "REQ-FILE-007", needs=("loopback",))
def altered_url_is_refused(probe: Probe) -> None:
    """Another path, another expiry, another signature, none at all: 403, and nothing is stored."""
    record = _announced(probe)
    other = _announced(probe)
    parts = urlsplit(record["upload_url"])
    query = dict(parse_qsl(parts.query))
    signature = max(query, key=lambda name: len(query[name])) if query else ""
    given = query.get(signature, "")
    # At its beginning: of the last character of base64 some bits say nothing.
    forged = ("y" if given[:1] == "x" else "x") + given[1:]
    expiry = next((name for name in query if "expires" in name.lower()), "")
    altered = {
        "without its query": urlunsplit(parts._replace(query="")),
        "with another signature": urlunsplit(parts._replace(query=urlencode({**query, signature: forged}))),
        "with another expiry": urlunsplit(parts._replace(query=urlencode({**query, expiry: "999999"}))),
        "for another file": urlunsplit(parts._replace(path=urlsplit(other["upload_url"]).path)),
    }
    for what, url in altered.items():
        answer = _put(probe, url)
        probe.equal("REQ-FILE-007", answer.status, 403, f"a PUT to the upload URL {what}: the status")
    for method in ("POST", "DELETE"):
        answer = probe.call.send(method, record["upload_url"], key=None, version=None)
        fine = answer.status is not None and 400 <= answer.status < 500
        probe.holds("REQ-FILE-007", fine, f"{answer.line()[:120]}: the upload URL is good for PUT alone")
    for row in (record, other):
        got = _fetched(probe, row["uri"])
        probe.holds("REQ-FILE-007", got.status == 404, f"{got.line()}: nothing was stored")
        probe.call.send("DELETE", f"/files/{row['id']}")


@check("file.upload-url-expires", "REQ-FILE-006", needs=("control",))
def upload_url_expires(probe: Probe) -> None:
    """An hour of the server's clock, and it is refused."""
    call, levers = probe.world("expiry")
    record = clips.record_of(call.send("POST", "/files", json={"files": [{"uri": ""}]}))
    levers.advance(3599)
    early = _put(probe, record["upload_url"])
    probe.equal("REQ-FILE-006", early.status, 200, "a PUT a second before the hour is over: the status")
    record = clips.record_of(call.send("POST", "/files", json={"files": [{"uri": ""}]}))
    levers.advance(3600)
    late = _put(probe, record["upload_url"])
    probe.equal("REQ-FILE-006", late.status, 403, "a PUT when the hour is over: the status")


@check("file.output-url-expires", "REQ-FILE-008", needs=("control", "spend"))
def output_url_expires(probe: Probe) -> None:
    """It needs no key, and after thirty days of the server's clock it is refused."""
    call, levers = probe.world("output", media="tiny")
    task = call.send("POST", "/apps/run", json={"app": probe.app, "input": probe.cheap}).member("id")
    levers.advance()
    url = call.send("GET", f"/tasks/{task}").member("output")["video"]
    levers.advance(30 * 86400 - 60)
    early = _fetched(probe, url)
    probe.equal("REQ-FILE-008", early.status, 200, "a GET a minute before the thirty days are over: the status")
    levers.advance(60)
    late = _fetched(probe, url)
    probe.equal("REQ-FILE-008", late.status, 403, "a GET when the thirty days are over: the status")


@check("file.ranges-are-rfc-9110", "REQ-FILE-010")
def ranges_are_rfc_9110(probe: Probe) -> None:
    """The algebra of byte ranges: first, middle, suffix, open, beyond, backwards, several, and If-Range."""
    record = _announced(probe)
    _put(probe, record["upload_url"])
    size = len(BYTES)
    for asked, first, last in (
        ("0-0", 0, 0),
        ("10-19", 10, 19),
        (f"{size - 1}-", size - 1, size - 1),
        ("-5", size - 5, size - 1),
        (f"100-{size * 9}", 100, size - 1),
        (f"-{size * 9}", 0, size - 1),
    ):
        answer = _fetched(probe, record["uri"], Range=f"bytes={asked}")
        told = (answer.status, answer.header("content-range"), answer.body)
        wanted = (206, f"bytes {first}-{last}/{size}", BYTES[first : last + 1])
        probe.equal(
            "REQ-FILE-010", told, wanted, f"{answer.line()} with Range {asked}: status, Content-Range and bytes"
        )
    for asked in (f"{size}-", f"{size + 5}-{size + 9}"):
        answer = _fetched(probe, record["uri"], Range=f"bytes={asked}")
        refused = (answer.status, answer.header("content-range"))
        probe.equal(
            "REQ-FILE-010", refused, (416, f"bytes */{size}"), f"{answer.line()} with Range {asked}: the refusal"
        )
    for asked in ("bytes=9-5", "bytes=x-y", "lines=0-1", "bytes="):
        answer = _fetched(probe, record["uri"], Range=asked)
        fine = answer.status in {200, 416} and (answer.status == 416 or answer.body == BYTES)
        probe.holds("REQ-FILE-010", fine, f"{answer.line()} with Range {asked!r}: ignored, or not satisfiable")
    tag = _fetched(probe, record["uri"]).header("etag")
    if tag:
        same = _fetched(probe, record["uri"], Range="bytes=0-3", If_Range=tag)
        probe.equal("REQ-FILE-010", same.status, 206, f"{same.line()} with the right If-Range: the status")
        other = _fetched(probe, record["uri"], Range="bytes=0-3", If_Range='"other"')
        whole = (other.status, other.body)
        probe.equal("REQ-FILE-010", whole, (200, BYTES), f"{other.line()} with another If-Range: the whole file")
    probe.call.send("DELETE", f"/files/{record['id']}")


@check("file.huge-upload-is-refused", "REQ-FILE-011", needs=("loopback",))
def huge_upload_is_refused(probe: Probe) -> None:
    """Above the server's cap: 413."""
    record = _announced(probe)
    answer = _put(probe, record["upload_url"], content=bytes(65 * 1024 * 1024))
    probe.holds("REQ-FILE-011", answer.status == 413, f"a PUT of 65 MiB is answered {answer.status}; expected 413")
    probe.call.send("DELETE", f"/files/{record['id']}")


@check("file.names-are-the-servers", "REQ-FILE-012")
def names_are_the_servers(probe: Probe) -> None:
    """What a client calls a file never becomes a path."""
    for name in ("../../etc/passwd", "a/b\\c.png", "%2e%2e%2fx.png", "x\u202egnp.exe", ".htaccess"):
        answer = probe.call.send("POST", "/files", json={"files": [{"uri": "", "filename": name}]})
        if answer.status != 200:
            met = f"{answer.line()} {answer.code or 'without a code'}"
            told = f"{met} with the name {name!r}; expected a file, or a refusal with its code"
            probe.holds("REQ-FILE-012", answer.is_refused(400, 422), told)
            continue
        record = clips.record_of(answer)
        path = urlsplit(record["uri"]).path
        last = path.rpartition("/")[2]
        fine = ".." not in path and "%" not in path and last.startswith(record["id"])
        probe.holds("REQ-FILE-012", fine, f"{answer.line()} with the name {name!r}: the path is {path!r}")
        probe.call.send("DELETE", f"/files/{record['id']}")


@check("file.deleted-is-gone", "REQ-FILE-013")
def deleted_is_gone(probe: Probe) -> None:
    """Record and bytes are 404."""
    record = _announced(probe)
    _put(probe, record["upload_url"])
    gone = probe.call.send("DELETE", f"/files/{record['id']}")
    probe.equal("REQ-FILE-013", gone.status, 204, f"{gone.line()}: the deletion")
    again = probe.call.send("GET", f"/files/{record['id']}")
    probe.problem("REQ-FILE-013", again, 404, "not_found")
    got = _fetched(probe, record["uri"])
    probe.equal("REQ-FILE-013", got.status, 404, f"{got.line()}: the bytes of a deleted file")


@check("file.old-uri-is-taken", "REQ-FILE-015", needs=("spend",))
def old_uri_is_taken(probe: Probe) -> None:
    """`inf://files/ID/NAME` names the same file: without its bytes it is refused for that, and not as unknown text."""
    record = _announced(probe, filename="a.png", content_type="image/png")
    known = probe.run({**probe.cheap, "image": f"inf://files/{record['id']}/a.png"})
    unknown = probe.run({**probe.cheap, "image": "inf://files/00000000000000000000000000/a.png"})
    malformed = probe.run({**probe.cheap, "image": "inf://nothing"})
    told = [str(row.members.get("detail")) if row.status == 422 else row.status for row in (known, unknown, malformed)]
    fine = known.status == 422 and known.members.get("detail") not in told[1:]
    probe.holds("REQ-FILE-015", fine, f"an image that was never PUT, one that is not there, no file: {told!r:.400}")
    probe.call.send("DELETE", f"/files/{record['id']}")
