"""Image files: every format, mode, size, orientation and defect comes up, with the rules of D4 beside it.

What the emulator says of the same files is in tests/mockserver/test_strategies.py."""

import io

import pytest
from PIL import Image

from contracts import requirements
from contracts.strategies import ImageFile, bad_images, bad_inline_files, good_images, image_files, inline_files
from contracts.strategies.images import BAD_SIZES, FINE_SIZES, MODES, formats

from .reaching import drawn, smallest, unreached

LIMIT = 10_485_760


def test_good_images_cover_what_is_accepted() -> None:
    """Both formats in all their modes, all sizes on the limits, all eight orientations, and other formats' names."""
    wanted = {
        *((form, mode) for form in ("jpeg", "png") for mode in MODES[form]),
        *FINE_SIZES,
        *range(10),
        None,
        *("progressive", "animated", "stereo"),
        *("png", "jpg", "jpeg", "webp", "txt"),
        "10 MiB",
    }

    def told(file: ImageFile) -> list[object]:
        assert file.accepted
        exact = ["10 MiB"] if file.bytes_long == LIMIT else []
        return [(file.format, file.mode), file.size, file.orientation, file.name.rpartition(".")[2], file.kind, *exact]

    assert unreached(good_images(), told, wanted, 900) == set()


def test_bad_images_cover_what_is_refused() -> None:
    """Each rule alone and some together, each format that this machine can write, each defect."""
    kinds = {"image", "truncated", "header_only", "garbled", "scrambled", "bomb", "heavy"}
    kinds |= {"empty", "text", "html", "svg", "zeros", "base64"}
    wanted: set[object] = {
        *((f"REQ-INPUT-0{number}",) for number in (19, 20, 21, 22, 23, 40)),
        ("REQ-INPUT-021", "REQ-INPUT-023"),
        ("REQ-INPUT-019", "REQ-INPUT-020"),
        ("REQ-INPUT-020", "REQ-INPUT-021"),
        *BAD_SIZES,
        *formats(),
        *kinds,
        "another named png",
    }

    def told(file: ImageFile) -> list[object]:
        assert not file.accepted
        assert set(file.rules) <= requirements.load().keys()
        assert list(file.rules) == sorted(file.rules)
        assert file.kind != "heavy" or file.bytes_long == LIMIT + 1
        other = file.format not in {"jpeg", "png", None}
        misnamed = ["another named png"] if other and file.name.endswith(".png") else []
        return [file.rules, file.size, file.format, file.kind, *misnamed]

    assert unreached(bad_images(), told, wanted, 1500) == set()


def test_a_file_is_what_its_label_says() -> None:
    """Opened by Pillow it has the format, mode and orientation, and turned as that says the size."""
    for file in drawn(image_files().filter(lambda file: file.kind == "image"), 80):
        with Image.open(io.BytesIO(file.content)) as picture:
            form = (picture.format or "").lower()
            assert form == file.format
            assert picture.mode == file.mode or file.format in {"avif", "gif", "webp"}
            orientation = picture.getexif().get(0x0112)
            size = picture.size[::-1] if orientation in {5, 6, 7, 8} else picture.size
            picture.load()
        # Pillow turns the others itself.
        if form in {"jpeg", "png", "tiff"}:
            assert orientation == file.orientation
        assert size == file.size or file.format in {"ico", "icns"}


def test_size_limits_are_the_closest_there_are() -> None:
    """300 is fine and 299 is not; 750x300 is fine and 751x300 is not; both ways round."""
    assert {(300, 300), (750, 300), (300, 750)} <= set(FINE_SIZES)
    assert {(299, 300), (300, 299), (751, 300), (300, 751)} <= BAD_SIZES.keys()
    for width, height in FINE_SIZES:
        assert min(width, height) >= 300
        assert max(width, height) <= 2.5 * min(width, height)
    for (width, height), rules in BAD_SIZES.items():
        assert (min(width, height) < 300) == ("REQ-INPUT-021" in rules)
        assert (max(width, height) > 2.5 * min(width, height)) == ("REQ-INPUT-023" in rules)


def test_data_uris_hold_the_file_and_go_into_a_request() -> None:
    """They need no upload and stay far below the most that a JSON body may have."""
    for uri in drawn(inline_files(), 30):
        assert uri.startswith("data:")
        assert len(uri) < 200_000
    wanted = {f"REQ-INPUT-0{number}" for number in (19, 21, 22, 23)}
    assert unreached(bad_inline_files(), lambda bad: bad.rules, wanted, 300) == set()


def test_a_file_is_shown_without_its_bytes() -> None:
    """A failing example of ten megabytes is told in one line."""
    heavy = smallest(image_files(), lambda file: file.kind == "heavy")
    assert repr(heavy).startswith("<boat.")
    assert repr(heavy).endswith("10485761 bytes, breaks REQ-INPUT-020>")


@pytest.mark.parametrize("number", [19, 20, 21, 22, 23, 40])
def test_a_file_breaks_the_one_rule_that_was_asked_for(number: int) -> None:
    """Whatever its format and size are; as a data URI too, save where it would be too long for one."""
    rule = f"REQ-INPUT-0{number}"
    assert {file.rules for file in drawn(bad_images(rule), 40)} == {(rule,)}
    if number != 20:
        assert {bad.rules for bad in drawn(bad_inline_files(rule), 20)} == {(rule,)}


def test_a_rule_that_no_file_breaks_is_told() -> None:
    """With those that some do."""
    with pytest.raises(ValueError, match="no file breaks REQ-INPUT-001 alone; there are REQ-INPUT-019, REQ-INPUT-020"):
        bad_images("REQ-INPUT-001")


@pytest.mark.parametrize("rule", ["REQ-INPUT-021", "REQ-INPUT-022", "REQ-INPUT-023"])
def test_the_simplest_images(rule: str) -> None:
    """An upright RGB jpeg whose only fault is the one looked for; the smallest good one is 300 by 300."""
    good = smallest(good_images())
    assert (good.format, good.mode, good.size, good.orientation) == ("jpeg", "RGB", (300, 300), None)
    found = smallest(bad_images(), lambda file: rule in file.rules)
    assert (found.format, found.orientation, found.rules) == ("jpeg", None, (rule,))
    # What breaks off behind its first bytes has no mode.
    assert found.mode == "RGB" or found.kind in {"header_only", "garbled"}


def test_the_same_seed_draws_the_same_bytes() -> None:
    """Files can be had again."""
    first, second = (drawn(image_files(), 40, 3) for _ in range(2))
    assert [file.content for file in first] == [file.content for file in second]
