"""Clients that know no limits."""

from typing import Any

from contracts import clock, rng
from contracts.clientside import reference, reference_reading
from contracts.clientside.reference import Client
from contracts.clientside.reference_reading import ApiError, ClientError
from tests.mutants import client_surgery
from tests.mutants.client_mutant import sins
from tests.mutants.surgery import Surgery


@sins("limits.obeys-seconds")
def comes_again_at_once(surgery: Surgery) -> None:
    """It repeats a run that was refused with 429 after a tenth of a second."""

    def sooner(error: ApiError) -> None:
        if error.known["status"] == 429 and error.known["retry_after"] == 1:
            error.known["retry_after"] = 0.1

    client_surgery.refusals(surgery, sooner)


@sins("limits.obeys-a-date")
def reads_no_dates(surgery: Surgery) -> None:
    """It takes a Retry-After that is a date for none, and comes again soon."""

    def seconds(original: Any, retry_after: str, date: str | None) -> Any:
        return original(retry_after, date) if retry_after.isdecimal() or not retry_after else 0.1

    surgery.wrap(reference_reading, "seconds", seconds)


@sins("limits.obeys-seconds-of-503")
def reads_them_of_429_alone(surgery: Surgery) -> None:
    """It looks at Retry-After where the status is 429, and nowhere else."""

    def sooner(error: ApiError) -> None:
        if error.known["status"] == 503 and error.known["retry_after"]:
            error.known["retry_after"] = 0.1

    client_surgery.refusals(surgery, sooner)


@sins("limits.gets-in-in-the-end")
def gives_up_at_the_second_refusal(surgery: Surgery) -> None:
    """It repeats a refused run once."""
    counts: dict[str, int] = {}

    def call(original: Any, self: Client, *given: Any, **told: Any) -> Any:
        counts[self._api.headers["Authorization"]] = 0
        return original(self, *given, **told)

    def read(original: Any, answer: Any, task: str | None = None) -> Any:
        try:
            return original(answer, task)
        except ApiError as error:
            key = answer.request.headers["Authorization"]
            counts[key] = counts.get(key, 0) + (error.known["status"] == 429)
            if counts[key] == 2:
                raise ClientError("too many requests") from error
            raise

    surgery.wrap(Client, "_call", call)
    surgery.wrap(reference, "resource", read)


@sins("limits.backs-off-more-each-time")
def comes_at_equal_gaps(surgery: Surgery) -> None:
    """It waits as long before each try, give or take something."""

    def pause(original: Any, self: Client, _attempt: int, *given: Any) -> Any:
        return original(self, 3, *given)

    surgery.wrap(Client, "_pause", pause)


@sins("limits.gives-up")
def tries_fourteen_times(surgery: Surgery) -> None:
    """It tries again for very long."""

    def pause(_self: Client, attempt: int, *_given: Any) -> None:
        if attempt < 13:
            last = rng.about(2, 0.3) if attempt == 12 else 1
            clock.wait(0.03 * 1.3**attempt * last)

    surgery.replace(reference, "TRIES", 14)
    surgery.replace(Client, "_pause", pause)


@sins("limits.tells-what-stopped-it")
def tells_that_it_tried(surgery: Surgery) -> None:
    """Its error says that all tries are used up, and not why."""
    client_surgery.errors(surgery, status=None, message="retries exhausted")


@sins("limits.does-not-come-back-together")
def throws_no_dice(surgery: Surgery) -> None:
    """Its pauses are the same to the millisecond."""
    surgery.replace(rng, "about", lambda value, _share: value)
