"""How a check is declared: with a name and the requirements that it will give a verdict on."""

import pytest

from contracts.serverside.check import check
from contracts.serverside.probe import Probe


def silent(_: Probe) -> None:
    """Say nothing.

    Whatever the server does.
    """


@pytest.mark.parametrize(
    ("name", "cited", "told"),
    [
        ("env.it-cites-none", (), r"it-cites-none: expected area.what-it-says and ids of requirements.toml, got \(\)"),
        ("env.it-cites-nobody", ("REQ-ENV-001", "REQ-ENV-999"), r"got \['REQ-ENV-999'\]"),
        ("Has no area", ("REQ-ENV-001",), "Has no area: expected area.what-it-says"),
    ],
)
def test_a_check_cites_requirements_that_there_are(name: str, cited: tuple[str, ...], told: str) -> None:
    """One that cites none, or what is none, cannot even be imported."""
    with pytest.raises(ValueError, match=told):
        check(name, *cited)


def test_a_check_is_what_was_declared() -> None:
    """Its area is the first half of its name, and its summary the first line of its docstring."""
    made = check("env.it-is-silent", "REQ-ENV-001", needs=("spend",))(silent)
    assert (made.area, made.requirements, made.needs) == ("env", ("REQ-ENV-001",), {"spend"})
    assert made.summary == "Say nothing."
