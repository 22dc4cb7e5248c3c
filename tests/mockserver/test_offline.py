"""The commands `render` and `inspect`."""

import base64
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from mockserver import cli
from mockserver.replay import Replay
from mockserver.testing import inspect

from . import pictures
from .asgi import Client, path_of


class Shell:
    """Runs the command in a folder."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._capture = capture
        self._patch = patch

    def put(self, name: str, content: object) -> Path:
        """Write a file: bytes as they are, anything else as JSON."""
        file = self.folder / name
        file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return file

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, output and errors."""
        self._patch.chdir(self.folder)
        self._patch.setattr("sys.argv", ["inferencesh-mock", *arguments])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        told = self._capture.readouterr()
        return code, told.out, told.err


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    return Shell(tmp_path, capsys, monkeypatch)


BOAT = {"prompt": "A boat"}


def test_render_writes_a_video_and_nothing_else(shell: Shell) -> None:
    """One file, whole, with an ordinary file's permissions; the token that repeats it is told."""
    shell.put("request.json", BOAT)
    code, told, errors = shell.run("render", "--input", "request.json", "-o", "out.mp4", "--media", "tiny")
    assert (code, errors) == (0, "")
    found = inspect((shell.folder / "out.mp4").read_bytes())
    assert found.agrees
    assert told.rstrip().endswith(f"replay {found.replay}")
    assert {file.name for file in shell.folder.iterdir()} == {"request.json", "out.mp4"}
    assert (shell.folder / "out.mp4").stat().st_mode == (shell.folder / "request.json").stat().st_mode


def test_a_whole_run_request_will_do(shell: Shell) -> None:
    """Its version of the app counts."""
    shell.put("request.json", {"app": "klingai/video-v2-6@7kq2v608", "input": {**BOAT, "duration": 10}})
    assert shell.run("render", "--input", "request.json", "-o", "out.mp4", "--media", "tiny")[0] == 0
    found = inspect((shell.folder / "out.mp4").read_bytes())
    assert (found.app_version, found.frames) == ("7kq2v608", 241)


@pytest.mark.anyio
@pytest.mark.parametrize("media", ["full", "tiny"])
async def test_the_bytes_are_the_servers(client: Client, shell: Shell, media: str) -> None:
    """The token in a server's video and the same input give the same file."""
    await client.configure(media=media, moov="end", sample_rate=48000)
    image = pictures.png(600, 900)
    given = {"prompt": "A man <<<voice_1>>> says hello", "image": (await client.upload(image))["uri"], "mode": "pro"}
    given["voice_id"] = "829826751244537879"
    task = (await client.run(given))["id"]
    await client.advance()
    url = (await client.get(f"/tasks/{task}")).data["output"]["video"]
    served = (await client.get(path_of(url))).body
    shell.put("request.json", given)
    shell.put("a.png", image)
    token = inspect(served).replay
    assert token is not None
    arguments = ("render", "--input", "request.json", "-o", "out.mp4", "--image", "a.png", "--replay", token)
    assert shell.run(*arguments)[0] == 0
    assert (shell.folder / "out.mp4").read_bytes() == served


def test_a_picture_inside_the_request_needs_no_file(shell: Shell) -> None:
    """A data: URI gives the same bytes as the file."""
    image = pictures.png(600, 900)
    inline = "data:image/png;base64," + base64.b64encode(image).decode()
    shell.put("inline.json", {**BOAT, "mode": "std", "image": inline})
    shell.put("named.json", {**BOAT, "mode": "std"})
    shell.put("a.png", image)
    assert shell.run("render", "--input", "inline.json", "-o", "1.mp4", "--media", "tiny")[0] == 0
    assert shell.run("render", "--input", "named.json", "-o", "2.mp4", "--media", "tiny", "--image", "a.png")[0] == 0
    assert (shell.folder / "1.mp4").read_bytes() == (shell.folder / "2.mp4").read_bytes()


def test_a_refused_input_is_explained(shell: Shell) -> None:
    """Every violation on a line, exit code 1, and no file."""
    shell.put("request.json", {"duration": "7"})
    code, told, _ = shell.run("render", "--input", "request.json", "-o", "out.mp4")
    assert code == 1
    assert [line.partition(":")[0] for line in told.splitlines()] == ["/duration", "/prompt"]
    assert not (shell.folder / "out.mp4").exists()


def test_a_picture_named_by_its_path_is_told_how_to_be_given(shell: Shell) -> None:
    """What a client would upload, the command takes beside the request."""
    shell.put("boat.png", pictures.png(1280, 720))
    shell.put("request.json", {**BOAT, "image": "boat.png"})
    code, told, _ = shell.run("render", "--input", "request.json", "-o", "out.mp4")
    assert (code, told.endswith("; here: --image boat.png\n")) == (1, True)
    shell.put("request.json", {**BOAT, "image": "boat" * 1000})
    assert shell.run("render", "--input", "request.json", "-o", "out.mp4")[0] == 1


def test_warnings_go_to_the_errors(shell: Shell) -> None:
    """The video is written all the same."""
    shell.put("request.json", {**BOAT, "voice_id": "1"})
    code, _, errors = shell.run("render", "--input", "request.json", "-o", "out.mp4", "--media", "tiny")
    assert code == 0
    assert errors.startswith("warning: voice_id")


def test_a_task_that_fails_late_has_no_video(shell: Shell) -> None:
    """As the real app does with a ratio its model does not take; exit code 1."""
    shell.put("request.json", {**BOAT, "aspect_ratio": "21:9"})
    code, told, _ = shell.run("render", "--input", "request.json", "-o", "out.mp4", "--enforce", "observed")
    assert (code, "aspect_ratio value '21:9' is invalid" in told) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--input", "none.json"), "cannot read none.json: No such file or directory"),
        (("--input", "."), "cannot read .: Is a directory"),
        (("--input", "bad.json"), "bad.json is no JSON"),
        (("--input", "list.json"), "list.json holds no JSON object"),
        (("--input", "app.json"), "asks for version 'none' of the app; there are 7kq2v605"),
        (("--input", "deep.json"), "deep.json is no JSON: depth limit exceeded"),
        (("--input", "surrogate.json"), "surrogate.json is no JSON: no low surrogate"),
        (("--input", "latin.json"), "cannot read latin.json: it is not in UTF-8 (byte 11)"),
        (("--input", "other.json"), "other.json asks for the app 'klingai/other'; expected 'klingai/video-v2-6'"),
        (("--input", "ok.json", "--image", "none.png"), "cannot read none.png"),
        (("--input", "ok.json", "--replay", "x"), "'x' is no replay token"),
        (("--input", "ok.json", "--replay", str(Replay("2026-05", "documented", "full", "end", 44100, 0, "t")),
          "--moov", "front"), "--replay says everything; leave out --moov"),
        (("--input", "ok.json", "--created-at", "soon"), "soon"),
        (("--input", "upload.json"), "give its bytes with --image FILE"),
        (("--input", "newer.json", "--app-version", "2026-05"), "asks for version 2026-08 of the app"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(shell: Shell, arguments: tuple[str, ...], told: str) -> None:
    """A sentence, exit code 2 and no file."""
    shell.put("ok.json", BOAT)
    shell.put("bad.json", b"{")
    shell.put("list.json", [])
    shell.put("deep.json", b"[" * 100_000)
    shell.put("surrogate.json", {"prompt": "\ud800"})
    shell.put("latin.json", '{"prompt":"é"}'.encode("latin-1"))
    shell.put("other.json", {"app": "klingai/other", "input": BOAT})
    shell.put("app.json", {"app": "klingai/video-v2-6@none", "input": BOAT})
    shell.put("newer.json", {"app": "klingai/video-v2-6@7kq2v608", "input": BOAT})
    shell.put("upload.json", {**BOAT, "image": "http://127.0.0.1:8787/app/files/u/abc/def.png"})
    code, _, errors = shell.run("render", "-o", "out.mp4", *arguments)
    assert (code, told in errors) == (2, True), errors
    assert not (shell.folder / "out.mp4").exists()


def test_a_file_that_cannot_be_written_is_named(shell: Shell) -> None:
    """And nothing half-written is left."""
    shell.put("request.json", BOAT)
    code, _, errors = shell.run("render", "--input", "request.json", "-o", "no/such/out.mp4", "--media", "tiny")
    assert (code, "cannot write no/such/out.mp4" in errors) == (2, True)


def test_what_is_no_ordinary_file_is_written_into(shell: Shell) -> None:
    """A pipe gets the video and not a word more, a device stays one, and of a link it is the target that is written."""
    shell.put("request.json", BOAT)
    command = ("render", "--input", "request.json", "--media", "tiny", "-o")
    assert shell.run(*command, "out.mp4")[0] == 0
    video = (shell.folder / "out.mp4").read_bytes()

    os.mkfifo(shell.folder / "pipe")
    with ThreadPoolExecutor() as pool:
        read = pool.submit((shell.folder / "pipe").read_bytes)
        code, told, errors = shell.run(*command, "pipe")
        assert (code, told, "bytes, replay" in errors, read.result() == video) == (0, "", True, True)
    assert (shell.folder / "pipe").is_fifo()

    (shell.folder / "full").symlink_to("/dev/full")
    code, _, errors = shell.run(*command, "full")
    assert (code, "cannot write full: No space left on device" in errors) == (2, True)
    assert Path("/dev/full").is_char_device()

    (shell.folder / "link.mp4").symlink_to("target.mp4")
    assert shell.run(*command, "link.mp4")[0] == 0
    assert (shell.folder / "link.mp4").is_symlink()
    assert (shell.folder / "target.mp4").read_bytes() == video


def test_inspect_prints_what_a_file_claims(shell: Shell) -> None:
    """For people, and as JSON; exit code 0 when all agrees."""
    shell.put("request.json", {**BOAT, "mode": "pro"})
    assert shell.run("render", "--input", "request.json", "-o", "out.mp4", "--media", "tiny", "--task-id", "t1")[0] == 0
    code, told, _ = shell.run("inspect", "out.mp4")
    assert code == 0
    assert "pictures    121 of 1920x1080, avc1\nlength      5.042 s at 24 fps\nsound       44100 Hz, 2 channels" in told
    assert "task        t1\n" in told
    assert told.endswith("agrees      yes\n")
    code, told, _ = shell.run("inspect", "--json", "out.mp4")
    assert (code, json.loads(told)["frames"], json.loads(told)["agrees"]) == (0, 121, True)


def test_inspect_says_what_disagrees(shell: Shell) -> None:
    """Half a file is no good file: exit code 1."""
    shell.put("request.json", BOAT)
    shell.run("render", "--input", "request.json", "-o", "out.mp4", "--media", "tiny")
    shell.put("half.mp4", (shell.folder / "out.mp4").read_bytes()[:20_000])
    code, told, _ = shell.run("inspect", "half.mp4")
    assert code == 1
    assert "problem     the file is cut off or damaged" in told
    assert "file        20000 bytes, index at the front\n" in told


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [(b"<html>", 1, "no MP4 file: it looks like an HTML page"), (b"", 1, "is empty"), (None, 2, "cannot read")],
)
def test_inspect_names_what_is_no_mp4(shell: Shell, content: bytes | None, code: int, told: str) -> None:
    """A sentence instead of a traceback."""
    if content is not None:
        shell.put("x.mp4", content)
    found, _, errors = shell.run("inspect", "x.mp4")
    assert (found, told in errors) == (code, True), errors
