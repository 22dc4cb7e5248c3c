"""A server's control plane, if it has one as the emulator does: its clock can be moved, so that expiries are seen.

Everything here is optional. A server without it is judged by everything else.
"""

from typing import Any

from contracts.serverside.caller import Caller
from contracts.serverside.exchange import UnexpectedError
from contracts.wire.money import MICROCENTS_PER_USD

PLAY_MONEY = 10_000 * MICROCENTS_PER_USD
"""What an emulated account is given for a run without a limit: more than any costs."""


class Levers:
    """The control plane in the name of one key."""

    def __init__(self, call: Caller) -> None:
        """Use a caller's key."""
        self._call = call

    @staticmethod
    def found(call: Caller) -> bool:
        """Tell whether the server says that it has a control plane."""
        answer = call.send("GET", "/_mock/health", key=None, version=None)
        try:
            return answer.status == 200 and bool(answer.json().get("serving"))
        except (UnexpectedError, AttributeError):
            return False

    def behaviour(self) -> dict[str, Any]:
        """Return how the world behaves.

        Raises:
            UnexpectedError: the control plane does not say it as the emulator's does.
        """
        world = self.get("/settings").get("world")
        found = world.get("behaviour") if isinstance(world, dict) else None
        if not isinstance(found, dict):
            raise UnexpectedError("GET /_mock/settings: expected an object at `world.behaviour`, got another form")
        return found

    def balance(self) -> int:
        """Return the world's play money in microcents.

        Raises:
            UnexpectedError: the control plane does not say it as the emulator's does.
        """
        found = self.get("/credits").get("balance")
        if type(found) is not int:
            raise UnexpectedError("GET /_mock/credits: expected a whole number as `balance`, got another form")
        return found

    def freeze(self) -> None:
        """Make the clock of the key's world stand still."""
        self._control("PUT", "/clock", {"mode": "manual"})

    def release(self) -> None:
        """Let it run again."""
        self._control("PUT", "/clock", {"mode": "real"})

    def advance(self, seconds: float | None = None) -> list[dict[str, Any]]:
        """Move it by seconds, or until nothing is pending; return what fired."""
        body = {"until": "idle"} if seconds is None else {"seconds": seconds}
        fired: list[dict[str, Any]] = self._control("POST", "/clock/advance", body)["fired"]
        return fired

    def configure(self, /, **behaviour: Any) -> None:  # noqa: ANN401  # settings of several types
        """Change how the world behaves."""
        self._control("PATCH", "/settings", behaviour)

    def get(self, path: str) -> dict[str, Any]:
        """Read something of the control plane."""
        return self._control("GET", path, None)

    def reset(self) -> None:
        """Begin with a fresh world."""
        self._control("POST", "/reset", {})

    def grant(self, microcents: int) -> None:
        """Give the world play money, or take some away."""
        self._control("POST", "/credits", {"microcents": microcents})

    def fund(self, spend: int | None) -> None:
        """See that the world has the play money that a run may cost.

        Args:
            spend: microcents; None where there is no limit.
        """
        lacking = (PLAY_MONEY if spend is None else spend) - self.balance()
        if lacking > 0:
            self.grant(lacking)

    def arm(self, plan: dict[str, Any]) -> None:
        """Arm a plan."""
        self._control("PUT", "/plan", plan)

    def _control(self, method: str, path: str, body: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON
        if body is None:
            answer = self._call.send(method, f"/_mock{path}")
        else:
            answer = self._call.send(method, f"/_mock{path}", json=body)
        if answer.status != 200:
            raise UnexpectedError(f"{answer.line()}: the control plane refused: {answer.beginning}")
        return answer.members
