"""docs/findings.md says what the tests show, and leaves nothing out."""

import re
from importlib import metadata
from pathlib import Path

from contracts.plans import scenarios

PAGE = (Path(__file__).parents[2] / "docs" / "findings.md").read_text("utf-8")
MODULES = sorted(Path(__file__).parent.glob("test_pain_points_*.py"))
SECTION = re.compile(r"^## (\d+)\. (.*?)(?=^## )", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| (`.*`) \| .+ \| (pays|hurts|survives) \| `(test_\w+)` \|$", re.MULTILINE)


def named(text: str) -> set[str]:
    """The scenarios that some rows are about."""
    return {name for row in ROW.finditer(text) for name in re.findall(r"`([^`]+)`", row[1])}


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
    blocks = [block for module in MODULES for block in module.read_text("utf-8").split("\n\n\n")]
    tests = {found[1]: block for block in blocks if (found := re.search(r"^def (test_\w+)", block, re.MULTILINE))}
    assert set(re.findall(r"`(test_\w+)`", PAGE)) == tests.keys()
    for row in ROW.finditer(PAGE):
        for scenario in named(row[0]):
            assert scenario in scenarios.load()
            assert f'"{scenario}"' in tests[row[3]], row[0]
