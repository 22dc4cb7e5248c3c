"""What an emulator can be told: the command, the environment, the files and the tests all fill this in."""

import base64
import ipaddress
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Annotated, Any, Literal, get_args, get_origin

from contracts.apps.table import Enforcement, VersionName
from contracts.plans.plan import Plan
from contracts.wire.envelopes import Envelope
from contracts.wire.money import MICROCENTS_PER_USD
from contracts.wire.statuses import Numbering
from contracts.wire.streams import SseEvents
from mockserver.clock import Mode
from mockserver.concurrency import Excess
from mockserver.media.rendition import MediaMode
from mockserver.timeline import Latency
from mockserver.world_token import MOST_SEED, WorldToken

MOST_CREDITS = 1_000_000 * MICROCENTS_PER_USD
"""Play money of a new world in microcents at most."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The smallest and the largest whole number that a setting takes."""

    least: int
    most: int


class SettingsError(ValueError):
    """A setting has a value it cannot have; the message names the setting and what it takes."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a world behaves. Every world starts with the server's and may be given its own at /_mock/settings."""

    latency: Latency = "quick"
    enforce: Enforcement = "documented"
    app_version: VersionName = "2026-05"
    """What a reference without a version id means (D3)."""
    envelope: Envelope = "superset"
    """What requests without X-API-Version get, and the form of problems (D1)."""
    status_numbers: Numbering = "current"
    file_values: Literal["string", "object"] = "string"
    """The form of a file in a task's output (D7)."""
    sse_events: SseEvents = "unnamed"
    rate_limits: Literal["off", "documented"] = "off"
    concurrency: Annotated[int, Bounds(0, 10_000)] = 0
    """Tasks of a world that are worked on at once; 0 for no limit."""
    concurrency_excess: Excess = "queue"
    empty_input: Literal["reject", "sample"] = "reject"
    """`sample` fills the app's sample prompt into an input without one: the app page's snippets run as printed."""
    media: MediaMode = "full"
    moov: Literal["front", "end"] = "front"
    sample_rate: Literal[44100, 48000] = 44100
    webhook_secret: str | None = None
    """`whsec_` and base64: webhooks are signed as Standard Webhooks says (D12)."""


HELP: Mapping[str, str] = {
    "latency": "How long tasks take: some 40 ms, some 3 s, or as long as the real service.",
    "enforce": "Refuse at once what the app's page forbids, or behave as the real app was observed to.",
    "app_version": "What a bare app reference means.",
    "envelope": "Form of answers to requests without X-API-Version, and of problems.",
    "status_numbers": "Ends as 10/11/12/13, or as the 9/10/11 of clients up to Python 0.6.0.",
    "file_values": "Files in outputs as bare URLs or as objects.",
    "sse_events": "Unnamed server-sent events, or the documented update/done.",
    "rate_limits": "Enforce the documented limits per minute, or only show the headers.",
    "concurrency": "How many tasks of a key are worked on at once; 0 for no limit.",
    "concurrency_excess": "Keep the tasks above that queued, or let them fail late with [1303].",
    "empty_input": "Refuse an input without a prompt, or fill in the app's sample prompt.",
    "media": "Videos as slates, as cheap flat mosaics, or as slates padded to 5 to 27 MB.",
    "moov": "Where the index of the videos lies.",
    "sample_rate": "Sound samples per second.",
    "webhook_secret": "Sign webhooks as Standard Webhooks says.",
}
"""What each behaviour setting does, for the command's help and the docs."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that is decided before the server starts."""

    behaviour: Behaviour = field(default_factory=Behaviour)
    host: str = "127.0.0.1"
    port: int = 8787
    seed: int | None = None
    """None: unpredictable ids."""
    replays: WorldToken | None = None
    """Every world has the randomness of this one, whatever its key; None: each its own key's. Goes with its seed."""
    plan: Plan = field(default_factory=Plan)
    """What is armed in every world that arms nothing itself."""
    clock: Mode = "real"
    clock_scale: float = 1.0
    clock_start: float | None = None
    """Unix seconds at which every world's clock starts; None: now, or 2026-06-01T00:00:00Z for a manual clock."""
    public_url: str | None = None
    """Base of the URLs we mint; None: the request's own Host (D16)."""
    allow_egress: tuple[str, ...] = ()
    """HOST or HOST:PORT that webhooks may go to besides loopback (D13)."""
    control_token: str | None = None
    """What X-Mock-Token must say on /_mock/; required when bound beyond loopback."""
    credits: int = 100 * MICROCENTS_PER_USD
    """Play money of a new world in microcents (D18)."""
    max_worlds: int = 1000
    max_upload: int = 64 * 1024 * 1024
    """Bytes of one upload. Above the contract's 10 MB, so that a file that is too large can be uploaded and refused."""
    log_requests: bool = False
    """One line on stderr for each exchange of the vendor's surface."""
    media_cache: int = 128 * 1024 * 1024
    """Bytes of rendered videos kept in memory."""
    media_cache_dir: str | None = None
    """Folder in which rendered videos are kept as well; None: nowhere."""
    media_cache_disk: int = 1024 * 1024 * 1024
    """Bytes of rendered videos kept in that folder."""

    def __post_init__(self) -> None:
        """Check what would only show once something is answered.

        Raises:
            SettingsError: the seed is too large, or no header can say the control token.
        """
        if self.seed is not None and abs(self.seed) > MOST_SEED:
            raise SettingsError(f"the seed is {str(self.seed)[:64]}; expected a whole number up to {MOST_SEED}")
        token = self.control_token
        if token is not None and not (token.isascii() and token.isprintable() and token == token.strip() and token):
            raise SettingsError("the control token is empty or no header can say it; expected printable ASCII")

    @property
    def is_loopback(self) -> bool:
        """Whether the server can be reached from this machine only."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


def change(behaviour: Behaviour, changes: dict[str, Any]) -> Behaviour:
    """Return a behaviour with some settings changed.

    Args:
        behaviour: what to start from.
        changes: parsed JSON, setting by name.

    Raises:
        SettingsError: an unknown name or a value the setting does not take.
    """
    known = {row.name: row for row in fields(Behaviour)}
    for name, value in changes.items():
        if name not in known:
            raise SettingsError(f"there is no setting {name!r}; there are {', '.join(known)}")
        check(name, value)
    return replace(behaviour, **changes)


def check(name: str, value: Any) -> None:  # noqa: ANN401  # parsed JSON
    """Check one behaviour setting.

    Raises:
        SettingsError: the setting does not take this value.
    """
    if name == "webhook_secret":
        _check_secret(value)
        return
    limits = bounds(name)
    if limits is not None:
        if type(value) is not int or not limits.least <= value <= limits.most:
            raise SettingsError(f"{name} is {value!r}; it takes a whole number from {limits.least} to {limits.most}")
        return
    allowed = choices(name)
    # JSON knows one kind of number, so 44100.0 equals 44100; a file name made from it would not.
    if (type(value), value) not in [(type(choice), choice) for choice in allowed]:
        told = ", ".join(str(choice) for choice in allowed)
        raise SettingsError(f"{name} is {value!r}; it takes one of: {told}")


def choices(name: str) -> tuple[Any, ...]:
    """Return the values a behaviour setting takes; empty for a number or free text."""
    annotation = _annotation(name)
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def bounds(name: str) -> Bounds | None:
    """Return the whole numbers a behaviour setting takes; None if it takes none."""
    return next((entry for entry in get_args(_annotation(name)) if isinstance(entry, Bounds)), None)


def _annotation(name: str) -> Any:  # noqa: ANN401  # whatever a field is annotated with
    return next(row.type for row in fields(Behaviour) if row.name == name)


def document(behaviour: Behaviour) -> dict[str, Any]:
    """Return a behaviour as JSON; a secret is shown only as being set."""
    shown = asdict(behaviour)
    if shown["webhook_secret"] is not None:
        shown["webhook_secret"] = "whsec_..."  # noqa: S105  # a placeholder, so that the secret itself is not shown
    return shown


def _check_secret(value: Any) -> None:  # noqa: ANN401  # parsed JSON
    if value is not None and not _is_secret(value):
        raise SettingsError(
            "webhook_secret is not a Standard Webhooks secret; expected whsec_ and the base64 of at least 16 bytes"
        )


def _is_secret(value: Any) -> bool:  # noqa: ANN401  # parsed JSON
    if not isinstance(value, str) or not value.startswith("whsec_"):
        return False
    try:
        return len(base64.b64decode(value.removeprefix("whsec_"), validate=True)) >= 16
    except ValueError:  # not base64, or not even ASCII
        return False
