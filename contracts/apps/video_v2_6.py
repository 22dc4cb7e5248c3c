"""klingai/video-v2-6: one pure function from an input to everything that follows from it (D3, D4, D18, D21)."""

import difflib
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from contracts import schemas
from contracts.apps import table
from contracts.apps.expectation import Branch, MediaExpectation
from contracts.apps.files import FileFacts
from contracts.apps.judgement import InputWarning, Judgement, Violation
from contracts.apps.table import AppVersion, Enforcement, Rule, Table, VersionName

FileLookup = Callable[[str], FileFacts]
"""Tells what is known of the file that a non-empty string names."""

FILE_FIELDS = ("image", "end_image")

MOST_UNKNOWN = 100
"""Unknown keys that get a warning each; the rest get one together, or a body full of them would take seconds."""

_SHOWN = 120
"""Characters of a received value that a violation repeats."""

_TYPE_WORDS = {"string": "a string", "boolean": "true or false", "integer": "an integer", "object": "a JSON object"}


def judge(
    version: VersionName,
    document: Any,  # noqa: ANN401  # any JSON value may arrive
    files: FileLookup,
    enforcement: Enforcement = "documented",
) -> Judgement:
    """Judge an input.

    Args:
        version: which generation of the app's contract.
        document: the request's `input`, parsed JSON of any shape.
        files: what is known of each file it names.
        enforcement: `documented` refuses at once what the page forbids; `observed` checks types and enums only,
            adjusts silently and lets the task fail late (D4).

    Returns:
        All violations in pointer order, or the accepted input with warnings, price and media expectation.
    """
    spec = table.load()
    app = spec.versions[version]
    broken = _schema_violations(app, document)
    if not isinstance(document, dict):
        return Judgement(violations=tuple(broken))
    invalid = {violation.pointer[1:] for violation in broken}
    values = {
        key: document[key] if key in document and key not in invalid else default
        for key, default in defaults(version).items()
    }
    facts = _facts(spec, app, values, document, invalid)
    named = {
        field: _file_facts(spec, field, values[field], files)
        for field in FILE_FIELDS
        if field not in invalid and isinstance(values[field], str)
    }
    rules = [rule for rule in spec.rules if rule.applies(facts, version, enforcement)]
    file_rules = [
        (rule, seen)
        for rule in spec.file_rules
        for seen in named.values()
        if rule.applies(seen, version, enforcement)
        # What a picture holds matters only where the picture is used; without a start frame the end frame is dropped.
        and (rule.stage == "fetch" or enforcement == "documented" or facts.get("image") or seen["field"] == "image")
    ]
    violations = broken + [_violation(rule, facts) for rule in rules if rule.outcome == "violation"]
    violations += [_violation(rule, seen) for rule, seen in file_rules if rule.outcome == "violation"]
    warnings = [_warning(rule, facts) for rule in rules if rule.outcome == "warning"]
    warnings += [_warning(rule, seen) for rule, seen in file_rules if rule.outcome == "warning"]
    if enforcement == "documented":
        warnings += _unknown_fields(app, document)
    told = tuple(sorted(warnings, key=lambda warning: (warning.pointer, warning.rule)))
    if violations:
        ordered = sorted(violations, key=lambda violation: (violation.pointer, violation.rule))
        return Judgement(violations=tuple(ordered), warnings=told)
    failures = [
        *(
            _fill(rule.message, seen)
            for rule, seen in file_rules
            if rule.outcome == "failure" and rule.stage == "fetch"
        ),
        *(_fill(rule.message, facts) for rule in rules if rule.outcome == "failure"),
        *(
            _fill(rule.message, seen)
            for rule, seen in file_rules
            if rule.outcome == "failure" and rule.stage != "fetch"
        ),
    ]
    branch, sound = _branch(spec, facts)
    expectation = _expectation(spec, app, values, branch, sound=sound, picture=named.get("image"))
    return Judgement(
        warnings=told,
        accepted=_accepted(app, values, facts, branch, sound=sound),
        failure=failures[0] if failures else None,
        expectation=expectation,
        price=0 if failures else _price(spec, expectation, spoken=facts["marker"]),
    )


def defaults(version: VersionName) -> dict[str, Any]:
    """Return every known key of a version with its default; `prompt` has none and is given as an empty string."""
    properties: Mapping[str, Any] = schemas.load(table.load().versions[version].schema)["properties"]
    return {key: row.get("default", "" if key == "prompt" else None) for key, row in properties.items()}


def sample_prompt(version: VersionName) -> str:
    """Return the prompt that the app's own schema gives as its example."""
    return str(schemas.load(table.load().versions[version].schema)["properties"]["prompt"]["examples"][0])


def picture_size(width: int, height: int, resolution: Literal["720p", "1080p"]) -> tuple[int, int]:
    """Return the size of an image-to-video output in pixels: the resolution's area at the image's own ratio (D21)."""
    areas = table.load().areas
    multiple = areas["multiple"]
    scale = math.sqrt(areas[resolution] / (width * height))
    return (
        max(multiple, round(width * scale / multiple) * multiple),
        max(multiple, round(height * scale / multiple) * multiple),
    )


def _schema_violations(app: AppVersion, document: Any) -> list[Violation]:  # noqa: ANN401  # JSON
    if not isinstance(document, dict):
        return [Violation("", "REQ-INPUT-001", "input is not a JSON object", "a JSON object", _received(document))]
    properties = schemas.load(app.schema)["properties"]
    found: dict[str, Violation] = {}
    # No field is a list or an object, and the validator gives up on deep ones: what is inside does not matter.
    known = {
        key: type(value)() if isinstance(value, list | dict) else value
        for key, value in document.items()
        if key in properties
    }
    for error in schemas.validator(app.schema).iter_errors(known):
        path = list(error.instance_path)
        field = str(path[0]) if path else "prompt"  # the only required key is the only error without a path
        if field in found:
            continue
        row = properties[field]
        if not path:
            found[field] = Violation(
                f"/{field}", row["x-rules"]["required"], f"{field} is required", "a string", "nothing"
            )
            continue
        expected = _expected(app, row)
        keyword = "enum" if "enum" in row["x-rules"] else next(k for k in row["x-rules"] if k != "required")
        found[field] = Violation(
            f"/{field}",
            row["x-rules"][keyword],
            f"{field} must be {expected}{_form_hint(app, field)}",
            expected,
            _received(document[field]),
        )
    return list(found.values())


def _expected(app: AppVersion, row: Mapping[str, Any]) -> str:
    if "$ref" in row:
        definition = schemas.load(app.schema)["$defs"][row["$ref"].rsplit("/", 1)[-1]]
        return "one of " + ", ".join(_quoted(value) for value in definition["enum"])
    if "anyOf" in row:
        return " or ".join(_TYPE_WORDS.get(option["type"], option["type"]) for option in row["anyOf"])
    return _TYPE_WORDS[row["type"]]


def _quoted(value: str | int) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _form_hint(app: AppVersion, field: str) -> str:
    if field != "duration":
        return ""
    form = "a string" if app.name == "2026-05" else "an integer"
    return f"; version {app.name} of the app takes it as {form}"


def _facts(
    spec: Table, app: AppVersion, values: Mapping[str, Any], given: Mapping[str, Any], invalid: set[str]
) -> dict[str, Any]:
    """Return what the rules may ask about; facts of an invalid field are left out, so that no rule about it fires."""
    limit = spec.limits["prompt_characters"]
    prompt = values["prompt"]
    negative = values.get("negative_prompt") or ""
    voice = values["voice_id"]
    has_voice = bool(voice) if app.name == "2026-05" else voice is not None
    image, end_image = bool(values["image"]), bool(values["end_image"])
    by_field: dict[str, dict[str, Any]] = {
        "prompt": {
            "prompt_long": len(prompt) > limit,
            "prompt_length": len(prompt),
            "prompt_empty": not prompt.strip(),
            "marker": re.search(app.marker, prompt) is not None,
        },
        "negative_prompt": {
            "negative_long": len(negative) > limit,
            "negative_length": len(negative),
            "negative_given": bool(negative),
        },
        "voice_id": {"voice": has_voice, "voice_empty": voice == ""},
        "image": {"image": image},
        "end_image": {"end_image": end_image},
        "sound": {"sound": values["sound"], "sound_given": given.get("sound")},
        "aspect_ratio": {
            "ratio_upstream": values["aspect_ratio"] in spec.upstream_ratios,
            "aspect_ratio": values["aspect_ratio"],
        },
        "duration": {"duration": values["duration"]},
        app.quality_field: {"quality": "high" if values[app.quality_field] == app.high else "low"},
    }
    facts: dict[str, Any] = {
        "quality_field": app.quality_field,
        "high": app.high,
        "low": app.low,
        "high_text": app.high_text,
        "marker_example": app.marker_example,
    }
    for field, known in by_field.items():
        if field not in invalid:
            facts |= known
    frames = [bool(values[field]) for field in FILE_FIELDS if field not in invalid]
    # One absent frame settles it, whatever the other is.
    if len(frames) == len(FILE_FIELDS) or not all(frames):
        facts["end_frame"] = all(frames)
    return facts


def _file_facts(spec: Table, field: str, value: str, files: FileLookup) -> dict[str, Any]:
    known: dict[str, Any] = {"field": field, "value": _shortened(value), "pointer": f"/{field}"}
    if not value:
        return known | {"origin": "empty"}
    file = files(value)
    known |= {"origin": file.origin, "data_uri": value[:5].lower() == "data:"}
    if not file.here:
        return known
    limits = spec.limits
    format_ok = file.format in limits["formats"]
    known |= {
        "size": file.size,
        "format": file.format or "no image",
        "width": file.width,
        "height": file.height,
        "heavy": (file.size or 0) > limits["file_bytes"],
        "format_ok": format_ok,
    }
    if not format_ok or file.width is None or file.height is None:
        return known | ({"decodable": False, "defect": file.defect or "no size"} if format_ok else {})
    short, long = sorted((file.width, file.height))
    return known | {
        "bomb": short * long > limits["image_pixels"],
        "decodable": file.defect is None,
        "defect": file.defect,
        "small": short < limits["side_pixels"],
        "slim": long > short * limits["ratio"],
    }


def _branch(spec: Table, facts: Mapping[str, Any]) -> tuple[Branch, bool]:
    row = next(row for row in spec.branches if all(facts[key] == value for key, value in row.when.items()))
    asked = facts["sound"] and facts["quality"] == "high"
    return row.name, {"on": True, "off": False, "asked-if-high": asked}[row.sound]


def _expectation(
    spec: Table,
    app: AppVersion,
    values: Mapping[str, Any],
    branch: Branch,
    *,
    sound: bool,
    picture: Mapping[str, Any] | None,
) -> MediaExpectation:
    resolution: Literal["720p", "1080p"] = "1080p" if values[app.quality_field] == app.high else "720p"
    if branch != "text-to-video" and picture is not None and picture.get("width") and picture.get("height"):
        width, height = picture_size(picture["width"], picture["height"], resolution)
    else:
        width, height = spec.sizes[resolution][values["aspect_ratio"]]
    return MediaExpectation(
        branch=branch,
        resolution=resolution,
        # 4:2:0 cannot carry an odd side (D21).
        width=width + width % 2,
        height=height + height % 2,
        seconds=int(values["duration"]),
        sound=sound,
        voice_id=values["voice_id"] if branch == "voice-control" else None,
    )


def _price(spec: Table, expectation: MediaExpectation, *, spoken: bool) -> int:
    if expectation.resolution == "720p":
        kind = "low-silent"
    elif not expectation.sound:
        kind = "high-silent"
    else:
        kind = "high-voice" if expectation.branch == "voice-control" and spoken else "high-sound"
    return spec.prices[kind][str(expectation.seconds)]


def _accepted(
    app: AppVersion, values: Mapping[str, Any], facts: Mapping[str, Any], branch: Branch, *, sound: bool
) -> dict[str, Any]:
    accepted = {key: values[key] for key in defaults(app.name)}
    accepted["sound"] = sound
    if "negative_prompt" in accepted:
        accepted["negative_prompt"] = None
    for field in FILE_FIELDS:
        accepted[field] = accepted[field] or None
    if not facts["image"]:
        accepted["end_image"] = None
    if branch != "voice-control":
        accepted["voice_id"] = None
    accepted["duration"] = type(defaults(app.name)["duration"])(accepted["duration"])
    return accepted


def _unknown_fields(app: AppVersion, document: Mapping[str, Any]) -> list[InputWarning]:
    known = list(defaults(app.name))
    found: list[InputWarning] = []
    unknown = [key for key in document if key not in known]
    for key in unknown[:MOST_UNKNOWN]:
        near = app.removed.get(key) or next(iter(difflib.get_close_matches(key[:64].lower(), known, n=1)), None)
        gone = f"; only the other version has it, not {app.name}" if key in app.removed else ""
        hint = f"; the nearest known field is {near}" if near else ""
        pointer = "/" + key.replace("~", "~0").replace("/", "~1")
        found.append(
            InputWarning(
                pointer,
                "REQ-INPUT-018",
                "unknown_field",
                f"{_shortened(key)!r} is not a field{gone}{hint}; it is ignored",
            )
        )
    if len(unknown) > MOST_UNKNOWN:
        more = len(unknown) - MOST_UNKNOWN
        found.append(
            InputWarning("", "REQ-INPUT-018", "unknown_field", f"{more} more keys are no fields; they are ignored")
        )
    return found


def _violation(rule: Rule, facts: Mapping[str, Any]) -> Violation:
    return Violation(
        pointer=rule.pointer or facts["pointer"],
        rule=rule.requirement,
        message=_fill(rule.message, facts),
        expected=_fill(rule.expected, facts),
        received=_fill(rule.received, facts),
    )


def _warning(rule: Rule, facts: Mapping[str, Any]) -> InputWarning:
    return InputWarning(
        pointer=rule.pointer or facts["pointer"],
        rule=rule.requirement,
        code=rule.code,
        message=_fill(rule.message, facts),
    )


def _fill(text: str, facts: Mapping[str, Any]) -> str:
    """Put facts into a row's `{name}` places; the text is ours, the values are not format strings."""
    return re.sub(r"\{(\w+)\}", lambda match: str(facts[match[1]]), text)


def _received(value: Any) -> str:  # noqa: ANN401  # any JSON value
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{_shortened(value)}"'
        case int() | float():
            return str(value)
        case list():
            return f"a list of {len(value)}"
        case _:
            return f"an object of {len(value)} keys"


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text)} characters)"
