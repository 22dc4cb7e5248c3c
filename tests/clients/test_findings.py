"""docs/findings.md says what the tests show, and leaves nothing out."""

import datetime as dt
import re
import tomllib
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import pytest

from contracts.clientside import expectations
from contracts.plans import scenarios
from tools import make_findings

from .releases import JAVASCRIPT, PYTHON

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "findings.md").read_text("utf-8")
HERE = Path(__file__).parent
MODULES = sorted((*HERE.glob("test_pain_points_*.py"), *HERE.glob("test_suspicions*.py")))
SUMMARIES = make_findings.summaries()
NEWEST = [client for client in SUMMARIES if client.version in {PYTHON[-1].version, JAVASCRIPT.version}]
SECTION = re.compile(r"^## (\d+)\. (.*?)(?=^## )", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (`.*`) \| .+ \| (pays|hurts|survives) \| `(test_\w+)` \|$", re.MULTILINE)


def named(text: str) -> set[str]:
    """The scenarios that some rows are about."""
    return {name for row in ROW.finditer(text) for name in re.findall(r"`([^`]+)`", row[1])}


def texts(modules: Sequence[Path]) -> dict[str, str]:
    """The tests of these files, each with its text."""
    blocks = [block for module in modules for block in module.read_text("utf-8").split("\n\n\n")]
    return {found[1]: block for block in blocks if (found := re.search(r"^def (test_\w+)", block, re.MULTILINE))}


def test_the_page_is_about_the_installed_release() -> None:
    """A newer client is a reason to look again."""
    assert f"`inferencesh` {metadata.version('inferencesh')}, the newest release" in PAGE


def test_every_pain_point_has_its_section() -> None:
    """In order, and each is about the scenarios that imitate it, all of them and no others."""
    sections = {int(found[1]): named(found[2]) for found in SECTION.finditer(PAGE)}
    assert list(sections) == list(range(1, 25))
    for number, names in sections.items():
        assert names == {row.name for row in scenarios.load().values() if row.pain_point == number}


def test_every_row_is_shown_by_a_test_and_every_test_has_its_row() -> None:
    """By name; the test arms the scenarios that the row names."""
    tests = texts(MODULES)
    named_there = set(re.findall(r"`(test_\w+)`", PAGE))
    assert tests.keys() <= named_there
    assert named_there <= texts(sorted(HERE.glob("test_*.py"))).keys()
    for row in ROW.finditer(PAGE):
        for scenario in named(row[0]):
            assert scenario in scenarios.load()
            assert f'"{scenario}"' in tests[row[3]], row[0]


def test_the_page_has_what_the_summaries_say() -> None:
    """`make findings` writes it, and nobody by hand but the day on which it was done."""
    assert {told["date"] for told in SUMMARIES.values()} == set(re.findall(r"Everything here was seen on (\S+)", PAGE))
    assert make_findings.filled(PAGE, SUMMARIES) == PAGE


def test_every_client_is_kept_and_every_defect_of_the_newest_is_on_the_page() -> None:
    """Whatever fails, a MUST or a SHOULD, is written up."""
    assert list(SUMMARIES) == list(make_findings.CLIENTS)
    wanted = {name for found in make_findings.BLOCK.finditer(PAGE) for name in found[2].split()}
    for client in NEWEST:
        told = SUMMARIES[client]
        assert {row["check"] for row in (*told["failing"], *told["warned"])} <= wanted, client.name


@pytest.mark.parametrize("client", SUMMARIES, ids=lambda client: client.name)
def test_what_is_expected_is_what_failed_and_says_why(client: make_findings.Client) -> None:
    """Each entry is for a check that fails in the summary, or does now and then, with a reason of reasons.toml."""
    entries = expectations.read(make_findings.FOLDER / f"{client.name}.yaml", dt.date(2026, 11, 25))
    failed = [row["check"] for row in SUMMARIES[client]["failing"]]
    assert {entry.check for entry in entries if entry.status == "fail"} <= set(failed)
    assert set(failed) <= {entry.check for entry in entries}
    reasons = tomllib.loads((make_findings.FOLDER / "reasons.toml").read_text("utf-8"))["reason"]
    assert {entry.because for entry in entries} <= {row["because"] for row in reasons}


def test_every_reason_is_given() -> None:
    """One that no client needs any more is gone."""
    given = [
        make_findings.reasons(client.name).get(row["check"])
        for client, told in SUMMARIES.items()
        for row in (*told["failing"], *told["warned"])
    ]
    assert None not in given
    rows = tomllib.loads((make_findings.FOLDER / "reasons.toml").read_text("utf-8"))["reason"]
    assert [row for row in rows if row not in given and row.get("status") != "flaky"] == []
