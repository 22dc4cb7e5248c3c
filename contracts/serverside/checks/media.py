"""Videos: what the file says of itself, and what comes out of it."""

import math
from contextlib import nullcontext

from PIL.Image import Resampling

from contracts.apps import table, video_v2_6
from contracts.serverside import pictures, shelf
from contracts.serverside.cases import upload
from contracts.serverside.check import check
from contracts.serverside.exchange import UnexpectedError
from contracts.serverside.media import clip, decoding, h264
from contracts.serverside.media.clip import AAC_LC, AAC_SAMPLES, Clip
from contracts.serverside.pictures import COLOURS
from contracts.serverside.probe import Probe
from contracts.serverside.specimens import PROMPT

_FPS = 24
_BT709 = (1, 1, 1)
_FOREIGN = "https://example.com/inferencesh-mock-check.png"

_NEAR = 48
"""Of 255: how far the mean colour of a quarter may lie from the image's, after chroma subsampling and coding."""


@check("media.container-and-coding", "REQ-MEDIA-001", "REQ-MEDIA-002", "REQ-MEDIA-004", "REQ-MEDIA-011",
       "REQ-MEDIA-015", needs=("spend",))  # fmt: skip
def container_and_coding(probe: Probe) -> None:
    """An MP4 with one track of H.264 Main, 24 pictures a second, tagged as BT.709, and no sound unless there is any."""
    task = probe.specimens.completed()
    address = (task.get("output") or {}).get("video")
    told = f"output.video is {address!r}; expected a URL as a bare string that ends in .mp4"
    fine = isinstance(address, str) and address.startswith("http") and address.partition("?")[0].endswith(".mp4")
    probe.holds("REQ-MEDIA-015", fine, told)
    found = shelf.of(probe, "cheap")
    picture = found.picture
    probe.holds("REQ-MEDIA-001", picture.bytes <= found.media_bytes, f"{found.line()}: the samples lie in the file")
    coded = picture.pictures
    if coded is None:
        told = f"the video is coded as {picture.coding!r}, and has no H.264 configuration"
        probe.holds("REQ-MEDIA-001", condition=False, told=f"{told}; expected avc1")
    else:
        facts = (picture.coding, coded.profile, coded.chroma, coded.progressive)
        what = "coding, profile, chroma format (1 is 4:2:0) and progressive"
        probe.equal("REQ-MEDIA-001", facts, ("avc1", h264.MAIN_PROFILE, 1, True), what)
        sizes = (coded.width, coded.height), (picture.width, picture.height)
        probe.equal("REQ-MEDIA-001", *sizes, "the size of the coded pictures, beside that of the track,")
    rates = sorted({picture.timescale / ticks if ticks else math.inf for _, ticks in picture.lasting})
    steady = all(abs(ticks * _FPS - picture.timescale) <= _FPS for _, ticks in picture.lasting) and bool(rates)
    probe.holds("REQ-MEDIA-002", steady, f"the pictures come at {rates} per second; expected 24 throughout")
    colour = (picture.colour, bool(picture.full_range))
    what = "primaries, transfer and matrix (1 is BT.709), and full range"
    probe.equal("REQ-MEDIA-004", colour, (_BT709, False), what)
    sounds = len(found.of("soun"))
    probe.equal("REQ-MEDIA-011", sounds, 0, "the number of sound tracks of a video with sound off")


@check("media.length", "REQ-MEDIA-003", needs=("spend",))
def length(probe: Probe) -> None:
    """One picture more than 24 for each second, and headers that say the same."""
    _length(probe, shelf.of(probe, "cheap"), 5)
    ten = {**probe.cheap, "duration": "10" if probe.target.app_version == "2026-05" else 10}
    _length(probe, shelf.of(probe, "ten", {**ten, "aspect_ratio": "9:16"}), 10)


def _length(probe: Probe, found: Clip, seconds: int) -> None:
    picture = found.picture
    timed = sum(count for count, _ in picture.lasting)
    what = f"the number of pictures of a clip of {seconds} s, by the table of times and by that of sizes,"
    probe.equal("REQ-MEDIA-003", (timed, picture.samples), (_FPS * seconds + 1,) * 2, what)
    stated = picture.ticks / picture.timescale if picture.timescale else 0.0
    told = f"the header says {stated:.3f} s, and the pictures last {picture.seconds:.3f} s"
    probe.holds("REQ-MEDIA-003", abs(stated - picture.seconds) < 1 / _FPS, told)


@check("media.sizes-of-text", "REQ-MEDIA-005", "REQ-MEDIA-006", needs=("spend",))
def sizes_of_text(probe: Probe) -> None:
    """From the table of resolutions and ratios; an odd side is the next even number."""
    spec = table.load()
    app = spec.versions[probe.target.app_version]
    older = probe.target.app_version == "2026-05"
    rows = [("720p", "16:9"), ("720p", "9:16"), ("1080p", "3:4" if older else "1:1")]
    rows += [("720p", "21:9")] if older else []
    wanted = []
    for resolution, ratio in rows:
        quality = app.low if resolution == "720p" else app.high
        given = {"prompt": PROMPT, app.quality_field: quality, "sound": False, "aspect_ratio": ratio}
        if older and resolution == "720p":
            del given["sound"]
        probe.specimens.started(f"{resolution} {ratio}", given)
        wanted.append((resolution, ratio, given))
    for resolution, ratio, given in wanted:
        picture = shelf.of(probe, f"{resolution} {ratio}", given).picture
        width, height = spec.sizes[resolution][ratio]
        odd = bool(width % 2 or height % 2)
        size = (width + width % 2, height + height % 2)
        requirement = "REQ-MEDIA-006" if odd else "REQ-MEDIA-005"
        got = (picture.width, picture.height)
        probe.equal(requirement, got, size, f"the size of a video of {resolution}, {ratio},")


@check("media.sizes-of-pictures", "REQ-MEDIA-007", "REQ-MEDIA-008", "REQ-MEDIA-009", needs=("spend",))
def sizes_of_pictures(probe: Probe) -> None:
    """The image's own ratio, turned as EXIF says; with an image that nobody looked at, `aspect_ratio`."""
    facts = shelf.facts()
    given = {**probe.cheap, "image": shelf.start(probe), "aspect_ratio": "16:9"}
    picture = shelf.of(probe, "cheap start", given).picture
    size = (picture.width, picture.height)
    wanted = video_v2_6.picture_size(facts.width or 1, facts.height or 1, "720p")
    what = f"the size of a video whose start frame is seen as {facts.width}x{facts.height}, by EXIF,"
    probe.equal("REQ-MEDIA-008", size, wanted, what)
    upright = {**probe.cheap, "image": upload(probe, pictures.png(700, 400)), "aspect_ratio": "1:1"}
    picture = shelf.of(probe, "cheap upright", upright).picture
    size, wanted = (picture.width, picture.height), video_v2_6.picture_size(700, 400, "720p")
    probe.equal("REQ-MEDIA-007", size, wanted, "the size of a video with a start frame of 700x400 and 1:1,")
    foreign = {**probe.cheap, "image": _FOREIGN, "aspect_ratio": "1:1"}
    picture = shelf.of(probe, "foreign", foreign).picture
    size = (picture.width, picture.height)
    probe.equal("REQ-MEDIA-009", size, (960, 960), "the size of a video whose start frame was not looked at, with 1:1,")


@check("media.sound", "REQ-MEDIA-010", needs=("spend",))
def sound(probe: Probe) -> None:
    """AAC-LC in stereo at 44.1 kHz, as long as the picture."""
    found = shelf.plain(probe)
    tracks = found.of("soun")
    if len(tracks) != 1 or tracks[0].sound is None:
        told = f"{found.line()}: {len(tracks)} sound tracks, {[track.coding for track in tracks]}"
        probe.holds("REQ-MEDIA-010", condition=False, told=f"{told}; expected one of AAC")
        return
    heard = tracks[0].sound
    facts = (heard.object_type, heard.rate, heard.channels)
    probe.equal("REQ-MEDIA-010", facts, (AAC_LC, 44_100, 2), "AAC object type (2 is LC), rate and channels")
    apart = abs(tracks[0].seconds - found.picture.seconds)
    told = f"the sound lasts {tracks[0].seconds:.4f} s and the picture {found.picture.seconds:.4f} s"
    probe.holds("REQ-MEDIA-010", apart <= AAC_SAMPLES / heard.rate, f"{told}; expected the same to within one frame")


@check("media.decodes", "REQ-MEDIA-001", "REQ-MEDIA-003", "REQ-MEDIA-010", needs=("spend",))
def decodes(probe: Probe) -> None:
    """Where PyAV is installed, every picture and all sound come out."""
    if not decoding.is_possible():
        for requirement in ("REQ-MEDIA-001", "REQ-MEDIA-003", "REQ-MEDIA-010"):
            probe.skip(requirement, "it decodes videos: install PyAV (pip install av)")
        return
    index = shelf.plain(probe)
    try:
        seen = decoding.decode(shelf.video(probe, "plain"))
    except ValueError as error:
        raise UnexpectedError(f"the video of a prompt alone: {error}") from None
    facts = (seen.form, seen.size)
    wanted = ("yuv420p", (index.picture.width, index.picture.height))
    probe.equal("REQ-MEDIA-001", facts, wanted, "form and size of the decoded pictures")
    probe.equal("REQ-MEDIA-003", seen.pictures, _FPS * 5 + 1, "the number of pictures that can be decoded")
    told = f"{seen.sound_seconds:.3f} s of sound can be decoded; expected about {index.picture.seconds:.3f} s"
    probe.holds("REQ-MEDIA-010", abs(seen.sound_seconds - index.picture.seconds) < 0.1, told)


@check("media.frames-are-shown", "REQ-MEDIA-014", needs=("spend",))
def frames_are_shown(probe: Probe) -> None:
    """The first picture looks like the start frame, and the last one like the end frame."""
    if not decoding.is_possible():
        probe.skip("REQ-MEDIA-014", "it decodes videos: install PyAV (pip install av)")
        return
    spec = table.load().versions[probe.target.app_version]
    # The emulator's cheaper kinds of videos show no pictures.
    with nullcontext() if probe.levers is None else probe.elsewhere(media="full"):
        given = {"prompt": PROMPT, spec.quality_field: spec.high, **shelf.frames(probe)}
        content = shelf.video(probe, "framed", given)
    try:
        seen = decoding.decode(content)
    except ValueError as error:
        raise UnexpectedError(f"the video between two frames: {error}") from None
    # EXIF turns the start frame by a quarter, clockwise.
    for what, image, colours in (
        ("first", seen.first, [COLOURS[index] for index in (2, 0, 3, 1)]),
        ("last", seen.last, list(COLOURS[::-1])),
    ):
        flat = image.convert("RGB").resize((2, 2), Resampling.BOX).tobytes()
        shown = [tuple(flat[at : at + 3]) for at in range(0, 12, 3)]
        apart = max(abs(a - b) for one, two in zip(shown, colours, strict=True) for a, b in zip(one, two, strict=True))
        told = f"the quarters of the {what} picture have the colours {shown}; expected about {colours}"
        probe.holds("REQ-MEDIA-014", apart <= _NEAR, told)


@check("media.index-in-front", "REQ-MEDIA-012", needs=("control", "spend"))
def index_in_front(probe: Probe) -> None:
    """`moov` stands before the media data, and behind it under the switch."""
    probe.equal("REQ-MEDIA-012", shelf.of(probe, "cheap").moov, "front", "the place of the index")
    with probe.switched(moov="end"):
        content = shelf.fetched(probe, probe.specimens.completed("index at the end", {**probe.cheap, "prompt": "End"}))
    probe.equal("REQ-MEDIA-012", clip.read(content).moov, "end", "the place of the index under `moov: end`")


@check("media.file-values", "REQ-MEDIA-016", needs=("control", "spend"))
def file_values(probe: Probe) -> None:
    """Under the switch a file in the output is an object with address, type, size and name."""
    with probe.switched(file_values="object"):
        task = probe.specimens.completed()
        found = probe.call.send("GET", f"/tasks/{task['id']}").member("output").get("video")
        size = len(shelf.fetched(probe, task))
    keys = sorted(found) if isinstance(found, dict) else found
    wanted = ["content_type", "filename", "size", "uri"]
    if probe.equal("REQ-MEDIA-016", keys, wanted, "the list of members of output.video under the switch"):
        told = (found["content_type"], found["size"])
        probe.equal("REQ-MEDIA-016", told, ("video/mp4", size), "its type and size")


@check("media.output-meta-is-not-public", "REQ-MEDIA-017", needs=("spend",))
def output_meta_is_not_public(probe: Probe) -> None:
    """The platform strips it."""
    output = probe.specimens.completed().get("output") or {}
    probe.holds("REQ-MEDIA-017", "output_meta" not in output, f"the output's members are {sorted(output)}")


@check("media.output-meta-on-the-record", "REQ-MEDIA-017", needs=("control", "spend"))
def output_meta_on_the_record(probe: Probe) -> None:
    """The emulator's control plane shows what it would have held."""
    task = probe.specimens.completed()
    meta = probe.control().get(f"/tasks/{task['id']}").get("output_meta") or {}
    (row,) = meta.get("outputs") or [{}]
    told = (row.get("type"), row.get("width"), row.get("height"), row.get("fps"))
    probe.equal("REQ-MEDIA-017", told, ("video", 1280, 720, 24), "type, width, height and rate of output_meta")
