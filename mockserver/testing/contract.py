"""The pytest plugin of suite 1: `pytest --inference-contract BASE_URL` collects its checks as ordinary tests.

It imports nothing of ours before the option is given: pytest loads it in every project it is installed beside.
"""

import os
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from contracts.serverside.check import Check
    from contracts.serverside.finding import Finding
    from contracts.serverside.session import Judging

_JUDGING: pytest.StashKey["Judging"] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("inference-contract", "the contract of inference.sh")
    group.addoption("--inference-contract", metavar="BASE_URL", help="Judge this server: one test for each check.")
    group.addoption("--inference-contract-key", metavar="KEY", help="API key; or INFERENCE_API_KEY.")
    group.addoption("--inference-contract-version", metavar="VERSION", default="2026-05", help="App version.")
    group.addoption(
        "--inference-contract-spend", metavar="USD", type=float, help="As `inferencesh-mock check --spend`."
    )
    group.addoption("--inference-contract-i-mean-it", action="store_true", help="For a server beyond this machine.")


@pytest.hookimpl(tryfirst=True)  # before -k and -m choose
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add one item for each check."""
    base_url = config.getoption("--inference-contract")
    if not base_url:
        return
    from contracts.serverside.check import load
    from contracts.serverside.session import Judging
    from contracts.serverside.target import TargetError

    key = config.getoption("--inference-contract-key") or os.environ.get("INFERENCE_API_KEY")
    if not key:
        raise pytest.UsageError("--inference-contract needs --inference-contract-key KEY, or INFERENCE_API_KEY")
    try:
        config.stash[_JUDGING] = Judging.of(
            base_url,
            key,
            version=config.getoption("--inference-contract-version"),
            dollars=config.getoption("--inference-contract-spend"),
            is_meant=config.getoption("--inference-contract-i-mean-it"),
        )
    except TargetError as error:
        raise pytest.UsageError(f"--inference-contract: {error}") from None
    items += [CheckItem.from_parent(session, name=f"contract::{check.name}", check=check) for check in load()]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the connections."""
    judging = config.stash.get(_JUDGING, None)
    if judging is not None:
        judging.close()


class PromiseBrokenError(Exception):
    """A check found something; carries its findings."""

    def __init__(self, findings: list["Finding"], commands: list[str]) -> None:
        """Make one."""
        super().__init__(findings)
        self.findings = findings
        self.commands = commands


class CheckItem(pytest.Item):
    """One check as a test."""

    def __init__(self, *, check: "Check", **given: Any) -> None:  # noqa: ANN401  # pytest's own
        """Make one."""
        super().__init__(**given)
        self.check = check

    def runtest(self) -> None:
        """Carry the check out.

        Raises:
            PromiseBrokenError: it found a promise broken.
        """
        judging = self.config.stash[_JUDGING]
        findings = judging.carry_out(self.check)
        broken = [finding for finding in findings if finding.verdict == "fail"]
        if broken:
            raise PromiseBrokenError(broken, judging.commands(broken))
        if findings and all(finding.verdict in {"not-run", "not-applicable"} for finding in findings):
            pytest.skip(findings[0].told)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401
        """Tell what was found, and how to see it again."""
        if not isinstance(excinfo.value, PromiseBrokenError):
            return super().repr_failure(excinfo, style)
        lines = [f"{finding.requirement}: {finding.told}" for finding in excinfo.value.findings]
        return "\n".join([self.check.summary, *lines, *excinfo.value.commands])

    def reportinfo(self) -> tuple[str, int, str]:
        """Where it stands, for the report."""
        return "contract", 0, self.check.name
