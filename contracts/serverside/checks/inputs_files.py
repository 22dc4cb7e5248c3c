"""Inputs that name files: format, size, sides, ratio, and where the bytes are."""

from contracts.apps import table
from contracts.serverside import pictures
from contracts.serverside.cases import Case, carry_out
from contracts.serverside.check import check
from contracts.serverside.pictures import Upload
from contracts.serverside.probe import Probe

_TEN_MILLION = 10_000_000
"""Bytes that are 10 MB however a megabyte is counted, at most."""


def _started(probe: Probe, requirement: str, what: str, file: Upload | str) -> Case:
    return Case(requirement, f"a start frame that is {what}", {**probe.cheap, "image": file})


@check("input.pictures-out-of-bounds-are-refused", "REQ-INPUT-019", "REQ-INPUT-021", "REQ-INPUT-022", "REQ-INPUT-023",
       "REQ-INPUT-040")  # fmt: skip
def pictures_out_of_bounds_are_refused(probe: Probe) -> None:
    """Each by the rule that it breaks; the format is judged by the content, whatever the name says."""
    rows: tuple[tuple[str, str, Upload], ...] = (
        ("REQ-INPUT-019", "a gif under the name of a png", pictures.other("gif")),
        ("REQ-INPUT-019", "a bmp under the name of a png", pictures.other("bmp")),
        ("REQ-INPUT-019", "a text under the name of a png", pictures.text()),
        ("REQ-INPUT-021", "299 pixels wide", pictures.png(299, 400)),
        ("REQ-INPUT-021", "299 pixels high", pictures.jpeg(400, 299)),
        ("REQ-INPUT-022", "a png that is cut off", pictures.cut_off(pictures.png(400, 400))),
        ("REQ-INPUT-022", "a jpeg that is cut off", pictures.cut_off(pictures.jpeg(400, 400))),
        ("REQ-INPUT-023", "wider than 2.5:1", pictures.png(1004, 400)),
        ("REQ-INPUT-023", "higher than 1:2.5", pictures.jpeg(300, 751)),
        ("REQ-INPUT-040", "a png of 64 million pixels", pictures.huge()),
    )
    carry_out(probe, [_started(probe, rule, what, file) for rule, what, file in rows])


@check("input.heavy-pictures-are-refused", "REQ-INPUT-020")
def heavy_pictures_are_refused(probe: Probe) -> None:
    """A file of more than 10 MiB is too large, however small its picture is."""
    most = int(table.load().limits["file_bytes"])
    file = pictures.padded(pictures.png(400, 400), most + 1)
    carry_out(probe, [_started(probe, "REQ-INPUT-020", "one byte larger than 10 MiB", file)])


@check("input.pictures-at-their-bounds-are-accepted", "REQ-INPUT-019", "REQ-INPUT-020", "REQ-INPUT-021",
       "REQ-INPUT-023", needs=("spend",))  # fmt: skip
def pictures_at_their_bounds_are_accepted(probe: Probe) -> None:
    """Limits are included, and the name is no part of the judgement."""
    under_another_name = pictures.named(pictures.jpeg(400, 400), "start.webp", "image/webp")
    rows: tuple[tuple[str, str, Upload], ...] = (
        ("REQ-INPUT-019", "a jpeg under the name of a webp", under_another_name),
        ("REQ-INPUT-020", "10,000,000 bytes large", pictures.padded(pictures.png(400, 400), _TEN_MILLION)),
        ("REQ-INPUT-021", "300 by 300 pixels", pictures.png(300, 300)),
        ("REQ-INPUT-023", "exactly 2.5:1", pictures.png(750, 300)),
        ("REQ-INPUT-023", "exactly 1:2.5", pictures.jpeg(300, 750)),
    )
    carry_out(probe, [_started(probe, rule, what, file) for rule, what, file in rows])


@check("input.both-frames-are-judged", "REQ-INPUT-021", "REQ-INPUT-023")
def both_frames_are_judged(probe: Probe) -> None:
    """Every rule about pictures holds of the end frame too, and both are told."""
    spec = table.load().versions[probe.target.app_version]
    given = {**probe.cheap, spec.quality_field: spec.high, "sound": False}
    small, slim = pictures.png(299, 400), pictures.png(1004, 400)
    fine = pictures.png(400, 400)
    carry_out(
        probe,
        [
            Case("REQ-INPUT-021", "an end frame that is 299 pixels wide", {**given, "image": fine, "end_image": small}),
            Case("REQ-INPUT-023", "a start frame too small and an end frame too wide",
                 {**given, "image": small, "end_image": slim}),
        ],
    )  # fmt: skip


@check("input.files-that-are-not-there", "REQ-INPUT-025", "REQ-INPUT-038")
def files_that_are_not_there(probe: Probe) -> None:
    """Never sent, deleted, or no file in the first place."""
    rows: tuple[tuple[str, str, Upload | str], ...] = (
        ("REQ-INPUT-025", "an announced file whose bytes were never sent", pictures.announced()),
        ("REQ-INPUT-025", "a file that was deleted", pictures.deleted()),
        ("REQ-INPUT-038", "a path on the caller's disk", "/home/somebody/boat.png"),
        ("REQ-INPUT-038", "a plain word", "boat"),
        ("REQ-INPUT-038", "an address of another kind", "ftp://example.com/boat.png"),
    )
    carry_out(probe, [_started(probe, rule, what, file) for rule, what, file in rows])


@check("input.data-uris-are-judged", "REQ-INPUT-039")
def data_uris_are_judged(probe: Probe) -> None:
    """A data URI is decoded, and refused for what is in it."""
    small, gif = pictures.inline(pictures.png(299, 400)), pictures.inline(pictures.other("gif"))
    rows = (("299 pixels wide, in a data URI", small), ("a gif called a png, in a data URI", gif))
    carry_out(probe, [_started(probe, "REQ-INPUT-039", what, file) for what, file in rows])


@check("input.data-uris-are-accepted", "REQ-INPUT-039", needs=("spend",))
def data_uris_are_accepted(probe: Probe) -> None:
    """Without a warning, for it was inspected."""
    carry_out(probe, [_started(probe, "REQ-INPUT-039", "fine, in a data URI", pictures.inline(pictures.png(400, 400)))])


@check("input.empty-file-is-no-file", "REQ-INPUT-026", needs=("spend",))
def empty_file_is_no_file(probe: Probe) -> None:
    """An empty string is told, and does not count as a start frame."""
    given = {**probe.cheap, "image": "", "end_image": ""}
    carry_out(probe, [Case("REQ-INPUT-026", "empty strings for both files", given)])
