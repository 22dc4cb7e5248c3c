"""Inputs of the app, with what has to come of them: accepted, accepted with warnings, or refused with which rules."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from hypothesis import strategies as st

from contracts.apps.table import VersionName
from contracts.strategies import prompts, shapes, values
from contracts.strategies.labels import Broken, LabelledInput, Warned
from contracts.strategies.shapes import Frame, Shape


class BadFile(NamedTuple):
    """A value for `image` or `end_image` that names a file which cannot be used."""

    value: str
    rules: tuple[str, ...]
    """Requirement ids it breaks, sorted, such as ("REQ-INPUT-021",)."""


@dataclass(frozen=True, slots=True)
class Files:
    """Values for `image` and `end_image`. Their bytes are somebody else's to put there, by upload or as a data URI."""

    good: st.SearchStrategy[str]
    """Files that break no rule."""
    bad: st.SearchStrategy[BadFile] | None = None
    """Files that break some."""
    foreign: st.SearchStrategy[str] | None = None
    """URLs of other people's servers, which are accepted unseen (REQ-INPUT-024)."""


def placeholders() -> Files:
    """Return files that are still to be uploaded; LabelledInput.with_files puts their addresses in."""
    return Files(st.sampled_from(values.PLACEHOLDERS), malformed_files(), st.just("https://example.com/boat.png"))


def malformed_files() -> st.SearchStrategy[BadFile]:
    """Texts that name no file at all (REQ-INPUT-038)."""
    return st.sampled_from(values.NO_FILES).map(lambda text: BadFile(text, ("REQ-INPUT-038",)))


def valid_inputs(version: VersionName, files: Files | None = None) -> st.SearchStrategy[LabelledInput]:
    """Inputs that are accepted: every combination of fields that the tables of D4 let pass, warnings included.

    Args:
        version: of the app.
        files: for `image` and `end_image`; without them no input names a file.

    Raises:
        ValueError: there is no such version.
    """
    return _of_shapes(version, shapes.by_violations(version, files=files is not None)[()], files)


def warned_inputs(
    version: VersionName, files: Files | None = None, code: str | None = None
) -> st.SearchStrategy[LabelledInput]:
    """Inputs that are accepted with at least one warning.

    Args:
        version: of the app.
        files: for `image` and `end_image`; without them no input names a file.
        code: of a warning that has to be among them.

    Raises:
        ValueError: there is no such version, or none of its inputs with these files is warned of so.
    """
    fitting = [
        shape
        for shape in shapes.by_violations(version, files=files is not None)[()]
        if any(code in {None, warned.code} for _, warned in shapes.warnings(version, shape))
    ]
    found = []
    if fitting:
        found.append(_of_shapes(version, fitting, files))
    if code in {None, "unknown_field"}:
        found.append(valid_inputs(version, files).flatmap(lambda case: _with_unknown(version, case)))
    if code in {None, "negative_prompt_unsupported"} and version == "2026-05":
        negative = prompts.words() | prompts.at_the_limit()
        found.append(_of_shapes(version, _accepted(version, files), files, negative=negative))
    if code in {None, "image_not_inspected"} and files is not None and files.foreign is not None:
        with_a_file = [shape for shape in _accepted(version, files) if shape.frames]
        only = Files(files.foreign, foreign=files.foreign)
        found.append(_of_shapes(version, with_a_file, only, seen=False))
    if not found:
        told = {warned.code for shape in _accepted(version, files) for _, warned in shapes.warnings(version, shape)}
        there = ", ".join(sorted(told | {"unknown_field"}))
        raise ValueError(f"no input of {version} has the warning {code!r} with these files; there are {there}")
    return st.one_of(found)


def invalid_inputs(
    version: VersionName, files: Files | None = None, most: int | None = None
) -> st.SearchStrategy[LabelledInput]:
    """Inputs that are refused, each labelled with every rule it breaks.

    Args:
        version: of the app.
        files: for `image` and `end_image`; without them no input names a file.
        most: violations of one input; any number when left out.

    Raises:
        ValueError: there is no such version, or `most` is less than one.
    """
    if most is not None and most < 1:
        raise ValueError(f"most is {most}; an input that is refused has one violation at least")
    groups = shapes.by_violations(version, files=files is not None)
    together = [
        shape for broken, found in groups.items() if broken and (most is None or len(broken) <= most) for shape in found
    ]
    combined = _of_shapes(version, together, files)
    single = st.sampled_from(_single_rules(version, files)).flatmap(lambda rule: inputs_breaking(version, rule, files))
    if most == 1:
        return single | combined
    apart = [rule for rule in _APART if _of_version(version, rule)]
    several = [shape for broken, found in groups.items() if most is None or len(broken) < most for shape in found]
    more = st.tuples(
        _of_shapes(version, several, files),
        st.lists(st.sampled_from(apart), min_size=1, max_size=3 if most is None else 1, unique_by=_APART.get),
    ).flatmap(lambda both: _spoilt(version, *both))
    spoilt_files = [] if files is None or files.bad is None else [_with_bad_file(version, files, None, most)]
    return st.one_of(single, combined, more, *spoilt_files)


def inputs_breaking(version: VersionName, rule: str, files: Files | None = None) -> st.SearchStrategy[LabelledInput]:
    """Inputs that break exactly one rule, once.

    Args:
        version: of the app.
        rule: requirement id.
        files: for `image` and `end_image`; rules about files need them.

    Raises:
        ValueError: there is no such version, or none of its inputs with these files breaks that rule alone.
    """
    alone = rules(version, files=files is not None)
    if rule == "REQ-INPUT-001":
        return st.sampled_from(values.NO_OBJECTS).map(
            lambda document: LabelledInput(version, document, (Broken("", rule),))
        )
    if rule in _APART and _of_version(version, rule):
        return valid_inputs(version, files).flatmap(lambda case: _spoilt(version, case, [rule]))
    for broken, found in shapes.by_violations(version, files=files is not None).items():
        if [one.rule for one in broken] == [rule]:
            return _of_shapes(version, found, files)
    if files is not None and files.bad is not None and rule in _FILE_RULES:
        return _with_bad_file(version, files, rule, 1)
    told = ", ".join(sorted({*alone, *(_FILE_RULES if files is not None and files.bad is not None else ())}))
    raise ValueError(f"no input of {version} breaks {rule!r} alone with these files; there are {told}")


def rules(version: VersionName, *, files: bool) -> tuple[str, ...]:
    """Return the ids of all rules that an input of a version can break alone, sorted.

    Args:
        version: of the app.
        files: whether it may name files that can be used; rules about bad files are not among them.

    Raises:
        ValueError: there is no such version.
    """
    alone = {broken[0].rule for broken in shapes.by_violations(version, files=files) if len(broken) == 1}
    return tuple(sorted(alone | {"REQ-INPUT-001"} | {rule for rule in _APART if _of_version(version, rule)}))


_APART: Mapping[str, str] = {
    "REQ-INPUT-002": "prompt",
    "REQ-INPUT-003": "prompt",
    "REQ-INPUT-004": "prompt",
    "REQ-INPUT-005": "negative_prompt",
    "REQ-INPUT-006": "negative_prompt",
    "REQ-INPUT-009": "aspect_ratio",
    "REQ-INPUT-010": "duration",
    "REQ-INPUT-011": "duration",
}
"""Rules about one field that no other field takes part in."""

_ONE_VERSION: Mapping[str, VersionName] = {
    "REQ-INPUT-005": "2026-05",
    "REQ-INPUT-006": "2026-05",
    "REQ-INPUT-010": "2026-05",
    "REQ-INPUT-011": "2026-08",
}

_FILE_RULES = frozenset({f"REQ-INPUT-{number:03d}" for number in (19, 20, 21, 22, 23, 25, 38, 40)})


def _of_version(version: VersionName, rule: str) -> bool:
    return _ONE_VERSION.get(rule, version) == version


def _accepted(version: VersionName, files: Files | None) -> tuple[Shape, ...]:
    return shapes.by_violations(version, files=files is not None)[()]


def _single_rules(version: VersionName, files: Files | None) -> tuple[str, ...]:
    return rules(version, files=files is not None)


def _of_shapes(
    version: VersionName,
    among: Sequence[Shape],
    files: Files | None,
    *,
    negative: st.SearchStrategy[str] | None = None,
    seen: bool = True,
) -> st.SearchStrategy[LabelledInput]:
    """Fill in one of some shapes."""

    @st.composite
    def filled(draw: st.DrawFn) -> LabelledInput:
        # Field by field, so that each shrinks by itself; the first value of a field is the simplest.
        left = among
        for name in _FIELDS:
            options = sorted({getattr(shape, name) for shape in left}, key=_ORDER.index)
            options += ["file"] * options.count("file")  # or rows with both frames would hardly ever come up
            # A choice even where there is none: what takes fewer choices would count as simpler.
            chosen = options[draw(st.integers(0, 59)) % len(options)]
            left = [shape for shape in left if getattr(shape, name) == chosen]
        return draw(_filled(version, left[0], files, negative, seen=seen))

    return filled()


_FIELDS = tuple(field.name for field in fields(Shape))
_ORDER = (False, True, "absent", "file", "given", "low", "on", "off", "high", "null", "empty", "wrong")


@st.composite
def _filled(
    draw: st.DrawFn,
    version: VersionName,
    shape: Shape,
    files: Files | None,
    negative: st.SearchStrategy[str] | None,
    *,
    seen: bool,
) -> LabelledInput:
    """Fill in a shape."""
    document: dict[str, Any] = {"prompt": draw(prompts.marked(version) if shape.marker else prompts.unmarked(version))}
    field, known = values.QUALITIES[version]
    if shape.quality != "absent":
        document[field] = _wrong(draw, version, field) if shape.quality == "wrong" else known[shape.quality]
    unseen = []
    for name in ("image", "end_image"):
        frame: Frame = getattr(shape, name)
        if frame == "file":
            assert files is not None  # noqa: S101  # shapes without files name none
            document[name] = draw(files.good)
            foreign = not seen or (files.foreign is not None and draw(_SELDOM))
            if foreign and files.foreign is not None:
                document[name] = draw(files.foreign)
            unseen += [name] * foreign
        elif frame != "absent":
            document[name] = _wrong(draw, version, name) if frame == "wrong" else {"null": None, "empty": ""}[frame]
    match shape.voice:
        case "given":
            document["voice_id"] = draw(st.sampled_from(values.VOICES))
        case "wrong":
            document["voice_id"] = _wrong(draw, version, "voice_id")
        case "null" | "empty":
            document["voice_id"] = None if shape.voice == "null" else ""
    if shape.sound != "absent":
        document["sound"] = _wrong(draw, version, "sound") if shape.sound == "wrong" else shape.sound == "on"
    document |= draw(_apart(version))
    if negative is not None:
        document["negative_prompt"] = draw(negative)
    return _labelled(version, document, shape, unseen)


_SELDOM = st.sampled_from([False, False, False, True])


def _wrong(draw: st.DrawFn, version: VersionName, field: str) -> Any:  # noqa: ANN401  # JSON
    return draw(st.sampled_from(values.WRONG[version][field]))


@functools.cache
def _apart(version: VersionName) -> st.SearchStrategy[dict[str, Any]]:
    """Fields that no other field cares about, with values that are fine."""
    known: dict[str, st.SearchStrategy[Any]] = {
        "aspect_ratio": st.sampled_from(values.RATIOS[version]),
        "duration": st.sampled_from(values.DURATIONS[version]),
    }
    if version == "2026-05":
        known["negative_prompt"] = st.sampled_from([None, ""])
    return st.fixed_dictionaries({}, optional=known)


def _labelled(
    version: VersionName, document: dict[str, Any], shape: Shape, unseen: list[str] | None = None
) -> LabelledInput:
    broken = shapes.violations(version, shape)
    if broken:
        return LabelledInput(version, document, broken)
    told = [*shapes.warnings(version, shape)]
    told += [("REQ-INPUT-024", Warned(f"/{name}", "image_not_inspected")) for name in unseen or []]
    if document.get("negative_prompt"):
        told.append(("REQ-INPUT-007", Warned("/negative_prompt", "negative_prompt_unsupported")))
    ordered = sorted(told, key=lambda row: (row[1].pointer, row[0]))
    branch, sound = shapes.clip(version, shape)
    return LabelledInput(
        version, document, (), tuple(warned for _, warned in ordered), branch, sound, high=not shape.low
    )


def _with_unknown(version: VersionName, case: LabelledInput) -> st.SearchStrategy[LabelledInput]:
    def added(more: dict[str, Any]) -> LabelledInput:
        new = [Warned(values.pointer(key), "unknown_field") for key in more]
        # A pointer to a key of ours is never one to an unknown key, so the pointer alone gives the order.
        told = sorted([*case.warnings, *new], key=lambda warned: warned.pointer)
        return LabelledInput(
            version, {**case.document, **more}, (), tuple(told), case.branch, case.sound, high=case.high
        )

    return values.unknown_keys(version).map(added)


@st.composite
def _spoilt(draw: st.DrawFn, version: VersionName, case: LabelledInput, broken: list[str]) -> LabelledInput:
    """Break rules about single fields as well."""
    document = dict(case.document)
    for rule in broken:
        field = _APART[rule]
        if rule == "REQ-INPUT-002":
            document.pop("prompt")
        elif rule in {"REQ-INPUT-004", "REQ-INPUT-006"}:
            document[field] = draw(prompts.too_long())
        else:
            document[field] = _wrong(draw, version, field)
    all_of_them = [*case.violations, *(Broken(f"/{_APART[rule]}", rule) for rule in broken)]
    return LabelledInput(version, document, tuple(sorted(all_of_them)))


@st.composite
def _with_bad_file(
    draw: st.DrawFn, version: VersionName, files: Files, rule: str | None, most: int | None
) -> LabelledInput:
    """Put a file that cannot be used where a good one was."""
    among = [shape for shape in _accepted(version, files) if shape.frames]
    case = draw(_of_shapes(version, among, Files(files.good)))
    fields = [field for field in ("image", "end_image") if case.document.get(field)]
    spoilt = draw(st.lists(st.sampled_from(fields), min_size=1, max_size=2 if most is None else 1, unique=True))
    assert files.bad is not None  # noqa: S101  # asked by the callers
    document, broken = dict(case.document), []
    for field in sorted(spoilt):
        bad = draw(
            files.bad.filter(lambda bad: bad.rules == (rule,) if rule else most is None or len(bad.rules) <= most)
        )
        document[field] = bad.value
        broken += [Broken(f"/{field}", one) for one in bad.rules]
    return LabelledInput(version, document, tuple(broken))
