"""A webhook target on loopback, met by senders that misbehave."""

import socket
from typing import Any
from urllib.parse import urlsplit

import pytest

from mockserver.testing import WebhookReceiver


def test_a_body_that_breaks_off_is_remembered_as_it_came() -> None:
    """`complete` says that there should have been more."""
    with WebhookReceiver() as hook:
        address = urlsplit(hook.url)
        with socket.create_connection((address.hostname, address.port)) as sender:
            sender.sendall(b"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        (got,) = hook.wait()
    assert (got.body, got.complete) == (b"{", False)


def test_a_length_that_is_no_number_is_no_length() -> None:
    """The request is refused, and the receiver goes on."""
    with WebhookReceiver() as hook:
        address = urlsplit(hook.url)
        for length in (b"many", b"2"):
            with socket.create_connection((address.hostname, address.port)) as sender:
                sender.sendall(b"POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: " + length + b"\r\n\r\n{}")
                answered = sender.recv(100)
        assert answered.startswith(b"HTTP/1.0 200")
        assert [got.body for got in hook.received][-1:] == [b"{}"]


@pytest.mark.parametrize("status", [True, "503", 100, 600, 5.0])
def test_an_answer_that_is_no_status_is_refused_at_once(status: Any) -> None:
    """And not when the webhook comes, where nobody would see why."""
    with WebhookReceiver() as hook, pytest.raises(ValueError, match="is no status; expected numbers from 200 to 599"):
        hook.answer(200, status)
