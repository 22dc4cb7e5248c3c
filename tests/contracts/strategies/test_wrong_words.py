"""What the public strategies say to words that they do not know."""

from collections.abc import Callable
from typing import Any

import pytest

from contracts import strategies as given

VERSIONS = "there is no app version '2025'; expected one of 2026-05, 2026-08"

WRONG: tuple[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], str], ...] = (
    (given.valid_inputs, ("2025",), {}, VERSIONS),
    (given.warned_inputs, ("2025",), {}, VERSIONS),
    (given.invalid_inputs, ("2025",), {}, VERSIONS),
    (given.inputs_breaking, ("2025", "REQ-INPUT-001"), {}, VERSIONS),
    (given.rules, ("2025",), {"files": False}, VERSIONS),
    (given.prompts, ("2025",), {}, VERSIONS),
    (given.marked, ("2025",), {}, VERSIONS),
    (given.badly_marked, ("2025",), {}, VERSIONS),
    (given.unmarked, ("2025",), {}, VERSIONS),
    (given.valid_inputs, (2026,), {}, "there is no app version 2026; "),
    (
        given.warned_inputs,
        ("2026-05", None, "nope"),
        {},
        "has the warning 'nope' with these files; there are empty",
    ),
    (given.invalid_inputs, ("2026-05", None, 0), {}, "most is 0; an input that is refused has one violation at least"),
    (
        given.inputs_breaking,
        ("2026-05", "nope"),
        {},
        "'nope' alone with these files; there are REQ-",
    ),
    (given.bad_images, ("nope",), {}, "no file breaks nope alone; there are REQ-INPUT-019, "),
    (given.bad_inline_files, ("nope",), {}, "no file breaks nope alone; there are REQ-INPUT-019, "),
    (given.plans, (), {"most": -1}, "most is -1; expected 0 or more steps"),
    (given.steps, ("nope",), {}, "there is no fault or outcome 'nope'; "),
    (given.invalid_plans, ("nope",), {}, "there is no flaw of a plan 'nope'; "),
    (given.legal_transcripts, ("xml",), {}, "there is no format of streams 'xml'; expected one of ndjson, sse"),
    (given.legal_transcripts, (), {"numbering": "old"}, "there is no numbering 'old'; expected one of current, legacy"),
    (given.legal_transcripts, (), {"events": "loud"}, "there is no way of naming events 'loud'; expected one of "),
    (given.illegal_transcripts, ("xml",), {}, "there is no format of streams 'xml'; expected one of ndjson, sse"),
    (given.illegal_transcripts, (None, "nope"), {}, "there is no flaw of a stream 'nope'; "),
)


@pytest.mark.parametrize(("strategy", "words", "more", "told"), WRONG)
def test_a_wrong_word_is_told_at_once(
    strategy: Callable[..., Any], words: tuple[Any, ...], more: dict[str, Any], told: str
) -> None:
    """With what there is, before anything is drawn, and as a ValueError."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the message is looked at below
        strategy(*words, **more)
    assert told in str(caught.value)


def test_a_flaw_of_the_other_format_is_told() -> None:
    """Events of SSE cannot be wrong in NDJSON."""
    from contracts.strategies.stream_flaws import FLAWS

    only = next(name for name, flaw in FLAWS.items() if flaw.only == "sse")
    with pytest.raises(ValueError, match=f"there is no flaw of ndjson {only!r}"):
        given.illegal_transcripts("ndjson", only)


def test_every_strategy_that_takes_a_word_is_asked() -> None:
    """One that is new has to be put into the table above."""
    takes = {
        name
        for name in given.__all__
        if callable(found := getattr(given, name))
        and not isinstance(found, type)
        and set(getattr(found, "__wrapped__", found).__annotations__) - {"return", "files", "legal"}
    }
    assert takes == {strategy.__name__ for strategy, *_ in WRONG} | ({"rules"} & takes)
