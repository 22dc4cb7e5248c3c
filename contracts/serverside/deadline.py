"""A transport whose answers have an end: each has so many seconds in all, however often a byte of it comes."""

from collections.abc import Iterable
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

from contracts import clock


class Transport(httpx.HTTPTransport):
    """httpx's own over connections with a deadline; its timeouts are for one read, which a byte begins anew."""

    def __init__(self, seconds: float | None) -> None:
        """Make connections when they are wanted.

        Args:
            seconds: from the end of a request to the end of its answer; None for no end.
        """
        # The limits are httpx's. What the base class opens besides is for proxies and the environment.
        self._pool = httpcore.ConnectionPool(
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=5.0,
            network_backend=httpcore.SyncBackend() if seconds is None else _Backend(seconds),
        )


class _Backend(httpcore.SyncBackend):
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = super().connect_tcp(host, port, timeout, local_address, socket_options)
        return _Stream(stream, self._seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, seconds: float) -> None:
        self._stream = stream
        self._seconds = seconds
        self._end = clock.now() + seconds

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = self._end - clock.now()
        if left <= 0:
            raise httpcore.ReadTimeout(f"the answer had not come to its end after {self._seconds:g} s")
        return self._stream.read(max_bytes, left if timeout is None else min(left, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)
        self._end = clock.now() + self._seconds

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, timeout), self._seconds)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  # as the base class has it
        return self._stream.get_extra_info(info)
