"""Reports as files: JSON to keep and compare, JUnit for CI, Markdown for a pull request."""

from pathlib import Path
from typing import Any

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from contracts.reporting import plain
from contracts.reporting.markdown import cell, code
from contracts.serverside.caller import Recorder
from contracts.serverside.reports import words
from contracts.serverside.results import Results

MOST_EVIDENCE = 2_000
"""Exchanges that a saved run holds."""


def saved(results: Results, recorder: Recorder) -> dict[str, Any]:
    """Return the run as JSON with its evidence and the shapes of all answers, for `drift`."""
    cited = {number for row in results.rows.values() for finding in row.findings for number in finding.exchanges}
    kept = [exchange for exchange in recorder.exchanges if exchange.number in cited][:MOST_EVIDENCE]
    return {
        **results.document(),
        "shapes": recorder.shapes,
        "exchanges": [exchange.document() for exchange in kept],
    }


def write_json(path: Path, results: Results, recorder: Recorder) -> None:
    """Write the run as JSON."""
    path.write_text(plain.dumped(saved(results, recorder), indent=1) + "\n", "utf-8")


def write_junit(path: Path, results: Results) -> None:
    """Write a test case for each requirement, a suite for each area, each with the time that its checks took."""
    report = JUnitXml("inferencesh-mock check")
    suites: dict[str, TestSuite] = {}
    times = results.times
    for row in results.rows.values():
        area = row.requirement.area.lower()
        case = TestCase(
            f"{row.requirement.id} {row.requirement.text}", f"contract.{area}", round(times[row.requirement.id], 3)
        )
        match row.verdict:
            case "fail":
                case.result = [Failure(row.told, "contract")]
            case "not-run" | "not-applicable":
                case.result = [Skipped(row.told)]
            case "warn":
                case.system_out = row.told
            case _:
                pass
        suites.setdefault(area, TestSuite(area)).add_testcase(case)
    for suite in suites.values():
        report.add_testsuite(suite)
    if results.outcome == "empty" or results.stopped:
        told = "; ".join(f"{phase}: {reason}" for phase, reason in results.stopped.items()) or "nothing was looked at"
        case = TestCase("the run came to its end", classname="contract.run")
        case.result = [Error(told, "run")]
        suite = TestSuite("run")
        suite.add_testcase(case)
        report.add_testsuite(suite)
    report.update_statistics()  # type: ignore[no-untyped-call]  # junitparser has no types for it
    if results.ended is not None:
        # What was drawn took its time too, and is no single promise's.
        report.time = round(results.ended.seconds, 3)
    report.write(str(path), pretty=True)


def markdown(results: Results) -> str:
    """Return a summary for a pull request."""
    mark = {"pass": "✅", "fail": "❌", "partial": "🟡", "empty": "⚪"}[results.outcome]
    lines = [f"### {mark} Contract: {words.sentence(results)}", ""]
    lines += [f"- {name}: {code(value)}" for name, value in words.facts(results)]
    lines += ["", "| | pass | warn | fail | not run | n/a |", "|---|--:|--:|--:|--:|--:|"]
    for area in dict.fromkeys(row.requirement.area for row in results.rows.values()):
        rows = [row.verdict for row in results.rows.values() if row.requirement.area == area]
        cells = [rows.count(verdict) or "" for verdict in ("pass", "warn", "fail", "not-run", "not-applicable")]
        lines.append(f"| {area.lower()} | {' | '.join(str(cell) for cell in cells)} |")
    broken = [row for row in results.rows.values() if row.verdict in {"fail", "warn"}]
    if results.stopped:
        lines += ["", *(f"- {phase} stopped: {cell(reason)}" for phase, reason in results.stopped.items())]
    if broken:
        lines += ["", "| requirement | verdict | seen |", "|---|---|---|"]
        lines += [
            f"| **{row.requirement.id}** {cell(row.requirement.text)} | {row.verdict} | {cell(row.told)} |"
            for row in broken
        ]
    return "\n".join(lines) + "\n"
