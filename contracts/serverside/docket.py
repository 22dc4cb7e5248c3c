"""Everything that belongs to the judgement of one server: opened once, shared by all phases, closed at the end."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Self

from contracts.reporting import plain
from contracts.serverside.caller import Caller, GoneError, Recorder
from contracts.serverside.exchange import UnexpectedError
from contracts.serverside.levers import Levers
from contracts.serverside.purse import Purse
from contracts.serverside.specimens import Specimens
from contracts.serverside.target import Target, TargetError

MOST_REMARK = 300
"""Characters of why a control plane is not used."""

HURRIED = "hurried"
"""Hung on the key for the world of what is drawn."""

MOST_NAME = 100
"""Characters of what a server calls itself."""


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
    remark: str
    """Why the server's control plane is not used although it says that it has one; else nothing."""

    @classmethod
    def opened(cls, target: Target, recorder: Recorder) -> Self:
        """Ask the server what it is, and make callers.

        Raises:
            TargetError: nothing listens there, nobody answers, or the key is refused everywhere.
        """
        stranger = Caller(target, recorder, target.api_key)
        has_levers, remark = False, ""
        try:
            _ensure_answering(stranger)
            try:
                has_levers = _has_levers(stranger)
            except UnexpectedError as error:
                remark = plain.line(f"not used, for it is not the emulator's: {error}")[:MOST_REMARK]
            server = _name(stranger)
            _ensure_admitted(stranger)
        except GoneError as error:
            raise TargetError(f"{error}; is the server running?") from None
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
        return cls(target, recorder, purse, levers, specimens, server, remark)

    def hurried(self) -> Self:
        """Return the same in a world whose tasks end at once, where that can be had: thousands of drawn ones follow.

        It is that of a key made of the main one and behaves as the main one's world in all else. That one is left as
        it is, for nobody would put it back if the run were killed, and another run may be judging it.
        """
        if self.levers is None:
            return self
        specimens = self.specimens.elsewhere(HURRIED)
        levers = Levers(specimens.call)
        target = replace(self.target, api_key=f"{self.target.api_key}-{HURRIED}")
        with suppress(UnexpectedError, GoneError):
            levers.fund(target.spend)
            # Else estimates, which are of the current version, would need yet another world.
            hurry = {"latency": "instant", "media": "tiny", "app_version": target.app_version}
            levers.configure(**{**self.levers.behaviour(), **hurry})
        return replace(self, target=target, specimens=specimens, levers=levers)

    def close(self) -> None:
        """Close the connections."""
        self.specimens.close()


def _has_levers(stranger: Caller) -> bool:
    """Tell whether the server has a control plane.

    Raises:
        UnexpectedError: it says that it has one, and it is not the emulator's.
    """
    if not Levers.found(stranger):
        return False
    levers = Levers(stranger)
    levers.balance()
    levers.behaviour()
    return True


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
