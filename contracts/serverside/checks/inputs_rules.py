"""Inputs whose fields do not go together, and what is accepted with a warning."""

from contracts.apps import table
from contracts.apps.table import AppVersion
from contracts.serverside import pictures, shelf
from contracts.serverside.cases import Case, carry_out, rule_of_warning
from contracts.serverside.check import check
from contracts.serverside.exchange import Exchange
from contracts.serverside.probe import Probe
from contracts.serverside.specimens import PROMPT

_VOICE = "930801338081615883"

_FOREIGN = "https://example.com/inferencesh-mock-check.png"
"""A picture on somebody else's server; nobody is to fetch it."""


def _app(probe: Probe) -> AppVersion:
    return table.load().versions[probe.target.app_version]


def _low(probe: Probe) -> dict[str, str]:
    return {_app(probe).quality_field: _app(probe).low}


def _high(probe: Probe) -> dict[str, str]:
    return {_app(probe).quality_field: _app(probe).high}


def _marked(probe: Probe) -> str:
    return f"The boat says {_app(probe).marker_example} hello"


@check("input.frames-and-quality", "REQ-INPUT-027", "REQ-INPUT-028")
def frames_and_quality(probe: Probe) -> None:
    """An end frame wants a start frame and the better quality."""
    picture = pictures.png(400, 400)
    high = {"prompt": PROMPT, "sound": False, **_high(probe)}
    both = {"image": picture, "end_image": picture}
    carry_out(
        probe,
        [
            Case("REQ-INPUT-027", "an end frame without a start frame", {**high, "end_image": picture}),
            Case("REQ-INPUT-027", "an end frame and null", {**high, "image": None, "end_image": picture}),
            Case("REQ-INPUT-028", "two frames in the cheaper quality", {**probe.cheap, **both}),
        ],
    )


@check("input.voice-and-quality", "REQ-INPUT-030", "REQ-INPUT-032", "REQ-INPUT-037")
def voice_and_quality(probe: Probe) -> None:
    """A voice wants the better quality and no end frame; in 2026-08 sound wants the better quality too."""
    picture = pictures.png(400, 400)
    spoken = {"prompt": _marked(probe), "voice_id": _VOICE}
    both = {"image": picture, "end_image": picture}
    silent = {**spoken, **_low(probe), "sound": False}
    carry_out(
        probe,
        [
            Case("REQ-INPUT-030", "a voice in the cheaper quality", silent),
            Case("REQ-INPUT-030", "a voice in the cheaper quality, with a start frame", {**silent, "image": picture}),
            Case("REQ-INPUT-032", "a voice with both frames", {**spoken, **_high(probe), **both}),
            Case("REQ-INPUT-037", "720p with sound on", {"prompt": PROMPT, **_low(probe), "sound": True}),
            Case("REQ-INPUT-037", "720p with sound left out", {"prompt": PROMPT, **_low(probe)}),
        ],
    )


@check("input.plain-input-has-no-warning", "REQ-INPUT-007", "REQ-INPUT-018", "REQ-INPUT-026", needs=("spend",))
def plain_input_has_no_warning(probe: Probe) -> None:
    """Nothing is said of an input in which nothing is odd."""
    rules = frozenset({"REQ-INPUT-007", "REQ-INPUT-026"})
    asked = frozenset(rule for rule in rules if probe.concerns(rule))
    carry_out(probe, [Case("REQ-INPUT-018", "the cheapest input", probe.cheap, asked)])


@check("input.ignored-fields-are-told", "REQ-INPUT-007", "REQ-INPUT-018", "REQ-INPUT-026", "REQ-INPUT-035",
       needs=("spend",))  # fmt: skip
def ignored_fields_are_told(probe: Probe) -> None:
    """One warning for each field that will not have the effect that was meant, and no other."""
    given = {**probe.cheap, "image": "", "promt": PROMPT}
    if probe.target.app_version == "2026-05":
        given |= {"negative_prompt": "blurry", "sound": True}
    (answer,) = carry_out(probe, [Case("REQ-INPUT-018", "an input with fields that are of no use", given)])
    message = _messages(answer).get("/promt", "")
    told = f"the warning about the key `promt` says {message!r}; expected the nearest known key, prompt"
    probe.holds("REQ-INPUT-018", "field is prompt" in message or "`prompt`" in message or "'prompt'" in message, told)


@check("input.older-keys-are-told", "REQ-INPUT-051", needs=("spend",))
def older_keys_are_told(probe: Probe) -> None:
    """Keys of 2026-05 are unknown to 2026-08, and the warning about mode names what took its place."""
    given = {**probe.cheap, "mode": "std", "negative_prompt": "blurry"}
    (answer,) = carry_out(probe, [Case("REQ-INPUT-051", "an input with mode and negative_prompt", given)])
    pointers = sorted(_messages(answer))
    probe.equal("REQ-INPUT-051", pointers, ["/mode", "/negative_prompt"], "the list of keys that are warned of")
    message = _messages(answer).get("/mode", "")
    told = f"the warning about mode says {message!r}; expected it to name resolution"
    probe.holds("REQ-INPUT-051", "resolution" in message, told)


@check("input.ratios-upstream-does-not-take", "REQ-INPUT-017", needs=("spend",))
def ratios_upstream_does_not_take(probe: Probe) -> None:
    """The page lists them, so they are accepted without a word."""
    given = [{**probe.cheap, "aspect_ratio": ratio} for ratio in ("4:3", "21:9")]
    carry_out(probe, [Case("REQ-INPUT-017", f"aspect_ratio {row['aspect_ratio']}", row) for row in given])


@check("input.voice-without-effect", "REQ-INPUT-031", "REQ-INPUT-033", "REQ-INPUT-034", "REQ-INPUT-052",
       needs=("spend",))  # fmt: skip
def voice_without_effect(probe: Probe) -> None:
    """A voice without a picture, a voice without a marker, a marker without a voice: each has its warning."""
    silent = {**_high(probe), "sound": False}
    others = next(row for name, row in table.load().versions.items() if name != probe.target.app_version)
    foreign = {**probe.cheap, "prompt": f"The boat says {others.marker_example} hello"}
    dropped = {"prompt": _marked(probe), "voice_id": _VOICE, **silent}
    marked = {**probe.cheap, "prompt": _marked(probe)}
    carry_out(
        probe,
        [
            Case("REQ-INPUT-031", "a voice without a picture", dropped, frozenset({"REQ-INPUT-052"})),
            Case("REQ-INPUT-033", "a voice without a marker", {**dropped, "prompt": PROMPT}),
            Case("REQ-INPUT-034", "a marker without a voice", marked, frozenset({"REQ-INPUT-052"})),
            Case("REQ-INPUT-052", f"the marker of the other version, {others.marker_example}", foreign),
        ],
    )


@check("input.end-frame-turns-sound-off", "REQ-INPUT-029", needs=("spend",))
def end_frame_turns_sound_off(probe: Probe) -> None:
    """It is told when sound was asked for, not when it was left to its default, and the video is silent."""
    picture = pictures.png(400, 600)
    given = {"prompt": PROMPT, **_high(probe), "image": picture, "end_image": picture}
    carry_out(
        probe,
        [
            Case("REQ-INPUT-029", "two frames with sound true", {**given, "sound": True}),
            Case("REQ-INPUT-029", "two frames with sound left out", given),
        ],
    )
    clip = shelf.of(probe, "framed", {"prompt": PROMPT, **_high(probe), **shelf.frames(probe)})
    tracks = len(clip.of("soun"))
    probe.equal("REQ-INPUT-029", tracks, 0, "the number of sound tracks of a video between two frames")


@check("input.sound-stays-on-with-a-start-frame", "REQ-INPUT-036", needs=("spend",))
def sound_stays_on_with_a_start_frame(probe: Probe) -> None:
    """Only both frames together turn it off."""
    given = {"prompt": PROMPT, **_high(probe), "image": pictures.png(400, 600), "sound": True}
    carry_out(probe, [Case("REQ-INPUT-036", "a start frame with sound true", given)])
    clip = shelf.of(probe, "start and sound", {**given, "image": shelf.start(probe)})
    tracks = len(clip.of("soun"))
    probe.equal("REQ-INPUT-036", tracks, 1, "the number of sound tracks of a video with a start frame")


@check("input.voice-forces-sound", "REQ-INPUT-041", needs=("spend",))
def voice_forces_sound(probe: Probe) -> None:
    """A voice speaks even if sound was sent as false, and that is told."""
    given = {"prompt": _marked(probe), **_high(probe), "voice_id": _VOICE, "sound": False}
    carry_out(probe, [Case("REQ-INPUT-041", "a voice with sound false", {**given, "image": pictures.png(400, 600)})])
    clip = shelf.of(probe, "voice", {**given, "image": shelf.start(probe)})
    probe.equal("REQ-INPUT-041", len(clip.of("soun")), 1, "the number of sound tracks of a video with a voice")


@check("input.foreign-picture-is-not-fetched", "REQ-INPUT-024", needs=("spend",))
def foreign_picture_is_not_fetched(probe: Probe) -> None:
    """An address on somebody else's server is accepted unseen, and that is told."""
    carry_out(probe, [Case("REQ-INPUT-024", "an image on another server", {**probe.cheap, "image": _FOREIGN})])


@check("input.std-is-silent", "REQ-INPUT-035", needs=("spend",))
def std_is_silent(probe: Probe) -> None:
    """Sound that was asked for in mode std is not made."""
    clip = shelf.of(probe, "std with sound", {"prompt": PROMPT, "mode": "std", "sound": True})
    tracks = len(clip.of("soun"))
    probe.equal("REQ-INPUT-035", tracks, 0, "the number of sound tracks of a video made in mode std")


def _messages(answer: Exchange) -> dict[str, str]:
    """Return the text of each warning of the contract's, by its pointer."""
    rows = answer.members.get("messages") if answer.status == 200 else None
    return {
        str((row.get("meta") or {}).get("pointer")): str(row.get("message"))
        for row in rows or []
        if rule_of_warning(str(row.get("code"))) is not None
    }
