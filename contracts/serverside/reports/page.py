"""One self-contained HTML page: every requirement opens to its evidence. Works offline, prints, fits a phone."""

from collections import Counter
from collections.abc import Sequence
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup, escape

from contracts import decisions
from contracts.reporting import plain
from contracts.requirements import AREAS
from contracts.serverside.events import RunBegan
from contracts.serverside.exchange import Exchange
from contracts.serverside.finding import Finding, Verdict
from contracts.serverside.reports import words
from contracts.serverside.results import Results, Row

MOST_EVIDENCE = 12
"""Exchanges shown with one requirement that needs a word."""

MOST_KEPT_EVIDENCE = 2
"""Exchanges shown with one that is kept: hundreds are, and nobody has to be convinced."""

MOST_FINDINGS = 20
"""Findings listed with one requirement; those that say the same count as one."""

MOST_BODY = 4_000
"""Characters shown of one answer."""

MOST_REASONS = 8
"""Reasons listed before the requirements."""

COLUMNS: tuple[Verdict, ...] = ("fail", "warn", "pass", "not-run", "not-applicable")
"""The verdicts, those first that need a word."""


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
    areas = [_area(results, area, by_number) for area in AREAS]
    shared = [(told, rows) for told, rows in results.reasons("fail") if len(rows) > 1]
    return environment.from_string(text).render(
        outcome=results.outcome,
        sentence=words.sentence(results),
        facts=words.facts(results),
        about=words.ABOUT,
        stopped=results.stopped,
        counts={verdict: results.counts[verdict] for verdict in COLUMNS},
        columns=COLUMNS,
        areas=areas,
        reasons=shared[:MOST_REASONS],
    )


def _with_code(text: str) -> Markup:
    """Show what stands between backticks as code; everything is escaped."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


def _area(results: Results, area: str, exchanges: dict[int, Exchange]) -> dict[str, Any]:
    rows = [row for row in results.rows.values() if row.requirement.area == area]
    return {
        "name": area.lower(),
        "title": words.TITLES[area],
        "counts": [sum(row.verdict == verdict for row in rows) for verdict in COLUMNS],
        "rows": [_row(row, results.began, exchanges) for row in rows],
    }


def _row(row: Row, began: RunBegan | None, exchanges: dict[int, Exchange]) -> dict[str, Any]:
    needs_a_word = row.verdict in {"fail", "warn"}
    most = MOST_EVIDENCE if needs_a_word else MOST_KEPT_EVIDENCE
    # What the finding ends with that is told, then what each of the others ends with.
    first = [number for finding in row.deciding[:1] for number in finding.exchanges[-most:]]
    last = [number for finding in row.deciding[1:] for number in finding.exchanges[-1:]]
    cited = [exchanges[number] for number in dict.fromkeys([*first, *last]) if number in exchanges]
    found = row.deciding if row.verdict == "fail" else row.findings
    return {
        "requirement": row.requirement,
        "decision": decisions.load().get(row.requirement.decision or ""),
        "verdict": row.verdict,
        "told": row.told,
        "findings": _findings(found),
        "again": words.again(row.deciding[0], began) if needs_a_word and began is not None else None,
        "evidence": [_evidence(exchange) for exchange in cited[:most]],
        "left_out": max(0, len(cited) - most),
    }


def _findings(found: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return findings as the page shows them; those that say the same are one, with their number."""
    counts = Counter((finding.check, finding.verdict, finding.told, finding.seed) for finding in found)
    return [
        {
            "check": check,
            "summary": words.summary(check),
            "verdict": verdict,
            "told": told,
            "seed": seed,
            "count": count,
        }
        for (check, verdict, told, seed), count in [*counts.items()][:MOST_FINDINGS]
    ]


def _evidence(exchange: Exchange) -> dict[str, Any]:
    # Whatever a server says, also in its headers, commands nothing and turns no text around.
    document = plain.document({**exchange.document(), "line": exchange.line()})
    response = document["response"]
    if response is not None and len(response["body"]) > MOST_BODY:
        response["body"] = f"{response['body'][:MOST_BODY]}... ({response['bytes']} bytes in all)"
    shown: dict[str, Any] = document
    return shown
