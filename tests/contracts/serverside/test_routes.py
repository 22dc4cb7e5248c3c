"""Which operation of the contract a request is."""

import pytest

from contracts.serverside.routes import operation_of

BASE = "http://127.0.0.1:8787/api"


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("GET", "/me", "account.me"),
        ("HEAD", "/me?x=1", "account.me"),
        ("GET", "/v1//tasks/abc", "tasks.get"),
        ("POST", "/tasks/list", "tasks.search"),
        ("GET", "/tasks/list", None),
        ("GET", "/tasks/queue-stats", "tasks.queue_stats"),
        ("DELETE", "/tasks/queue-stats", None),
        ("PATCH", "/me", None),
        ("GET", "/nothing", None),
    ],
)
def test_a_request_is_known_by_its_method_and_path(method: str, path: str, operation: str | None) -> None:
    """HEAD is GET, the prefix means nothing, and a path of its own is never taken for a parameter."""
    found = operation_of(method, BASE + path, BASE)
    assert (found.id if found else None) == operation
