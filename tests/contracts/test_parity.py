"""What is promised, by whose word, and which tests show it, in every form."""

import re
from collections import Counter
from html.parser import HTMLParser

import pytest

from contracts import decisions, parity, parity_page, parity_text, requirements
from contracts.parity import Row

from .test_requirements import DECISIONS


def test_every_promise_has_its_row_with_a_test() -> None:
    """In the order of the register, and none without a test."""
    rows = parity.rows()
    assert [row.requirement for row in rows] == list(requirements.load().values())
    assert [row.requirement.id for row in rows if not row.tests] == []


def test_every_decision_is_told() -> None:
    """Each that a requirement names has a title, what the sources say, and what is done."""
    assert set(decisions.load()) == DECISIONS
    for row in requirements.load().values():
        assert row.decision is None or row.decision in decisions.load(), row.id
    for decision in decisions.load().values():
        assert decision.title
        assert decision.differ.endswith(".")
        assert decision.chosen.endswith(".")


def test_an_area_is_shown_alone() -> None:
    """In any case; one that there is not is told with those there are."""
    assert {row.requirement.area for row in parity.rows("stream")} == {"STREAM"}
    with pytest.raises(ValueError, match="there is no area 'streams'; there are ENV, ERR, AUTH"):
        parity.rows("streams")


def test_the_document_has_everything() -> None:
    """Counts, and of each promise id, area, text, label, source, date, versions, decision and tests."""
    shown = parity.document(parity.rows())
    told = shown["summary"]
    assert told["requirements"] == len(shown["requirements"]) == len(requirements.load())
    assert told["documented"] + told["observed"] + told["assumed"] == told["requirements"]
    assert told["untested"] == 0
    (row,) = [row for row in shown["requirements"] if row["id"] == "REQ-STREAM-009"]
    assert row["decision"]["id"] == "D11"
    assert row["decision"]["instead"] == "--sse-events named"
    assert any(test.endswith("::test_a_cut_stream_resumes_without_loss_or_repetition") for test in row["tests"])
    promise = requirements.load()["REQ-STREAM-009"]
    assert (row["label"], row["area"], row["text"]) == (promise.label, "STREAM", promise.text)
    assert (row["source"], row["date"]) == (promise.source, promise.date.isoformat())


def test_markdown_has_a_row_for_each() -> None:
    """A table for each area with seven cells a row, whatever the texts hold."""
    text = parity.markdown(parity.rows())
    rows = [line for line in text.splitlines() if line.startswith("| REQ-")]
    assert [re.findall(r"REQ-[A-Z]+-\d+", row)[0] for row in rows] == list(requirements.load())
    assert {len(re.split(r"(?<!\\)\|", row)) for row in rows} == {9}
    assert "## Decisions" in text


def test_text_fits_a_terminal() -> None:
    """A heading for each promise and decision at the margin, the rest indented; no line is wider but by a test's id."""
    lines = parity_text.text(parity.rows(), 72).splitlines()
    headings = [line for line in lines if line and not line[0].isspace()]
    assert headings[0] == parity.summary(parity.rows())
    assert [line.split()[0] for line in headings[1:]] == [*requirements.load(), *decisions.load()]
    assert "REQ-INPUT-008  documented  only 2026-05" in headings
    assert all(len(line) <= 72 or "::" in line or " check " in line for line in lines)
    assert "\n  tests   none\n" in parity_text.text([Row(requirements.load()["REQ-ENV-001"], None, ())])


def test_what_concerns_one_version_says_so() -> None:
    """In every form; what concerns both says nothing."""
    for shown in (parity.markdown, parity_text.text, parity_page.html):
        text = shown(parity.rows())
        rows = requirements.load().values()
        counts = Counter(row.versions[0] for row in rows if len(row.versions) == 1)
        assert {version: text.count(f"only {version}") for version in counts} == counts


def test_an_area_without_decisions_has_no_heading_for_them() -> None:
    """Nor a link to it."""
    rows = [row for row in parity.rows() if row.decision is None]
    assert "Decisions" not in parity.markdown(rows) + parity_page.html(rows)


class Page(HTMLParser):
    """What a page consists of."""

    def __init__(self, text: str) -> None:
        """Read it."""
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name == "href"]


def test_the_page_needs_nothing_and_runs_nothing() -> None:
    """No script, no handler, no style attribute, nothing fetched; every link leads to a place on the page."""
    page = Page(parity_page.html(parity.rows()))
    assert page.tags.isdisjoint({"script", "img", "link", "iframe", "object", "form", "base"})
    assert not [name for name in page.attributes if name.startswith("on") or name in {"style", "src"}]
    assert len(set(page.ids)) == len(page.ids)
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)
    assert set(requirements.load()) | set(decisions.load()) <= set(page.ids)
    assert "'none'" in parity_page.POLICY
    assert "unsafe" not in parity_page.POLICY


def test_the_page_escapes_what_it_shows() -> None:
    """Texts of the register are texts, with code where they have backquotes."""
    text = parity_page.html(parity.rows("INPUT"))
    assert "<code>&lt;&lt;&lt;voice_1&gt;&gt;&gt;</code>" in text
    assert "<<<voice_1>>>" not in text
