"""`make demo`: the four calls of the app page through the official client."""

import os
import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).parents[1] / "tools" / "demo.py"
# Half the test run's own limit for one test: a demo that hangs is ended here, with what it said.
DEADLINE_SECONDS = 60


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("INFERENCE")}
    return subprocess.run(  # noqa: PLW1510  how it ended is what the tests look at
        [sys.executable, str(DEMO), *arguments],
        cwd=cwd,
        env=surroundings,
        capture_output=True,
        text=True,
        timeout=DEADLINE_SECONDS,
    )


def test_demo_saves_a_video_for_each_of_the_four_snippets(tmp_path: Path) -> None:
    """The demo ends well, names each snippet and leaves one MP4 for each."""
    ended = run("--latency", "instant", "--output", "videos", cwd=tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stderr == ""
    videos = {path.stem: path.read_bytes() for path in (tmp_path / "videos").iterdir()}
    assert videos.keys() == {"result", "stream", "files", "webhook"}
    assert {content[4:8] for content in videos.values()} == {b"ftyp"}
    assert all(f"\n{name:<10}" in ended.stdout for name in videos)


def test_demo_that_cannot_write_says_so_in_a_sentence(tmp_path: Path) -> None:
    """A demo that fails ends with 1 and a sentence, not with a traceback."""
    (tmp_path / "videos").write_text("a file where the folder should be", encoding="utf-8")
    ended = run("--output", "videos", cwd=tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.startswith("demo failed: ")
    assert len(ended.stderr.splitlines()) == 1


def test_demo_explains_itself(tmp_path: Path) -> None:
    """`--help` says what the demo does and names its options."""
    ended = run("--help", cwd=tmp_path)
    assert ended.returncode == 0
    assert "--latency" in ended.stdout
