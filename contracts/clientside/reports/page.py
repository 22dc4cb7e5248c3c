"""One self-contained HTML page of one or several clients: a matrix, and each case with its timeline and evidence."""

import json
import shlex
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import jinja2

from contracts.clientside import scores
from contracts.clientside.case import AREAS, checks
from contracts.clientside.report import MOST_BODY, again, headline, witnesses
from contracts.clientside.reports import diagram, matrix
from contracts.clientside.verdicts import VERDICTS
from contracts.reporting import curl

ORDER = ("harness-error", "fail", "not-run", "warn", "not-observable", "pass", "not-applicable")
"""From the verdict that decides a cell to the one that decides it last."""

ADDRESS = "http://127.0.0.1:8787"
"""Where `inferencesh-mock serve` is, in the commands that a reader may run."""

_FIRST = ("harness-error", "fail")
"""What the page shows first, where there is any."""

LANE_WIDTH = 210
ROW_HEIGHT = 24


def render(reports: Sequence[Mapping[str, Any]]) -> str:
    """Return the page.

    Args:
        reports: documents of `conform --report`, one for each client.
    """
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    text = resources.files("contracts.clientside.reports").joinpath("page.html.j2").read_text("utf-8")
    columns = [_column(name, report) for name, report in zip(matrix.names(reports), reports, strict=True)]
    names = list(dict.fromkeys(row["name"] for report in reports for row in report["cases"]))
    areas = [(area, [_row(name, reports) for name in names if name.startswith(f"{area}/")]) for area in AREAS]
    return environment.from_string(text).render(
        columns=columns,
        first=next((verdict for verdict in _FIRST if any(report["counts"].get(verdict) for report in reports)), ""),
        lines=matrix.lines(reports),
        anchors=AREAS,
        again=again,
        curl=_curl,
        replayed=_replayed,
        areas=[(area, rows) for area, rows in areas if rows],
        verdicts=VERDICTS,
        lanes=[(lane, _x(lane)) for lane in diagram.LANES],
        width=LANE_WIDTH * len(diagram.LANES),
        height=ROW_HEIGHT,
    )


def _curl(exchange: Mapping[str, Any]) -> str:
    """The exchange once more, to an emulator that replays the world."""
    request = exchange["request"]
    headers = [(name, _shown(name, value)) for name, value in request["headers"]]
    query = f"?{exchange['query']}" if exchange["query"] else ""
    body = request["body"] if len(request["body"]) < MOST_BODY else ""
    return curl.command(exchange["method"], f"{ADDRESS}{exchange['path']}{query}", headers, body)


def _replayed(evidence: Mapping[str, Any]) -> str:
    """The commands that make the world again: a token has the hash of the plan, which has to be given with it."""
    plan = evidence["plan"]
    if not plan:
        return f"inferencesh-mock serve --replay {evidence['token']}"
    if set(plan) == {"scenario"}:
        return f"inferencesh-mock serve --scenario {plan['scenario']} --replay {evidence['token']}"
    written = f"printf %s {shlex.quote(json.dumps(plan))} > plan.json"
    return f"{written}\ninferencesh-mock serve --plan plan.json --replay {evidence['token']}"


def _shown(name: str, value: str) -> str:
    return f"Bearer {curl.KEY}" if name.lower() == "authorization" else value


def _column(name: str, report: Mapping[str, Any]) -> dict[str, Any]:
    shares = {
        share: scores.Share(report[share]["passed"], report[share]["of"]).text()
        for share in ("conformance", "observed")
    }
    return {
        "name": name,
        "language": report["client"]["language"],
        "mode": report["mode"],
        "profile": report["profile"],
        "seed": report["seed"],
        "witnesses": witnesses(report),
        "seconds": report["seconds"],
        "stopped": report["stopped"],
        "departures": report.get("expectation", {}).get("departures", []),
        "left_out": report["left_out"],
        "headline": headline(report),
        "sins": _sins(report),
        "counts": {verdict: count for verdict, count in report["counts"].items() if count},
        **shares,
    }


def _sins(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What fails, each check once, in the order of the areas: its rule, the harm, and the cases that show it."""
    found: dict[str, dict[str, Any]] = {}
    for row in sorted(
        report["cases"], key=lambda row: AREAS.index(row["area"]) if row["area"] in AREAS else len(AREAS)
    ):
        for check in row["checks"]:
            if check["verdict"] == "fail" and check.get("expected") is None:
                spec = checks().get(check["check"])
                why = "" if spec is None else spec.why
                found.setdefault(check["check"], {"says": check["says"], "why": why, "cases": []})["cases"].append(
                    row["name"]
                )
    return list(found.values())


def _row(name: str, reports: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    cells = [next((row for row in report["cases"] if row["name"] == name), None) for report in reports]
    first = next(cell for cell in cells if cell is not None)
    return {"name": name, "property": first["property"], "cells": [_cell(cell) for cell in cells]}


def _cell(case: Mapping[str, Any] | None) -> dict[str, Any]:
    if case is None:
        return {"verdict": "not-run", "checks": [], "evidence": None}
    verdicts = {check["verdict"] for check in case["checks"]}
    evidence = case["evidence"]
    found = [] if evidence is None else diagram.arrows(evidence)
    drawn, left_out = diagram.shown(found)
    return {
        "verdict": next((verdict for verdict in ORDER if verdict in verdicts), "not-run"),
        "checks": sorted(case["checks"], key=lambda check: ORDER.index(check["verdict"])),
        "evidence": evidence,
        "arrows": [
            {
                "at": f"{arrow.at:.2f}",
                "from": _x(arrow.source),
                "to": _x(arrow.target),
                "middle": (_x(arrow.source) + _x(arrow.target)) // 2,
                "label": arrow.label,
                "kind": arrow.kind,
                "y": 46 + number * ROW_HEIGHT,
            }
            for number, arrow in enumerate(drawn)
        ],
        "left_out": left_out,
    }


def _x(lane: diagram.Lane) -> int:
    return LANE_WIDTH // 2 + LANE_WIDTH * diagram.LANES.index(lane)
