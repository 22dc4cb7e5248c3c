"""The page of a run in a browser: it opens, folds, filters and fits, and asks nobody for anything."""

import html
import json
import re
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from contracts.serverside.caller import Recorder
from contracts.serverside.events import Found
from contracts.serverside.finding import Finding
from contracts.serverside.reports import page
from contracts.serverside.results import Results
from contracts.serverside.runner import Wish, run
from contracts.serverside.target import Target

from ... import browsers  # noqa: TID252  # tests are no installed package with a name of its own
from .stub import stub
from .test_exchange import exchange

SCHEMES = {"dark": "0", "light": "1"}
WIDTHS = {"phone": 360, "desk": 1280}

LOOK = """<script>addEventListener("load", () => {
  const visible = () => [...document.querySelectorAll("details.row:not([hidden])")].map((row) => row.id);
  const fits = () => document.documentElement.scrollWidth <= innerWidth;
  const seen = { width: innerWidth, first: visible(), closed: fits() };
  seen.background = getComputedStyle(document.body).backgroundColor;
  const table = document.querySelector("header table").getBoundingClientRect();
  seen.tableFirst = table.bottom < document.querySelector("main").getBoundingClientRect().top;
  document.querySelector('button[data-show="pass"]').click();
  seen.passed = visible();
  document.querySelector('button[data-show=""]').click();
  seen.all = visible().length;
  const search = document.querySelector("nav input");
  search.value = "req-env-004";
  search.dispatchEvent(new Event("input"));
  seen.found = visible();
  const row = document.getElementById("REQ-ENV-004");
  row.querySelector("summary").click();
  for (const exchange of row.querySelectorAll("details.exchange")) exchange.open = true;
  seen.open = row.open;
  seen.text = row.innerText;
  seen.opened = fits();
  search.value = "";
  search.dispatchEvent(new Event("input"));
  document.querySelector('button[data-show="pass"]').click();
  location.hash = "REQ-ERR-009";
  addEventListener("hashchange", () => setTimeout(() => {
    seen.linked = visible().includes("REQ-ERR-009") && document.getElementById("REQ-ERR-009").open;
    seen.requests = performance.getEntriesByType("resource").map((entry) => entry.name);
    top.document.title = "seen " + JSON.stringify(seen);
  }));
});</script></body>"""


@pytest.fixture(scope="module")
def judged() -> tuple[Results, Recorder]:
    """A run over the stub, with a generated case among what it found."""
    results, recorder = Results(), Recorder()
    with stub() as base_url:
        target = Target(base_url, "test-key", spend=None, patience=5, task_patience=5)
        for event in run(target, Wish(areas=("env", "err", "auth"), seed=41), recorder):
            results.take(event)
    drawn = Finding("REQ-ENV-004", "fail", "one more", "schemathesis.not_a_server_error", "schemathesis", (1,), 41)
    results.take(Found(drawn))
    return results, recorder


@pytest.fixture(scope="module", params=[(scheme, size) for scheme in SCHEMES for size in WIDTHS], ids="-".join)
def seen(
    request: pytest.FixtureRequest, judged: tuple[Results, Recorder], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What a reader sees who opens the page, presses its buttons and opens a promise."""
    scheme, size = request.param
    folder = tmp_path_factory.mktemp("page")
    results, recorder = judged
    file = folder / "page.html"
    text = page.render(results, recorder.exchanges).replace("</body>", LOOK)
    # In a frame, for Chromium's windows are 500 wide at the least.
    frame = f'<title>none</title><iframe srcdoc="{html.escape(text)}" style="width:{WIDTHS[size]}px;height:900px">'
    file.write_text(f"<!DOCTYPE html>{frame}</iframe>", "utf-8")
    flags = [*browsers.FLAGS, "--enable-logging=stderr", "--dump-dom", "--virtual-time-budget=20000"]
    flags += [f"--user-data-dir={folder / 'profile'}", "--window-size=1400,1000"]
    flags += [f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}", "--host-resolver-rules=MAP * ~NOTFOUND"]
    done = subprocess.run(
        [browsers.chromium(), *flags, file.as_uri()], capture_output=True, text=True, timeout=90, check=True
    )
    told = re.search(r"<title>seen (.*?)</title>", done.stdout, re.DOTALL)
    assert told is not None, done.stderr
    found: dict[str, Any] = json.loads(html.unescape(told[1]))
    return {
        **found,
        "scheme": scheme,
        "size": size,
        "console": [line for line in done.stderr.splitlines() if "CONSOLE" in line],
    }


def test_the_page_opens_folds_filters_and_fits(seen: dict[str, Any], judged: tuple[Results, Recorder]) -> None:
    """At a desk and on a phone, by day and by night, without a word in the console or a request."""
    results = judged[0]
    assert (seen["console"], seen["requests"]) == ([], [])
    assert seen["width"] == WIDTHS[seen["size"]]
    assert seen["closed"]
    assert seen["opened"]
    assert seen["tableFirst"]
    assert seen["background"] == {"dark": "rgb(15, 18, 22)", "light": "rgb(255, 255, 255)"}[seen["scheme"]]
    by_verdict = _ids(results)
    assert seen["first"] == by_verdict("fail")
    assert seen["passed"] == by_verdict("pass")
    assert seen["all"] == len(results.rows)
    assert seen["found"] == ["REQ-ENV-004"]
    assert (seen["open"], seen["linked"]) == (True, True)


def test_a_promise_opens_to_its_evidence(seen: dict[str, Any]) -> None:
    """What was expected and seen, the exchange, the commands that send it and look at it again, the seed."""
    text = seen["text"]
    assert "expected ['data', 'messages', 'status', 'success']" in text
    assert "GET /me -> 200" in text
    assert "curl -i -X GET -H 'accept: */*' -H \"authorization: Bearer $KEY\"" in text
    assert "content-type: application/json" in text
    assert '--check env.each-version-has-its-envelope --api-key "$KEY"' in text
    assert "(seed 41)" in text
    assert "Why: decision D1, Envelopes." in text
    assert "test-key" not in text


def test_what_most_failures_come_down_to_comes_first(judged: tuple[Results, Recorder]) -> None:
    """A reason that many promises share is told once, before them."""
    results, recorder = judged
    text = page.render(results, recorder.exchanges)
    rows = results.reasons("fail")[0][1]
    assert len(rows) > 2
    first = text.index("What most of it comes down to")
    assert f'#{rows[0].requirement.id}"><span class="verdict fail">{len(rows)}</span>' in text[first:]
    assert first < text.index("By area") < text.index("<main>")


def test_findings_that_say_the_same_are_one() -> None:
    """With their number; the exchange of the one that is told comes first."""
    results = Results()
    recorder = Recorder()
    for number in range(1, 30):
        kept = recorder.keep(exchange(number=number, url=f"http://127.0.0.1:1/tasks/{number}"))
        said = "the first" if number == 1 else "the same again"
        results.take(Found(Finding("REQ-ENV-001", "fail", said, "always", "scripted", (kept.number,))))
    text = page.render(results, recorder.exchanges)
    row = text[text.index('id="REQ-ENV-001"') : text.index('id="REQ-ENV-002"')]
    assert row.count("the same again") == 1
    assert "<code>always</code> × 28 Seen: the same again" in row  # noqa: RUF001  # as the page writes it
    assert "12 of 29 exchanges" in row
    assert row.index("/tasks/1 ") < row.index("/tasks/2 ")


def _ids(results: Results) -> Callable[[str], list[str]]:
    return lambda verdict: [name for name, row in results.rows.items() if row.verdict == verdict]
