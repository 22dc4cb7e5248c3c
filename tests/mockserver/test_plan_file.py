"""Plans in files of the user's own."""

from pathlib import Path

import pytest

from contracts import fixtures
from mockserver import plan_file
from mockserver.plan_file import PlanFileError

STEP = '{"on": "run", "do": {"fault": "lost_response"}}'


def test_a_plan_is_read_in_every_form(tmp_path: Path) -> None:
    """TOML, JSON, a list of steps: the same plan."""
    forms = {
        "plan.toml": '[[steps]]\non = "run"\ndo = { fault = "lost_response" }\n',
        "plan.json": f'{{"steps": [{STEP}]}}',
        "steps.json": f"[{STEP}]",
    }
    hashes = set()
    for name, text in forms.items():
        (tmp_path / name).write_text(text)
        hashes.add(plan_file.read(tmp_path / name).plan.hash)
    assert len(hashes) == 1


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    """Editors on Windows write one before the text."""
    for name, text in (("plan.toml", '[[steps]]\non = "run"\ndo = { fault = "hang" }'), ("plan.json", f"[{STEP}]")):
        (tmp_path / name).write_text(text, "utf-8-sig")
        assert len(plan_file.read(tmp_path / name).plan.steps) == 1


def test_a_scenario_brings_its_settings(tmp_path: Path) -> None:
    """A file in the form of those that ship, copied and changed."""
    (tmp_path / "mine.toml").write_text(
        'summary = "Mine."\nsettings = { enforce = "observed" }\nsteps = [{ on = "run", do = { fault = "hang" } }]\n'
    )
    found = plan_file.read(tmp_path / "mine.toml")
    assert (len(found.plan.steps), dict(found.settings)) == (1, {"enforce": "observed"})
    assert plan_file.read(fixtures.path("scenarios", "lost-response.toml")).plan.steps


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "a.toml",
            "[[steps]]\non = 'run'\ndo = { fault = 'lost_respons' }",
            r"a\.toml: /steps/0/do/fault: .*lost_resp",
        ),
        ("a.toml", "steps = [", r"a\.toml: .*expected TOML"),
        ("a.json", "{", r"a\.json: .*expected JSON"),
        ("a.toml", "summary = 'x'\nsteps = [{ on = 'run' }]", r"a\.toml: /steps/0"),
        ("a.toml", "summary = 5", r"a\.toml: `summary`"),
        ("b.toml", None, r"cannot read .*b\.toml: No such file"),
    ],
)
def test_what_is_wrong_is_told_with_file_and_place(tmp_path: Path, name: str, text: str | None, told: str) -> None:
    """One sentence that says where to look."""
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(PlanFileError, match=told):
        plan_file.read(tmp_path / name)
