"""Sends requests and keeps every exchange as evidence."""

import json as json_module
from collections.abc import Callable, Container, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from contracts import clock
from contracts.serverside.deadline import Transport
from contracts.serverside.exchange import MOST_SHOWN, Exchange, UnexpectedError
from contracts.serverside.routes import operation_of
from contracts.serverside.shapes import Shape, Shapes
from contracts.serverside.target import Target
from contracts.wire.envelopes import VERSION_HEADER

MOST_BODY = 64 * 1024 * 1024
"""Bytes read of one answer."""

MOST_TURNS = 3
"""Times that a request which came too soon is sent again."""

MOST_TURN = 120
"""Seconds that are waited for a turn; the documented limits are told by the minute."""

MOST_SILENCE = 5
"""Requests in a row that nobody answers to the end: a run of thousands that waits for each would take days."""

MOST_PAUSE = 0.5
"""Seconds between two looks whether a run is to end."""

UNSET: Any = object()


class GoneError(BaseException):
    """Nothing listens where the server was, or nobody answers there any more.

    No server's answer, so no finding; and nothing that Hypothesis should look for a simpler case of. So it passes by
    whoever catches exceptions.
    """


class Recorder:
    """The exchanges of a run, and those of the check under way."""

    def __init__(
        self,
        waits: Callable[[str], object] = lambda _: None,
        is_broken_off: Callable[[], object] = lambda: False,
    ) -> None:
        """Start empty.

        Args:
            waits: told what is being waited for, as in "waiting for task X to end".
            is_broken_off: tells whether somebody wants the run to end.
        """
        self.waits = waits
        self._is_broken_off = is_broken_off
        self._kept: dict[int, Exchange] = {}
        self._count = 0
        self._current: list[Exchange] = []
        self._apart: set[int] = set()
        self._is_apart = False
        self._shapes = Shapes()
        self._silence = 0

    def heed(self) -> None:
        """End the run if somebody wants that: what a signal raises may get lost in what others call, such as gc.

        Raises:
            KeyboardInterrupt: somebody does.
        """
        if self._is_broken_off():
            raise KeyboardInterrupt

    def pause(self, seconds: float) -> None:
        """Wait, and look now and again whether the run is to end."""
        while seconds > 0:
            self.heed()
            clock.wait(min(seconds, MOST_PAUSE))
            seconds -= MOST_PAUSE

    def listen(self, *, is_silent: bool) -> bool:
        """Note whether a request was left without a whole answer; tell whether too many in a row were."""
        self._silence = self._silence + 1 if is_silent else 0
        return self._silence >= MOST_SILENCE

    def keep(self, exchange: Exchange) -> Exchange:
        """Take in an exchange."""
        self._count += 1
        self._kept[exchange.number] = exchange
        self._current.append(exchange)
        if self._is_apart:
            self._apart.add(exchange.number)
        return exchange

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Keep what comes now out of `ordinary`: the server was told to answer otherwise."""
        self._is_apart = True
        try:
            yield
        finally:
            self._is_apart = False

    @property
    def ordinary(self) -> tuple[Exchange, ...]:
        """Exchanges of the check under way that everything holds for that holds of every answer."""
        return tuple(row for row in self.current if row.number not in self._apart)

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        """All that were not forgotten, in their order."""
        return tuple(self._kept.values())

    @property
    def next_number(self) -> int:
        """Number of the next exchange."""
        return self._count + 1

    def begin(self) -> None:
        """A check begins: what comes now is its evidence."""
        self._current = []

    @property
    def current(self) -> tuple[Exchange, ...]:
        """Exchanges of the check under way."""
        return tuple(self._current)

    def forget(self, cited: Container[int]) -> None:
        """Let go of what came in the check under way and nobody cites: generated cases are many."""
        for exchange in self._current:
            if exchange.number not in cited:
                self._shapes.take(exchange)
                del self._kept[exchange.number]
        self._current = []

    @property
    def shapes(self) -> Mapping[str, Shape]:
        """The shapes of all JSON answers, see Shapes; of those that were forgotten too."""
        shapes = self._shapes.copy()
        for exchange in self._kept.values():
            shapes.take(exchange)
        return shapes.document()


class Caller:
    """Speaks in the name of one key."""

    def __init__(self, target: Target, recorder: Recorder, key: str | None) -> None:
        """Make one.

        Args:
            target: the server.
            recorder: where exchanges are kept.
            key: None for no key at all.
        """
        self._target = target
        self._recorder = recorder
        self.key = key
        # No redirect is followed: the contract has none, and a key must not travel.
        self._client, self._streams = (
            httpx.Client(transport=Transport(end), timeout=target.patience, trust_env=False, follow_redirects=False)
            for end in (target.patience, None)
        )

    def send(
        self,
        method: str,
        path: str,
        *,
        json: Any = UNSET,  # noqa: ANN401  # JSON
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        key: str | None = UNSET,
        version: str | None = "2",
    ) -> Exchange:
        """Send a request and return what came; a server that listens and does not answer raises nothing.

        Args:
            method: of the request.
            path: with its query, under the base URL; an absolute URL goes where it says.
            json: a JSON body.
            content: any other body.
            headers: further headers.
            key: instead of the caller's own; None for none.
            version: X-API-Version; None leaves the header out.

        Raises:
            GoneError: there is no server, or it has not answered for long.
            UnexpectedError: the path, made of what the server answered, is none.
            KeyboardInterrupt: the run is to end.
        """
        self._recorder.heed()
        request = self._request(method, path, json, content, headers, key, version)
        begun = clock.now()
        status, told, body, error, is_silent = None, httpx.Headers(), bytearray(), None, False
        try:
            answer = self._client.send(request, stream=True)
            try:
                status, told = answer.status_code, answer.headers
                for chunk in answer.iter_raw():
                    body += chunk
                    if len(body) > MOST_BODY:
                        error = f"the answer is longer than {MOST_BODY} bytes"
                        # Nobody looks at it, and a run of such answers would not fit into the memory.
                        del body[MOST_SHOWN:]
                        break
            finally:
                answer.close()
        except httpx.HTTPError as failure:
            error = _broken(failure)
            if isinstance(failure, httpx.ConnectError) and str(request.url).startswith(self._target.base_url):
                raise GoneError(f"nothing answers at {self._target.base_url}: {failure}") from None
            is_silent = isinstance(failure, httpx.TimeoutException)
        kept = self._keep(request, status, told, bytes(body), clock.now() - begun, error)
        if self._recorder.listen(is_silent=is_silent):
            raise GoneError(f"{self._target.base_url} left {MOST_SILENCE} requests in a row without a whole answer")
        return kept

    def in_turn(self, method: str, path: str, **request: Any) -> Exchange:  # noqa: ANN401  # as `send` takes them
        """Send a request as `send` does; while it comes too soon, wait as long as the server says and send it again."""
        answer = self.send(method, path, **request)
        for _ in range(MOST_TURNS):
            told = answer.header("retry-after") or ""
            if answer.status != 429 or not told.isdecimal() or int(told) > MOST_TURN:
                break
            self._recorder.waits(f"{told} s, as the server wants it")
            self._recorder.pause(int(told))
            answer = self.send(method, path, **request)
        return answer

    @contextmanager
    def opened(
        self, path: str, *, headers: Mapping[str, str] | None = None, version: str | None = None
    ) -> Iterator["Opened"]:
        """GET a stream; it is kept as an exchange when it is left."""
        self._recorder.heed()
        request = self._request("GET", path, UNSET, None, headers, UNSET, version)
        begun = clock.now()
        stream = Opened(self._streams, request, self._target.patience)
        try:
            yield stream
        finally:
            stream.close()
            self._keep(request, stream.status, stream.headers, bytes(stream.body), clock.now() - begun, stream.error)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
        self._streams.close()

    def _request(
        self,
        method: str,
        path: str,
        json: Any,  # noqa: ANN401  # JSON
        content: bytes | None,
        headers: Mapping[str, str] | None,
        key: str | None,
        version: str | None,
    ) -> httpx.Request:
        chosen = self.key if key is UNSET else key
        told = {
            **({} if chosen is None else {"Authorization": f"Bearer {chosen}"}),
            **({} if version is None else {VERSION_HEADER: version}),
            **({} if json is UNSET else {"Content-Type": "application/json"}),
            "Accept-Encoding": "identity",
            **(headers or {}),
        }
        url = path if "://" in path else self._target.base_url + path
        body = json_module.dumps(json).encode("utf-8") if json is not UNSET else content
        try:
            request = self._client.build_request(method, url, content=body, headers=told)
        except httpx.InvalidURL as error:
            # It is made of what the server has answered, such as an id.
            raise UnexpectedError(f"{method} {path[:200]!r}: nothing can be sent there: {error}") from None
        if "transfer-encoding" in request.headers:
            # A body has a length or comes in pieces, never both.
            request.headers.pop("content-length", None)
        return request

    def _keep(
        self,
        request: httpx.Request,
        status: int | None,
        headers: httpx.Headers,
        body: bytes,
        seconds: float,
        error: str | None,
    ) -> Exchange:
        url = str(request.url)
        operation = operation_of(request.method, url, self._target.base_url)
        return self._recorder.keep(
            Exchange(
                number=self._recorder.next_number,
                method=request.method,
                url=url,
                request_headers=tuple(request.headers.multi_items()),
                request_body=request.content,
                operation=None if operation is None else operation.id,
                status=status,
                headers=tuple(headers.multi_items()),
                body=body,
                seconds=seconds,
                error=error,
            )
        )


def _broken(failure: httpx.HTTPError) -> str:
    """Tell in words why there is no whole answer."""
    told = str(failure).rstrip(".") or "no reason given"
    match failure:
        case httpx.TimeoutException():
            return f"nothing came in time: {told}"
        case httpx.ConnectError():
            return f"no connection: {told}"
        case _:
            return f"the connection broke: {told}"


class Opened:
    """A stream under way."""

    def __init__(self, client: httpx.Client, request: httpx.Request, patience: float) -> None:
        """Send the request."""
        self.status: int | None = None
        self.headers = httpx.Headers()
        self.body = bytearray()
        self.error: str | None = None
        self.ended = False
        """Whether the body came to its proper end."""
        self._patience = patience
        self._answer: httpx.Response | None = None
        try:
            self._answer = client.send(request, stream=True)
        except httpx.HTTPError as failure:
            self.error = _broken(failure)
        else:
            self.status, self.headers = self._answer.status_code, self._answer.headers

    def pieces(self, seconds: float) -> Iterator[bytes]:
        """Yield the pieces of the body as they come, until its end or until so many real seconds have passed."""
        if self._answer is None:
            return
        begun = clock.now()
        try:
            for piece in self._answer.iter_raw():
                self.body += piece
                yield piece
                if clock.now() - begun > seconds or len(self.body) > MOST_BODY:
                    self.error = f"the stream had not ended after {seconds:g} s"
                    return
            self.ended = True
        except httpx.HTTPError as failure:
            self.error = _broken(failure)

    def close(self) -> None:
        """Leave."""
        if self._answer is not None:
            self._answer.close()
