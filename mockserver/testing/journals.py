"""Stored journals: a readable file for each beside the tests, compared, shown when it differs, and written anew."""

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mockserver.testing.redaction import redacted

FOLDER = "__journals__"
MOST_DIFF = 80
"""Lines of a difference that are shown."""

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,150}")
_UPDATE = "run pytest with --update-journals"


@dataclass(frozen=True, slots=True)
class JournalFile:
    """Where a journal is stored."""

    path: Path

    @classmethod
    def of(cls, test: Path, name: str) -> "JournalFile":
        """Return the file of a test's journal.

        Args:
            test: the test's file.
            name: letters, digits, `_`, `.` and `-`.

        Raises:
            ValueError: the name is none for a file.
        """
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"{name!r} is no name for a journal; it takes letters, digits, _, . and -")
        return cls(test.parent / FOLDER / test.stem / f"{name}.json")

    def check(self, journal: Iterable[Mapping[str, Any]], base_url: str) -> None:
        """Compare.

        Raises:
            AssertionError: it is another, or there is none.
        """
        __tracebackhide__ = True
        if not self.path.is_file():
            raise AssertionError(f"there is no journal {self.path}; {_UPDATE} to write it")
        stored, found = self.stored(), text_of(journal, base_url)
        if stored != found:
            raise AssertionError(
                f"the journal differs from {self.path}; if it is right so, {_UPDATE}\n" + _difference(stored, found)
            )

    def write(self, journal: Iterable[Mapping[str, Any]], base_url: str) -> bool:
        """Store; return whether anything changed."""
        found = text_of(journal, base_url)
        if self.path.is_file() and self.stored() == found:
            return False
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(found, "utf-8")
        return True

    def stored(self) -> str:
        """Return what lies there; bytes that are no text show as such in a difference."""
        return self.path.read_text("utf-8", "backslashreplace")


def text_of(journal: Iterable[Mapping[str, Any]], base_url: str) -> str:
    """Return a journal as it is stored."""
    text = json.dumps(redacted(journal, base_url), indent=2, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "backslashreplace").decode()  # half of a surrogate pair, as JSON escapes it


def _difference(stored: str, found: str) -> str:
    lines = [
        line.rstrip("\n") for line in difflib.unified_diff(stored.splitlines(), found.splitlines(), "stored", "now")
    ]
    more = len(lines) - MOST_DIFF
    return "\n".join(lines[:MOST_DIFF] + ([f"... and {more} lines more"] if more > 0 else []))


class JournalBook:
    """A plugin of its own while journals are updated: what was written, and what no test asked for any more.

    With xdist the workers tell their own to the one that started them.
    """

    def __init__(self, config: pytest.Config) -> None:
        """Start empty."""
        self._root = config.rootpath
        self._used: set[str] = set()
        self._written: set[str] = set()
        self._run: set[str] = set()
        """Test files of which tests were run."""
        self._partly: set[str] = {str(argument).split("::")[0] for argument in config.args if "::" in str(argument)}
        """Test files of which not all tests were run to their end: what they left out may be needed."""

    def write(self, file: JournalFile, journal: Iterable[Mapping[str, Any]], base_url: str, test: str) -> None:
        """Store a journal and take note of it.

        Raises:
            AssertionError: another one was stored under this name before: no run could agree with both.
        """
        __tracebackhide__ = True
        self._run.add(test.partition("::")[0])
        if str(file.path) in self._used and file.stored() != text_of(journal, base_url):
            raise AssertionError(f"{file.path} was written before in this run, and differs; give it another name")
        self._used.add(str(file.path))
        if file.write(journal, base_url):
            self._written.add(str(file.path))

    def pytest_deselected(self, items: Iterable[pytest.Item]) -> None:
        """Take note of files that are not run as a whole."""
        self._partly |= {item.nodeid.partition("::")[0] for item in items}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of what was run, and whether to its end."""
        file = report.nodeid.partition("::")[0]
        self._run.add(file)
        if not report.passed:
            self._partly.add(file)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tell the one that started this worker, if it is one."""
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output["inference_journals"] = [sorted(rows) for rows in self._rows()]

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:  # noqa: ANN401  # xdist's
        """Take over what a worker has noted."""
        told = getattr(node, "workeroutput", {}).get("inference_journals", [])
        for mine, theirs in zip(self._rows(), told, strict=False):
            mine.update(theirs)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was written, and what lies there for nobody."""
        stale = sorted(self._stale())
        if self._written or stale:
            terminalreporter.section("journals")
        for path in sorted(map(Path, self._written)):
            terminalreporter.line(f"written  {self._shown(path)}")
        for path in stale:
            terminalreporter.line(f"stale    {self._shown(path)}: no test asks for it; delete it")

    def _stale(self) -> Iterator[Path]:
        for name in self._run - self._partly:
            test = self._root / name
            for file in (test.parent / FOLDER / test.stem).glob("*.json"):
                if str(file) not in self._used:
                    yield file

    def _shown(self, path: Path) -> str:
        return str(path.relative_to(self._root)) if path.is_relative_to(self._root) else str(path)

    def _rows(self) -> tuple[set[str], ...]:
        return (self._used, self._written, self._run, self._partly)
