"""Chromium plays what we write: every shape to its end, with sound where promised, and seeks by ranges."""

import json
import os
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from contracts.apps import table
from contracts.apps.expectation import MediaExpectation
from mockserver.media import GivenImage, Rendition, render
from mockserver.media.palette import COLOUR_BARS

from .. import browsers  # noqa: TID252  # tests are no installed package with a name of its own

PAGE = Path(__file__).parent / "player.html"
PATIENCE = 100.0
"""Real seconds for all videos together, on a busy machine."""

FLAGS = (*browsers.FLAGS, "--disable-quic", "--autoplay-policy=no-user-gesture-required")

IMAGE_SIZES = [(1284, 716), (716, 1280), (1176, 784), (1088, 1904), (2276, 912), (1176, 1764)]


@dataclass
class Stage:
    """What the page is to play, and what came of it."""

    files: Mapping[str, bytes]
    ranges: list[tuple[str, str]] = field(default_factory=list)
    """Path and Range header of each request that had one."""
    seen: list[dict[str, Any]] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    """Serves the page and the videos, with ranges; not the emulator, so that only the files are tested."""

    protocol_version = "HTTP/1.1"

    def __init__(self, *arguments: Any, stage: Stage) -> None:
        self._stage = stage
        super().__init__(*arguments)

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002  # the base class calls it so
        """Say nothing."""

    def do_GET(self) -> None:  # the base class calls it so
        """Answer with a file or a part of it."""
        name = self.path.lstrip("/")
        if name == "list":
            self._send(200, "application/json", json.dumps(sorted(self._stage.files)).encode())
        elif name in self._stage.files:
            self._send_video(self._stage.files[name])
        else:
            self._send(200 if not name else 404, "text/html", PAGE.read_bytes() if not name else b"")

    def do_POST(self) -> None:  # the base class calls it so
        """Take in what the page saw."""
        self._stage.seen = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._send(200, "text/plain", b"")
        self._stage.done.set()

    def _send_video(self, content: bytes) -> None:
        asked = self.headers.get("Range")
        if asked is None:
            self._send(200, "video/mp4", content)
            return
        self._stage.ranges.append((self.path, asked))
        first, _, last = asked.removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last or len(content) - 1), len(content) - 1)
        self._send(206, "video/mp4", content[start : end + 1], f"bytes {start}-{end}/{len(content)}")

    def _send(self, status: int, content_type: str, body: bytes, content_range: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Accept-Ranges", "bytes")
        if content_range is not None:
            self.send_header("Content-Range", content_range)
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:  # the browser has seen enough of it
            self.close_connection = True


def _expectations() -> Iterator[tuple[str, MediaExpectation, Rendition]]:
    """Every size of the static table and some of images; sound, rate and place of the index in turn; photographs."""
    sizes = sorted({(w + w % 2, h + h % 2) for rows in table.load().sizes.values() for w, h in rows.values()})
    for number, (width, height) in enumerate([*sizes, *IMAGE_SIZES]):
        sound = number % 3 != 0
        voice = "829826751244537879" if number % 6 == 1 else None
        expectation = MediaExpectation("text-to-video", "1080p", width, height, 5, sound, voice)
        yield f"{width}x{height}.mp4", expectation, _rendition(number)
    for name, width, height, seconds in (("wide", 1920, 1080, 10), ("tall", 1088, 1904, 5)):
        start, end = (_photograph(width, height, turned) for turned in (0, 90))
        expectation = MediaExpectation("start-end-frame", "1080p", width, height, seconds, sound=name == "tall")
        yield f"photographs-{name}.mp4", expectation, replace(_rendition(0), start_image=start, end_image=end)
    longest = MediaExpectation("text-to-video", "1080p", 1920, 1080, 10, sound=True)
    yield "tiny.mp4", longest, Rendition("t", "a/b", "7", "ab", 0, media="tiny")
    yield "large.mp4", longest, Rendition("t", "a/b", "7", "ab", 0, moov="end", media="realistic-size")


def _photograph(width: int, height: int, turned: int) -> GivenImage:
    file = BytesIO()
    Image.linear_gradient("L").rotate(turned).resize((width, height)).convert("RGB").save(file, "PNG", compress_level=1)
    return GivenImage.of(file.getvalue())


def _rendition(number: int) -> Rendition:
    return Rendition(
        f"task{number}", "a/b", "7", f"ab{number}", 0, "end" if number % 2 else "front", 48000 if number % 4 else 44100
    )


FILMS = {name: (expectation, rendition) for name, expectation, rendition in _expectations()}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """All videos, played once."""
    chromium = browsers.chromium()
    found = Stage({name: render(*film) for name, film in FILMS.items()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, stage=found))
    server.daemon_threads = True
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    folder = tmp_path_factory.mktemp("chromium")
    profile = f"--user-data-dir={folder / 'profile'}"
    address = f"http://127.0.0.1:{server.server_address[1]}/"
    browser = subprocess.Popen(
        [chromium, *FLAGS, profile, address],
        env=os.environ | {"TMPDIR": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert found.done.wait(PATIENCE), "Chromium did not come to the end of all videos"
    finally:
        browser.terminate()
        browser.wait(20)
        server.shutdown()
        serving.join(5)
        server.server_close()
    return found


@pytest.fixture(params=sorted(FILMS))
def played(request: pytest.FixtureRequest, stage: Stage) -> tuple[MediaExpectation, dict[str, Any]]:
    """One video and what the browser saw of it."""
    seen = next(row for row in stage.seen if row["name"] == request.param)
    assert "error" not in seen, seen["error"]
    return FILMS[request.param][0], seen


def test_every_shape_plays_to_its_end(played: tuple[MediaExpectation, dict[str, Any]]) -> None:
    """With the right width, height and length; sound may last up to one AAC frame longer than the picture."""
    expectation, seen = played
    assert (seen["width"], seen["height"]) == (expectation.width, expectation.height)
    assert 0 <= seen["duration"] - expectation.duration < 1024 / 44100
    assert seen["ended"] == pytest.approx(seen["duration"], abs=0.001)


def test_sound_is_decoded_where_promised(played: tuple[MediaExpectation, dict[str, Any]]) -> None:
    """And nowhere else."""
    expectation, seen = played
    assert (seen["heard"] > 0) == expectation.sound


def test_it_can_be_sought(played: tuple[MediaExpectation, dict[str, Any]]) -> None:
    """Back to the middle after the end."""
    assert played[1]["sought"] == 2.5


def test_a_large_file_is_read_in_ranges(stage: Stage) -> None:
    """Its index lies at the end, so the browser asks for the end before it plays from the start."""
    starts = [int(asked.removeprefix("bytes=").partition("-")[0]) for path, asked in stage.ranges if "large" in path]
    assert starts[0] == 0
    assert max(starts) > len(stage.files["large.mp4"]) * 0.9


def test_colours_are_those_that_were_written(stage: Stage) -> None:
    """The browser's own decoder shows the mosaic's bars as BT.709 says, within ten steps: canvases convert."""
    seen = next(row for row in stage.seen if row["name"] == "tiny.mp4")
    for (name, colour), pixel in zip(COLOUR_BARS, seen["pixels"], strict=False):
        luma, blue, red = (colour.y - 16) / 219, (colour.cb - 128) / 224, (colour.cr - 128) / 224
        wanted = (luma + 1.5748 * red, luma - 0.1873 * blue - 0.4681 * red, luma + 1.8556 * blue)
        for have, want in zip(pixel, wanted, strict=True):
            assert have == pytest.approx(255 * min(1, max(0, want)), abs=10), name
