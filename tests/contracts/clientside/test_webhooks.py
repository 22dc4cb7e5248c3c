"""Webhooks that the kit signs, and how the reference client takes them."""

import json

import httpx
import pytest

from contracts.clientside import webhooks
from contracts.clientside.reference_webhooks import Receiver, verified
from contracts.clock import wall


@pytest.mark.parametrize("kind", webhooks.KINDS)
def test_only_right_webhooks_are_believed(kind: str) -> None:
    """A good, a late and a twice signed one are right; everything else is not."""
    hook = webhooks.signed(kind, wall())
    told = verified(hook["headers"], hook["body"].encode(), hook["secret"])
    assert (told is not None) == (kind in {"good", "late", "rotated"})


def test_a_receiver_thanks_for_copies_and_refuses_forgeries() -> None:
    """An end is made known once, and a forged one never."""
    receiver = Receiver(webhooks.SECRET)
    try:
        answers = [
            httpx.post(receiver.url, content=hook["body"], headers=hook["headers"]).status_code
            for hook in (webhooks.signed(kind, wall()) for kind in ("wrong", "good", "good"))
        ]
        assert answers == [400, 204, 204]
        assert receiver.heard(1, 0.0) == [{"task": webhooks.TASK, "status": 10}]
    finally:
        receiver.close()


@pytest.mark.parametrize(("body", "status"), [(b"no json", 400), (b"[]", 400), (b"{}", 400), (b'{"id": "a"}', 204)])
def test_without_a_secret_whatever_names_a_task_is_taken(body: bytes, status: int) -> None:
    """Nothing is checked where nothing can be."""
    receiver = Receiver(None)
    try:
        assert httpx.post(receiver.url, content=body).status_code == status
    finally:
        receiver.close()


def test_the_good_body_names_its_task() -> None:
    """Cases may ask for the id."""
    assert json.loads(webhooks.signed("good", 0)["body"])["id"] == webhooks.TASK
