"""Webhooks: one POST for each task at its end."""

import base64
import hashlib
import hmac
import json
from typing import Any

from contracts import schemas
from contracts.serverside.caller import Caller
from contracts.serverside.check import check
from contracts.serverside.probe import Probe
from contracts.serverside.receiver import Delivered, Receiver, receiver
from contracts.wire.ids import parse_timestamp
from contracts.wire.statuses import Status
from contracts.wire.webhooks import KEYS

SOON = 5.0
"""Real seconds in which a webhook comes once its task has ended."""

QUIET = 0.3
"""Real seconds in which a second one would have come by then."""


def _body(delivered: Delivered | None) -> dict[str, Any]:
    found = json.loads(delivered.body) if delivered is not None else {}
    return found if isinstance(found, dict) else {}


def _submitted(probe: Probe, call: Caller, hooks: Receiver, **given: Any) -> str:  # noqa: ANN401  # JSON
    body = {"app": probe.app, "input": {**probe.cheap, **given}, "webhook": hooks.url}
    return str(call.send("POST", "/apps/run", json=body).member("id"))


@check("webhook.comes-once-with-the-end", "REQ-WEBHOOK-001", "REQ-WEBHOOK-002", "REQ-WEBHOOK-003", "REQ-WEBHOOK-004",
       needs=("receiver", "spend"))  # fmt: skip
def comes_once_with_the_end(probe: Probe) -> None:
    """After the terminal state, once, with the page's seven keys and the state that GET tells."""
    with receiver() as hooks:
        task = probe.task(webhook=hooks.url)
        came = hooks.next(probe.target.task_patience if not probe.target.is_loopback else 60.0)
        told = f"task {task['id']}: the webhook came as {None if came is None else came.method}"
        if not probe.holds("REQ-WEBHOOK-001", came is not None and came.method == "POST", told):
            for requirement in ("REQ-WEBHOOK-002", "REQ-WEBHOOK-003", "REQ-WEBHOOK-004"):
                probe.skip(requirement, "no webhook came")
            return
        found = probe.call.send("GET", f"/tasks/{task['id']}").resource
        body = _body(came)
        probe.equal("REQ-WEBHOOK-002", sorted(body), sorted(KEYS), "the keys of the body")
        error = next(schemas.validator("webhook").iter_errors(body), None)
        fits = "fits its schema" if error is None else error.message[:200]
        probe.holds("REQ-WEBHOOK-002", error is None, f"the body {fits}")
        wanted = {name: found.get(name) for name in ("id", "status", "output")}
        probe.equal("REQ-WEBHOOK-001", {name: body.get(name) for name in wanted}, wanted, "id, status and output")
        empty = (body.get("error"), body.get("session_id"))
        probe.equal("REQ-WEBHOOK-003", empty, ("", None), "error and session_id where there are none")
        probe.equal("REQ-WEBHOOK-004", body.get("status"), int(Status.COMPLETED), "the status of a completed task")
        again = hooks.next(QUIET)
        probe.holds("REQ-WEBHOOK-001", again is None, f"task {task['id']}: a second webhook came: {again is not None}")
        probe.ended(task["id"])


@check("webhook.tells-of-a-cancel", "REQ-WEBHOOK-001", needs=("control", "spend"))
def tells_of_a_cancel(probe: Probe) -> None:
    """A cancelled task has one too."""
    call, levers = probe.world("cancelled")
    with receiver() as hooks:
        task = _submitted(probe, call, hooks)
        call.send("POST", f"/tasks/{task}/cancel", json={})
        levers.advance()
        body = _body(hooks.next(SOON))
    probe.equal(
        "REQ-WEBHOOK-001", body.get("status"), int(Status.CANCELLED), "the status in a cancelled task's webhook"
    )


@check("webhook.old-number-under-the-switch", "REQ-WEBHOOK-004", needs=("control", "spend"))
def old_number_under_the_switch(probe: Probe) -> None:
    """9, as in the app page's sample."""
    call, levers = probe.world("legacy", status_numbers="legacy")
    with receiver() as hooks:
        _submitted(probe, call, hooks)
        levers.advance()
        body = _body(hooks.next(SOON))
    probe.equal("REQ-WEBHOOK-004", body.get("status"), 9, "the status in a completed task's webhook")


@check("webhook.is-tried-again", "REQ-WEBHOOK-005", "REQ-WEBHOOK-008", needs=("control", "spend"))
def is_tried_again(probe: Probe) -> None:
    """After 1, 5, 25 and 125 seconds of the server's clock, then no more; each attempt is kept and can be replayed."""
    call, levers = probe.world("retried")
    with receiver((500,)) as hooks:
        task = _submitted(probe, call, hooks)
        levers.advance()
        count = len(hooks.rest())
        probe.equal("REQ-WEBHOOK-005", count, 5, "the attempts at a target that answers 500")
        (kept,) = levers.get(f"/deliveries?task={task}")["deliveries"]
        shown = levers.get(f"/deliveries/{kept['id']}")
        probe.equal("REQ-WEBHOOK-005", shown["state"], "abandoned", "the state of the delivery")
        times = [row["at"] for row in shown["attempts"]]
        probe.equal("REQ-WEBHOOK-008", len(times), 5, "the attempts that are kept")
        seconds = [round(parse_timestamp(time) - parse_timestamp(times[0])) for time in times]
        probe.equal("REQ-WEBHOOK-005", seconds, [0, 1, 5, 25, 125], "seconds after the task's end")
        call.send("POST", f"/_mock/deliveries/{kept['id']}/replay", json={})
        probe.equal("REQ-WEBHOOK-008", len(hooks.rest()), 1, "the requests that a replay sends")
    with receiver((503, 200)) as hooks:
        _submitted(probe, call, hooks)
        levers.advance()
        probe.equal("REQ-WEBHOOK-005", len(hooks.rest()), 2, "the attempts at a target that takes the second one")


@check("webhook.redirect-is-no-delivery", "REQ-WEBHOOK-006", needs=("control", "spend"))
def redirect_is_no_delivery(probe: Probe) -> None:
    """It is not followed, and the delivery is tried again."""
    call, levers = probe.world("redirected")
    with receiver((302, 200)) as hooks:
        _submitted(probe, call, hooks)
        levers.advance()
        paths = [row.path for row in hooks.rest()]
    probe.equal("REQ-WEBHOOK-006", paths, ["/hook", "/hook"], "the paths that were asked for")


@check("webhook.is-signed-when-told-to", "REQ-WEBHOOK-007", needs=("control", "spend"))
def is_signed_when_told_to(probe: Probe) -> None:
    """Without a secret no signature, with one the Standard Webhooks headers over the raw body."""
    call, levers = probe.world("signed")
    with receiver() as hooks:
        _submitted(probe, call, hooks)
        levers.advance()
        plain = hooks.next(SOON)
        names = (
            [name for name, _ in plain.headers if name.lower().startswith("webhook-")] if plain else ["nothing came"]
        )
        probe.equal("REQ-WEBHOOK-007", names, [], "the signature headers without a secret")
        key = bytes(range(24))
        levers.configure(webhook_secret="whsec_" + base64.b64encode(key).decode())
        _submitted(probe, call, hooks)
        levers.advance()
        signed = hooks.next(SOON)
    parts = [signed.header(f"webhook-{name}") if signed else None for name in ("id", "timestamp", "signature")]
    told = f"the signature headers with a secret are {parts}"
    if not probe.holds("REQ-WEBHOOK-007", all(parts), told) or signed is None:
        return
    content = f"{parts[0]}.{parts[1]}.".encode() + signed.body
    wanted = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    probe.equal("REQ-WEBHOOK-007", parts[2], wanted, "the signature over id, timestamp and raw body")


@check("webhook.foreign-target-is-captured", "REQ-WEBHOOK-009", needs=("control", "spend"))
def foreign_target_is_captured(probe: Probe) -> None:
    """Nothing is sent beyond this machine; the delivery is kept with the reason."""
    call, levers = probe.world("captured")
    body = {"app": probe.app, "input": probe.cheap, "webhook": "https://hooks.example.com/x"}
    task = call.send("POST", "/apps/run", json=body).member("id")
    levers.advance()
    (kept,) = levers.get(f"/deliveries?task={task}")["deliveries"]
    told = (kept["state"], bool(kept["reason"]))
    probe.equal("REQ-WEBHOOK-009", told, ("captured", True), "the state of the delivery, and whether it has a reason")
