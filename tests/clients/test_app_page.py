"""The four snippets of the app's page, as printed there: only the constructor learns the emulator's address.

The files in `snippets/` are the page's text. The page's third and fourth snippet go on with the first one's client, so
they run behind its opening lines.
"""

import ast
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from .child import DEADLINE_SECONDS, environment
from .servers import INSTANT, SAMPLE, Servers

SNIPPETS = Path(__file__).with_name("snippets")
NAMES = ("result", "stream", "files", "webhook")
CONSTRUCTOR = "inference()"
PAGE_IMAGE = "/path/to/local/image.png"

Ended = subprocess.CompletedProcess[str]
Snippet = Callable[..., Ended]
Fetch = Callable[[str], httpx.Response]
AssertMp4 = Callable[[str], None]


def page(name: str) -> str:
    return (SNIPPETS / f"{name}.py").read_text(encoding="utf-8")


@pytest.fixture
def snippet(servers: Servers, api_key: str, png: Path, tmp_path: Path) -> Snippet:
    """Runs a snippet with the client of this environment, which is the newest, and shows what it left in `result`."""

    def run(name: str, *flags: str) -> Ended:
        opening, constructor, _ = page("result").partition(CONSTRUCTOR)
        text = page(name) if CONSTRUCTOR in page(name) else f"{opening}{constructor}\n\n{page(name)}"
        text = text.replace(CONSTRUCTOR, f'inference(base_url="{servers.url(*flags)}")').replace(PAGE_IMAGE, str(png))
        if "print" not in text:
            text += "\nimport json\nprint(json.dumps(result))\n"
        script = tmp_path / f"{name}.py"
        script.write_text(text, encoding="utf-8")
        surroundings = environment(INFERENCE_API_KEY=api_key)
        return subprocess.run(  # noqa: PLW1510  how it ended is what the tests look at
            [sys.executable, script],
            cwd=tmp_path,
            env=surroundings,
            capture_output=True,
            text=True,
            timeout=DEADLINE_SECONDS,
        )

    return run


@pytest.mark.parametrize("name", NAMES)
def test_every_snippet_is_refused_for_want_of_a_prompt(name: str, snippet: Snippet) -> None:
    """The page's own inputs have no prompt, which its schema demands: the last line of the traceback is that 422."""
    ended = snippet(name, *INSTANT)
    assert ended.returncode == 1
    last_line = ended.stderr.splitlines()[-1]
    assert "APIError: HTTP 422" in last_line
    assert "prompt" in last_line


@pytest.mark.requirement("REQ-RUN-016")
def test_the_result_snippet_prints_the_output(snippet: Snippet, assert_mp4: AssertMp4) -> None:
    """With the sample prompt filled in, `result["output"]` holds the URL of an MP4."""
    ended = snippet("result", *INSTANT, *SAMPLE)
    assert_mp4(ast.literal_eval(ended.stdout)["video"])


@pytest.mark.requirement("REQ-RUN-016")
def test_the_stream_snippet_prints_the_output(snippet: Snippet, assert_mp4: AssertMp4) -> None:
    """With the sample prompt filled in, the last update has the output; the client drops `progress` from them all."""
    ended = snippet("stream", *INSTANT, *SAMPLE)
    (line,) = ended.stdout.splitlines()
    assert line.startswith("output: "), ended.stderr
    assert_mp4(ast.literal_eval(line.removeprefix("output: "))["video"])


@pytest.mark.requirement("REQ-RUN-016")
def test_the_files_snippet_uploads_the_image(snippet: Snippet, fetch: Fetch, assert_mp4: AssertMp4, png: Path) -> None:
    """With the sample prompt filled in, the local image arrives on the server and the audio URL passes as it is."""
    ended = snippet("files", *INSTANT, *SAMPLE)
    result = json.loads(ended.stdout)
    assert fetch(result["input"]["image"]).content == png.read_bytes()
    assert result["input"]["audio"] == "https://example.com/audio.mp3"
    assert_mp4(result["output"]["video"])


@pytest.mark.requirement("REQ-RUN-016")
def test_the_webhook_snippet_is_told_at_the_end(snippet: Snippet, servers: Servers, api_key: str) -> None:
    """`wait=False` returns before the end; at the end its address is due a POST, which stays on this machine."""
    with httpx.Client(
        base_url=servers.url(*INSTANT, *SAMPLE), headers={"Authorization": f"Bearer {api_key}"}, trust_env=False
    ) as control:
        control.put("/_mock/clock", json={"mode": "manual"}).raise_for_status()
        result = json.loads(snippet("webhook", *INSTANT, *SAMPLE).stdout)
        assert 0 < result["status"] < 10
        (before,) = control.get("/_mock/deliveries").json()["deliveries"]
        control.post("/_mock/clock/advance", json={"until": "idle"}).raise_for_status()
        (after,) = control.get("/_mock/deliveries").json()["deliveries"]
    assert (before["state"], after["state"]) == ("scheduled", "captured"), after["reason"]
    assert (after["task_id"], after["url"]) == (result["id"], "https://your-server.com/webhook")
