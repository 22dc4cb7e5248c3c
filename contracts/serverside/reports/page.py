"""One self-contained HTML page: every requirement opens to its evidence. Works offline, prints, fits a phone."""

from collections.abc import Sequence
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup, escape

from contracts.requirements import AREAS
from contracts.serverside.exchange import Exchange
from contracts.serverside.reports import words
from contracts.serverside.results import Results

MOST_EVIDENCE = 12
"""Exchanges shown with one requirement."""


def render(results: Results, exchanges: Sequence[Exchange]) -> str:
    """Return the page.

    Args:
        results: of the whole run.
        exchanges: all of the run; those that findings cite are shown.
    """
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["code"] = _with_code
    text = resources.files("contracts.serverside.reports").joinpath("page.html.j2").read_text("utf-8")
    by_number = {exchange.number: exchange for exchange in exchanges}
    areas = [(area.lower(), _rows(results, area, by_number)) for area in AREAS]
    return environment.from_string(text).render(
        outcome=results.outcome,
        sentence=words.sentence(results),
        facts=words.facts(results),
        stopped=results.stopped,
        counts=results.counts,
        areas=areas,
    )


def _with_code(text: str) -> Markup:
    """Show what stands between backticks as code; everything is escaped."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


def _rows(results: Results, area: str, exchanges: dict[int, Exchange]) -> list[dict[str, Any]]:
    rows = []
    for row in results.rows.values():
        if row.requirement.area != area:
            continue
        numbers = dict.fromkeys(number for finding in row.deciding for number in finding.exchanges)
        cited = [exchanges[number] for number in numbers if number in exchanges]
        rows.append(
            {
                "requirement": row.requirement,
                "verdict": row.verdict,
                "told": row.told,
                "findings": [
                    {"check": finding.check, "phase": finding.phase, "told": finding.told, "verdict": finding.verdict}
                    for finding in (row.deciding if row.verdict == "fail" else row.findings)[:20]
                ],
                "evidence": [{**exchange.document(), "line": exchange.line()} for exchange in cited[-MOST_EVIDENCE:]],
                "left_out": max(0, len(cited) - MOST_EVIDENCE),
            }
        )
    return rows
