"""The kit judges the official Python client through its adaptor, to the end."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

REFUSES = """
import runpy
import importlib
original = importlib.import_module
def without(name, *rest):
    if name == "inferencesh":
        raise ImportError("No module named 'inferencesh'")
    return original(name, *rest)
importlib.import_module = without
runpy.run_module("mockserver.testing.adaptors.python", run_name="__main__")
"""


def _conform(adaptor: str, tmp_path: Path, *areas: str) -> dict[str, dict[str, str]]:
    """Return the verdicts of each case on a client."""
    report = tmp_path / "report.json"
    chosen = [word for area in areas for word in ("--area", area)]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mockserver",
            "conform",
            "--adaptor",
            *chosen,
            "--report",
            str(report),
            "--",
            sys.executable,
            "-m",
            f"mockserver.testing.adaptors.{adaptor}",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    rows = json.loads(report.read_text("utf-8"))["cases"]
    return {row["name"]: {check["check"]: check["verdict"] for check in row["checks"]} for row in rows}


@pytest.mark.parametrize("adaptor", ["python", "python_async"])
def test_the_official_client_is_judged_to_the_end(adaptor: str, tmp_path: Path) -> None:
    """It fails where it does, passes where it does, and nothing is the kit's or the adaptor's fault."""
    found = _conform(adaptor, tmp_path, "upload", "download")
    verdicts = [verdict for checks in found.values() for verdict in checks.values()]
    assert "harness-error" not in verdicts
    assert found["upload/plain"]["upload.sends-the-bytes"] == "pass"
    assert found["upload/plain"]["upload.keeps-the-key"] == "pass"
    assert found["upload/looks-like-a-file"]["upload.uploads-only-files"] == "fail"
    assert found["download/page"]["download.refuses-a-page"] == "fail"


def test_without_the_client_the_adaptor_says_what_to_install() -> None:
    """It is no dependency of the product."""
    done = subprocess.run([sys.executable, "-c", REFUSES], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "pip install inferencesh" in done.stderr
