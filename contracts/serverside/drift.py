"""Compares two saved runs, requirement by requirement and shape by shape: mock and real, yesterday and today.

DriftError
    A file is no saved run; the message says what was expected.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts.reporting import plain
from contracts.serverside.finding import ORDER

KIND, VERSION = "inferencesh-mock check", 1
"""What a saved run says of itself."""

MOST_BYTES = 128 * 1024 * 1024
"""Of a file; a run of all phases has less than a tenth of it."""

EXPECTED = "expected a file of `inferencesh-mock check --save`"


class DriftError(ValueError):
    """A file is no saved run."""


@dataclass(frozen=True, slots=True)
class Moved:
    """One thing that differs."""

    what: str
    """requirement or shape."""
    where: str
    """Id of the requirement; or operation, status, version asked for and pointer."""
    before: str
    after: str
    told: str = ""
    """Of a requirement: the word that goes with the later verdict."""

    def line(self) -> str:
        """Return it in one line."""
        return plain.line(
            f"{self.what:<11} {self.where}: {self.before} -> {self.after}{'  ' + self.told if self.told else ''}"
        )

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
        with path.open("rb") as stream:
            written = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise DriftError(f"cannot read {path}: {error.strerror}; {EXPECTED}") from None
    if len(written) > MOST_BYTES:
        raise DriftError(f"{path} has more than {MOST_BYTES >> 20} MiB, which is no saved run; {EXPECTED}")
    try:
        document = json.loads(written.decode("utf-8"))
    except (ValueError, RecursionError):
        raise DriftError(f"cannot read {path}: it is no JSON; {EXPECTED}") from None
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise DriftError(f"{path} is no saved run; {EXPECTED}")
    if type(document.get("version")) is not int or document["version"] != VERSION:
        told = f"has the form {document.get('version')!r:.40}, and this version of the command reads {VERSION}"
        raise DriftError(f"{path} {told}; save both runs with the same `inferencesh-mock check --save`")
    damage = next(_damage(document), None)
    if damage is not None:
        raise DriftError(f"{path} is damaged: {damage}; {EXPECTED}")
    found: Mapping[str, Any] = document
    return found


def _damage(document: Mapping[str, Any]) -> Iterator[str]:
    """Yield what no run that was saved holds."""
    rows, shapes = document.get("requirements"), document.get("shapes")
    if not isinstance(rows, list) or not isinstance(shapes, dict):
        yield "it lacks `requirements`, a list, or `shapes`, an object"
        return
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        texts = [row.get(name) for name in ("id", "verdict", "told")] if isinstance(row, dict) else [None]
        if not all(isinstance(text, str) for text in texts) or texts[1] not in ORDER:
            yield f"row {number} of `requirements` has no `id`, `told` or known `verdict`"
        elif texts[0] in seen:
            yield f"row {number} of `requirements` is the second of its `id`"
        else:
            seen.add(str(texts[0]))
    for answer, shape in shapes.items():
        if not isinstance(shape, dict) or not all(
            isinstance(types, list) and types and all(isinstance(name, str) for name in types)
            for types in shape.values()
        ):
            yield f"the shape of {answer[:60]!r} is none"


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Moved]:
    """Return what differs, requirements first.

    A requirement that only the later run looked at is no drift; one that it looks at no longer is, whether it was not
    run, does not apply or is not there. A shape is compared where both have the answer, and in places where both have
    something to show; an answer that the later run has not had is drift where both looked at the same.
    """
    return [*_requirements(before, after), *_shapes(before, after)]


def conditions(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return how the runs were made differently, if they were: then more moves than the server."""
    names = ("app_version", "phases", "areas", "checks", "seed", "max_examples")
    # A run that an older version saved says less.
    known = (name for name in names if before.get(name) is not None and after.get(name) is not None)
    pairs = ((name, before[name], after[name]) for name in known)
    chosen = [f"{name.replace('_', ' ')} {_words(old)} -> {_words(new)}" for name, old, new in pairs if old != new]
    return [*chosen, *_ends("earlier", before, after), *_ends("later", after, before)]


def servers(before: Mapping[str, Any], after: Mapping[str, Any]) -> str | None:
    """Return which two servers are compared, where they are two by their base URLs."""
    one, other = before.get("base_url"), after.get("base_url")
    return None if one == other else f"servers     {one} -> {other}"


def _ends(which: str, run: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    """Yield what ended before its time in one run and not in the other."""
    stopped, others = (row if isinstance(row := one.get("stopped"), Mapping) else {} for one in (run, other))
    for name, reason in stopped.items():
        if name == "run":
            yield f"the {which} run did not come to its end: {reason}"
        elif name not in others:
            yield f"{name} did not come to its end in the {which} run: {reason}"


def _words(value: Any) -> str:  # noqa: ANN401  # JSON
    return (", ".join(map(str, value)) or "all") if isinstance(value, list) else str(value)


def _requirements(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Moved]:
    rows = {row["id"]: row for row in after["requirements"]}
    found = []
    for old in before["requirements"]:
        row = rows.get(old["id"], _LOST)
        if old["verdict"] not in _UNSEEN and old["verdict"] != row["verdict"]:
            found.append(Moved("requirement", old["id"], old["verdict"], row["verdict"], row["told"]))
    return found


_LOST = {"verdict": "absent", "told": "the later run does not know it"}


_Shape = Mapping[str, Sequence[str]]
"""Types by JSON Pointer."""


def _shapes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Moved]:
    found = []
    olds, news = before["shapes"], after["shapes"]
    if not (_tells_versions(olds) and _tells_versions(news)):
        olds, news = _merged(olds), _merged(news)
    for answer in sorted(olds):
        one, other = olds[answer], news.get(answer)
        if other is None:
            if not conditions(before, after):
                found.append(Moved("shape", answer, "seen", "absent"))
            continue
        for at in sorted(one.keys() | other.keys()):
            if _differs(at, one, other):
                old, new = ("|".join(shape.get(at, [])) or "absent" for shape in (one, other))
                found.append(Moved("shape", f"{answer} {at}", old, new))
    return found


def _tells_versions(shapes: Mapping[str, _Shape]) -> bool:
    """Tell whether shapes stand by the version that was asked for; in a run that an older command saved they do not."""
    return all("," in answer for answer in shapes)


def _merged(shapes: Mapping[str, _Shape]) -> Mapping[str, _Shape]:
    """Return shapes by operation and status alone."""
    found: dict[str, dict[str, set[str]]] = {}
    for answer, shape in shapes.items():
        whole = found.setdefault(answer.partition(",")[0], {})
        for at, types in shape.items():
            whole.setdefault(at, set()).update(types)
    return {answer: {at: sorted(types) for at, types in shape.items()} for answer, shape in found.items()}


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
