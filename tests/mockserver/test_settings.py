"""Behaviour settings: what each takes, and that a change is all or nothing."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver import settings
from mockserver.settings import HELP, Behaviour, Settings, SettingsError

from .asgi import Client

pytestmark = pytest.mark.anyio

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZg=="

json_values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(), st.lists(st.text()), st.just({})
)


def test_every_setting_has_a_help_text() -> None:
    """The command's help and the docs are written from it."""
    assert list(HELP) == [row.name for row in fields(Behaviour)]


@pytest.mark.parametrize("row", fields(Behaviour), ids=lambda row: row.name)
def test_every_choice_can_be_chosen(row: Any) -> None:
    """Each value that is offered is taken, of numbers the smallest and the largest."""
    bounds = settings.bounds(row.name)
    numbers = () if bounds is None else (bounds.least, bounds.most)
    for value in settings.choices(row.name) or numbers or (SECRET, None):
        assert getattr(settings.change(Behaviour(), {row.name: value}), row.name) == value


@given(st.sampled_from([row.name for row in fields(Behaviour)]), json_values)
def test_nothing_else_can_be_chosen(name: str, value: Any) -> None:
    """Any other JSON value is a SettingsError that names the setting; 44100.0 is not 44100."""
    allowed, bounds = settings.choices(name), settings.bounds(name)
    if bounds is not None:
        if type(value) is int and bounds.least <= value <= bounds.most:
            return
    elif any(type(value) is type(choice) and value == choice for choice in allowed) or (not allowed and value is None):
        return
    with pytest.raises(SettingsError, match=name):
        settings.change(Behaviour(), {name: value})


@pytest.mark.parametrize(
    "value", ["whsec_", "whsec_AAAA", "MDEyMzQ1Njc4OWFiY2RlZg==", "whsec_\u00e9", "whsec_!!!!", "whsec_" + "A" * 23]
)
def test_a_secret_is_what_standard_webhooks_says(value: str) -> None:
    """`whsec_` and the base64 of at least 16 bytes; the message does not repeat what was given."""
    with pytest.raises(SettingsError) as refused:
        settings.change(Behaviour(), {"webhook_secret": value})
    assert value.removeprefix("whsec_") not in str(refused.value) or value == "whsec_"


def test_an_unknown_setting_is_refused_with_the_known_ones() -> None:
    """A typing error is told, not ignored."""
    with pytest.raises(SettingsError, match="latency"):
        settings.change(Behaviour(), {"latncy": "quick"})


def test_sample_rates_are_whole_numbers() -> None:
    """In JSON 44100.0 is 44100; the file of beeps is not named so."""
    for value in (44100.0, "44100", True):
        with pytest.raises(SettingsError):
            settings.change(Behaviour(), {"sample_rate": value})


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("x", False),
    ],
)
def test_loopback_is_told_from_the_rest(host: str, loopback: bool) -> None:  # a table
    """What decides whether the control plane needs its token."""
    assert Settings(host=host).is_loopback is loopback


async def test_a_patch_is_all_or_nothing(client: Client) -> None:
    """One wrong value, and none of the others is taken."""
    for wrong in (
        {"latency": "instant", "envelope": "v9"},
        {"latency": "instant", "webhook_secret": "x"},
        {"latency": "instant", "what": 1},
    ):
        reply = await client.request("PATCH", "/_mock/settings", json=wrong)
        assert reply.status == 400, wrong
        assert client.world.behaviour == Behaviour()
    await client.configure(latency="instant", envelope="v1")
    assert (client.world.behaviour.latency, client.world.behaviour.envelope) == ("instant", "v1")


async def test_a_patch_is_for_one_world(client: Client) -> None:
    """The server's own settings and other keys stay as they are."""
    await client.configure(latency="instant", webhook_secret=SECRET)
    shown = (await client.get("/_mock/settings")).json()
    assert (shown["server"]["behaviour"]["latency"], shown["world"]["behaviour"]["latency"]) == ("quick", "instant")
    assert shown["world"]["behaviour"]["webhook_secret"] == "whsec_..."
    other = (await client.other("another-key").get("/_mock/settings")).json()
    assert other["world"]["behaviour"]["latency"] == "quick"


async def test_settings_without_a_key_show_the_server_alone(client: Client) -> None:
    """And no secret of it."""
    shown = (await client.other(None).get("/_mock/settings")).json()
    assert list(shown) == ["server"]
    assert "control_token" not in shown["server"]
