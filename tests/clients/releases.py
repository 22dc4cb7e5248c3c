"""Which official clients are run, and what each of them is known not to do: `releases.toml`, read once."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

Mode = Literal["sync", "async"]

CASES = ("run", "stream", "poll", "cancel", "wait_cancelled", "upload", "failing", "invalid", "unauthorized")
MODES: tuple[Mode, ...] = ("sync", "async")


@dataclass(frozen=True)
class PythonRelease:
    """One release of the Python client and the differences a server's tester meets."""

    version: str
    why: str
    legacy_status_numbers: bool = False
    http_error: dict[str, str] = field(default_factory=lambda: {"sync": "APIError", "async": "APIError"}, hash=False)
    detail_lost: list[str] = field(default_factory=list, hash=False)
    status_code_lost: list[str] = field(default_factory=list, hash=False)
    error_code: bool = False

    @property
    def completed(self) -> int:
        return 9 if self.legacy_status_numbers else 10

    @property
    def cancelled(self) -> int:
        return 11 if self.legacy_status_numbers else 12


@dataclass(frozen=True)
class PythonClient:
    """A release used one of the two ways it offers."""

    release: PythonRelease
    mode: Mode

    def __str__(self) -> str:
        return f"{self.release.version}-{self.mode}"


@dataclass(frozen=True)
class Limit:
    """One case one client cannot do, and how it says so."""

    client: PythonClient
    case: str
    raises: str
    message: str
    reason: str

    def __str__(self) -> str:
        return f"{self.client}-{self.case}"


@dataclass(frozen=True)
class JavascriptRelease:
    """The JavaScript client and the exact versions of what it depends on."""

    version: str
    pins: dict[str, str] = field(hash=False)


_DATA = tomllib.loads(Path(__file__).with_name("releases.toml").read_text(encoding="utf-8"))

JAVASCRIPT = JavascriptRelease(**_DATA["javascript"])
PYTHON = tuple(PythonRelease(**entry) for entry in _DATA["python"])
PYTHON_CLIENTS = tuple(PythonClient(release, mode) for release in PYTHON for mode in MODES)
LIMITS = tuple(
    Limit(client, case, entry["raises"], entry["message"], entry["reason"])
    for entry in _DATA["limit"]
    for client in PYTHON_CLIENTS
    if client.release.version in entry["versions"] and client.mode == entry["mode"]
    for case in entry["cases"]
)


def able(case: str) -> list[PythonClient]:
    """The clients which can do the case: all but those `releases.toml` names."""
    unable = {limit.client for limit in LIMITS if limit.case == case}
    return [client for client in PYTHON_CLIENTS if client not in unable]
