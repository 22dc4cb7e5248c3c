"""Clients that poll wrongly."""

from typing import Any

import httpx

from contracts.clientside import reference
from contracts.clientside.reference import Client
from contracts.clientside.reference_reading import ApiError, ClientError, ended
from tests.mutants import client_surgery
from tests.mutants.client_mutant import sins
from tests.mutants.surgery import Surgery


@sins("poll.pauses-between-looks")
def asks_without_pause(surgery: Surgery) -> None:
    """It asks again as soon as it is answered."""
    surgery.replace(Client, "_pause", lambda _self, *_given: None)


@sins("poll.stops-at-the-end")
def asks_once_more(surgery: Surgery) -> None:
    """It asks again after the end."""

    def wait(original: Any, self: Client, task: str, *given: Any, **told: Any) -> Any:
        original(self, task, *given, **told)
        self._pause(1)
        return self.get(task)

    surgery.wrap(Client, "wait", wait)


@sins("poll.opens-no-stream")
def follows_the_stream(surgery: Surgery) -> None:
    """It opens a stream although it was told to poll."""

    def wait(original: Any, self: Client, task: str, *given: Any, poll: bool = False) -> Any:
        for _ in self.stream(task):
            break
        return original(self, task, *given, poll=poll)

    surgery.wrap(Client, "wait", wait)


@sins("poll.obeys-retry-after")
def asks_too_soon(surgery: Surgery) -> None:
    """It looks again after a tenth of a second, whatever Retry-After says."""

    def sooner(error: ApiError) -> None:
        error.known["retry_after"] = error.known["retry_after"] and 0.1

    client_surgery.refusals(surgery, sooner)


@sins("poll.survives-a-refusal")
def takes_503_for_the_end(surgery: Surgery) -> None:
    """It gives up when a look is answered 503."""

    def final(error: ApiError) -> None:
        if error.known["status"] == 503:
            raise ClientError("503") from error

    client_surgery.refusals(surgery, final)


@sins("poll.survives-a-reset")
def takes_a_reset_for_the_end(surgery: Surgery) -> None:
    """It gives up when the connection of a look is reset."""

    def request(send: Any, method: str, url: str, **told: Any) -> httpx.Response:
        try:
            answer: httpx.Response = send(method, url, **told)
        except httpx.ReadError as error:
            raise ClientError("reset") from error
        return answer

    client_surgery.requests(surgery, request)


@sins("poll.survives-a-page")
def falls_over_a_page(surgery: Surgery) -> None:
    """It gives up when a look is answered with 200 and no JSON."""

    def final(error: ApiError) -> None:
        if error.known["status"] == 200:
            raise ClientError("Expecting value: line 1 column 1 (char 0)") from error

    client_surgery.refusals(surgery, final)


@sins("poll.waits-for-the-output")
def takes_what_there_is(surgery: Surgery) -> None:
    """It returns a completed task whose output is null."""

    def wait(_original: Any, self: Client, task: str, *_given: Any, **_told: Any) -> Any:
        for attempt in range(100):
            found = self.get(task)
            if ended(found) is not None:
                return found
            self._pause(min(attempt, 2))
        raise ClientError("never")

    surgery.wrap(reference.Client, "wait", wait)
