"""A world's export, and the same world again in another process under another key."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from mockserver import world_export
from mockserver.journal import fingerprint
from mockserver.world_export import ExportError

from .asgi import APP, HOST, Client
from .processes import finished, serving

STEPS = {"steps": [{"on": "get", "nth": 2, "do": {"fault": "status", "status": 503, "retry_after": 3}}]}
KEYS = ("first-key", "second-key")


class Story:
    """The same requests for every server, and all that was answered."""

    def __init__(self, url: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}", "Host": HOST}
        self._client = httpx.Client(base_url=url, headers=headers, trust_env=False)
        self.answers: list[bytes] = []

    def send(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._client.request(method, path, json=body)
        # The requests differ in one thing, the key, and so does the fingerprint that the journal shows in its place.
        content = answer.content
        for key in KEYS:
            content = content.replace(fingerprint(key).encode(), b"KEY")
        # The HTTP server itself puts the real time into Date.
        headers = [(name, value) for name, value in answer.headers.items() if name != "date"]
        self.answers.append(f"{answer.status_code} {headers}".encode() + content)
        return answer.json() if "json" in answer.headers["content-type"] else None

    def tell(self) -> "Story":
        with self._client:
            run = {"app": APP, "input": {"prompt": "A boat"}, "webhook": "http://192.0.2.1/"}
            task = self.send("POST", "/apps/run", run)["data"]["id"]
            self.send("GET", f"/tasks/{task}")
            self.send("POST", "/_mock/clock/advance", {"until": "idle"})
            self.send("GET", f"/tasks/{task}")
            ended = self.send("GET", f"/tasks/{task}")["data"]
            self.send("GET", ended["output"]["video"].removeprefix(f"http://{HOST}"))
            self.send("GET", f"/_mock/tasks/{task}")
            self.send("GET", "/_mock/plan")
            self.send("GET", "/_mock/deliveries")
            self.send("GET", "/_mock/journal?full=true")
        return self


def exported(url: str, key: str) -> dict[str, Any]:
    answer = httpx.get(f"{url}/_mock/export", headers={"Authorization": f"Bearer {key}"}, trust_env=False)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


@pytest.fixture
def plan(tmp_path: Path) -> str:
    """A plan in a file."""
    (tmp_path / "plan.json").write_bytes(orjson.dumps(STEPS))
    return "plan.json"


def test_a_token_repeats_a_world_byte_for_byte(tmp_path: Path, plan: str) -> None:
    """Seed 7 and one key, or the token and another key: the same requests, the same answers, videos and journals."""
    manual = ("--port", "0", "--clock", "manual", "--plan", plan)
    with serving(*manual, "--seed", "7", cwd=tmp_path) as served:
        first = Story(served.url, KEYS[0]).tell()
        token = exported(served.url, KEYS[0])["token"]
    with serving(*manual, "--replay", token, cwd=tmp_path) as served:
        again = Story(served.url, KEYS[1]).tell()
    with serving(*manual, "--seed", "7", cwd=tmp_path) as served:
        other = Story(served.url, KEYS[1]).tell()
    assert again.answers == first.answers
    assert other.answers != first.answers


def test_an_export_repeats_a_world_alone(tmp_path: Path, plan: str) -> None:
    """With it come token, plan, behaviour, clock and credits."""
    flags = ("--clock", "manual", "--clock-start", "2026-07-01T00:00:00Z", "--latency", "realistic", "--credits", "5")
    with serving("--port", "0", "--seed", "7", "--plan", plan, *flags, cwd=tmp_path) as served:
        export = exported(served.url, KEYS[0])
        first = Story(served.url, KEYS[0]).tell()
    assert export["clock"] == {"mode": "manual", "scale": 1.0, "start": "2026-07-01T00:00:00Z"}
    (tmp_path / "export.json").write_bytes(orjson.dumps(export))
    with serving("--port", "0", "--world", "export.json", cwd=tmp_path) as served:
        again = Story(served.url, KEYS[1]).tell()
        assert exported(served.url, KEYS[1]) == export
    assert again.answers == first.answers


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--replay", "w1-7-2bd806c97f0e00af-00000000-0.1.0", "--plan", "plan.json"], ["00000000", "PLAN", "--plan"]),
        (["--replay", "w1-7-2bd806c97f0e00af-00000000-0.1.0"], ["00000000", "GET /_mock/export"]),
        (["--replay", "w1-7"], ["--replay", "expected something like"]),
        (["--replay", "w1-7-2bd806c97f0e00af-00000000-0.1.0", "--seed", "3"], ["--seed and --replay"]),
        (["--plan", "plan.json", "--scenario", "lost-response"], ["--plan and --scenario"]),
        (["--scenario", "lost-respons"], ["lost-response"]),
        (["--plan", "missing.toml"], ["missing.toml"]),
        (["--world", "plan.json"], ["plan.json is no world export", "token"]),
        (["--world", "missing.json"], ["cannot read"]),
    ],
)
def test_what_does_not_go_together_is_wrong_usage(
    tmp_path: Path, plan: str, arguments: list[str], told: list[str]
) -> None:
    """Exit code 2, and of plans that differ both hashes."""
    hash_of_it = finished("plan", "check", plan, cwd=tmp_path).stdout.split()[-1]
    done = finished("serve", "--port", "0", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    said = " ".join(done.stderr.split())
    assert all(word.replace("PLAN", hash_of_it) in said for word in told), said


CLOCK: Mapping[str, Any] = {"mode": "real", "scale": 1.0, "start": "2026-07-01T00:00:00Z"}
EXPORT: Mapping[str, Any] = {
    "token": "w1-7-2bd806c97f0e00af-4430e778-0.1.0",
    "behaviour": {"latency": "quick"},
    "clock": CLOCK,
    "credits": 1,
    "plan": {"steps": []},
}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"token": "x"}, "no world token"),
        ({"plan": {"steps": [{}]}}, "/steps/0"),
        ({"clock": "now"}, "clock"),
        ({"clock": {**CLOCK, "mode": []}}, r"clock/mode is \[\]; expected one of: real, scaled, manual"),
        ({"clock": {**CLOCK, "scale": "fast"}}, "clock/scale is 'fast'"),
        ({"clock": {**CLOCK, "scale": 2}}, "clock/scale is 2; expected 1"),
        ({"clock": {**CLOCK, "mode": "scaled", "scale": 0}}, "clock/scale is 0"),
        ({"clock": {**CLOCK, "mode": "scaled", "scale": True}}, "clock/scale is True"),
        ({"clock": {**CLOCK, "start": 5}}, "clock/start is 5; expected an RFC 3339 time"),
        ({"credits": "much"}, "credits"),
        ({"credits": -5}, "credits is -5"),
        ({"credits": 10**18}, "credits is 1000000000000000000; expected"),
        ({"behaviour": []}, "behaviour"),
    ],
)
def test_a_document_that_is_no_export_is_told(tmp_path: Path, change: Mapping[str, Any], told: str) -> None:
    """What is wrong with it, by the file's name."""
    file = tmp_path / "export.json"
    file.write_bytes(orjson.dumps({**EXPORT, **change}))
    with pytest.raises(ExportError, match=rf"export\.json is no world export: .*{told}"):
        world_export.read(file)


@pytest.mark.anyio
async def test_a_clock_began_when_it_was_last_changed(client: Client) -> None:
    """What moved it since then is a request, which is sent again."""

    async def start() -> str:
        return str((await client.get("/_mock/export")).json()["clock"]["start"])

    await client.advance(10)
    await client.request("PUT", "/_mock/clock", json={"mode": "manual"})
    assert await start() == "2026-06-01T00:00:00Z"
    await client.request("PUT", "/_mock/clock", json={"mode": "manual", "now": "2026-06-01T01:00:00Z"})
    await client.advance(10)
    assert await start() == "2026-06-01T01:00:00Z"


def test_an_export_holds_no_secret(tmp_path: Path) -> None:
    """A world that signs is repeated only with the secret given anew."""
    (tmp_path / "export.json").write_bytes(orjson.dumps({**EXPORT, "behaviour": {"webhook_secret": "whsec_..."}}))
    done = finished("serve", "--port", "0", "--world", "export.json", cwd=tmp_path)
    assert done.returncode == 2
    assert "--webhook-secret" in done.stderr
