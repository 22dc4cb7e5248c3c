"""Clients that receive webhooks wrongly."""

import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from standardwebhooks.webhooks import Webhook

from contracts import clock
from contracts.clientside import reference_webhooks
from contracts.clientside.reference_reading import COMPLETED
from contracts.clientside.reference_webhooks import Receiver
from contracts.clientside.webhooks import AGES, OTHER
from mockserver.testing.adaptors import reference
from mockserver.testing.adaptors.reference import Reference
from tests.mutants.client_mutant import sins
from tests.mutants.surgery import Surgery

Look = Callable[[Mapping[str, str], bytes, str], bool]


def _fits(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Whether some signature fits, whatever its time."""
    moment = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    right = Webhook(secret).sign(headers["webhook-id"], moment, body.decode())
    return any(hmac.compare_digest(right, one) for one in headers.get("webhook-signature", "").split(" "))


def _age(headers: Mapping[str, str]) -> float:
    return clock.wall() - int(headers["webhook-timestamp"])


def _believes(surgery: Surgery, what: Look) -> None:
    """Believe more webhooks than are right."""

    def verified(original: Any, headers: Mapping[str, str], body: bytes, secret: str) -> Any:
        return json.loads(body) if what(headers, body, secret) else original(headers, body, secret)

    surgery.wrap(reference, "verified", verified)


def _doubts(surgery: Surgery, what: Look) -> None:
    """Doubt webhooks that are right."""

    def verified(original: Any, headers: Mapping[str, str], body: bytes, secret: str) -> Any:
        return None if what(headers, body, secret) else original(headers, body, secret)

    surgery.wrap(reference, "verified", verified)


@sins("webhook.accepts-a-good-signature")
def has_a_slow_clock(surgery: Surgery) -> None:
    """Its clock is behind, and it takes what was signed just now for the future."""
    _doubts(surgery, lambda headers, *_: abs(_age(headers)) < 60 and " " not in headers.get("webhook-signature", " "))


@sins("webhook.accepts-a-late-webhook")
def gives_a_minute(surgery: Surgery) -> None:
    """It gives a webhook one minute."""
    _doubts(surgery, lambda headers, *_: 60 < _age(headers) < AGES["stale"] - 60)


@sins("webhook.accepts-a-rotated-secret")
def looks_at_the_first_signature(surgery: Surgery) -> None:
    """It looks at the first signature alone."""
    _doubts(surgery, lambda headers, *_: " " in headers.get("webhook-signature", ""))


@sins("webhook.refuses-a-wrong-signature")
def believes_an_old_secret(surgery: Surgery) -> None:
    """It goes on believing a secret that is no longer one."""
    _believes(surgery, lambda headers, body, _: "webhook-signature" in headers and _fits(headers, body, OTHER))


@sins("webhook.refuses-a-changed-body")
def signs_without_the_body(surgery: Surgery) -> None:
    """It leaves the body out of what it checks."""
    _believes(
        surgery, lambda headers, body, secret: _fits(headers, body.replace(b"clap", b"clip"), secret) and _now(headers)
    )


def _now(headers: Mapping[str, str]) -> bool:
    return abs(_age(headers)) < 200


@sins("webhook.refuses-a-stale-webhook")
def believes_old_ones(surgery: Surgery) -> None:
    """It does not mind how old a webhook is."""
    _believes(surgery, lambda headers, body, secret: _age(headers) > 0 and _fits(headers, body, secret))


@sins("webhook.refuses-a-future-webhook")
def believes_the_future(surgery: Surgery) -> None:
    """It does not mind that a webhook was signed in the future."""
    _believes(surgery, lambda headers, body, secret: _age(headers) < 0 and _fits(headers, body, secret))


@sins("webhook.refuses-a-missing-signature")
def checks_what_is_there(surgery: Surgery) -> None:
    """It checks the signature only where there is one."""
    _believes(surgery, lambda headers, *_: "webhook-signature" not in headers)


@sins("webhook.names-the-task")
def forgets_the_task(surgery: Surgery) -> None:
    """It says that a webhook is valid, and nothing else."""

    def verify(original: Any, self: Reference, *given: Any, **told: Any) -> Any:
        return {**original(self, *given, **told), "task": None}

    surgery.wrap(Reference, "verify_webhook", verify)


def _notes(surgery: Surgery, bend: Callable[[Any, Receiver, Mapping[str, Any]], None]) -> None:
    surgery.wrap(Receiver, "note", bend)


def _takes(surgery: Surgery, bend: Callable[..., int]) -> None:
    surgery.wrap(Receiver, "take", bend)


@sins("webhook.tells-each-end")
def has_room_for_two(surgery: Surgery) -> None:
    """It keeps the last two ends that it has heard of."""

    def note(original: Any, self: Receiver, told: Mapping[str, Any]) -> None:
        original(self, told)
        for task in list(self._ends)[:-2]:
            del self._ends[task]

    _notes(surgery, note)


@sins("webhook.tells-failures-too")
def tells_successes_alone(surgery: Surgery) -> None:
    """It makes known only what has completed."""

    def note(original: Any, self: Receiver, told: Mapping[str, Any]) -> None:
        if told["status"] == COMPLETED:
            original(self, told)

    _notes(surgery, note)


@sins("webhook.bears-a-slow-sender")
def reads_once(surgery: Surgery) -> None:
    """It takes what one read brings for the whole body, and drops what it cannot read."""

    def handler(original: Any, receiver: Receiver) -> Any:
        class Hasty(original(receiver)):
            def do_POST(self) -> None:  # noqa: N802  # what http.server calls
                body = self.rfile.read1(65536)
                headers = {name.lower(): value for name, value in self.headers.items()}
                status = receiver.take(headers, body)
                self.send_response(status if len(body) == int(headers["content-length"]) else 204)
                self.send_header("Content-Length", "0")
                self.end_headers()
                self.close_connection = True

        return Hasty

    surgery.wrap(reference_webhooks, "_handler", handler)


@sins("webhook.answers-a-delivery")
def answers_with_a_redirect(surgery: Surgery) -> None:
    """It answers its first webhook with a redirect, and notes it."""

    def take(original: Any, self: Receiver, headers: Mapping[str, str], body: bytes) -> int:
        status = int(original(self, headers, body))
        first, self.__dict__["thanked"] = "thanked" not in self.__dict__, True
        return 302 if first and status < 300 else status

    _takes(surgery, take)


@sins("webhook.tells-an-end-once")
def tells_each_copy(surgery: Surgery) -> None:
    """It makes each copy of a webhook known."""

    def note(_original: Any, self: Receiver, told: Mapping[str, Any]) -> None:
        self._ends[f"{len(self._ends)}"] = {"task": told["id"], "status": told.get("status")}

    _notes(surgery, note)


@sins("webhook.thanks-for-copies")
def refuses_copies(surgery: Surgery) -> None:
    """It answers a copy with a conflict."""

    def take(original: Any, self: Receiver, headers: Mapping[str, str], body: bytes) -> int:
        told = self.read(headers, body)
        known = told is not None and told["id"] in self._ends
        return 409 if known else int(original(self, headers, body))

    _takes(surgery, take)


@sins("webhook.bears-any-order")
def wants_them_in_order(surgery: Surgery) -> None:
    """It drops an end that is older than one that it has heard of."""

    def note(original: Any, self: Receiver, told: Mapping[str, Any]) -> None:
        newest = self.__dict__.get("newest", "")
        if told["created_at"] >= newest:
            self.__dict__["newest"] = told["created_at"]
            original(self, told)

    _notes(surgery, note)


KNOWN = {"id", "status", "output", "error", "session_id", "created_at", "updated_at"}


@sins("webhook.ignores-unknown-members")
def knows_every_member(surgery: Surgery) -> None:
    """It drops a webhook with a member that it does not know."""

    def note(original: Any, self: Receiver, told: Mapping[str, Any]) -> None:
        if set(told) <= KNOWN:
            original(self, told)

    _notes(surgery, note)


@sins("webhook.refuses-a-forged-delivery")
def thanks_for_forgeries(surgery: Surgery) -> None:
    """It thanks for a forgery, so that the true webhook never comes."""

    def take(original: Any, self: Receiver, headers: Mapping[str, str], body: bytes) -> int:
        status = int(original(self, headers, body))
        return 200 if status == 400 else status

    _takes(surgery, take)


@sins("webhook.does-not-tell-a-forged-end")
def tells_forged_ends(surgery: Surgery) -> None:
    """It refuses a forgery and makes known what it tells all the same."""

    def take(original: Any, self: Receiver, headers: Mapping[str, str], body: bytes) -> int:
        status = int(original(self, headers, body))
        if status == 400:
            with self._news:
                self.note(json.loads(body))
                self._news.notify_all()
        return status

    _takes(surgery, take)


@sins("webhook.hears-after-a-refusal")
def hears_each_webhook_once(surgery: Surgery) -> None:
    """It remembers a webhook's id before it has looked at the signature, and thanks for the true one unread."""

    def take(original: Any, self: Receiver, headers: Mapping[str, str], body: bytes) -> int:
        seen = self.__dict__.setdefault("seen", set())
        if headers.get("webhook-id") in seen and self.read(headers, body) is not None:
            return 204
        seen.add(headers.get("webhook-id"))
        return int(original(self, headers, body))

    _takes(surgery, take)
