"""Signatures that a receiver of webhooks has to refuse, or (rotated) to accept; each kind a pure function."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mockserver import signing


@dataclass(frozen=True, slots=True)
class Seal:
    """What one attempt is signed with."""

    identifier: str
    """Of the delivery."""
    at: float
    """When it is sent, Unix seconds."""
    secret: str | None
    """The secret in force; None: webhooks are not signed."""
    old_secret: str
    """A secret that was in force before, as a world without a past imagines it."""


Headers = dict[str, str]


def true(seal: Seal, body: bytes) -> Headers:
    """The right signature; no headers where webhooks are not signed."""
    return {} if seal.secret is None else _signed(seal, seal.secret, seal.at, body)


def wrong(seal: Seal, secret: str, body: bytes, _seconds: float) -> Headers:
    """A signature of the right form that belongs to another body."""
    return _signed(seal, secret, seal.at, body + b" ")


def missing(seal: Seal, secret: str, body: bytes, _seconds: float) -> Headers:
    """Id and time, and no signature."""
    found = _signed(seal, secret, seal.at, body)
    del found["webhook-signature"]
    return found


def stale(seal: Seal, secret: str, body: bytes, seconds: float) -> Headers:
    """A right signature from long ago, as of somebody who plays an old webhook back."""
    return _signed(seal, secret, max(0.0, seal.at - seconds), body)


def future(seal: Seal, secret: str, body: bytes, seconds: float) -> Headers:
    """A right signature of a time that has not come."""
    return _signed(seal, secret, seal.at + seconds, body)


def rotated(seal: Seal, secret: str, body: bytes, _seconds: float) -> Headers:
    """Signatures of the secret in force and of the old one, so that receivers with either accept it."""
    both = (signing.sign(key, seal.identifier, seal.at, body) for key in (secret, seal.old_secret))
    return signing.headers(seal.identifier, seal.at, " ".join(both))


def foreign(seal: Seal, _secret: str, body: bytes, _seconds: float) -> Headers:
    """The old secret's signature alone, as of a sender who has not heard of the new one."""
    return _signed(seal, seal.old_secret, seal.at, body)


KINDS: Mapping[str, Callable[[Seal, str, bytes, float], Headers]] = MappingProxyType(
    {
        "wrong": wrong,
        "missing": missing,
        "stale": stale,
        "future": future,
        "rotated": rotated,
        "foreign": foreign,
    }
)
"""By the argument `kind` of `webhook_signature`."""


def _signed(seal: Seal, secret: str, at: float, body: bytes) -> Headers:
    return signing.headers(seal.identifier, at, signing.sign(secret, seal.identifier, at, body))
