"""Checks carried out one by one, with everything that they share: what a pytest run of the suite holds."""

from contracts.apps import table
from contracts.serverside import scripted
from contracts.serverside.always import Always
from contracts.serverside.caller import Recorder
from contracts.serverside.check import Check
from contracts.serverside.docket import Docket
from contracts.serverside.finding import Finding
from contracts.serverside.target import Target, TargetError, allowance, clean, ensure_keys, is_loopback

MOST_COMMANDS = 3
"""Commands that are shown with one failure."""


class Judging:
    """A server under judgement."""

    def __init__(self, target: Target) -> None:
        """Ask the server what it is."""
        self._docket = Docket.opened(target, Recorder())
        self._always = Always(self._docket.target, scripted.PHASE)

    @classmethod
    def of(cls, base_url: str, key: str, *, version: str, dollars: float | None, is_meant: bool) -> "Judging":
        """Make one from what a user says.

        Raises:
            TargetError: the server cannot be judged like this.
        """
        url = clean(base_url)
        ensure_keys(key)
        local = is_loopback(url)
        if not local and not is_meant:
            raise TargetError(f"{url} is not on this machine; add --inference-contract-i-mean-it if it is yours to ask")
        known = table.load().versions
        chosen = next((name for name in known if name == version), None)
        if chosen is None:
            raise TargetError(f"there is no app version {version!r}; there are {', '.join(known)}")
        return cls(Target(url, key, app_version=chosen, spend=allowance(dollars, is_local=local)))

    def carry_out(self, check: Check) -> list[Finding]:
        """Carry a check out and return what it found."""
        return scripted.carried_out(check, self._docket, self._always)

    def commands(self, findings: list[Finding]) -> list[str]:
        """Return commands that send the last requests of some findings again."""
        numbers = {number for finding in findings for number in finding.exchanges[-1:]}
        return [row.curl() for row in self._docket.recorder.exchanges if row.number in numbers][:MOST_COMMANDS]

    def close(self) -> None:
        """Close the connections."""
        self._docket.close()
