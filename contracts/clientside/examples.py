"""Inputs of cases with an `example`: one for each name, always the same by the seed.

Those of seed 0, which everybody plays unless told otherwise, are kept in fixtures/drawn: what Hypothesis draws changes
with its release and with the code around it, and two reports are to speak of the same inputs. Others are drawn anew.
"""

import functools
import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from contracts import fixtures
from contracts.clientside.case import Case

if TYPE_CHECKING:  # Hypothesis comes with the extra `kit` alone
    from hypothesis.strategies import SearchStrategy

    Inputs = SearchStrategy[Mapping[str, Any]]

DRAWS = 12
"""Inputs that are drawn for a case; the last is taken, for the first ones are the simplest."""


def drawn(cases: Iterable[Case], seed: int) -> dict[str, Mapping[str, Any]]:
    """Return what stands for `$input`, by the name of the case; needs the extra `kit` for other seeds than 0."""
    found = kept() if seed == 0 else {}
    return {
        row.name: found[row.name] if row.name in found else draw(row.example, zlib.crc32(row.name.encode()) ^ seed)
        for row in cases
        if row.example
    }


@functools.cache
def kept() -> Mapping[str, Mapping[str, Any]]:
    """Return the inputs of seed 0, by the name of the case."""
    return MappingProxyType(json.loads(fixtures.path("drawn", "inputs.json").read_bytes()))


@functools.cache
def draw(example: str, seed: int) -> Mapping[str, Any]:
    """Return an input of a strategy by its name in STRATEGIES."""
    import hypothesis

    found: list[Mapping[str, Any]] = []
    quiet = hypothesis.settings(
        max_examples=DRAWS,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )

    def take(value: Mapping[str, Any]) -> None:
        found.append(value)

    drawing = quiet(hypothesis.given(STRATEGIES[example]())(take))
    hypothesis.seed(seed)(drawing)()
    return found[-1]


def _accepted() -> "Inputs":
    """Inputs that are accepted, with prompts of any script, and members that nobody knows, nested anyhow."""
    from hypothesis import strategies as st

    from contracts import strategies
    from contracts.strategies.prompts import words

    text = words() | strategies.lookalikes() | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    number = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False, width=32)
    nested = st.recursive(
        st.none() | st.booleans() | number | text,
        lambda inner: st.lists(inner, min_size=1, max_size=3) | st.dictionaries(text, inner, min_size=1, max_size=3),
        max_leaves=8,
    )
    unknown = st.fixed_dictionaries(
        {"text": text, "number": number, "nested": st.lists(nested, min_size=2, max_size=4)}
    )
    known = strategies.valid_inputs("2026-05").map(lambda case: case.document)
    prompts = words() | strategies.lookalikes() | strategies.at_the_limit() | strategies.badly_marked("2026-05")
    return st.builds(
        lambda document, prompt, unknown: {**document, "prompt": prompt, "unknown": unknown},
        known.filter(lambda document: "voice" not in document and "voice_id" not in document),
        prompts,
        unknown,
    )


def _refused() -> "Inputs":
    """Inputs with one violation or several, each a JSON object."""
    from contracts import strategies

    cases = strategies.invalid_inputs("2026-05")
    return cases.map(lambda case: case.document).filter(lambda document: isinstance(document, dict))


STRATEGIES: Mapping[str, "Callable[[], Inputs]"] = MappingProxyType({"accepted": _accepted, "refused": _refused})
