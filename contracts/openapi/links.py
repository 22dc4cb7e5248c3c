"""Links: from an answer to the calls it makes possible.

A link is an invitation to call, so none leads to what is over afterwards but stays where it was: a session that was
ended can still be read, and the files of a task can still be listed when they are gone (REQ-SESSION-006, REQ-TASK-023).
Tools that follow links take a deleted thing that answers for a mistake, and a 410 of one that is over for another. They
also guess links from parameters called `id`; that of a session is called otherwise in the table of operations.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from contracts.operations import Operation
from contracts.wire.envelopes import Envelope


@dataclass(frozen=True, slots=True)
class Link:
    """One way on."""

    name: str
    operation: str
    """Id of the operation it leads to."""
    parameters: Mapping[str, str]
    """By parameter a JSON Pointer into the resource, or a whole runtime expression that starts with `$`."""


def _task(pointer: str) -> tuple[Link, ...]:
    """Return what can be done with a task whose id is at a pointer."""
    ways = {
        "GetTask": "tasks.get",
        "WatchTask": "tasks.stream",
        "PollTask": "tasks.status",
        "CancelTask": "tasks.cancel",
        "DeleteTask": "tasks.delete",
        "ListFilesOfTask": "tasks.files",
        "ReadLogsOfTask": "tasks.logs",
        "GetTimingsOfTask": "tasks.timings",
        "GetTelemetryOfTask": "tasks.telemetry",
        "GetCostOfTask": "usage.task_cost",
    }
    return tuple(Link(name, operation, {"id": pointer}) for name, operation in ways.items())


_APP = (
    Link("GetApp", "apps.get", {"id": "/items/0/id"}),
    Link("ListVersions", "apps.versions", {"id": "/items/0/id"}),
    Link("GetAppByName", "apps.get_by_name", {"namespace": "/items/0/namespace", "name": "/items/0/name"}),
)
_STORE = (
    Link("GetStoreApp", "store.get", {"id": "/items/0/id"}),
    Link("GetPricing", "store.pricing", {"id": "/items/0/id"}),
    Link("Estimate", "store.estimate", {"id": "/items/0/id"}),
)
_VERSION = (Link("GetVersion", "apps.version", {"id": "$request.path.id", "version_id": "/items/0/id"}),)


def _next(operation: str) -> Link:
    return Link("NextPage", operation, {"cursor": "/next_cursor"})


LINKS: Mapping[str, tuple[Link, ...]] = MappingProxyType(
    {
        "runs.create": _task("/id"),
        "runs.create_legacy": _task("/id"),
        "tasks.list": (*_task("/items/0/id"), _next("tasks.list")),
        "tasks.search": (*_task("/items/0/id"), _next("tasks.list")),
        "files.create": (
            Link("GetFile", "files.get", {"id": "/0/id"}),
            Link("DeleteFile", "files.delete", {"id": "/0/id"}),
        ),
        "files.list": (Link("GetFile", "files.get", {"id": "/items/0/id"}), _next("files.list")),
        "files.search": (Link("GetFile", "files.get", {"id": "/items/0/id"}), _next("files.list")),
        "sessions.list": (Link("GetSession", "sessions.get", {"sid": "/0/id"}),),
        "sessions.keepalive": (Link("GetSession", "sessions.get", {"sid": "/id"}),),
        "sessions.get": (Link("GetTaskOfSession", "tasks.get", {"id": "/task_id"}),),
        "apps.list": _APP,
        "apps.search": _APP,
        "apps.versions": _VERSION,
        "apps.versions_list": _VERSION,
        "apps.versions_search": _VERSION,
        "store.list": _STORE,
        "store.search": _STORE,
    }
)
"""By operation, the links of its success."""


def of(operation: Operation, envelope: Envelope) -> dict[str, Any]:
    """Return the `links` of a success; the pointers go through the envelope."""
    data = "" if envelope == "v2" else "/data"
    return {
        link.name: {
            "operationId": link.operation,
            "parameters": {
                name: pointer if pointer.startswith("$") else f"$response.body#{data}{pointer}"
                for name, pointer in link.parameters.items()
            },
        }
        for link in LINKS.get(operation.id, ())
    }
