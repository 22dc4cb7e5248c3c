"""Faults of uploads and downloads, on a raw socket."""

from io import BytesIO

import av
import pytest
from av.error import FFmpegError

from contracts.plans import catalogue
from mockserver.media import broken

from .raw_client import RawClient

PNG = b"\x89PNG\r\n\x1a\n"


def announced(raw: RawClient) -> str:
    """Announce a file and return its presigned URL."""
    body = {"files": [{"uri": "", "filename": "a.png", "content_type": "image/png"}]}
    (file,) = raw.send("POST", "/files", body=body, X_API_Version="2").json()
    url: str = file["upload_url"]
    return url


@pytest.mark.parametrize(
    ("fault", "told"),
    [("signature_expired", "has expired"), ("signature_wrong", "signature of this upload URL is wrong")],
)
def test_an_upload_is_refused_for_its_signature(raw: RawClient, fault: str, told: str) -> None:
    """403, nothing is stored, and the next try works."""
    url = announced(raw)
    raw.arm("upload", fault)
    seen = raw.send("PUT", url, body=PNG)
    assert seen.status == 403
    assert told in seen.json()["detail"]
    assert raw.send("PUT", url, body=PNG).status == 200
    assert raw.state() == "consumed"


def test_an_upload_fails_once_and_then_works(raw: RawClient) -> None:
    """500, then fine."""
    url = announced(raw)
    raw.arm("upload", "status", status=500)
    assert [raw.send("PUT", url, body=PNG).status for _ in range(2)] == [500, 200]


def test_an_announcement_is_refused(raw: RawClient) -> None:
    """The fault is met before a file is made."""
    raw.arm("files.create", "status", status=403)
    assert raw.send("POST", "/files", body={"files": [{"uri": ""}]}).status == 403
    assert raw.send("GET", "/files", X_API_Version="2").json()["items"] == []


def test_a_video_is_not_there_at_first(raw: RawClient) -> None:
    """404 twice, then the file."""
    url = raw.video()
    step = {"on": "download", "from": 1, "to": 2, "do": {"fault": "status", "status": 404}}
    raw.world.control("PUT", "/plan", {"steps": [step]})
    assert [raw.send("GET", url).status for _ in range(3)] == [404, 404, 200]
    assert raw.state() == "consumed"


def test_a_video_counts_as_expired(raw: RawClient) -> None:
    """403 with the words of an expired URL."""
    url = raw.video()
    raw.arm("download", "output_expired")
    seen = raw.send("GET", url)
    assert (seen.status, "has expired" in seen.json()["detail"]) == (403, True)


def test_a_store_without_ranges_sends_everything(raw: RawClient) -> None:
    """A Range is answered with 200, the whole file and no Accept-Ranges."""
    url = raw.video()
    whole = raw.send("GET", url).body
    raw.arm("download", "no_range")
    seen = raw.send("GET", url, Range="bytes=10-19")
    assert (seen.status, seen.body, "accept-ranges" in seen.headers) == (200, whole, False)
    again = raw.send("GET", url, Range="bytes=10-19")
    assert (again.status, again.body) == (206, whole[10:20])


def test_a_download_that_breaks_off_can_be_resumed(raw: RawClient) -> None:
    """The connection closes in the middle, and a Range brings the rest."""
    url = raw.video()
    whole = raw.send("GET", url).body
    raw.arm("download", "truncated_body", at=1000)
    seen = raw.send("GET", url)
    assert (seen.rest, seen.ending) == (whole[:1000], "closed")
    rest = raw.send("GET", url, Range="bytes=1000-", If_Range=seen.headers["etag"])
    assert seen.rest + rest.body == whole


@pytest.mark.parametrize("kind", sorted(broken.FAULTS))
def test_every_broken_video_is_served(raw: RawClient, kind: str) -> None:
    """The bytes and the type are those of the broken file, and ranges are ranges of it."""
    url = raw.video()
    good = raw.send("GET", url).body
    raw.arm("download", "broken_video", kind=kind)
    seen = raw.send("GET", url)
    assert (seen.status, seen.body) == (200, broken.play(kind, good).content)
    assert seen.headers["content-type"] == broken.play(kind, good).content_type
    assert raw.state() == "consumed"


def test_the_plan_knows_every_broken_video() -> None:
    """The argument's choices are the functions there are."""
    kinds = catalogue.faults()["broken_video"].arguments["kind"]["enum"]
    assert sorted(kinds) == sorted(broken.FAULTS)


def test_a_truncated_video_has_as_many_bytes_as_asked_for(raw: RawClient) -> None:
    """Its headers are consistent, so that only whoever decodes it notices."""
    url = raw.video()
    raw.arm("download", "broken_video", kind="truncated", at=5000)
    seen = raw.send("GET", url)
    assert (len(seen.body), seen.headers["content-length"]) == (5000, "5000")
    with pytest.raises((FFmpegError, AssertionError)), av.open(BytesIO(seen.body)) as file:
        assert sum(1 for _ in file.decode(video=0)) == 121


def test_an_upload_is_no_video_to_be_broken(raw: RawClient) -> None:
    """The ledger does not claim a fault that was not played."""
    url = announced(raw)
    raw.send("PUT", url, body=PNG)
    raw.arm("download", "broken_video", kind="empty")
    assert raw.send("GET", url.partition("?")[0]).body == PNG
    assert raw.state() == "ambiguous"
