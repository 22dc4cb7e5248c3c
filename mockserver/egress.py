"""The one door out: every outbound request of the emulator goes through `Egress.post` (D13, SECURITY.md)."""

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    import httpx

MOST_ANSWER = 16 * 1024
"""Bytes read of an answer; a hostile receiver may send for ever."""

MOST_AT_ONCE = 32
"""Requests under way; further ones wait their turn."""


class NotAllowedError(Exception):
    """The target is neither loopback nor allowed by name; the message says how to allow it."""


class SendError(Exception):
    """The request was sent or tried, and no answer came; the message says why."""

    def __init__(self, told: str, *, reached: bool = False) -> None:
        """Make one.

        Args:
            told: what happened.
            reached: whether the target was connected to, and so may have seen something of the request.
        """
        super().__init__(told)
        self.reached = reached


@dataclass(frozen=True, slots=True)
class Reply:
    """What the target answered."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Manner:
    """How a body is sent on purpose, where not whole and at once."""

    pieces: Sequence[bytes]
    """What is sent of the body, piece by piece."""
    pause: Callable[[], Awaitable[None]]
    """Waited for between two pieces."""
    breaks_off: bool = False
    """Whether the connection closes after the last piece, which is not the end of the body; over http only."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked target: the addresses to connect to and the name to ask for."""

    url: str
    host: str
    port: int
    addresses: tuple[str, ...]


class Egress:
    """Sends POST requests to loopback, and to hosts that were allowed by name."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        """Make the door.

        Args:
            allowed: `HOST` or `HOST:PORT` entries of --allow-egress.
        """
        self._allowed = frozenset(entry.lower() for entry in allowed)
        self._client: httpx.AsyncClient | None = None
        self._places = asyncio.Semaphore(MOST_AT_ONCE)

    async def check(self, url: str) -> Target:
        """Resolve a URL once and return where a request may go.

        Raises:
            NotAllowedError: the target is not loopback and not allowed.
            SendError: the name does not resolve.
        """
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        port = parts.port or (443 if parts.scheme == "https" else 80)
        if parts.scheme not in {"http", "https"} or not host:
            raise NotAllowedError("the target is not an http(s) URL")
        named = host in self._allowed or f"{host}:{port}" in self._allowed
        if not named and not _may_be_loopback(host):
            # A foreign name is not even looked up: nothing leaves the machine.
            raise NotAllowedError(_refusal(host, port))
        addresses = await _addresses(host, port)
        permitted = addresses if named else tuple(address for address in addresses if is_loopback(address))
        if not permitted:
            raise NotAllowedError(_refusal(host, port))
        return Target(url, host, port, permitted)

    async def post(
        self, target: Target, body: bytes, headers: dict[str, str], *, seconds: float, manner: Manner | None = None
    ) -> Reply:
        """Send a POST to a checked target; redirects are not followed.

        Args:
            target: from `check`; the connection goes to its address, whatever the name resolves to by now.
            body: the bytes to send.
            headers: request headers besides Host.
            seconds: real time for everything, from connecting to the end of the answer; each pause of `manner` stops
                the count, and it begins anew after it.
            manner: how the body is sent; None for whole and at once.

        Raises:
            SendError: no complete answer came.
        """
        # Who pauses may pause for as long as a clock stands, and takes no place from others meanwhile.
        place = self._places if manner is None else nullcontext()
        try:
            async with place, asyncio.timeout(seconds) as limit:
                if manner is None:
                    return await self._post(target, headers, lambda: body)
                pieces = _Paused(manner, limit, seconds)
                if manner.breaks_off:
                    await self._break_off(target, headers, body, pieces)
                # Without its length a body in pieces would be sent chunked.
                return await self._post(target, {**headers, "Content-Length": str(len(body))}, pieces.send)
        except TimeoutError:
            # A connection to this machine is made or refused at once: who is waited for has been reached.
            raise SendError(f"no answer within {seconds:g} s", reached=True) from None

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _post(
        self, target: Target, headers: dict[str, str], content: Callable[[], bytes | AsyncIterator[bytes]]
    ) -> Reply:
        import httpx

        client = self._http()
        failure = "no address"
        for address in target.addresses:
            place = _place(address, target.port)
            try:
                answer = await client.send(_request(client, target, place, headers, content()), stream=True)
            except httpx.ConnectError as error:
                failure = f"cannot connect to {place}: {error}"
                continue
            except (httpx.LocalProtocolError, httpx.InvalidURL) as error:
                raise SendError(f"{type(error).__name__}: {error}") from None
            except httpx.HTTPError as error:
                raise SendError(f"{type(error).__name__}: {error}", reached=True) from None
            try:
                return Reply(answer.status_code, await _beginning(answer))
            except httpx.HTTPError as error:
                raise SendError(f"the answer broke off: {type(error).__name__}: {error}", reached=True) from None
            finally:
                await answer.aclose()
        raise SendError(failure)

    async def _break_off(self, target: Target, headers: dict[str, str], body: bytes, pieces: "_Paused") -> NoReturn:
        """Send the beginning of a body under the whole one's Content-Length and close; httpx cannot be made to."""
        import httpx

        failure = "no address"
        for address in target.addresses:
            place = _place(address, target.port)
            try:
                request = _request(self._http(), target, place, headers, body)
                _, writer = await asyncio.open_connection(address, target.port)
            except httpx.InvalidURL as error:
                raise SendError(f"{type(error).__name__}: {error}") from None
            except OSError as error:
                failure = f"cannot connect to {place}: {error}"
                continue
            sent = 0
            try:
                lines = [b"POST " + request.url.raw_path + b" HTTP/1.1"]
                rows = sorted(request.headers.raw, key=lambda row: row[0] != b"Host")  # first, as httpx sends it
                lines += [name + b": " + value for name, value in rows]
                writer.write(b"\r\n".join([*lines, b"", b""]))
                async for piece in pieces.send():
                    writer.write(piece)
                    await writer.drain()
                    sent += len(piece)
                writer.close()
                await writer.wait_closed()
            except OSError as error:
                raise SendError(f"the target closed the connection: {error}", reached=True) from None
            finally:
                writer.transport.abort()  # a target that does not read would hold up an orderly end for ever
            raise SendError(f"the connection was closed after {sent} of {len(body)} bytes, on purpose", reached=True)
        raise SendError(failure)

    def _http(self) -> "httpx.AsyncClient":
        import httpx

        if self._client is None:
            limits = httpx.Limits(max_keepalive_connections=0)
            # `post` bounds the whole exchange; a limit per read would let a dribbling target take for ever.
            self._client = httpx.AsyncClient(timeout=None, trust_env=False, limits=limits)  # noqa: S113
        return self._client


class _Paused:
    """The pieces of a body, with pauses that a limit of real time does not count."""

    def __init__(self, manner: Manner, limit: asyncio.Timeout, seconds: float) -> None:
        self._manner = manner
        self._limit = limit
        self._seconds = seconds

    async def send(self) -> AsyncIterator[bytes]:
        for number, piece in enumerate(self._manner.pieces):
            if number:
                self._limit.reschedule(None)
                await self._manner.pause()
                self._limit.reschedule(asyncio.get_running_loop().time() + self._seconds)
            yield piece


def _request(
    client: "httpx.AsyncClient",
    target: Target,
    place: str,
    headers: dict[str, str],
    content: bytes | AsyncIterator[bytes],
) -> "httpx.Request":
    """Return the request to one address of a target; it names the target and goes to the address."""
    parts = urlsplit(target.url)
    return client.build_request(
        "POST",
        urlunsplit((parts.scheme, place, parts.path or "/", parts.query, "")),
        content=content,
        headers={**headers, "Host": parts.netloc.rpartition("@")[2], "Connection": "close"},
        extensions={"sni_hostname": target.host},
    )


def _place(address: str, port: int) -> str:
    """Return where to connect to, as in a URL."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def is_loopback(address: str) -> bool:
    """Tell whether an IP address is this machine's own; an IPv4 address inside IPv6 counts as what it is."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return ip.is_loopback


async def _beginning(answer: "httpx.Response") -> bytes:
    kept = bytearray()
    async for chunk in answer.aiter_raw():
        kept += chunk
        if len(kept) >= MOST_ANSWER:
            break
    return bytes(kept[:MOST_ANSWER])


async def _addresses(host: str, port: int) -> tuple[str, ...]:
    """Return the addresses of a host; `localhost` and names under it are this machine and no resolver's business.

    Raises:
        SendError: the name does not resolve.
    """
    if host == "localhost" or host.endswith(".localhost"):
        return ("127.0.0.1", "::1")
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SendError(f"cannot resolve {host}: {error}") from None
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _may_be_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return is_loopback(host)
    except ValueError:
        return False


def _refusal(host: str, port: int) -> str:
    return (
        f"{host}:{port} is not this machine, so the webhook was kept and not sent; "
        f"to send it start the server with --allow-egress {host}:{port}"
    )
