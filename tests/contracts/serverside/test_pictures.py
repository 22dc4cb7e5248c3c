"""Files to upload: what is said of each is what a server finds in its bytes."""

from dataclasses import replace

import pytest

from contracts.serverside import pictures
from contracts.serverside.pictures import Upload
from mockserver import images

FILES = {
    "png": pictures.png(400, 600),
    "png turned": pictures.png(400, 600, turned=True),
    "jpeg": pictures.jpeg(600, 400),
    "jpeg by exif": pictures.jpeg(600, 400, 6),
    "jpeg upside down": pictures.jpeg(600, 400, 3),
    "gif": pictures.other("gif"),
    "bmp": pictures.other("bmp"),
    "text": pictures.text(),
    "padded": pictures.padded(pictures.png(300, 300), 100_000),
    "cut off png": pictures.cut_off(pictures.png(400, 400)),
    "cut off jpeg": pictures.cut_off(pictures.jpeg(400, 400)),
    "huge": pictures.huge(),
    "inline": pictures.inline(pictures.png(300, 300)),
}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES.keys())
def test_facts_are_those_of_the_bytes(file: Upload) -> None:
    """Format, size, sides as seen, and whether it can be decoded."""
    seen = images.inspect(file.content, "inline" if file.state == "inline" else "uploaded")
    known = replace(seen, content_id=None, defect=None if seen.defect is None else "it is cut off")
    assert known == file.facts
    assert len(file.content) == file.facts.size


def test_files_without_bytes() -> None:
    """Their uploads stop halfway."""
    assert (pictures.announced().facts.origin, pictures.announced().state) == ("pending", "announced")
    assert (pictures.deleted().facts.origin, pictures.deleted().state) == ("unknown", "deleted")


def test_a_file_under_another_name() -> None:
    """Its bytes stay what they are."""
    file = pictures.named(FILES["png"], "a.webp", "image/webp")
    assert (file.name, file.content_type, file.content) == ("a.webp", "image/webp", FILES["png"].content)
