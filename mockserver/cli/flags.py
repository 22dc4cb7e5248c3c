"""From the flags of `serve` to settings: what single values must look like, and what goes together."""

import ipaddress
import re
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from contracts.wire.ids import parse_timestamp
from contracts.wire.money import MICROCENTS_PER_USD
from mockserver import settings
from mockserver.cli import arming
from mockserver.clock import within_time
from mockserver.settings import Behaviour, Settings, SettingsError

_LIKE = "expected a base without query and fragment, such as http://mock.test:8787 or https://mock.test/api"

_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:]+\]?")


def to_settings(options: Mapping[str, Any], given: Collection[str] = ()) -> Settings:
    """Return the settings that parsed options mean.

    Args:
        options: all of them, by name.
        given: names of those that stand on the command line; they win over what a scenario or an export says.

    Raises:
        SettingsError: a value that no setting takes, or options that do not go together.
    """
    armed = arming.read(options, given)
    options = {**options, **{name: value for name, value in armed.options.items() if name not in given}}
    behaviour = settings.change(
        Behaviour(),
        {
            name: int(options[name]) if name == "sample_rate" else options[name]
            for name in settings.document(Behaviour())
            if name in options
        },
    )
    try:
        settings.change(Behaviour(), dict(armed.behaviour))
    except SettingsError as error:
        raise SettingsError(f"{armed.source}: settings: {error}") from None
    behaviour = settings.change(
        behaviour, {name: value for name, value in armed.behaviour.items() if name not in given}
    )
    chosen = Settings(
        behaviour=behaviour,
        host=_host(options["host"]),
        port=options["port"],
        seed=options["seed"] if armed.token is None else armed.token.seed,
        replays=armed.token,
        plan=armed.plan,
        clock=options["clock"],
        clock_scale=options["clock_scale"],
        clock_start=_clock_start(options["clock_start"]),
        public_url=_public_url(options["public_url"]),
        allow_egress=tuple(_target(entry) for entry in options["allow_egress"]),
        control_token=options["control_token"],
        credits=round(options["credits"] * MICROCENTS_PER_USD),
        max_worlds=options["max_worlds"],
        log_requests=options["log_requests"],
        media_cache_dir=options["media_cache_dir"],
    )
    if chosen.clock != "scaled" and chosen.clock_scale != 1.0:
        raise SettingsError("--clock-scale goes with --clock scaled")
    if not chosen.is_loopback and not chosen.control_token:
        raise SettingsError(
            f"--host {chosen.host} can be reached from other machines, so --control-token TOKEN is needed as well"
        )
    return chosen


def _target(entry: str) -> str:
    name, _, port = entry.rpartition(":") if not entry.endswith("]") and entry.count(":") == 1 else (entry, "", "")
    if not _HOST_NAME.fullmatch(name) or (port and not (port.isdecimal() and 0 < int(port) < 65536)):
        raise SettingsError(
            f"--allow-egress is {entry!r}; expected HOST or HOST:PORT, such as hooks.example.com:443 "
            "(several in the variable are separated by spaces)"
        )
    return entry


def _clock_start(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        moment = within_time(parse_timestamp(text))
    except ValueError as error:
        raise SettingsError(f"--clock-start: {error}") from None
    if moment < 0:
        raise SettingsError(f"--clock-start is {text!r}; the emulator's time begins with 1970, expected a later moment")
    return moment


def _public_url(url: str | None) -> str | None:
    if url is None:
        return None
    try:
        parts = urlsplit(url)
        port_fits = parts.port != 0
    except ValueError:
        raise SettingsError(f"--public-url is {url!r}; {_LIKE}") from None
    plain = url.isascii() and url.isprintable() and not set(url) & set(' ?#"\\<>')
    if not plain or not port_fits or parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise SettingsError(f"--public-url is {url!r}; {_LIKE}")
    return url


def _host(host: str) -> str:
    if host == "localhost":
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(host.strip("[]")))
    except ValueError:
        raise SettingsError(f"--host is {host!r}; expected an IP address such as 127.0.0.1, or localhost") from None
