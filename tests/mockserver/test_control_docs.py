"""The page that shows the document: whole, packaged, and shut off from everything else (SECURITY.md)."""

import hashlib
import re

import pytest

from contracts import fixtures
from mockserver.control import docs

from .asgi import Client

pytestmark = pytest.mark.anyio

HASHES = {
    "swagger-ui-bundle.js": "e6a898692f2d768e807c3ba4626068a69a2c5dd960dd6c76f3e4d3a3de180af2",
    "swagger-ui.css": "5ed08757e53da3e026d6cbecc61fe5d43585c9560b302d534ad56692519a273d",
    "swagger-ui-bundle.js.LICENSE.txt": "37eb6e7e59aed57b2c1acf076574b818ea07b74265717e0bd67b59e0baf9abbb",
    "LICENSE": "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30",
    "NOTICE": "0d20d1adef18aee3f40dd258172155521ce702ac445cb5f7b7d60ed32dad2fb2",
}
"""Of the files in the npm package swagger-ui-dist 5.35.0."""


async def test_the_page_opens_without_a_key(client: Client) -> None:
    """A browser that is sent there has none; the document it loads needs none either."""
    page = await client.get("/_mock/docs", headers={"authorization": ""})
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert (await client.get("/openapi.json", headers={"authorization": ""})).status == 200


async def test_all_that_the_page_asks_for_is_there(client: Client) -> None:
    """By addresses relative to it, each with its type; a part nobody packed is 404."""
    page = (await client.get("/_mock/docs")).body.decode()
    wanted = re.findall(r'(?:src|href)="(docs/[^"]+)"', page)
    assert len(wanted) == 4
    for path in wanted:
        reply = await client.get(f"/_mock/{path}")
        assert (reply.status, reply.headers["content-type"]) == (200, docs.FILES[path.removeprefix("docs/")])
    for name in ("index.html", "x.js", "..%2Fimages%2Fboat.png"):
        assert (await client.get(f"/_mock/docs/{name}")).status == 404


async def test_nothing_inline_and_nothing_from_elsewhere_may_run(client: Client) -> None:
    """The policy is strict, comes with every part, and the page needs no exception from it."""
    page = await client.get("/_mock/docs")
    for reply in (page, await client.get("/_mock/docs/start.js")):
        policy = dict(part.strip().split(" ", 1) for part in reply.headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert (policy["script-src"], policy["style-src"], policy["connect-src"]) == ("'self'", "'self'", "'self'")
        assert policy["frame-ancestors"] == "'none'"
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["cache-control"] == "no-store"
    assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|style=|https?://", page.body.decode())


async def test_head_is_answered_without_the_page(client: Client) -> None:
    """Like everywhere under /_mock, with the length of what GET gives."""
    reply = await client.request("HEAD", "/_mock/docs")
    assert (reply.status, reply.body) == (200, b"")
    assert int(reply.headers["content-length"]) == len((await client.get("/_mock/docs")).body)


@pytest.mark.parametrize("name", HASHES)
def test_the_viewer_is_the_published_one(name: str) -> None:
    """To the byte, and its licences lie beside it."""
    assert hashlib.sha256(fixtures.path("viewer", name).read_bytes()).hexdigest() == HASHES[name]
