"""One request on its way through the vendor's surface, and what a handler may answer."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from starlette.types import Receive, Scope

from contracts.operations import Operation
from contracts.wire.problems import Problem
from contracts.wire.statuses import TERMINAL
from mockserver import documents
from mockserver.api.wire import Wire
from mockserver.emulator import Emulator
from mockserver.faults.armed import NOTHING, ArmedPlan, Hits
from mockserver.journal import Exchange
from mockserver.task import Task, View
from mockserver.world import World

_FLAG = {"false": False, "true": True}


@dataclass(frozen=True, slots=True)
class Resource:
    """A JSON resource; the dispatcher puts it into the envelope the request asked for."""

    data: Any
    status: int = 200
    messages: Sequence[Mapping[str, Any]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes as they are."""

    body: bytes
    status: int = 200
    headers: Sequence[tuple[str, str]] = ()


Answer = Resource | Raw | None
"""None: the handler has sent the answer itself."""


@dataclass(slots=True)
class Call:
    """A request that found its route and its world."""

    emulator: Emulator
    operation: Operation
    world: World
    params: Mapping[str, str]
    scope: Scope
    receive: Receive
    wire: Wire
    exchange: Exchange
    body: bytes = b""
    extra_headers: dict[str, str] = field(default_factory=dict)
    """Headers that every answer to this request carries, whatever it is."""
    armed: ArmedPlan | None = None
    """The plan or scenario that governs the call, once it has been looked up."""
    hits: Hits = field(default_factory=lambda: NOTHING)
    """What the call meets of it."""
    ends: list[str] = field(default_factory=list)
    """Ids of tasks whose end the answer tells."""
    _query: dict[str, str] | None = None

    def tell(self, task: Task, index: int) -> None:
        """Take note that the answer tells this step of a task: some webhooks wait for the client to know the end."""
        if task.webhook and task.life[index].status in TERMINAL:
            self.ends.append(task.id)

    @property
    def is_head(self) -> bool:
        """Whether only the headers of the answer are wanted."""
        return bool(self.scope["method"] == "HEAD")

    @property
    def ending(self) -> bool:
        """Whether whoever waits should stop: the server ends, or the world was reset or dropped."""
        return self.emulator.closing or self.world.closed

    @property
    def now(self) -> float:
        """The world's time."""
        return self.world.clock.now()

    async def left(self) -> None:
        """Return once the client has gone; asked for when the body is read, for nothing else comes after it."""
        while (await self.receive())["type"] != "http.disconnect":
            pass

    @property
    def query(self) -> Mapping[str, str]:
        """Query parameters; of repeated ones the last counts."""
        if self._query is None:
            raw = self.scope["query_string"].decode("latin-1")
            self._query = {name: values[-1] for name, values in parse_qs(raw, keep_blank_values=True).items()}
        return self._query

    def flag(self, name: str) -> bool:
        """Return a query parameter that is true or false; false when it is not there.

        Raises:
            Problem: 400, it is something else.
        """
        text = self.query.get(name, "false")
        meant = _FLAG.get(text.lower())
        if meant is None:
            raise Problem("invalid_request", f"{name} is {text[:64]!r}; expected true or false")
        return meant

    @property
    def base_url(self) -> str:
        """Where the client reaches us: --public-url, or the request's own Host (D16)."""
        public = self.emulator.settings.public_url
        if public:
            return public.rstrip("/")
        host = self.header(b"host") or "{}:{}".format(*(self.scope.get("server") or ("127.0.0.1", 80)))
        return f"{self.scope.get('scheme', 'http')}://{host}"

    @property
    def view(self) -> View:
        """How documents are written for this client."""
        return self.world.view(self.base_url)

    def header(self, name: bytes) -> str | None:
        """Return a request header, the name in lower case."""
        return find_header(self.scope, name)

    def json(self) -> Any:  # noqa: ANN401  # any JSON value may arrive
        """Return the parsed body; None for an empty one, which clients send with bodyless POSTs.

        Raises:
            Problem: 400, the body is not JSON, or nested too deeply.
        """
        if not self.body:
            return None
        return documents.parse(self.body)

    def json_object(self) -> dict[str, Any]:
        """Return the body as an object; an empty body counts as {}.

        Raises:
            Problem: 400, the body is not a JSON object.
        """
        document = self.json()
        if document is None:
            return {}
        if not isinstance(document, dict):
            raise Problem("invalid_request", f"the body is {kind(document)}; expected a JSON object")
        return document


Handler = Callable[[Call], Awaitable[Answer]]


def find_header(scope: Scope, name: bytes) -> str | None:
    """Return a request header of a scope, the name in lower case."""
    for key, value in scope["headers"]:
        if key == name:
            text: str = value.decode("latin-1")
            return text
    return None


def kind(value: Any) -> str:  # noqa: ANN401  # any JSON value
    """Name the JSON type of a value for an error message."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case str():
            return "a string"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case _:
            return "an object"
