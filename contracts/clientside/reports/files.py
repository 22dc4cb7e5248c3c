"""Reports as files: JSON to keep and merge, JUnit for CI, Markdown for a pull request, a badge."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from contracts.clientside import scores
from contracts.clientside.case import WITNESSES
from contracts.clientside.report import checks_to_tell, headline, named, to_tell, untold, witnesses
from contracts.reporting.markdown import cell

Document = Mapping[str, Any]


def write_json(path: Path, report: Document) -> None:
    """Write the report itself; half a surrogate pair is written as JSON writes it."""
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8", "backslashreplace")


def write_junit(path: Path, report: Document) -> None:
    """Write a test case for each check, a suite for each case."""
    junit = JUnitXml("inferencesh-mock conform")
    for row in report["cases"]:
        suite = TestSuite(row["name"])
        was_played = scores.was_played(report, row)
        for number, check in enumerate(row["checks"]):
            # A case is played once for all of its checks: the first of them has its time.
            seconds = row["seconds"] if number == 0 else 0
            case = TestCase(f"{check['check']}: {check['says']}", f"conform.{row['area']}", seconds)
            _judge(case, check, counts=was_played and scores.counts_against(check))
            suite.add_testcase(case)
        junit.add_testsuite(suite)
    whole = TestSuite("run")
    for told in report.get("expectation", {}).get("departures", []):
        case = TestCase(f"as expected: {told}", "conform.run")
        case.result = [Failure(told, "not as expected")]
        whole.add_testcase(case)
    if report["stopped"]:
        case = TestCase("the run comes to its end", "conform.run")
        case.result = [Error(report["stopped"], "stopped")]
        whole.add_testcase(case)
    if len(whole):
        junit.add_testsuite(whole)
    junit.write(str(path), pretty=True)


def _judge(case: TestCase, check: Mapping[str, Any], *, counts: bool) -> None:
    """Give a test case the result that its verdict is: red where it counts, and nothing twice."""
    told = check["told"]
    if check.get("expected") is not None:
        case.result = [Skipped(f"expected to {check['verdict']}, {check['expected']}: {told}")]
    elif check["verdict"] == "harness-error":
        case.result = [Error(told, "harness")]
    elif counts:
        case.result = [Failure(told, check["verdict"])]
    elif check["verdict"] in {"not-run", "not-applicable", "not-observable"}:
        case.result = [Skipped(f"{check['verdict']}: {told}")]
    elif check["verdict"] == "warn":
        case.system_out = told


def markdown(report: Document) -> str:
    """Return a summary for a pull request."""
    client = report["client"]
    outcome, word = headline(report)
    lines = [f"### {_MARKS[outcome]} {cell(named(client))} {word}", ""]
    shares = {name: scores.Share(report[name]["passed"], report[name]["of"]) for name in ("conformance", "observed")}
    lines += [f"- {name}: {share.text()}" for name, share in shares.items()]
    lines += [f"- driven as: {report['mode']}", f"- witnesses: {witnesses(report)}"]
    lines += [f"- cases that were not played: {report['left_out']}"] if report["left_out"] else []
    lines += [f"- stopped: {cell(report['stopped'])}"] if report["stopped"] else []
    lines += [f"- not as expected: {cell(told)}" for told in report.get("expectation", {}).get("departures", [])]
    rest = untold(report)
    lines += [f"- besides, in the cases below: {rest}"] if rest else []
    lines.append("")
    found = [(row, check) for row in to_tell(report) for check in checks_to_tell(row)]
    if found:
        lines += ["| case | check | verdict | seen |", "|---|---|---|---|"]
        lines += [
            f"| `{row['name']}` | **{check['check']}** {cell(check['says'])} | {verdict(check)} "
            f"| {cell(check['told'])} |"
            for row, check in found
        ]
    return "\n".join(lines) + "\n"


def verdict(check: Mapping[str, Any]) -> str:
    """Return a verdict, and why it was expected if it was."""
    because = check.get("expected")
    return str(check["verdict"]) if because is None else f"{check['verdict']}, expected: {cell(because)}"


def badge(report: Document) -> dict[str, Any]:
    """Return what shields.io shows as an endpoint badge; grey where not everything was played or could be heard."""
    share = scores.Share(report["conformance"]["passed"], report["conformance"]["of"])
    whole = set(report["witnesses"]) == set(WITNESSES) and share.whole > 0
    whole = whole and not (report["left_out"] or report["stopped"])
    colour = "lightgrey" if not whole else "brightgreen" if share.part == share.whole else "red"
    heard = len(report["witnesses"])
    told = "no data" if not share.whole else f"{share.part}/{share.whole} MUST · {report['profile']}"
    told += f" · {heard} of {len(WITNESSES)} witnesses" if heard < len(WITNESSES) else ""
    told += " · stopped" if report["stopped"] else ""
    return {"schemaVersion": 1, "label": report["client"]["name"], "message": told, "color": colour}


_MARKS: Mapping[scores.Outcome, str] = MappingProxyType(
    {"pass": "✅", "fail": "❌", "partial": "🟡", "harness-error": "💥"}
)
