"""The parity page as HTML: one file, no script, nothing fetched."""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from html import escape

from contracts import parity
from contracts.parity import Row

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1b1f24;background:#fff}
h2{margin-top:2.5rem}nav{display:flex;flex-wrap:wrap;gap:.2rem .8rem;margin-top:1rem}
article{border-top:1px solid #d8dee4;padding:.6rem 0}article:target{background:#fff8c5}
p{margin:.2rem 0}.id{font:600 13px ui-monospace,monospace}.facts{color:#57606a;font-size:13px}
.documented{color:#1a7f37}.observed{color:#0969da}.assumed{color:#9a6700}.none{color:#cf222e;font-weight:600}
code{font:13px ui-monospace,monospace}summary{cursor:pointer;color:#57606a;font-size:13px}
ul{margin:.2rem 0;padding-left:1.2rem;font:13px ui-monospace,monospace;overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}article{border-color:#30363d}
article:target{background:#2b2611}.facts,summary{color:#8d96a0}a{color:#58a6ff}.documented{color:#3fb950}
.observed{color:#58a6ff}.assumed{color:#d29922}.none{color:#f85149}}
"""

POLICY = (
    "default-src 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(STYLE.encode("utf-8")).digest()).decode("ascii")
    + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Content-Security-Policy of the page: its own style and nothing else."""


def html(shown: Iterable[Row]) -> str:
    """Return rows as a page."""
    return "\n".join(_page(tuple(shown))) + "\n"


def _page(every: tuple[Row, ...]) -> Iterator[str]:
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>inferencesh-mock: parity</title><style>{STYLE}</style></head><body>"
    yield f"<h1>Parity</h1><p>{escape(parity.summary(every))}</p>"
    yield f'<p class="facts">{escape(parity.LEGEND)}</p>'
    areas = list(parity.by_area(every))
    links = "".join(f'<a href="#{area}">{area}</a>' for area, _ in areas)
    decided = parity.decided(every)
    links += '<a href="#decisions">Decisions</a>' if decided else ""
    yield f"<nav>{links}</nav>"
    for area, found in areas:
        yield f'<h2 id="{area}">{area}</h2>'
        for row in found:
            yield from _row(row)
    if decided:
        yield '<h2 id="decisions">Decisions</h2>'
    for decision in decided:
        yield f'<article id="{decision.id}">'
        yield f'<p><span class="id">{decision.id}</span> <b>{escape(decision.title)}</b></p>'
        yield f"<p>Sources: {_text(decision.differ)}</p><p>Here: {_text(decision.chosen)}</p>"
        if decision.instead:
            yield f"<p>Switch: <code>{escape(decision.instead)}</code></p>"
        yield "</article>"
    yield "</body></html>"


def _row(row: Row) -> Iterator[str]:
    promise = row.requirement
    yield f'<article id="{promise.id}"><p><a class="id" href="#{promise.id}">{promise.id}</a> {_text(promise.text)}</p>'
    facts = [
        f'<span class="{promise.label}">{promise.label}</span>',
        escape(promise.source),
        promise.date.isoformat(),
        *([f"only {escape(parity.only(promise))}"] if parity.only(promise) else []),
    ]
    if row.decision is not None:
        facts.append(f'<a href="#{row.decision.id}">{row.decision.id} {escape(row.decision.title)}</a>')
    yield f'<p class="facts">{" · ".join(facts)}</p>'
    if row.tests:
        cited = "".join(f"<li>{escape(test)}</li>" for test in row.tests)
        count = f"{len(row.tests)} test{'s' if len(row.tests) > 1 else ''}"
        yield f"<details><summary>{count}</summary><ul>{cited}</ul></details>"
    else:
        yield '<p class="none">no test</p>'
    yield "</article>"


def _text(text: str) -> str:
    """Return a sentence with its `code` as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
