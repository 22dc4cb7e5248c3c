"""What a test holds of a world: the address, a key of its own, and everything the control plane has for that key."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mockserver.clock import real_now
from mockserver.testing.clock import WorldClock
from mockserver.testing.control import PATIENCE_SECONDS, ControlPlane
from mockserver.testing.listing import Listing, Row
from mockserver.testing.receiver import WebhookReceiver

MOST_ROWS = "100000"
"""More than any list of the control plane has."""

HELD_SECONDS = 50.0
"""Real time that one request of `wait_for` is held; longer waits ask again."""


class World:
    """One world of an emulator, steered by a test."""

    def __init__(self, base_url: str, api_key: str, control_token: str | None = None) -> None:
        """Name a world; it comes into being on first use.

        Args:
            base_url: of the emulator.
            api_key: names the world.
            control_token: of an emulator bound beyond loopback.
        """
        self.base_url = base_url
        self.api_key = api_key
        self._control = ControlPlane(base_url, api_key, control_token)
        self.clock = WorldClock(self._control)
        """`now`, `freeze()`, `advance(seconds)`."""
        self.journal = Listing(lambda filters: self._listed("/journal", "exchanges", filters))
        """The exchanges so far, the oldest first; called, it takes the filters of GET /_mock/journal."""
        self.deliveries = Listing(lambda filters: self._listed("/deliveries", "deliveries", filters))
        """The webhook deliveries so far, the oldest first; called, it takes the filters of GET /_mock/deliveries."""
        self._secret: str | None = None
        self._receivers: list[WebhookReceiver] = []

    def __repr__(self) -> str:
        """Where it is and whose; pytest shows it beside each failure."""
        return f"<{type(self).__name__} {self.api_key} at {self.base_url}>"

    # ------------------------------------------------------------------ how it behaves

    def configure(self, **behaviour: Any) -> None:  # noqa: ANN401  # settings of several types
        """Change how this world behaves, for example `configure(latency="instant", enforce="observed")`."""
        self.control("PATCH", "/settings", behaviour)
        self._secret = behaviour.get("webhook_secret", self._secret)

    def plan(self, *given: Mapping[str, Any] | Sequence[Mapping[str, Any]] | str | Path) -> dict[str, Any]:
        """Arm a plan in the place of what was armed; return it with its ledger.

        Args:
            given: steps, a list of steps, a whole plan, or the path of a TOML or JSON file. Nothing: only look.

        Raises:
            RuntimeError: it is no plan; the message points at what is wrong.
        """
        if not given:
            return self.control("GET", "/plan")
        first = given[0]
        if all(isinstance(step, Mapping) and not step.keys() & {"steps", "chaos"} for step in given):
            return self.control("PUT", "/plan", {"steps": list(given)})
        if len(given) > 1:
            raise RuntimeError("of several arguments each is a step; a list, a whole plan or a file stands alone")
        if isinstance(first, str | Path):
            return self._plan_of_file(Path(first))
        if isinstance(first, Mapping):
            return self.control("PUT", "/plan", dict(first))
        if isinstance(first, Sequence):
            return self.control("PUT", "/plan", {"steps": list(first)})
        raise RuntimeError(f"{first!r:.100} is no plan; expected steps, a list of them, a whole plan or a file")

    def scenario(self, name: str) -> dict[str, Any]:
        """Arm a plan that ships, with the settings that it needs; `inferencesh-mock scenarios` lists them.

        Raises:
            RuntimeError: there is none of that name; the message has the nearest ones.
        """
        return self.control("PUT", "/plan", {"scenario": name})

    def freeze(self) -> None:
        """Make this world's clock a test clock; see `clock`."""
        self.clock.freeze()

    def advance(self, seconds: float | None = None) -> list[dict[str, Any]]:
        """Move the test clock by seconds, or until idle when None; return what fired, in order."""
        return self.clock.advance(seconds)

    def reset(self) -> None:
        """Make the world as if its key had never been used."""
        self.control("POST", "/reset")
        self._secret = None

    # ------------------------------------------------------------------ what happened

    @property
    def credits(self) -> dict[str, Any]:
        """The world's play money, in microcents."""
        return self.control("GET", "/credits")

    @property
    def token(self) -> str:
        """The world token: what repeats this world, with the plan that is armed now."""
        return str(self.control("GET", "/export")["token"])

    def task(self, task_id: str) -> dict[str, Any]:
        """Return what only the emulator knows of a task."""
        return self.control("GET", f"/tasks/{task_id}")

    def wait_for(
        self,
        predicate: Callable[[Row], bool] | None = None,
        *,
        operation: str | None = None,
        count: int = 1,
        timeout: float = 10.0,
        **filters: str,
    ) -> list[Row]:
        """Return the exchanges that match, the oldest first, as soon as so many of them have ended; never polls.

        Args:
            predicate: of an exchange's row in the journal.
            operation: such as `run` or `files.create`; `webhook` for deliveries that are over.
            count: how many there have to be.
            timeout: real seconds.
            filters: as of the journal, or of the deliveries.

        Raises:
            TimeoutError: there are fewer; the message says what there is.
        """
        is_webhook = operation == "webhook"
        path, key = ("/deliveries", "deliveries") if is_webhook else ("/journal", "exchanges")
        if operation is not None and not is_webhook:
            filters = {"operation": operation, **filters}
        patience, wanted = real_now() + timeout, count
        while True:
            left = patience - real_now()
            asked = {"wait": f"{min(max(left, 0.0), HELD_SECONDS):.3f}", "count": str(wanted), "limit": MOST_ROWS}
            listed = self._control.request(
                "GET", path, params={**filters, **asked}, seconds=HELD_SECONDS + PATIENCE_SECONDS
            )
            # As the emulator counts them, or it would answer at once and this would go round and round.
            over = [row for row in listed[key][::-1] if "state" in filters or _is_over(row)]
            found = [row for row in over if predicate is None or predicate(row)]
            if len(found) >= count:
                return found
            if left <= 0:
                raise TimeoutError(_missed(operation, count, timeout, found, self.journal()))
            # Nothing of this is looked at again before something new has ended.
            wanted = len(over) + 1

    def webhook_receiver(self, secret: str | None = None) -> WebhookReceiver:
        """Start a webhook target; it lives until its `close`, the end of its context, or that of the world.

        Args:
            secret: that signatures are checked with; the one that this world was configured with unless given.
        """
        receiver = WebhookReceiver(lambda: secret or self._secret)
        self._receivers.append(receiver)
        return receiver

    def control(
        self,
        method: str,
        path: str,
        body: Any = None,  # noqa: ANN401  # JSON
        params: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        """Send a request to the control plane and return its answer.

        Raises:
            RuntimeError: it was refused; the message is the problem's detail.
        """
        return self._control.request(method, path, body, params)

    def close(self) -> None:
        """Stop the webhook targets; the world itself stays."""
        while self._receivers:
            self._receivers.pop().close()

    def _listed(self, path: str, key: str, filters: Mapping[str, str]) -> list[Row]:
        rows: list[Row] = self.control("GET", path, params={"limit": MOST_ROWS, **filters})[key]
        return rows[::-1]

    def _plan_of_file(self, file: Path) -> dict[str, Any]:
        from mockserver import plan_file

        try:
            found = plan_file.read(file)
        except plan_file.PlanFileError as error:
            raise RuntimeError(str(error)) from None
        if found.settings:
            self.configure(**found.settings)
        return self.control("PUT", "/plan", found.plan.document())


def _is_over(row: Row) -> bool:
    """Whether an exchange has ended, or a delivery is at its end."""
    return row["ended_at"] is not None if "ended_at" in row else row["state"] not in {"scheduled", "pending"}


def _missed(operation: str | None, count: int, timeout: float, found: list[Row], journal: list[Row]) -> str:
    wanted = f"{count} {'exchange' if count == 1 else 'exchanges'}" + ("" if operation is None else f" of {operation}")
    lately = ", ".join(f"{row['operation'] or row['path']} {row['status'] or row['outcome']}" for row in journal[-10:])
    return (
        f"waited {timeout:g} s for {wanted}, and {len(found)} came; the journal ends with: {lately or 'nothing at all'}"
    )
