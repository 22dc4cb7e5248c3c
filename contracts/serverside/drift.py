"""Compares two saved runs, requirement by requirement and shape by shape: mock and real, yesterday and today.

DriftError
    A file is no saved run; the message says what was expected.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KIND = "inferencesh-mock check"


class DriftError(ValueError):
    """A file is no saved run."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One thing that differs."""

    what: str
    """requirement or shape."""
    where: str
    """Id of the requirement; or operation, status and pointer."""
    before: str
    after: str
    told: str = ""
    """Of a requirement: the word that goes with the later verdict."""

    def document(self) -> dict[str, str]:
        """As JSON."""
        return {"what": self.what, "where": self.where, "before": self.before, "after": self.after, "told": self.told}


_UNSEEN = frozenset({"not-run", "not-applicable"})


def read(path: Path) -> Mapping[str, Any]:
    """Read a saved run.

    Raises:
        DriftError: it is none.
    """
    try:
        document = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise DriftError(f"cannot read {path}: {error}; expected a file of `inferencesh-mock check --save`") from None
    whole = isinstance(document, dict) and document.get("kind") == KIND
    if not whole or not isinstance(document.get("requirements"), list) or not isinstance(document.get("shapes"), dict):
        raise DriftError(f"{path} is no saved run; expected a file of `inferencesh-mock check --save`")
    found: Mapping[str, Any] = document
    return found


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Moved]:
    """Return what differs, requirements first.

    A requirement that only the later run looked at is no drift; one that it looks at no longer is. A shape is compared
    where both have the answer.
    """
    return [*_requirements(before, after), *_shapes(before, after)]


def _requirements(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Moved]:
    rows = {row["id"]: row for row in before["requirements"]}
    found = []
    for row in after["requirements"]:
        old = rows.get(row["id"])
        if old is None or old["verdict"] in _UNSEEN or row["verdict"] == "not-applicable":
            continue
        if old["verdict"] != row["verdict"]:
            found.append(Moved("requirement", row["id"], old["verdict"], row["verdict"], row["told"]))
    return found


def _shapes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Moved]:
    found = []
    for answer in sorted(before.get("shapes", {}).keys() & after.get("shapes", {}).keys()):
        one, other = before["shapes"][answer], after["shapes"][answer]
        for at in sorted(one.keys() | other.keys()):
            old, new = ("|".join(shape.get(at, [])) or "absent" for shape in (one, other))
            if old != new:
                found.append(Moved("shape", f"{answer} {at}", old, new))
    return found
