"""Everything that belongs to the judgement of one server: opened once, shared by all phases, closed at the end."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Self

from contracts.reporting import plain
from contracts.serverside.caller import Caller, GoneError, Recorder
from contracts.serverside.exchange import UnexpectedError
from contracts.serverside.levers import Levers
from contracts.serverside.purse import Purse
from contracts.serverside.specimens import Specimens
from contracts.serverside.target import Target, TargetError
from contracts.wire.money import MICROCENTS_PER_USD

MOST_REMARK = 300
"""Characters of why a control plane is not used."""

MOST_NAME = 100
"""Characters of what a server calls itself."""

PLAY_MONEY = 10_000 * MICROCENTS_PER_USD
"""What an emulated account is given for a run without a limit: more than any costs."""


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
    behaviour: Mapping[str, Any]
    """How the key's world behaved before anything was switched; nothing without a control plane."""
    remark: str
    """Why the server's control plane is not used although it says that it has one; else nothing."""

    @classmethod
    def opened(cls, target: Target, recorder: Recorder) -> Self:
        """Ask the server what it is, and make callers.

        Raises:
            TargetError: nothing listens there, nobody answers, or the key is refused everywhere.
        """
        stranger = Caller(target, recorder, target.api_key)
        behaviour, remark = None, ""
        try:
            _ensure_answering(stranger)
            try:
                behaviour = _behaviour(stranger)
            except UnexpectedError as error:
                remark = plain.line(f"not used, for it is not the emulator's: {error}")[:MOST_REMARK]
            server = _name(stranger)
            _ensure_admitted(stranger)
        except GoneError as error:
            raise TargetError(f"{error}; is the server running?") from None
        finally:
            stranger.close()
        if behaviour is not None and not target.insecure_key:
            # An emulator: any key opens a world, so a second one can be made up.
            other = target.other_key or f"{target.api_key}-other"
            target = replace(target, insecure_key=True, other_key=other)
        purse = Purse(target.spend)
        specimens = Specimens(target, recorder, purse)
        levers = Levers(specimens.call) if behaviour is not None else None
        if levers is not None:
            # What the run may cost its account is to hold: a world begins with less than a thousand runs cost.
            with suppress(UnexpectedError):
                levers.fund(PLAY_MONEY if target.spend is None else target.spend)
        return cls(target, recorder, purse, levers, specimens, server, behaviour or {}, remark)

    def hurry(self) -> None:
        """Let the world's tasks end at once from now on, where that can be had: thousands of drawn ones follow."""
        if self.levers is not None:
            with suppress(UnexpectedError, GoneError):
                self.levers.configure(latency="instant", media="tiny")

    def close(self) -> None:
        """Leave the key's world as it was, wherever the run was broken off, and close the connections."""
        if self.levers is not None:
            with suppress(UnexpectedError, GoneError), self.recorder.at_peace():
                self.levers.configure(**self.behaviour)
        self.specimens.close()


def _behaviour(stranger: Caller) -> Mapping[str, Any] | None:
    """Return how the key's world behaves, or None where the server has no control plane.

    Raises:
        UnexpectedError: it says that it has one, and it is not the emulator's.
    """
    if not Levers.found(stranger):
        return None
    levers = Levers(stranger)
    levers.balance()
    return levers.behaviour()


def _ensure_answering(stranger: Caller) -> None:
    answers = [stranger.send("GET", "/me"), stranger.send("GET", "/openapi.json")]
    if all(answer.status is None for answer in answers):
        raise TargetError(f"the server takes calls and answers none: {answers[0].line()}; is it the right address?")


def _ensure_admitted(stranger: Caller) -> None:
    refused = [stranger.send("GET", path) for path in ("/me", "/tasks", "/files")]
    if all(answer.status == 401 for answer in refused):
        raise TargetError(
            f"the key is refused: {refused[0].line()} {plain.line(refused[0].code or '')}; give another --api-key"
        )


def _name(stranger: Caller) -> str:
    answer = stranger.send("GET", "/openapi.json", key=None, version=None)
    try:
        info = answer.json()["info"]
        return plain.line(f"{info['title']} {info['version']}")[:MOST_NAME]
    except (UnexpectedError, KeyError, TypeError):
        return ""
