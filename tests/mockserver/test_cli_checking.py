"""How `check` ends when a signal comes: with reports of what was seen, wherever Python was at that moment."""

import json
import signal
import sys
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mockserver.testing import RunningServer, serving
from tests.mutants.trial import SETTINGS

from .test_cli_suites import told


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """An emulator that answers at once."""
    with serving(SETTINGS) as running:
        yield running


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGINT, 130, "it was broken off by Ctrl-C"), (signal.SIGTERM, 143, "it was ended by SIGTERM")],
)
def test_a_run_that_is_broken_off_is_reported(
    server: RunningServer,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    number: int,
    code: int,
    said: str,
) -> None:
    """With what was seen until then, and never green."""
    from contracts.serverside import scripted

    # A shell starts what runs in its background deaf to Ctrl-C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))

    carried_out, count = scripted.carried_out, iter(range(3))

    def broken_off(*given: Any) -> Any:
        if next(count) == 2:
            signal.raise_signal(number)
        return carried_out(*given)

    monkeypatch.setattr(scripted, "carried_out", broken_off)
    saved, page, junit, markdown = (tmp_path / f"run.{form}" for form in ("json", "html", "xml", "md"))
    words = ("check", server.base_url, "--api-key", "cut", "--allow-partial", "--save", saved, "--html", page)
    result = told(*words, "--junit", junit, "--markdown", markdown)
    assert result.exit_code == code
    unseen = f"the run ended before anything spoke of it: {said}"
    shown = (result.output, *(file.read_text("utf-8") for file in (saved, page, junit)))
    assert all(unseen in " ".join(text.split()) and "no check of this run speaks of it" not in text for text in shown)
    begun = "scripted; not begun: generated, schemathesis, machine"
    assert all(begun in text for text in (result.output, page.read_text("utf-8"), markdown.read_text("utf-8")))
    assert f"run stopped: {said}" in markdown.read_text("utf-8")
    assert f"run stopped:  {said}" in result.output
    document = json.loads(saved.read_text("utf-8"))
    assert (document["outcome"], document["stopped"]) == ("partial", {"run": said})
    assert document["counts"]["pass"] > 0
    assert (len(document["phases"]), document["phases_begun"]) == (4, ["scripted"])
    whole = tmp_path / "whole.json"
    rows = [{**row, "verdict": "pass"} for row in document["requirements"]]
    whole.write_text(json.dumps({**document, "requirements": rows}), "utf-8")
    assert f"pass -> not-run  {unseen}" in told("drift", whole, saved).output
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert f"stopped: {said}" in page.read_text("utf-8")


def _lost() -> None:
    """Ctrl-C while gc, or whoever else lets no exception through, runs a callback."""
    thing = threading.Event()
    watched = weakref.ref(thing, lambda _: signal.raise_signal(signal.SIGINT))
    del thing
    assert watched() is None


@pytest.mark.parametrize("asks", [True, False])
def test_ctrl_c_that_gets_lost_ends_the_run(
    server: RunningServer,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
    capfd: pytest.CaptureFixture[str],
    *,
    asks: bool,
) -> None:
    """At the next request, or the next step where there is none; without a traceback of whoever has swallowed it."""
    from contracts.serverside import scripted

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    carried_out, steps, broken_off = scripted.carried_out, [0], []

    def losing(*given: Any) -> Any:
        steps.append(steps[-1] + 1)
        if steps[-1] == 3:
            _lost()
        try:
            return carried_out(*given) if asks or steps[-1] < 3 else []
        except KeyboardInterrupt:
            broken_off.append(steps[-1])
            raise

    monkeypatch.setattr(scripted, "carried_out", losing)
    result = told("check", server.base_url, "--api-key", "lost", "--area", "env", "--allow-partial")
    assert (result.exit_code, steps[-1], broken_off) == (130, 3, [3] if asks else [])
    assert "Exception ignored" not in result.output + "".join(capfd.readouterr())
