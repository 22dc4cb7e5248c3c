"""Citations: which tests cite what, and whether those were really put to the test in a run."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from contracts import requirements
from contracts.serverside import check

ROOT = Path(__file__).parents[1]

CONFTEST = """
from emitted import Emitted

def pytest_configure(config):
    config.addinivalue_line("markers", "requirement(*ids): promises")
    config.pluginmanager.register(Emitted(["REQ-A-001", "REQ-A-002"], config.rootpath, strict={strict}))
"""
CITED = """
import pytest

@pytest.mark.requirement("REQ-A-001")
def test_one():
    pass
"""


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    """tools/make_parity.py as a module."""
    spec = importlib.util.spec_from_file_location("make_parity", ROOT / "tools" / "make_parity.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_list_that_ships_is_up_to_date(maker: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """contracts/parity.json is what the marks above the tests say; `make parity` writes it anew."""
    assert maker.main(["--check"]) == 0, capsys.readouterr()


def test_a_stale_list_is_told(
    maker: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the requirements whose tests have moved and the command that mends it; the command does."""
    told = json.loads(maker.FILE.read_text("utf-8"))
    told["REQ-ENV-001"] = ["tests/test_gone.py::test_gone"]
    del told["REQ-HTTP-011"]
    stale = tmp_path / "parity.json"
    stale.write_text(json.dumps(told), "utf-8")
    monkeypatch.setattr(maker, "FILE", stale)
    assert maker.main(["--check"]) == 1
    expected = "parity.json is out of date for REQ-ENV-001, REQ-HTTP-011; `make parity` writes it anew\n"
    assert capsys.readouterr().out == expected
    count = len(requirements.load())
    assert maker.main([]) == 0
    assert capsys.readouterr().out == f"{count} of {count} requirements are cited\n"
    assert maker.main(["--check"]) == 0


def test_every_requirement_is_cited(maker: ModuleType) -> None:
    """Whoever adds a promise adds a test of it."""
    assert list(maker.cited(ROOT / "tests", check.load())) == list(requirements.load())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('@pytest.mark.requirement("REQ-NONE-001")\ndef test_a(): ...', "'REQ-NONE-001' is no id"),
        ("@pytest.mark.requirement(name)\ndef test_a(): ...", "name is no id"),
        ('pytestmark = pytest.mark.requirement("REQ-ENV-001")', "stands above the test that it is about"),
    ],
)
def test_a_citation_that_cannot_be_read_is_told(maker: ModuleType, tmp_path: Path, text: str, told: str) -> None:
    """No unknown id, no name for one, and no blanket for a whole file."""
    (tmp_path / "test_it.py").write_text(f"import pytest\n{text}\n", "utf-8")
    with pytest.raises(maker.CitationError, match=told):
        maker.cited(tmp_path)


def test_marks_within_parametrization_count(maker: ModuleType, tmp_path: Path) -> None:
    """A case may cite what its neighbours do not show."""
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        '@pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.requirement("REQ-ENV-002")), 2])\n'
        '@pytest.mark.requirement("REQ-ENV-001")\n'
        "def test_a(x): ...\n",
        "utf-8",
    )
    name = f"{tmp_path.name}/test_it.py::test_a"
    assert maker.cited(tmp_path) == {"REQ-ENV-001": [name], "REQ-ENV-002": [name]}


def run(folder: Path, tests: str, *arguments: str, strict: bool = False) -> "subprocess.CompletedProcess[str]":
    """Run a little project of its own with the recorder."""
    (folder / "tests").mkdir()
    (folder / "tests" / "emitted.py").write_text((ROOT / "tests" / "emitted.py").read_text("utf-8"), "utf-8")
    (folder / "tests" / "conftest.py").write_text(CONFTEST.format(strict=strict), "utf-8")
    (folder / "tests" / "test_it.py").write_text(tests, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\ntestpaths = tests\naddopts = --strict-markers\n", "utf-8")
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, timeout=90, check=False)


SECOND = '\n@pytest.mark.requirement("REQ-A-002")\ndef test_two():\n    {body}\n'


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "with workers"])
def test_a_whole_run_fails_when_a_promise_was_not_tested(tmp_path: Path, workers: list[str]) -> None:
    """All tests passed, but nothing showed the second promise: exit code 1, and it is named."""
    done = run(tmp_path, CITED, *workers)
    assert done.returncode == 1, done.stdout
    assert "requirements without a test in this run" in done.stdout
    assert "REQ-A-002" in done.stdout
    written = json.loads((tmp_path / ".cache" / "requirements-emitted.json").read_text("utf-8"))
    assert written["passed"] == {"REQ-A-001": ["tests/test_it.py::test_one"], "REQ-A-002": []}


def test_a_whole_run_passes_when_all_were_tested(tmp_path: Path) -> None:
    """Each by a test that cites it, or by one that says so while it runs."""
    late = "\ndef test_two(record_property):\n    record_property('requirements', ['REQ-A-002'])\n"
    done = run(tmp_path, CITED + late)
    assert done.returncode == 0, done.stdout
    assert json.loads((tmp_path / ".cache" / "requirements-emitted.json").read_text("utf-8"))["whole"] is True


@pytest.mark.parametrize("arguments", [["-k", "one"], ["tests/test_it.py"], ["--collect-only"]])
def test_a_part_of_the_tests_has_nothing_to_prove(tmp_path: Path, arguments: list[str]) -> None:
    """Who asks for some tests asks for no more."""
    assert run(tmp_path, CITED, *arguments).returncode == 0


@pytest.mark.parametrize(("strict", "code"), [(False, 0), (True, 1)])
def test_a_skipped_test_shows_nothing(tmp_path: Path, strict: bool, code: int) -> None:
    """In CI it is as if there were none; elsewhere a component may be missing."""
    done = run(tmp_path, CITED + SECOND.format(body="pytest.skip('needs Node')"), strict=strict)
    assert done.returncode == code, done.stdout


def test_a_mark_that_names_no_requirement_stops_the_run(tmp_path: Path) -> None:
    """Before anything runs."""
    done = run(tmp_path, CITED.replace("REQ-A-001", "REQ-B-001"))
    assert done.returncode == 4
    assert "cites REQ-B-001, which is no requirement" in done.stdout + done.stderr
