"""Lists of tasks: what cursors and filters may be."""

from typing import Any

from contracts.serverside.check import check
from contracts.serverside.exchange import Exchange
from contracts.serverside.probe import Probe


def _listed(probe: Probe, **asked: Any) -> Exchange:  # noqa: ANN401  # JSON
    return probe.call.send("POST", "/tasks/list", json=asked)


@check("task.what-is-no-cursor", "REQ-TASK-027", needs=("spend",))
def what_is_no_cursor(probe: Probe) -> None:
    """A cursor at a task that was deleted is not found; a text that no cursor has is refused."""
    older, newer = (probe.ended(probe.task()["id"]) for _ in range(2))
    first = _listed(probe, limit=1)
    cursor = first.member("next_cursor")
    at = [row["id"] for row in first.member("items")]
    probe.equal("REQ-TASK-027", at, [newer["id"]], f"{first.line()} with limit 1, after {older['id']}: the newest task")
    probe.call.send("DELETE", f"/tasks/{newer['id']}")
    probe.problem("REQ-TASK-027", _listed(probe, limit=1, cursor=cursor), 404, "not_found")
    for text in ("no cursor!", "á", "a/b"):
        probe.problem("REQ-TASK-027", _listed(probe, cursor=text), 400, "invalid_request")


@check("task.filters-compare-like-with-like", "REQ-TASK-028")
def filters_compare_like_with_like(probe: Probe) -> None:
    """One value for most operators, a list for two, and an order only with the field's kind."""
    fine: tuple[tuple[str, Any], ...] = (("eq", "completed"), ("in", [10, "completed"]), ("not_in", []), ("gt", 9))
    for operator, value in fine:
        answer = _listed(probe, filters=[{"field": "status", "operator": operator, "value": value}])
        told = f"{answer.line()} with status {operator} {value!r}: the HTTP status"
        probe.equal("REQ-TASK-028", answer.status, 200, told)
    wrong: tuple[tuple[str, str, Any], ...] = (
        ("status", "in", 10),
        ("status", "not_in", "completed"),
        ("status", "eq", [10]),
        ("status", "like", 10),
        ("created_at", "gt", 5),
        ("created_at", "lte", True),
    )
    for field, operator, value in wrong:
        answer = _listed(probe, filters=[{"field": field, "operator": operator, "value": value}])
        told = f"{answer.line()} with {field} {operator} {value!r}: the HTTP status"
        probe.equal("REQ-TASK-028", answer.status, 400, told)
