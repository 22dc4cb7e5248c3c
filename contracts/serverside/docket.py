"""Everything that belongs to the judgement of one server: opened once, shared by all phases, closed at the end."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Self

from contracts.serverside.caller import Caller, Recorder
from contracts.serverside.exchange import UnexpectedError
from contracts.serverside.levers import Levers
from contracts.serverside.purse import Purse
from contracts.serverside.specimens import Specimens
from contracts.serverside.target import Target, TargetError


@dataclass(frozen=True, slots=True)
class Docket:
    """One server under judgement."""

    target: Target
    recorder: Recorder
    """Where exchanges are kept, as evidence for whoever reports."""
    purse: Purse
    levers: Levers | None
    """The server's control plane, if it has one."""
    specimens: Specimens
    server: str
    """What the server calls itself in its OpenAPI document, or nothing."""

    @classmethod
    def opened(cls, target: Target, recorder: Recorder) -> Self:
        """Ask the server what it is, and make callers.

        Raises:
            TargetError: nothing answers there.
        """
        stranger = Caller(target, recorder, target.api_key)
        try:
            first = stranger.send("GET", "/openapi.json", key=None, version=None)
            if (first.error or "").startswith("Connect"):  # no connection; what one answer is worth, checks tell
                raise TargetError(f"nothing answers at {target.base_url}: {first.error}; is the server running?")
            has_levers = Levers.found(stranger)
            server = _name(stranger)
        finally:
            stranger.close()
        if has_levers and not target.insecure_key:
            # An emulator: any key opens a world, so a second one can be made up.
            other = target.other_key or f"{target.api_key}-other"
            target = replace(target, insecure_key=True, other_key=other)
        purse = Purse(target.spend)
        specimens = Specimens(target, recorder, purse)
        levers = Levers(specimens.call) if has_levers else None
        if levers is not None:
            # What the run may cost its account is to hold: a world begins with less than a thousand runs cost.
            with suppress(UnexpectedError):
                levers.fund(target.spend)
        return cls(target, recorder, purse, levers, specimens, server)

    def close(self) -> None:
        """Close the connections."""
        self.specimens.close()


def _name(stranger: Caller) -> str:
    answer = stranger.send("GET", "/openapi.json", key=None, version=None)
    try:
        info = answer.json()["info"]
        return f"{info['title']} {info['version']}"
    except (UnexpectedError, KeyError, TypeError):
        return ""
