"""What sins are made of: places of the reference client where something else can be put."""

from collections.abc import Callable
from typing import Any

import httpx

from contracts.clientside import reference
from contracts.clientside.reference import Client
from contracts.clientside.reference_reading import ApiError
from mockserver.testing.adaptors.reference import Reference
from tests.mutants.surgery import Surgery


def requests(surgery: Surgery, around: Callable[..., httpx.Response]) -> None:
    """Send every call of the API, other than streams, by `around(send, method, url, **told)`."""
    make = Client.__init__

    def made(self: Client, *given: Any, **told: Any) -> None:
        make(self, *given, **told)
        send = self._api.request

        def request(method: str, url: str, **rest: Any) -> httpx.Response:
            return around(send, method, url, **rest)

        self._api.request = request  # type: ignore[method-assign, assignment]

    surgery.replace(Client, "__init__", made)


def refusals(surgery: Surgery, bend: Callable[[ApiError], None]) -> None:
    """Change what is known of a refusal, or raise something else."""

    def read(original: Any, answer: httpx.Response, task: str | None = None) -> Any:
        try:
            return original(answer, task)
        except ApiError as error:
            bend(error)
            raise

    surgery.wrap(reference, "resource", read)


def errors(surgery: Surgery, **members: Any) -> None:
    """Change what the client's errors tell; a callable is given what they told."""

    def told(original: Any, *given: Any) -> Any:
        found = original(*given)
        return {**found, **{key: value(found) if callable(value) else value for key, value in members.items()}}

    surgery.wrap(Reference, "told", told)


def submits(surgery: Surgery, around: Callable[..., Any]) -> None:
    """Carry out the call of a run, the bare one, by `around(call)`."""

    def call(original: Any, self: Client, method: str, path: str, *given: Any, **told: Any) -> Any:
        if path != "/apps/run":
            return original(self, method, path, *given, **told)
        return around(lambda: original(self, method, path, *given, **told))

    surgery.wrap(Client, "_call", call)
