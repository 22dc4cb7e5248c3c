"""Every scripted check passes on the emulator, in both versions of the app."""

from collections.abc import Callable, Mapping

import pytest

from contracts import requirements
from contracts.apps.table import VERSIONS, VersionName
from contracts.serverside import check
from contracts.serverside.caller import Recorder
from contracts.serverside.events import Found
from contracts.serverside.finding import Finding
from contracts.serverside.runner import Wish, run
from contracts.serverside.target import Target
from mockserver.settings import Behaviour, Settings
from mockserver.testing import serving

Findings = tuple[VersionName, Mapping[str, list[Finding]]]
"""The version that is judged, and what was found by name of the check."""


@pytest.fixture(scope="module", params=VERSIONS)
def findings(request: pytest.FixtureRequest) -> Findings:
    """What all checks find, in one run."""
    version: VersionName = request.param
    found: dict[str, list[Finding]] = {}
    behaviour = Behaviour(latency="instant", media="tiny", app_version=version)
    with serving(Settings(port=0, behaviour=behaviour)) as server:
        target = Target(server.base_url, "checks", app_version=version, spend=None)
        for event in run(target, Wish(), Recorder()):
            if isinstance(event, Found):
                found.setdefault(event.finding.check, []).append(event.finding)
    return version, found


# By area, so that few workers run all checks.
@pytest.mark.parametrize("area", check.areas())
def test_the_checks_pass_on_the_emulator(
    area: str, findings: Findings, record_property: Callable[[str, object], None]
) -> None:
    """Each of their requirements is kept; none is left out, but for those of the other version."""
    version, found = findings
    wrong: list[str] = []
    shown: set[str] = set()
    for row in check.load():
        if row.area != area:
            continue
        told = found.get(row.name, [])
        wrong += [
            f"{row.name}: {each.requirement} {each.verdict}: {each.told}" for each in told if each.verdict != "pass"
        ]
        concerned = {name for name in row.requirements if requirements.load()[name].concerns(version)}
        spoken_of = {each.requirement for each in told}
        wrong += [f"{row.name}: nothing was said of {name}" for name in sorted(concerned - spoken_of)]
        shown |= spoken_of
    assert wrong == []
    record_property("requirements", sorted(shown))


def test_what_holds_of_every_answer_holds(findings: Findings) -> None:
    """Nothing that any check was answered breaks it."""
    wrong = [f"{row.requirement}: {row.told}" for row in findings[1]["always"] if row.verdict != "pass"]
    assert wrong == []
