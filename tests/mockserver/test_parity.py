"""The parity page as it is served and printed."""

import base64
import hashlib
import re

import pytest
from click.testing import CliRunner

from contracts import parity, parity_text, requirements
from mockserver.cli import cli

from .asgi import Client

pytestmark = pytest.mark.anyio

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(
    ("target", "accept", "content_type"),
    [
        ("/_mock/parity", None, "application/json"),
        ("/_mock/parity", "*/*", "application/json"),
        ("/_mock/parity", "application/json", "application/json"),
        ("/_mock/parity", BROWSER, "text/html; charset=utf-8"),
        ("/_mock/parity", "text/markdown", "text/markdown; charset=utf-8"),
        ("/_mock/parity", "text/plain;q=0.5", "text/plain; charset=utf-8"),
        ("/_mock/parity?format=html", "application/json", "text/html; charset=utf-8"),
        ("/_mock/parity?format=json", BROWSER, "application/json"),
        ("/_mock/parity?format=text&area=Stream", BROWSER, "text/plain; charset=utf-8"),
        ("/_mock/parity?format=markdown&area=stream", BROWSER, "text/markdown; charset=utf-8"),
    ],
)
async def test_accept_or_format_choose_the_form(
    client: Client, target: str, accept: str | None, content_type: str
) -> None:
    """Browsers get a page, programs JSON, who wants text gets it, and nobody needs a key."""
    reply = await client.other(None).get(target, headers={} if accept is None else {"accept": accept})
    assert (reply.status, reply.headers["content-type"]) == (200, content_type)
    assert reply.headers["vary"] == "Accept"
    wanted = [name for name in requirements.load() if "area=" not in target or "-STREAM-" in name]
    text = reply.body.decode("utf-8")
    assert all(name in text for name in wanted)
    assert ("REQ-ENV-001" in text) is ("area=" not in target)


async def test_the_page_may_run_nothing(client: Client) -> None:
    """Its policy allows its own style, by hash, and nothing else."""
    reply = await client.get("/_mock/parity", headers={"accept": BROWSER})
    policy = reply.headers["content-security-policy"]
    (style,) = re.findall(r"<style>(.*?)</style>", reply.body.decode("utf-8"), re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    assert policy.startswith("default-src 'none'; style-src 'sha256-" + digest + "'")
    assert "script-src" not in policy
    assert reply.headers["x-content-type-options"] == "nosniff"


async def test_json_is_the_document(client: Client) -> None:
    """What `inferencesh-mock parity --format json` prints as well."""
    assert (await client.get("/_mock/parity")).json() == parity.document(parity.rows())


@pytest.mark.parametrize("query", ["format=pdf", "area=streams", "colour=red"])
async def test_what_there_is_not_is_400(client: Client, query: str) -> None:
    """A form, an area or a parameter that does not exist."""
    reply = await client.get(f"/_mock/parity?{query}")
    assert reply.status == 400
    assert "there are" in reply.json()["detail"]


def test_the_command_prints_every_form() -> None:
    """Text unless another is asked for, of one area if wanted; one that there is not is told with those there are."""
    runner = CliRunner(env={"COLUMNS": "72"})
    assert runner.invoke(cli, ["parity"]).stdout == parity_text.text(parity.rows(), 72)
    assert runner.invoke(cli, ["parity", "--format", "markdown"]).stdout == parity.markdown(parity.rows())
    page = runner.invoke(cli, ["parity", "--format", "html", "--area", "money"]).stdout
    assert page.startswith("<!doctype html>")
    assert "REQ-MONEY-001" in page
    assert '"untested": 0' in runner.invoke(cli, ["parity", "--format", "json"]).stdout
    wrong = runner.invoke(cli, ["parity", "--area", "streams"])
    assert (wrong.exit_code, "there is no area 'streams'; there are ENV, ERR" in wrong.stderr) == (2, True)
    assert "inferencesh-mock parity --area stream" in runner.invoke(cli, ["parity", "--help"]).stdout
