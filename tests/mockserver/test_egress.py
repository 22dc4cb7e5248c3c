"""The one door out: loopback and nothing else, unless a host was allowed by name (D13, SECURITY.md)."""

import asyncio
import ipaddress
import socket
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.egress import Egress, Manner, NotAllowedError, SendError, Target, is_loopback

from .raw_receiver import raw_receiver
from .receivers import receiver

pytestmark = pytest.mark.anyio

V4 = st.ip_addresses(v=4)
V6 = st.ip_addresses(v=6)
LOOPBACK4 = ipaddress.ip_network("127.0.0.0/8")

near = st.one_of(
    V4,
    V6,
    st.integers(0, 2**24 - 1).map(lambda low: ipaddress.IPv4Address(127 << 24 | low)),
    V4.map(lambda inner: ipaddress.IPv6Address(0xFFFF << 32 | int(inner))),  # IPv4-mapped
    V4.map(lambda inner: ipaddress.IPv6Address(int(inner))),  # IPv4-compatible
    V4.map(lambda inner: ipaddress.IPv6Address(0x64FF9B << 96 | int(inner))),  # NAT64
    V4.map(lambda inner: ipaddress.IPv6Address(0x2002 << 112 | int(inner) << 80)),  # 6to4
)


def is_this_machine(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """The rule, told independently: 127/8, ::1, and 127/8 mapped into IPv6."""
    if address.version == 4:
        return address in LOOPBACK4
    number = int(address)
    return number == 1 or (number >> 32 == 0xFFFF and (number >> 24 & 0xFF) == 127)


@given(near)
@example(ipaddress.ip_address("::ffff:127.0.0.1"))
@example(ipaddress.ip_address("::127.0.0.1"))
@example(ipaddress.ip_address("0.0.0.0"))
@example(ipaddress.ip_address("::"))
async def test_only_loopback_addresses_pass(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """Over the whole address space: loopback passes, everything else is refused before a packet leaves."""
    literal = f"[{address}]" if address.version == 6 else str(address)
    assert is_loopback(str(address)) == is_this_machine(address)
    if is_this_machine(address):
        try:
            target = await Egress(()).check(f"http://{literal}:81/")
        except SendError:  # a machine without IPv6 cannot even look such an address up
            return
        assert all(is_loopback(found) for found in target.addresses)
    else:
        with pytest.raises(NotAllowedError, match="--allow-egress"):
            await Egress(()).check(f"http://{literal}:81/")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.test/",
        "https://localhost.example.test/",
        "http://notlocalhost/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://127.1/",
        "http://localhost@192.0.2.1/",
        "http://127.0.0.1@192.0.2.1/",
        "http://localhost./",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "//127.0.0.1/",
        "http:///x",
    ],
)
async def test_foreign_names_are_not_even_looked_up(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """A name server would be the first to hear of it, so no name is resolved that is not ours."""

    async def resolve(*_: Any, **__: Any) -> Any:
        raise AssertionError("a name was looked up")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    with pytest.raises(NotAllowedError):
        await Egress(()).check(url)


async def test_names_under_localhost_are_never_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """`x.localhost` is this machine whatever a resolver would say, and none is told of the name."""

    async def resolve(*_: Any, **__: Any) -> Any:
        raise AssertionError("a resolver was asked")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    assert (await Egress(()).check("http://x.localhost/")).addresses == ("127.0.0.1", "::1")


async def test_the_checked_address_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that changes between check and connection changes nothing: it is not looked up again."""
    async with receiver() as target:
        loop = asyncio.get_running_loop()
        real, asked = loop.getaddrinfo, []

        async def resolve(host: Any, *rest: Any, **more: Any) -> Any:
            asked.append(host)
            if str(host) == "rebound.test":
                return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", target.port))]
            return await real(host, *rest, **more)

        monkeypatch.setattr(loop, "getaddrinfo", resolve)
        egress = Egress(("rebound.test",))
        checked = await egress.check(f"http://rebound.test:{target.port}/a?b=c")
        reply = await egress.post(checked, b"x", {}, seconds=5)
        await egress.close()
    assert reply.status == 200
    assert [host for host in asked if str(host) == "rebound.test"] == ["rebound.test"]
    assert target.received[0].headers["host"] == f"rebound.test:{target.port}"


@pytest.mark.parametrize(
    ("entry", "url", "passes"),
    [
        ("192.0.2.1", "http://192.0.2.1:81/", True),
        ("192.0.2.1:81", "http://192.0.2.1:81/", True),
        ("192.0.2.1:80", "http://192.0.2.1/", True),
        ("192.0.2.1:443", "https://192.0.2.1/", True),
        ("192.0.2.1:82", "http://192.0.2.1:81/", False),
        ("192.0.2.1", "http://192.0.2.11:81/", False),
        ("192.0.2.1", "http://192.0.2.1.example.test/", False),
        ("2001:db8::1", "http://[2001:db8::1]:81/", True),
    ],
)
async def test_allowing_is_exact(entry: str, url: str, passes: bool) -> None:  # a table
    """HOST opens all ports of that host, HOST:PORT one; nothing that merely looks alike passes."""
    egress = Egress((entry,))
    if passes:
        assert (await egress.check(url)).addresses
    else:
        with pytest.raises(NotAllowedError):
            await egress.check(url)


async def test_an_endless_answer_is_cut_off() -> None:
    """A receiver that sends for ever neither fills the memory nor holds the delivery up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 4096)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    egress = Egress(())
    reply = await egress.post(
        Target(f"http://127.0.0.1:{port}/", "127.0.0.1", port, ("127.0.0.1",)), b"", {}, seconds=10
    )
    await egress.close()
    server.close()
    assert len(reply.body) == 16 * 1024


async def test_the_next_address_is_tried() -> None:
    """Where a name has several addresses of this machine, one that refuses does not end the attempt."""
    async with receiver() as target:
        egress = Egress(())
        url = f"http://localhost:{target.port}/"
        reply = await egress.post(Target(url, "localhost", target.port, ("127.9.9.9", "127.0.0.1")), b"", {}, seconds=5)
        await egress.close()
    assert reply.status == 200


async def no_pause() -> None:
    """Pause for no time."""


@pytest.mark.parametrize("breaks_off", [False, True])
async def test_a_body_in_pieces_goes_to_the_checked_address_too(breaks_off: bool) -> None:
    """Whole or broken off: the next address is tried, the name stands in Host, and the length is the whole one's."""
    manner = Manner((b"ab", b"c"), no_pause, breaks_off)
    async with raw_receiver() as target:
        port = int(target.url.rpartition(":")[2].partition("/")[0])
        checked = Target(f"http://rebound.test:{port}/a?b=c", "rebound.test", port, ("127.9.9.9", "127.0.0.1"))
        egress = Egress(())
        body = b"abcdef" if breaks_off else b"abc"
        if breaks_off:
            with pytest.raises(SendError, match="3 of 6 bytes") as failed:
                await egress.post(checked, body, {}, seconds=5, manner=manner)
            assert failed.value.reached
        else:
            assert (await egress.post(checked, body, {}, seconds=5, manner=manner)).status == 200
        (arrival,) = await target.until(lambda got: got[0].closed or got[0].complete)
        await egress.close()
    assert arrival.raw.startswith(f"POST /a?b=c HTTP/1.1\r\nHost: rebound.test:{port}\r\n".encode())
    assert (arrival.length, arrival.body) == (len(body), b"abc")


async def test_an_error_tells_whether_anybody_was_reached() -> None:
    """Refused connections and unusable URLs reached nobody; a target that says nothing was reached."""
    egress = Egress(())
    outcomes = []
    async with receiver(silent=True) as target:
        nowhere = Target("http://127.0.0.1:1/", "127.0.0.1", 1, ("127.0.0.1",))
        there = Target(target.url, "127.0.0.1", target.port, ("127.0.0.1",))
        for wanted, manner in ((nowhere, None), (nowhere, Manner((b"x",), no_pause, breaks_off=True)), (there, None)):
            with pytest.raises(SendError) as failed:
                await egress.post(wanted, b"xy", {}, seconds=0.2, manner=manner)
            outcomes.append(failed.value.reached)
    await egress.close()
    assert outcomes == [False, False, True]


async def test_a_target_that_does_not_read_cannot_hold_up_a_broken_connection() -> None:
    """More than the sockets hold is given up on when the time is over."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reader._transport.pause_reading()
        writers.append(writer)

    writers: list[asyncio.StreamWriter] = []
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    egress = Egress(())
    target = Target(f"http://127.0.0.1:{port}/", "127.0.0.1", port, ("127.0.0.1",))
    body = bytes(32 * 1024 * 1024)
    with pytest.raises(SendError, match="no answer within"):
        await egress.post(target, body + b"x", {}, seconds=0.3, manner=Manner((body,), no_pause, breaks_off=True))
    for writer in writers:
        writer.transport.abort()
    server.close()
    await egress.close()
