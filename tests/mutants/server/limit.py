"""Faults of rate limits."""

import functools
from typing import Any

from mockserver import rates
from mockserver.rates import RateWindow
from mockserver.world import World
from tests.mutants.mutant import mutant
from tests.mutants.surgery import Answer, Surgery


@mutant("REQ-LIMIT-001")
def twice_as_many_uploads(surgery: Surgery) -> None:
    """100 uploads a minute are allowed."""

    def more(original, self, rate):
        original(self, rate)
        self._limit = 100 if rate == "upload" else self._limit

    surgery.wrap(RateWindow, "__init__", more)


@mutant("REQ-LIMIT-002")
def limits_always_on(surgery: Surgery) -> None:
    """The limits hold although they are switched off."""

    def stop(answer: Answer) -> None:
        if answer.headers.get("x-ratelimit-remaining") == "0":
            answer.refuse(429, "rate_limited")

    surgery.alter("files.create", by=stop)


@mutant("REQ-LIMIT-003")
def reset_in_seconds_from_now(surgery: Surgery) -> None:
    """X-RateLimit-Reset tells how long, and not until when."""

    def left(original, self, now):
        remaining, reset, within = original(self, now)
        return remaining, round(reset - now), within

    surgery.wrap(RateWindow, "count", left)


@mutant("REQ-LIMIT-003", checks=("limit.headers-count-down",))
def no_headers_while_off(surgery: Surgery) -> None:
    """While the limits are off their headers are not sent."""

    def forget(answer: Answer) -> None:
        answer.headers.pop("x-ratelimit-remaining", None)

    surgery.alter(by=forget)


@mutant("REQ-LIMIT-004")
def told_to_come_back_too_early(surgery: Surgery) -> None:
    """Retry-After is one second short."""
    surgery.replace(rates, "retry_after", lambda now, reset: max(1, round(reset - now) - 2))


@mutant("REQ-LIMIT-005")
def one_window_for_all_keys(surgery: Surgery) -> None:
    """All keys count in the same windows."""
    window = functools.cache(RateWindow)
    surgery.replace(World, "count", lambda self, rate: window(rate).count(self.clock.now()))


@mutant("REQ-LIMIT-006")
def excess_runs_at_once(surgery: Surgery) -> None:
    """A task above the limit does not wait."""
    surgery.replace(World, "_share_slots", lambda *_: None)


@mutant("REQ-LIMIT-007")
def excess_fails_without_a_code(surgery: Surgery) -> None:
    """A task above the upstream's number fails, and does not say why."""

    def silent(data: Any) -> Any:
        return {**data, "error": "failed"} if data.get("error") else None

    surgery.alter("tasks.get", by=lambda answer: answer.change(silent) if answer.status == 200 else None)
