"""The webhook body and the times of its attempts."""

import pytest

from contracts import schemas
from contracts.wire import webhooks

PAGE = {
    "id": "task_abc123",
    "status": 9,
    "output": {},
    "error": "",
    "session_id": None,
    "created_at": "2024-01-15T10:30:00Z",
    "updated_at": "2024-01-15T10:30:05Z",
}
"""The sample of the app page."""


@pytest.mark.requirement("REQ-WEBHOOK-002")
def test_the_body_is_the_page_s() -> None:
    """Exactly these seven keys, in this order, `error` an empty string when there is none (D12)."""
    body = webhooks.body(
        task_id="task_abc123",
        status=9,
        output={},
        error="",
        session_id=None,
        created_at="2024-01-15T10:30:00Z",
        updated_at="2024-01-15T10:30:05Z",
    )
    assert list(body.items()) == list(PAGE.items())
    assert tuple(body) == webhooks.KEYS


def test_the_body_fits_its_schema() -> None:
    """A failed task has no output and a text."""
    failed = webhooks.body(
        task_id="01hzy3k5m7n9p0q2r4s6t8v0wx",
        status=11,
        output=None,
        error="[1201] prompt: size must be between 0 and 2500",
        session_id="01hzy3k5m7n9p0q2r4s6t8v0wy",
        created_at="2026-11-22T20:31:00.25Z",
        updated_at="2026-11-22T20:33:00Z",
    )
    schemas.validator("webhook").validate(failed)


@pytest.mark.requirement("REQ-WEBHOOK-005")
def test_there_are_five_attempts() -> None:
    """At once, then 1, 5, 25 and 125 s after the end, each given ten seconds (D12)."""
    assert list(webhooks.ATTEMPT_OFFSETS) == [0, 1, 5, 25, 125]
    assert webhooks.TIMEOUT_SECONDS == 10
