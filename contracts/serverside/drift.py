"""Compares two saved runs, requirement by requirement and shape by shape: mock and real, yesterday and today.

DriftError
    A file is no saved run; the message says what was expected.
"""

import json
from collections.abc import Mapping, Sequence
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
        told = error.strerror if isinstance(error, OSError) else "it is no JSON"
        raise DriftError(f"cannot read {path}: {told}; expected a file of `inferencesh-mock check --save`") from None
    whole = isinstance(document, dict) and document.get("kind") == KIND
    if not whole or not isinstance(document.get("requirements"), list) or not isinstance(document.get("shapes"), dict):
        raise DriftError(f"{path} is no saved run; expected a file of `inferencesh-mock check --save`")
    found: Mapping[str, Any] = document
    return found


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Moved]:
    """Return what differs, requirements first.

    A requirement that only the later run looked at is no drift; one that it looks at no longer is. A shape is compared
    where both have the answer, and in places where both have something to show.
    """
    return [*_requirements(before, after), *_shapes(before, after)]


def conditions(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return how the runs were made differently, if they were: then more moves than the server."""
    names = ("app_version", "phases", "seed", "max_examples")
    # A run that an older version saved says less.
    known = (name for name in names if before.get(name) is not None and after.get(name) is not None)
    pairs = ((name, before[name], after[name]) for name in known)
    return [f"{name.replace('_', ' ')} {_words(old)} -> {_words(new)}" for name, old, new in pairs if old != new]


def _words(value: Any) -> str:  # noqa: ANN401  # JSON
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


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


_Shape = Mapping[str, Sequence[str]]
"""Types by JSON Pointer."""


def _shapes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Moved]:
    found = []
    for answer in sorted(before.get("shapes", {}).keys() & after.get("shapes", {}).keys()):
        one, other = before["shapes"][answer], after["shapes"][answer]
        for at in sorted(one.keys() | other.keys()):
            if _differs(at, one, other):
                old, new = ("|".join(shape.get(at, [])) or "absent" for shape in (one, other))
                found.append(Moved("shape", f"{answer} {at}", old, new))
    return found


def _differs(at: str, one: _Shape, other: _Shape) -> bool:
    """Tell whether a place differs, and not only what happened to stand there: null, an empty list."""
    above, _, name = at.rpartition("/")
    holder = "array" if name == "*" else "object"
    if at != "/" and not all(holder in shape.get(above or "/", ()) for shape in (one, other)):
        return False
    if name == "*" and not (at in one and at in other):
        return False
    if not (at in one and at in other):
        return True
    types, others = (set(shape[at]) - {"null"} for shape in (one, other))
    return types != others and bool(types) and bool(others)
