"""The clock of a world in a test's hand."""

from datetime import datetime
from typing import Any

from mockserver.testing.control import ControlPlane


class WorldClock:
    """Reads and moves one world's time."""

    def __init__(self, control: ControlPlane) -> None:
        """Take the clock of a world."""
        self._control = control

    @property
    def now(self) -> datetime:
        """The world's time, with its zone: UTC."""
        return datetime.fromisoformat(self._control.request("GET", "/clock")["now"])

    @property
    def mode(self) -> str:
        """How it runs: `real`, `scaled` or `manual`."""
        return str(self._control.request("GET", "/clock")["mode"])

    def freeze(self) -> None:
        """Make it a test clock, which stands still until `advance`."""
        self._control.request("PUT", "/clock", {"mode": "manual"})

    def advance(self, seconds: float | None = None) -> list[dict[str, Any]]:
        """Move the test clock by seconds, or until nothing is pending when None; return what fired, in order.

        Raises:
            RuntimeError: the clock is no test clock; see `freeze`, or the mark's `clock="manual"`.
        """
        how = {"until": "idle"} if seconds is None else {"seconds": seconds}
        try:
            fired: list[dict[str, Any]] = self._control.request("POST", "/clock/advance", how)["fired"]
        except RuntimeError:
            if (mode := self.mode) == "manual":
                raise
            wanted = "call clock.freeze() first, or begin with @pytest.mark.inference(clock='manual')"
            raise RuntimeError(f"the clock is {mode} and runs by itself; {wanted}") from None
        return fired
