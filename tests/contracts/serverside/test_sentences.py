"""Every sentence that `check` says of a run, held against texts that are kept: change them on purpose."""

import io
import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from rich.console import Console

from contracts.serverside.events import Event, Found, PhaseBegan, PhaseEnded, RunBegan, RunEnded, StepEnded
from contracts.serverside.finding import WORDLESS, Finding, Verdict
from contracts.serverside.reports import files, terminal, words
from contracts.serverside.results import Results
from contracts.serverside.target import Target

TEXTS = Path(__file__).parent / "texts"
MICROCENTS = 14_000_000
BEGAN = RunBegan(Target("http://127.0.0.1:1", "k", spend=None), ("scripted", "machine"), 7, "a server 1.0", 20)
LIMITED = RunBegan(Target("https://api.example.com", "k", spend=50_000_000), ("scripted",), 0, "", 20)
SHARED = ("REQ-TASK-001", "REQ-TASK-003", "REQ-TASK-004", "REQ-TASK-005", "REQ-TASK-006")
NAMES = ("REQ-ENV-001", "REQ-ENV-002", "REQ-RUN-001", "REQ-HTTP-001", *SHARED)


def told(events: Sequence[Event]) -> Results:
    """A run over a few promises."""
    results = Results()
    results.rows = {name: results.rows[name] for name in NAMES}
    for event in events:
        results.take(event)
        if isinstance(event, RunBegan):
            for phase in event.phases:
                results.take(PhaseBegan(phase, None))
    return results


def found(
    name: str, verdict: Verdict, said: str, check: str = "env.version-2-is-bare", phase: str = "scripted"
) -> Found:
    """What a check says of a promise."""
    return Found(Finding(name, verdict, said, check, phase))


def red() -> Results:
    """Broken promises with a reason that several share, one with markup in it, a warning, and a phase that stopped."""
    return told(
        [
            BEGAN,
            found("REQ-ENV-001", "pass", "GET /me -> 200: the keys are ['user']"),
            found("REQ-ENV-002", "fail", "GET /me -> 200: [bold]<b>|</b>[/bold]; expected `data`", "always"),
            found("REQ-RUN-001", "warn", "POST /apps/run -> 200: it took 20 s"),
            *(
                found(name, "fail", "GET /tasks/x -> 404: expected a success, got nothing", "task.a-task")
                for name in SHARED
            ),
            PhaseEnded("machine", "POST /files -> 404: expected a success, got nothing"),
            RunEnded(61.25, MICROCENTS),
        ]
    )


def green() -> Results:
    """All is kept."""
    return told([BEGAN, *(found(name, "pass", "as expected") for name in NAMES), RunEnded(2.0, 0)])


def cut_short() -> Results:
    """A limit kept most from being looked at."""
    return told(
        [
            LIMITED,
            found("REQ-ENV-001", "pass", "fine"),
            found("REQ-ENV-002", "not-run", "no money"),
            RunEnded(2.0, MICROCENTS),
        ]
    )


RUNS = {"red": red, "green": green, "cut-short": cut_short}


@pytest.mark.parametrize("name", RUNS)
def test_the_terminal_says(name: str) -> None:
    """The table, a word on each that needs one, the facts and the sentence."""
    console = Console(width=100, record=True, file=io.StringIO())
    terminal.show(RUNS[name](), console)
    assert _stripped(console.export_text()) == (TEXTS / f"{name}.txt").read_text("utf-8")


@pytest.mark.parametrize("name", RUNS)
def test_markdown_says(name: str) -> None:
    """The same for a pull request, where text stays text."""
    assert files.markdown(RUNS[name]()) == (TEXTS / f"{name}.md").read_text("utf-8")


def test_junit_has_the_times(tmp_path: Path) -> None:
    """Of each promise and of each area what their checks took, and of the run what all took."""
    results = told([BEGAN, found("REQ-ENV-001", "pass", "fine"), StepEnded("scripted", "env.version-2-is-bare", 1.5)])
    results.take(RunEnded(4.0, 0))
    files.write_junit(tmp_path / "junit.xml", results)
    root = ET.parse(tmp_path / "junit.xml").getroot()
    suites = {str(suite.get("name")): float(suite.get("time", 0)) for suite in root}
    cases = [float(case.get("time", 0)) for case in root.iter("testcase")]
    assert float(root.get("time", 0)) == 4.0
    assert suites["env"] == sum(cases) == 1.5


@pytest.mark.parametrize(
    ("count", "words"), [(16, "16 areas of which nothing was looked at are"), (17, "17 areas of which")]
)
def test_an_area_of_which_nothing_was_looked_at_is_no_row(count: int, words: str) -> None:
    """How many are left out is told."""
    results = told([BEGAN, *([found("REQ-ENV-001", "pass", "fine")] if count == 16 else [])])
    console = Console(width=100, record=True, file=io.StringIO())
    terminal.show(results, console)
    text = console.export_text()
    assert words in text
    assert ("not-applicable" in text, re.findall(r"^(?:env|task|run|http) ", text, re.MULTILINE)) == (
        (True, ["env "]) if count == 16 else (False, [])
    )


def test_a_phase_that_stops_is_told_at_once() -> None:
    """While the run goes on."""
    console = Console(width=60, record=True, file=io.StringIO())
    with terminal.Terminal(console) as shown:
        shown.take(PhaseBegan("machine", 3))
        shown.take(PhaseEnded("machine", "POST /files -> 404: expected a success, got [nothing] at all, really"))
    lines = [line for line in _stripped(console.export_text()).splitlines() if line]
    assert lines == [
        "machine stopped:  POST /files -> 404: expected a success,",
        "                  got [nothing] at all, really",
    ]


def test_what_is_waited_for_is_shown() -> None:
    """Nobody looks at a line that stands still for a minute without a word; what a server wrote commands nothing."""
    console = Console(width=120, record=True, file=io.StringIO(), force_terminal=True, color_system=None)
    with terminal.Terminal(console) as shown:
        shown.take(PhaseBegan("scripted", 3))
        shown.waits("for task a\x1b[2Jb to end")
    assert "waiting for task a\\x1b[2Jb to end" in console.export_text()


@pytest.mark.parametrize(("left", "words"), [(1, "1 more reason"), (10, "10 more reasons")])
def test_not_all_of_hundreds_of_reasons_are_told(left: int, words: str) -> None:
    """How many are left is; all of them on demand."""
    results = Results()
    names = list(results.rows)[: terminal.MOST_REASONS + left]
    for number, name in enumerate(names):
        results.take(found(name, "fail", f"reason {number}"))
    for verbose, shown in ((False, terminal.MOST_REASONS), (True, len(names))):
        console = Console(width=100, record=True, file=io.StringIO())
        terminal.show(results, console, verbose=verbose)
        text = console.export_text()
        assert text.count("fail  REQ-") == shown
        assert (f"and {words}; --verbose shows all, --html with evidence" in text) is not verbose


@pytest.mark.parametrize(
    ("events", "sentence"),
    [
        ([], "Nothing was looked at."),
        ([found("REQ-ENV-001", "pass", "")], "The 1 promise that was looked at is kept; 8 that apply were not run."),
        (
            [found("REQ-ENV-001", "fail", "")],
            "The server breaks 1 of the 1 promise that was looked at; 8 that apply were not run.",
        ),
        (
            [found(name, "fail" if name == "REQ-ENV-001" else "pass", "") for name in NAMES[:-1]],
            "The server breaks 1 of the 8 promises that were looked at; 1 that applies was not run.",
        ),
        (
            [found(name, "pass", "") for name in NAMES],
            "Nothing is broken as far as was looked; the run did not come to its end.",
        ),
    ],
)
def test_a_sentence_counts_as_people_do(events: list[Event], sentence: str) -> None:
    """One promise is kept, two are."""
    assert words.sentence(told(events)) == sentence


@pytest.mark.parametrize(
    ("began", "finding", "command"),
    [
        (BEGAN, ("env.version-2-is-bare", "scripted"), "--app-version 2026-05 --check env.version-2-is-bare"),
        (BEGAN, ("always", "machine"), "--app-version 2026-05 --phase machine --seed 7 --max-examples 20"),
        (
            LIMITED,
            ("always", "scripted"),
            "--app-version 2026-05 --phase scripted --seed 0 --max-examples 20 --i-mean-it --spend 0.5",
        ),
    ],
)
def test_a_finding_says_how_to_look_again(began: RunBegan, finding: tuple[str, str], command: str) -> None:
    """By its check where it has one, else by phase and seed; never with the key."""
    again = words.again(found("REQ-ENV-001", "fail", "", *finding).finding, began)
    assert again == f'inferencesh-mock check {began.target.base_url} {command} --api-key "$KEY"'


def test_the_more_telling_reason_comes_first() -> None:
    """That a check ended without a word on it says little where another says what came."""
    said = "GET /tasks/x -> 404: status and success: (None, None); expected (404, False)"
    results = told([found("REQ-ENV-001", "fail", WORDLESS), found("REQ-ENV-001", "fail", said)])
    assert results.rows["REQ-ENV-001"].told == said


def test_every_area_has_a_title() -> None:
    """Whoever reads a report for the first time knows what it is about."""
    assert set(words.TITLES) == {row.requirement.area for row in Results().rows.values()}


def _stripped(text: str) -> str:
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())
