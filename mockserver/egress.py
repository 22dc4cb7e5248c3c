"""The one door out: every outbound request of the emulator goes through `Egress.post` (D13, SECURITY.md)."""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING
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


@dataclass(frozen=True, slots=True)
class Reply:
    """What the target answered."""

    status: int
    body: bytes


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

    async def post(self, target: Target, body: bytes, headers: dict[str, str], *, seconds: float) -> Reply:
        """Send a POST to a checked target; redirects are not followed.

        Args:
            target: from `check`; the connection goes to its address, whatever the name resolves to by now.
            body: the bytes to send.
            headers: request headers besides Host.
            seconds: real time for everything, from connecting to the end of the answer.

        Raises:
            SendError: no complete answer came.
        """
        try:
            async with self._places, asyncio.timeout(seconds):
                return await self._post(target, body, headers)
        except TimeoutError:
            raise SendError(f"no answer within {seconds:g} s") from None

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _post(self, target: Target, body: bytes, headers: dict[str, str]) -> Reply:
        import httpx

        if self._client is None:
            limits = httpx.Limits(max_keepalive_connections=0)
            # `post` bounds the whole exchange; a limit per read would let a dribbling target take for ever.
            self._client = httpx.AsyncClient(timeout=None, trust_env=False, limits=limits)  # noqa: S113
        parts = urlsplit(target.url)
        failure = "no address"
        for address in target.addresses:
            literal = f"[{address}]" if ":" in address else address
            url = urlunsplit((parts.scheme, f"{literal}:{target.port}", parts.path or "/", parts.query, ""))
            try:
                request = self._client.build_request(
                    "POST",
                    url,
                    content=body,
                    headers={**headers, "Host": parts.netloc.rpartition("@")[2], "Connection": "close"},
                    extensions={"sni_hostname": target.host},
                )
                answer = await self._client.send(request, stream=True)
            except httpx.ConnectError as error:
                failure = f"cannot connect to {literal}:{target.port}: {error}"
                continue
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise SendError(f"{type(error).__name__}: {error}") from None
            try:
                return Reply(answer.status_code, await _beginning(answer))
            except httpx.HTTPError as error:
                raise SendError(f"the answer broke off: {type(error).__name__}: {error}") from None
            finally:
                await answer.aclose()
        raise SendError(failure)


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
