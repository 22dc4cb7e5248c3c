"""Reports as files: JSON to keep and merge, JUnit for CI, Markdown for a pull request, a badge."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from contracts.clientside import scores
from contracts.clientside.case import WITNESSES
from contracts.clientside.report import checks_to_tell, headline, named, to_tell, witnesses
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
        for check in row["checks"]:
            case = TestCase(f"{check['check']}: {check['says']}", classname=f"conform.{row['area']}")
            match check["verdict"]:
                case "fail" | "not-run":
                    case.result = [Failure(check["told"], check["verdict"])]
                case "harness-error":
                    case.result = [Error(check["told"], "harness")]
                case "not-applicable" | "not-observable":
                    case.result = [Skipped(check["told"])]
                case "warn":
                    case.system_out = check["told"]
                case _:
                    pass
            suite.add_testcase(case)
        junit.add_testsuite(suite)
    junit.write(str(path), pretty=True)


def markdown(report: Document) -> str:
    """Return a summary for a pull request."""
    client = report["client"]
    outcome, word = headline(report)
    lines = [f"### {_MARKS[outcome]} {cell(named(client))} {word}", ""]
    shares = {name: scores.Share(report[name]["passed"], report[name]["of"]) for name in ("conformance", "observed")}
    lines += [f"- {name}: {share.text()}" for name, share in shares.items()]
    lines += [f"- driven as: {report['mode']}", f"- witnesses: {witnesses(report)}"]
    lines += [f"- cases that were not played: {report['left_out']}"] if report["left_out"] else []
    lines.append("")
    found = [(row, check) for row in to_tell(report) for check in checks_to_tell(row)]
    if found:
        lines += ["| case | check | verdict | seen |", "|---|---|---|---|"]
        lines += [
            f"| `{row['name']}` | **{check['check']}** {cell(check['says'])} | {check['verdict']} "
            f"| {cell(check['told'])} |"
            for row, check in found
        ]
    return "\n".join(lines) + "\n"


def badge(report: Document) -> dict[str, Any]:
    """Return what shields.io shows as an endpoint badge; grey where not everything was played or could be heard."""
    share = scores.Share(report["conformance"]["passed"], report["conformance"]["of"])
    whole = set(report["witnesses"]) == set(WITNESSES) and share.whole > 0 and not report["left_out"]
    colour = "lightgrey" if not whole else "brightgreen" if share.part == share.whole else "red"
    heard = len(report["witnesses"])
    told = "no data" if not share.whole else f"{share.part}/{share.whole} MUST · {report['profile']}"
    told += f" · {heard} of {len(WITNESSES)} witnesses" if heard < len(WITNESSES) else ""
    return {"schemaVersion": 1, "label": report["client"]["name"], "message": told, "color": colour}


_MARKS: Mapping[scores.Outcome, str] = MappingProxyType(
    {"pass": "✅", "fail": "❌", "partial": "🟡", "harness-error": "💥"}
)
