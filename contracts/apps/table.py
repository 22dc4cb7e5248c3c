"""Reads an app's decision table: rules, branches, sizes and prices are data (D4, app.md §3)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast

from contracts.apps.expectation import Branch

Enforcement = Literal["documented", "observed"]
"""Whether the documented limits are checked at once, or the app's observed behaviour is played (D4)."""

VersionName = Literal["2026-05", "2026-08"]
VERSIONS: tuple[VersionName, ...] = ("2026-05", "2026-08")

Outcome = Literal["violation", "warning", "failure"]
Sound = Literal["on", "off", "asked-if-high"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: when all facts hold, this follows."""

    requirement: str
    enforce: Enforcement
    outcome: Outcome
    when: Mapping[str, Any]
    message: str
    versions: tuple[VersionName, ...] = VERSIONS
    pointer: str = ""
    code: str = ""
    expected: str = ""
    received: str = ""
    stage: Literal["fetch", "request"] = "request"
    """Files are fetched before the upstream sees the request, so those failures are told first."""

    def applies(self, facts: Mapping[str, Any], version: VersionName, enforcement: Enforcement) -> bool:
        """Tell whether the row fires; a fact that is not known (its field is invalid) never matches."""
        return (
            self.enforce == enforcement
            and version in self.versions
            and all(key in facts and facts[key] == value for key, value in self.when.items())
        )


@dataclass(frozen=True, slots=True)
class BranchRow:
    """One of the app's ways of working; the first row whose facts hold is taken."""

    name: Branch
    when: Mapping[str, bool]
    sound: Sound


@dataclass(frozen=True, slots=True)
class AppVersion:
    """One generation of the app's contract (D3)."""

    name: VersionName
    id: str
    schema: str
    quality_field: str
    high: str
    low: str
    high_text: str
    marker: str
    """Regular expression of the voice marker in a prompt."""
    marker_example: str
    removed: Mapping[str, str]
    """Keys that only the other version has, each with what stands in its place here, or an empty string."""


@dataclass(frozen=True, slots=True)
class Table:
    """The whole decision table of one app."""

    id: str
    namespace: str
    name: str
    function: str
    versions: Mapping[VersionName, AppVersion]
    limits: Mapping[str, Any]
    upstream_ratios: frozenset[str]
    sizes: Mapping[str, Mapping[str, tuple[int, int]]]
    areas: Mapping[str, int]
    prices: Mapping[str, Mapping[str, int]]
    branches: tuple[BranchRow, ...]
    rules: tuple[Rule, ...]
    file_rules: tuple[Rule, ...]

    @property
    def reference(self) -> str:
        """`namespace/name`."""
        return f"{self.namespace}/{self.name}"


@cache
def load(app: str = "video_v2_6") -> Table:
    """Return the decision table of an app module in this package.

    Raises:
        FileNotFoundError: there is no such table.
        TypeError: a row has a key that no rule knows, or lacks one.
    """
    raw = tomllib.loads((files("contracts.apps") / f"{app}.toml").read_text("utf-8"))
    return Table(
        id=raw["id"],
        namespace=raw["namespace"],
        name=raw["name"],
        function=raw["function"],
        versions={
            cast("VersionName", name): AppVersion(name=cast("VersionName", name), **row)
            for name, row in raw["versions"].items()
        },
        limits=raw["limits"],
        upstream_ratios=frozenset(raw["limits"]["upstream_ratios"]),
        sizes={
            resolution: {ratio: (width, height) for ratio, (width, height) in rows.items()}
            for resolution, rows in raw["sizes"].items()
        },
        areas=raw["areas"],
        prices=raw["prices"],
        branches=tuple(BranchRow(**row) for row in raw["branch"]),
        rules=tuple(_rule(row) for row in raw["rule"]),
        file_rules=tuple(_rule(row) for row in raw["file_rule"]),
    )


def _rule(row: dict[str, Any]) -> Rule:
    return Rule(**row | ({"versions": tuple(row["versions"])} if "versions" in row else {}))
