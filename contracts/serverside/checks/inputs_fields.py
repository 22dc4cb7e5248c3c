"""Inputs, field by field: types, values, lengths, defaults."""

from typing import Any

from contracts.serverside import shelf
from contracts.serverside.cases import Case, carry_out, violations_of
from contracts.serverside.check import check
from contracts.serverside.exchange import Exchange
from contracts.serverside.probe import Probe
from contracts.serverside.specimens import PROMPT

_LIMIT = 2500

_LETTERS = {"two bytes of UTF-8 each": "é", "four bytes of UTF-8 each": "\N{WATER WAVE}"}
"""What a limit in bytes, or in UTF-16 code units, would count more than once."""


@check(
    "input.wrong-values-are-refused",
    "REQ-INPUT-001",
    "REQ-INPUT-002",
    "REQ-INPUT-003",
    "REQ-INPUT-005",
    "REQ-INPUT-008",
    "REQ-INPUT-009",
    "REQ-INPUT-012",
    "REQ-INPUT-013",
    "REQ-INPUT-014",
    "REQ-INPUT-015",
    "REQ-INPUT-016",
)
def wrong_values_are_refused(probe: Probe) -> None:
    """Each field refuses other types and unknown words, with its own pointer and rule."""
    cheap = probe.cheap
    ratio = "16:10" if probe.target.app_version == "2026-05" else "4:3"
    rows: tuple[tuple[str, str, Any], ...] = (
        ("REQ-INPUT-003", "prompt", 5),
        ("REQ-INPUT-003", "prompt", None),
        ("REQ-INPUT-005", "negative_prompt", ["blurry"]),
        ("REQ-INPUT-008", "mode", "PRO"),
        ("REQ-INPUT-008", "mode", None),
        ("REQ-INPUT-009", "aspect_ratio", ratio),
        ("REQ-INPUT-012", "sound", None),
        ("REQ-INPUT-013", "voice_id", 7),
        ("REQ-INPUT-014", "image", {"uri": "https://example.com/a.png"}),
        ("REQ-INPUT-015", "end_image", 5),
        ("REQ-INPUT-016", "resolution", "4k"),
    )
    without = {key: value for key, value in cheap.items() if key != "prompt"}
    carry_out(
        probe,
        [
            Case("REQ-INPUT-001", "a text in the place of the input", PROMPT),
            Case("REQ-INPUT-001", "a list in the place of the input", [cheap]),
            Case("REQ-INPUT-002", "an input without prompt", without),
            *(Case(rule, f"{field} {value!r}", {**cheap, field: value}) for rule, field, value in rows),
        ],
    )


@check("input.nothing-is-coerced", "REQ-INPUT-046")
def nothing_is_coerced(probe: Probe) -> None:
    """What looks like a value of the right type is not taken for one."""
    cheap = probe.cheap
    duration = 5 if probe.target.app_version == "2026-05" else "5"
    rows: tuple[tuple[str, Any], ...] = (("sound", "true"), ("sound", 0), ("duration", duration), ("prompt", 5))
    carry_out(probe, [Case("REQ-INPUT-046", f"{field} {value!r}", {**cheap, field: value}) for field, value in rows])


@check("input.duration-says-which-form", "REQ-INPUT-010", "REQ-INPUT-011")
def duration_says_which_form(probe: Probe) -> None:
    """Strings in the older version and integers in the newer one, and the refusal says so."""
    older = probe.target.app_version == "2026-05"
    rule, word, values = (
        ("REQ-INPUT-010", "string", (5, "7", "5.0", True)) if older else ("REQ-INPUT-011", "integer", ("5", 7, 5.5))
    )
    answers = carry_out(probe, [Case(rule, f"duration {row!r}", {**probe.cheap, "duration": row}) for row in values])
    for answer in answers:
        message = _message(answer, rule)
        told = f"the violation's message is {message!r}; expected it to say that this version takes it as {word}"
        probe.holds(rule, word in message, told)


@check("input.too-long-is-refused", "REQ-INPUT-004", "REQ-INPUT-006")
def too_long_is_refused(probe: Probe) -> None:
    """One code point more than 2500, whatever it is made of."""
    cheap = probe.cheap
    cases = []
    for told, letter in _LETTERS.items():
        text = letter * (_LIMIT + 1)
        cases.append(Case("REQ-INPUT-004", f"a prompt of 2501 characters ({told})", {**cheap, "prompt": text}))
        what = f"a negative_prompt of 2501 characters ({told})"
        cases.append(Case("REQ-INPUT-006", what, {**cheap, "negative_prompt": text}))
    carry_out(probe, cases)


@check("input.limit-counts-code-points", "REQ-INPUT-004", "REQ-INPUT-006", needs=("spend",))
def limit_counts_code_points(probe: Probe) -> None:
    """2500 characters are accepted, however many bytes they have."""
    cheap = probe.cheap
    cases = [
        Case("REQ-INPUT-004", f"a prompt of 2500 characters ({told})", {**cheap, "prompt": letter * _LIMIT})
        for told, letter in _LETTERS.items()
    ]
    what = "a negative_prompt of 2500 characters"
    text = "\N{WATER WAVE}" * _LIMIT
    cases.append(Case("REQ-INPUT-006", what, {**cheap, "negative_prompt": text}))
    carry_out(probe, cases)


@check("input.everything-wrong-is-told-at-once", "REQ-ERR-009", "REQ-INPUT-003", "REQ-INPUT-009", "REQ-INPUT-012")
def everything_wrong_is_told_at_once(probe: Probe) -> None:
    """One violation for each field that is wrong, in the order of their pointers, which is not the schema's."""
    fields = ("prompt", "image", "voice_id", "sound", "aspect_ratio", "duration")
    rules = {**probe.cheap, "voice_id": "v", "end_image": "no file", "prompt": "x" * (_LIMIT + 1)}
    carry_out(
        probe,
        [
            Case("REQ-ERR-009", "an input whose fields are all of a wrong kind", dict.fromkeys(fields, 1)),
            Case("REQ-ERR-009", "an input that breaks rules of four kinds", {**rules, "aspect_ratio": "16:10"}),
        ],
    )


@check("input.documented-limits-are-checked-at-once", "REQ-INPUT-047")
def documented_limits_are_checked_at_once(probe: Probe) -> None:
    """By default every limit is looked at when the run is submitted, before anything is spent."""
    cheap = probe.cheap
    rows = (
        ("a prompt that is too long", {**cheap, "prompt": "x" * (_LIMIT + 1)}),
        ("an end frame without a start frame", {**cheap, "end_image": "https://example.com/a.png"}),
        ("a voice in the cheaper quality", {**cheap, "voice_id": "930801338081615883"}),
    )
    carry_out(probe, [Case("REQ-INPUT-047", what, given) for what, given in rows])


@check("input.absent-has-many-names", "REQ-INPUT-042", "REQ-INPUT-043", "REQ-INPUT-045", needs=("spend",))
def absent_has_many_names(probe: Probe) -> None:
    """Null and, for some, the empty string mean that a field is not given."""
    cheap = probe.cheap
    older = probe.target.app_version == "2026-05"
    nulls = {"image": None, "end_image": None, "voice_id": None, **({"negative_prompt": None} if older else {})}
    carry_out(
        probe,
        [
            Case("REQ-INPUT-045", "an input with null for each optional text and file", {**cheap, **nulls}),
            Case("REQ-INPUT-042", "an empty voice_id", {**cheap, "voice_id": ""}),
            Case("REQ-INPUT-043", "an empty prompt", {**cheap, "prompt": ""}),
        ],
    )


@check("input.defaults-are-the-schemas", "REQ-INPUT-044", needs=("spend",))
def defaults_are_the_schemas(probe: Probe) -> None:
    """A prompt alone gives five seconds of 1080p, 16:9, with sound."""
    clip = shelf.plain(probe)
    picture = clip.picture
    told = (picture.width, picture.height, picture.samples, len(clip.of("soun")))
    what = "width, height, pictures and sound tracks of the video made from a prompt alone"
    probe.equal("REQ-INPUT-044", told, (1920, 1080, 121, 1), what)


def _message(answer: Exchange, rule: str) -> str:
    if answer.status != 422 or rule not in {found for _, found in violations_of(answer)}:
        return ""
    return next(str(row.get("message")) for row in answer.members["data"] if row.get("rule") == rule)
