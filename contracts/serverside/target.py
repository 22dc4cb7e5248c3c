"""The server to be judged, and what the judge may do to it."""

import ipaddress
import math
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx

from contracts.apps.table import VersionName
from contracts.wire.money import MICROCENTS_PER_USD

TASK_PATIENCE, LOCAL_TASK_PATIENCE = 900.0, 60.0
"""Seconds for a task to end unless told otherwise: a real video takes minutes, and on this machine nobody makes one."""

MOST_KEY = 1_000
"""Characters of a key: servers refuse headers of several thousand."""

MOST_SPEND = 10_000
"""Dollars that a limit may be at the most: more is a slip of the finger."""


class TargetError(ValueError):
    """The server cannot be judged like this; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the server is, in whose name it is asked, and what that may cost."""

    base_url: str
    """Without a slash at the end."""
    api_key: str = field(repr=False)
    app_version: VersionName = "2026-05"
    other_key: str | None = field(default=None, repr=False)
    """A second key, for what keys must not see of each other; None: checks that need it are not run."""
    spend: int | None = 0
    """Microcents that the run may cost at the most; None where money is play money and there is no limit."""
    patience: float = 30.0
    """Real seconds for one answer to come to its end, and for a line of a stream to come."""
    task_patience: float = TASK_PATIENCE
    """Real seconds for a task to end."""
    insecure_key: bool = False
    """True when any key opens a world, as with the emulator: then checks may use keys of their own."""

    @property
    def is_loopback(self) -> bool:
        """Whether the server runs on this machine, where calls cost nothing."""
        return is_loopback(self.base_url)


def allowance(dollars: float | None, *, is_local: bool) -> int | None:
    """Return what a run may cost, as Target wants it.

    Args:
        dollars: the limit that the user set, or None: nothing may be spent, and on this machine whatever it takes.
        is_local: whether the server is on this machine.

    Raises:
        TargetError: it is no amount.
    """
    if dollars is None:
        return None if is_local else 0
    if not (math.isfinite(dollars) and 0 <= dollars <= MOST_SPEND):
        raise TargetError(f"{dollars:g} is no limit; expected dollars from 0 to {MOST_SPEND}, such as 0.50")
    return round(dollars * MICROCENTS_PER_USD)


def is_loopback(url: str) -> bool:
    """Tell whether a URL names this machine."""
    host = (urlsplit(url).hostname or "").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def clean(base_url: str) -> str:
    """Return a base URL in the form that Target wants, and that addresses of requests begin with.

    Raises:
        TargetError: it is none.
    """
    try:
        parts = urlsplit(base_url)
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        url = str(httpx.URL(base_url)) if usable else ""
    except (ValueError, httpx.InvalidURL):
        usable = False
    if usable and (parts.username is not None or parts.password is not None):
        raise TargetError("the base URL holds a user name or password; leave it out, the API key is all that is sent")
    if not usable or parts.query or parts.fragment:
        raise TargetError(f"{base_url!r} is no base URL; expected something like http://127.0.0.1:8787")
    return url.rstrip("/")


def ensure_keys(api_key: str, other_key: str | None = None) -> None:
    """Refuse keys that cannot be sent, or are one and the same; without showing them.

    Raises:
        TargetError: they cannot be used.
    """
    for name, key in (("key", api_key), ("second key", other_key)):
        if key is not None and not (key.isascii() and key.isprintable() and key and " " not in key):
            raise TargetError(f"the {name} cannot be sent; expected visible ASCII characters, such as inf_...")
        if key is not None and len(key) > MOST_KEY:
            raise TargetError(f"the {name} has {len(key)} characters; expected at most {MOST_KEY}, such as inf_...")
    if api_key == other_key:
        raise TargetError("both keys are the same; the second one is for what keys must not see of each other")
