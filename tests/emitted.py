"""Which promises were really put to the test in a run, and whether that were all of them.

A test cites by `@pytest.mark.requirement("REQ-...", ...)`; so may an item that a plugin collects. A test that learns
only while it runs what it shows, because it runs the checks of suite 1, says so with
`record_property("requirements", [...])`.
What counts is not that it is written down but that it ran and passed.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

PROPERTY = "requirements"
"""Name under which a report carries the ids its test cites, from a worker to the main process too."""

FILE = Path(".cache") / "requirements-emitted.json"


class Emitted:
    """Gathers reports."""

    def __init__(self, known: Iterable[str], root: Path, *, strict: bool) -> None:
        """Make one.

        Args:
            known: ids of all promises.
            root: of the project; the result is written below it.
            strict: whether a promise whose tests were all skipped counts as untested.
        """
        self.known = tuple(known)
        self.root = root
        self.strict = strict
        self.passed: defaultdict[str, list[str]] = defaultdict(list)
        self.skipped: defaultdict[str, list[str]] = defaultdict(list)
        self.whole = False
        """Whether the run was one of all tests, so that what is missing is missing."""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Put what a test cites on its reports."""
        for item in items:
            cited = sorted({str(name) for mark in item.iter_markers("requirement") for name in mark.args})
            if unknown := set(cited) - set(self.known):
                raise pytest.UsageError(f"{item.nodeid} cites {', '.join(sorted(unknown))}, which is no requirement")
            if cited:
                item.user_properties.append((PROPERTY, cited))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what has passed, and what was skipped."""
        cited = [
            one for name, ids in report.user_properties if name == PROPERTY and isinstance(ids, list) for one in ids
        ]
        if report.skipped:
            into = self.skipped
        elif report.when == "call" and report.passed:
            into = self.passed
        else:
            return
        for name in cited:
            into[str(name)].append(report.nodeid)

    @property
    def untested(self) -> list[str]:
        """Promises that no test has shown in this run."""
        excused = () if self.strict else self.skipped
        return [name for name in self.known if name not in self.passed and name not in excused]

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Write down what was shown, and fail a whole run that left a promise out."""
        config = session.config
        if hasattr(config, "workerinput") or config.option.collectonly:
            return
        self.whole = exitstatus == pytest.ExitCode.OK and is_whole(config)
        file = self.root / FILE
        file.parent.mkdir(exist_ok=True)
        tests = {name: sorted(set(self.passed.get(name, ()))) for name in self.known}
        file.write_text(json.dumps({"whole": self.whole, "passed": tests}, indent=1) + "\n", "utf-8")
        if self.whole and self.untested:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say which promises are missing."""
        if self.whole and self.untested:
            terminalreporter.section("requirements without a test in this run", red=True)
            terminalreporter.line(", ".join(self.untested))


def is_whole(config: pytest.Config) -> bool:
    """Whether nothing was asked for in particular: all tests of the project ran."""
    chosen = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    fewer = ("keyword", "markexpr", "lf", "failedfirst", "deselect", "ignore", "ignore_glob", "stepwise")
    return chosen and not any(config.getoption(name, None) for name in fewer)


def made(config: pytest.Config, known: Iterable[str]) -> Emitted:
    """Return one for a run; in CI nothing may be skipped."""
    return Emitted(known, config.rootpath, strict=os.environ.get("CI") == "true")
