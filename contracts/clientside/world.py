"""A case's world on the emulator: set up before the first call, and looked at after the last.

WorldError
    The emulator does not do what the kit asks; that is the kit's fault, not the client's.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpx

from contracts import clock
from contracts.clientside.case import Case
from contracts.clientside.play import Seen

MOST_ROWS = "10000"

PATIENCE = 30.0
"""Real seconds for one answer of the control plane."""

SETTLING = 1.0
"""Real seconds for tasks to end that nobody waits for; most take 0.15."""

MOST_SHOWN = 120
"""Characters of what was changed in a world."""

ALONE = "only the kit may use /_mock while a case is played"

SETTINGS: Mapping[str, Any] = {"latency": "quick", "media": "tiny"}


class WorldError(RuntimeError):
    """The control plane refuses, or does not answer."""


class World:
    """The world of one key."""

    def __init__(self, base_url: str, api_key: str, control_token: str | None = None) -> None:
        """Name a world.

        Args:
            base_url: of the emulator.
            api_key: names the world.
            control_token: of an emulator that is bound beyond loopback.
        """
        self.base_url = base_url
        self.api_key = api_key
        headers = {"Authorization": f"Bearer {api_key}"} | ({"X-Mock-Token": control_token} if control_token else {})
        self._left: Mapping[str, Any] = {}
        self._client = httpx.Client(base_url=f"{base_url}/_mock", headers=headers, timeout=PATIENCE, trust_env=False)

    def set_up(self, case: Case) -> None:
        """Begin anew: settings, credits, clock and plan of a case.

        Raises:
            WorldError: the emulator does not take them.
        """
        begin: dict[str, Any] = {"mode": "manual"}
        if case.scale == 1 or any(step.call == "listen" for step in case.steps):
            # Where its seconds are real ones, or signatures bear them, its dates are those of the client's clock.
            begin["now"] = datetime.fromtimestamp(clock.wall(), UTC).isoformat()
        self.ask("POST", "/reset", {"clock": begin})
        self.ask("PATCH", "/settings", {**SETTINGS, **case.settings})
        if case.credits is not None:
            self.ask("POST", "/credits", {"microcents": case.credits - int(self.ask("GET", "/credits")["balance"])})
        if case.plan:
            self.ask("PUT", "/plan", dict(case.plan))
        if case.scale:
            self.ask("PUT", "/clock", {"mode": "scaled", "scale": case.scale})
        self._left = _made_of(self.ask("GET", "/export"), self.ask("GET", "/credits"))

    def advance(self, seconds: float | None) -> None:
        """Move a manual clock by seconds, or until nothing is pending."""
        self.ask("POST", "/clock/advance", {"until": "idle"} if seconds is None else {"seconds": seconds})

    def arm(self, plan: Mapping[str, Any]) -> None:
        """Arm another plan in the place of what was armed."""
        self.ask("PUT", "/plan", dict(plan))
        self._left = _made_of(self.ask("GET", "/export"), self.ask("GET", "/credits"))

    def wait_for(self, operation: str, count: int, seconds: float) -> bool:
        """Wait until so many exchanges of an operation, or webhooks, are over; tell whether they came in time."""
        told = {"wait": f"{seconds:.3f}", "count": str(count), "limit": MOST_ROWS}
        if operation == "webhook":
            rows = self.ask("GET", "/deliveries", params=told)["deliveries"]
            return sum(row["state"] not in {"scheduled", "pending"} for row in rows) >= count
        rows = self.ask("GET", "/journal", params={**told, "operation": operation})["exchanges"]
        return sum(row["ended_at"] is not None for row in rows) >= count

    def replay(self, delivery: str) -> None:
        """Send a webhook once more."""
        self.ask("POST", f"/deliveries/{delivery}/replay", {})

    def deliveries(self) -> list[dict[str, Any]]:
        """Return the webhooks so far, the oldest first."""
        found: list[dict[str, Any]] = self.ask("GET", "/deliveries", params={"limit": MOST_ROWS})["deliveries"]
        return found[::-1]

    def settle(self) -> None:
        """Give tasks that nobody waits for a moment to end, for only then they are paid; some never end."""
        deadline = clock.now() + SETTLING
        while any(row["state"] == "held" for row in self.ask("GET", "/credits")["tasks"]) and clock.now() < deadline:
            clock.wait(0.05)

    def look(self, *, videos: bool = False) -> Seen:
        """Return everything that the server has seen.

        Args:
            videos: whether the videos are wanted too; whatever is armed is taken away for them.
        """
        plan, export = self.ask("GET", "/plan"), self.ask("GET", "/export")
        money = self.ask("GET", "/credits")
        tasks = {row["task_id"]: self.ask("GET", f"/tasks/{row['task_id']}") for row in money["tasks"]}
        seen = Seen(
            journal=self.journal(full=True),
            ledger=[entry for armed in (plan, *plan["scenarios"]) for entry in armed["ledger"]],
            credits=money,
            deliveries=[self.ask("GET", f"/deliveries/{row['id']}") for row in self.deliveries()],
            tasks=tasks,
            token=export["token"],
            start=datetime.fromisoformat(export["clock"]["start"]),
        )
        seen.changed = _difference(self._left, _made_of(export, money)) or (
            None if self._dropped() else _forgotten(seen.journal, tasks)
        )
        if videos:
            self.ask("DELETE", "/plan")
            urls = [
                row["output_url"] for row in tasks.values() if row["output_url"] and row["status_text"] == "completed"
            ]
            seen.videos = {url: self._client.get(url, headers={"Authorization": ""}).content for url in urls}
        return seen

    def journal(self, *, full: bool = False) -> list[Mapping[str, Any]]:
        """Return what was asked of the vendor's surface with its key, the oldest first.

        Args:
            full: with headers and bodies.
        """
        told = {"limit": MOST_ROWS, "full": str(full).lower()}
        found: list[Mapping[str, Any]] = self.ask("GET", "/journal", params=told)["exchanges"]
        return found[::-1]

    def _dropped(self) -> bool:
        """Whether the journal was too small for the case."""
        return bool(self.ask("GET", "/journal", params={"limit": "1"})["dropped"])

    def leave(self) -> None:
        """Let the world go."""
        self.ask("DELETE", "/world")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Send a request to the control plane and return its answer.

        Raises:
            WorldError: it was refused, or nothing came.
        """
        try:
            answer = self._client.request(method, path, json=body, params=params)
        except httpx.HTTPError as error:
            raise WorldError(f"the emulator at {self.base_url} does not answer: {error}") from error
        if answer.status_code >= 400:
            try:
                detail = answer.json()["detail"]
            except (ValueError, KeyError, TypeError):
                detail = answer.text[:200]
            raise WorldError(f"{method} /_mock{path}: {detail}")
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found


def _made_of(export: Mapping[str, Any], money: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the kit alone changes in a world while a case is played."""
    return {
        "plan": export["plan"],
        "settings": export["behaviour"],
        "clock": export["clock"],
        "credits": money["granted"],
    }


def _difference(left: Mapping[str, Any], found: Mapping[str, Any]) -> str | None:
    """Return what is no longer as it was left."""
    for name, value in left.items():
        if found[name] != value:
            was, now = (json.dumps(one)[:MOST_SHOWN] for one in (value, found[name]))
            return f"its {name} was {was}, and is {now}; {ALONE}"
    return None


def _forgotten(journal: list[Mapping[str, Any]], tasks: Iterable[str]) -> str | None:
    """Return which task's run is no longer in the journal."""
    known = {row["task_id"] for row in journal}
    gone = next((name for name in tasks if name not in known), None)
    return None if gone is None else f"its journal has been cleared of the run of task {gone}; {ALONE}"
