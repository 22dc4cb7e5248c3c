"""What the server's own record says of the tasks that a client speaks of: which they are, and what could be known."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from contracts.clientside.play import OPERATIONS, Play, Row, Said


def spoken_of(play: Play, said: Said, told: Mapping[str, Any]) -> list[Row]:
    """Return the server's tasks that a step may speak of: by id, by the task it was given, or by the video's address.

    Args:
        play: the case.
        said: the step.
        told: the task as the client tells it.
    """
    name = told.get("id")
    if name is None:
        name = said.arguments.get("task")
    if name is not None:
        return [play.seen.tasks[name]] if name in play.seen.tasks else []
    url = video(told)
    return [row for row in play.seen.tasks.values() if url is not None and row["output_url"] == url]


def video(told: Mapping[str, Any]) -> str | None:
    """Return the address of the video in a task as a client tells it, in either form."""
    output = told.get("output")
    found = output.get("video") if isinstance(output, Mapping) else None
    url = found.get("uri") if isinstance(found, Mapping) else found
    return url if isinstance(url, str) else None


def could_know(play: Play, task: Row) -> bool:
    """Whether anything that may have told how a task ended was under way, or came, once it had ended."""
    ended = next((line["at"] for line in task["timeline"] if line["status"] == task["status_text"]), None)
    if ended is None or any(row["attempts"] for row in play.seen.deliveries):
        return True
    moment = datetime.fromisoformat(ended)
    asked = (row for row in play.seen.journal if row["operation"] in OPERATIONS["list"] or _about(row, task["id"]))
    return any(row["ended_at"] is None or datetime.fromisoformat(row["ended_at"]) >= moment for row in asked)


def _about(row: Row, task: str) -> bool:
    return row["task_id"] == task or task in row["path"].split("/")
