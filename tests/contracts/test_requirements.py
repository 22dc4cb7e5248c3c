"""The register of promises: every one has a source, a label and a stable id."""

import itertools
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from contracts import operations, requirements

ROW = """
[[requirement]]
id = "REQ-TASK-001"
text = "A task has an id."
label = "observed"
source = "here"
decision = "D2"
date = 2026-10-07
versions = ["2026-05"]
"""

ROOT = Path(__file__).parents[2]
DECISIONS = {f"D{number}" for number in range(1, 22)}


def _numbers(area: str) -> Iterable[int]:
    return (int(row.id[-3:]) for row in requirements.load().values() if row.area == area)


def test_every_decision_is_carried_out_by_a_requirement() -> None:
    """A decision nobody can test would be an opinion."""
    assert DECISIONS - {row.decision for row in requirements.load().values()} == set()


def test_every_area_has_requirements_in_order() -> None:
    """Rows are grouped by area, areas stand in their order, and numbers run without gaps."""
    areas = [area for area, _ in itertools.groupby(requirements.load().values(), key=lambda row: row.area)]
    assert areas == list(requirements.AREAS)
    for area in areas:
        numbers = list(_numbers(area))
        assert numbers == list(range(1, len(numbers) + 1)), area


def test_ids_the_operations_cite_exist() -> None:
    """A link from a route to a promise never dangles."""
    cited = {identifier for operation in operations.load() for identifier in operation.requirements}
    assert cited - requirements.load().keys() == set()


def test_a_promise_is_read_without_its_file() -> None:
    """In a report, of a server that is not ours: it names the file that it means."""
    assert [row.id for row in requirements.load().values() if "this file" in row.text] == []


def test_ids_the_code_cites_exist() -> None:
    """A requirement id in a docstring, a decision table or a schema leads to its row."""
    cited = {
        (identifier, str(file.relative_to(ROOT)))
        for package in ("contracts", "mockserver")
        for file in (ROOT / package).rglob("*")
        if file.suffix in {".py", ".toml", ".json"}
        for identifier in re.findall(r"REQ-[A-Z]+-\d+", file.read_text(encoding="utf-8"))
    }
    assert {(identifier, file) for identifier, file in cited if identifier not in requirements.load()} == set()


def test_every_emulated_operation_cites_a_requirement() -> None:
    """A route we serve without having promised anything could not be judged."""
    assert [op.id for op in operations.load() if op.emulated and not op.requirements] == []


def test_texts_are_single_sentences() -> None:
    """Each row is one promise; two sentences would be two rows."""
    wrong = [row.id for row in requirements.load().values() if not re.fullmatch(r"[A-Z`-][^\n]*\.", row.text)]
    several = [row.id for row in requirements.load().values() if re.search(r"\. [A-Z]", row.text)]
    assert (wrong, several) == ([], [])


def test_no_two_requirements_say_the_same() -> None:
    """A promise has one place."""
    texts = [row.text for row in requirements.load().values()]
    assert len(texts) == len(set(texts))


def test_what_a_decision_alone_supports_is_assumed() -> None:
    """Our own choice is never passed off as something seen or documented."""
    ours = ("DECISIONS.md", "SECURITY.md", "ARCHITECTURE.md", "STYLE.md", "MEASURED.md")
    rows = requirements.load().values()
    assert {row.label for row in rows if row.source in ours} == {"assumed"}


def test_input_rules_name_the_versions_they_concern() -> None:
    """Every rule on the input says for which of the app's two versions it holds."""
    rules = [row for row in requirements.load().values() if row.area == "INPUT"]
    assert {row.versions for row in rules} == {("2026-05",), ("2026-08",), ("2026-05", "2026-08")}


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "object"),
        (4, "2500"),
        (10, "string"),
        (11, "integer"),
        (17, "[1201]"),
        (18, "unknown_field"),
        (21, "300"),
        (23, "2.5"),
        (24, "image_not_inspected"),
        (26, "empty_file_ignored"),
        (29, "sound_disabled_by_end_frame"),
        (31, "voice_requires_image"),
        (33, "voice_marker_missing"),
        (34, "voice_id_missing"),
        (35, "sound_requires_pro"),
        (37, "720p"),
        (40, "50 million"),
        (41, "sound_forced_by_voice"),
        (43, "empty prompt"),
    ],
)
def test_reserved_input_ids_keep_their_meaning(number: int, words: str) -> None:
    """Code and published results refer to these ids, so a row never changes its subject."""
    assert words in requirements.load()[f"REQ-INPUT-{number:03d}"].text


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            '"observed"',
            '"guessed"',
            r"row 1 \(REQ-TASK-001\) has label = 'guessed'; expected one of documented, observed",
        ),
        ("2026-10-07", '"2026-10-07"', r"row 1 \(REQ-TASK-001\) has date = '2026-10-07'; expected a bare day"),
        ("2026-10-07", "2026-10-07T00:00:00Z", r"row 1 \(REQ-TASK-001\) has date = datetime"),
        ("REQ-TASK-001", "REQ-TASK-1", r"row 1 \(REQ-TASK-1\) has id = 'REQ-TASK-1'; expected REQ-<AREA>-<NNN>"),
        ("REQ-TASK-001", "REQ-TOSK-001", r"has id = 'REQ-TOSK-001'; expected REQ-<AREA>-<NNN>, AREA one of ENV"),
        ('"D2"', '"2"', r"row 1 \(REQ-TASK-001\) has decision = '2'"),
        ('["2026-05"]', '["May"]', r"row 1 \(REQ-TASK-001\) has versions = 'May'"),
        ('source = "here"', "", r"row 1 \(REQ-TASK-001\) lacks source"),
        ('source = "here"', 'source = "here"\nsauce = 1', r"row 1 \(REQ-TASK-001\) has the unknown key 'sauce'"),
    ],
)
def test_a_wrong_row_is_named(old: str, new: str, message: str) -> None:
    """Whoever edits the register learns which row is wrong and what it should hold."""
    with pytest.raises(requirements.RequirementError, match=message):
        requirements.parse(ROW.replace(old, new))


def test_an_id_is_given_once() -> None:
    """A reused id would change the meaning of old reports."""
    with pytest.raises(requirements.RequirementError, match=r"row 2 repeats the id REQ-TASK-001"):
        requirements.parse(ROW + ROW)


def test_the_register_cannot_be_changed() -> None:
    """Everybody reads the same register."""
    with pytest.raises(TypeError):
        requirements.load()["REQ-TASK-001"] = requirements.load()["REQ-TASK-002"]  # type: ignore[index]


def test_requirements_concern_versions() -> None:
    """One without versions concerns them all."""
    rows = requirements.load()
    assert (rows["REQ-INPUT-010"].concerns("2026-05"), rows["REQ-INPUT-010"].concerns("2026-08")) == (True, False)
    assert rows["REQ-RUN-001"].concerns("2026-08")
