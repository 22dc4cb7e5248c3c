"""The body of a task webhook: exactly the seven keys of the app page's sample (D12, app-page.txt §4)."""

from typing import Any

KEYS = ("id", "status", "output", "error", "session_id", "created_at", "updated_at")
"""Keys in the order of the page."""

ATTEMPT_OFFSETS = (0.0, 1.0, 5.0, 25.0, 125.0)
"""Seconds after the task's end at which attempts are due: at once, then at +1, +5, +25 and +125 s (D12)."""

TIMEOUT_SECONDS = 10.0
"""A 2xx within this time is a delivery (D12)."""


def body(
    *,
    task_id: str,
    status: int,
    output: Any,  # noqa: ANN401  # JSON
    error: str,
    session_id: str | None,
    created_at: str,
    updated_at: str,
) -> dict[str, Any]:
    """Return the webhook body; `error` is an empty string, never null, when there is none."""
    values = (task_id, status, output, error, session_id, created_at, updated_at)
    return dict(zip(KEYS, values, strict=True))
