"""Pictures judged by their content, header first (D4, SECURITY.md)."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mockserver import images

from . import pictures
from .asgi import Client

MAGIC = [
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"RIFF\0\0\0\0WEBP",
    b"GIF89a",
    b"II*\0",
    b"BM",
    b"\0\0\0\x18ftypavif",
    b"",
]


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "LA", "1", "I;16"])
def test_every_kind_of_png_is_taken(mode: str) -> None:
    """Alpha, palette, grey, one bit and sixteen bits are all PNG."""
    facts = images.inspect(pictures.png(320, 400, mode))
    assert (facts.format, facts.width, facts.height, facts.defect) == ("png", 320, 400, None)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_every_kind_of_jpeg_is_taken(mode: str) -> None:
    """Print colours and grey are JPEG as well."""
    facts = images.inspect(pictures.jpeg(320, 400, mode))
    assert (facts.format, facts.width, facts.height, facts.defect) == ("jpeg", 320, 400, None)


@pytest.mark.requirement("REQ-INPUT-021", "REQ-MEDIA-008")
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_decides_the_sides(orientation: int) -> None:
    """A photograph that was taken upright is upright, however its pixels lie."""
    facts = images.inspect(pictures.turned_jpeg(400, 300, orientation))
    assert (facts.width, facts.height) == ((300, 400) if orientation >= 5 else (400, 300))


@pytest.mark.requirement("REQ-INPUT-019")
@pytest.mark.parametrize(("form", "name"), [("WEBP", "webp"), ("GIF", "gif"), ("BMP", "bmp"), ("TIFF", "tiff")])
def test_other_formats_are_named_and_not_opened(form: str, name: str) -> None:
    """A refusal that names the real format helps more than one that calls it unknown."""
    facts = images.inspect(pictures.encoded(Image.new("RGB", (320, 320)), form))
    assert (facts.format, facts.width) == (name, None)


@pytest.mark.requirement("REQ-INPUT-022")
@pytest.mark.parametrize("make", [pictures.png, pictures.jpeg])
def test_a_truncated_picture_has_a_defect(make: object) -> None:
    """Cut anywhere, it is not taken for whole: either a defect or no size."""
    content = make(320, 320)  # type: ignore[operator]
    for kept in (4, 20, len(content) // 2, len(content) - 30):
        facts = images.inspect(content[:kept])
        assert facts.defect is not None or facts.width is None, kept


@pytest.mark.requirement("REQ-INPUT-040")
def test_a_bomb_is_never_decoded() -> None:
    """A tiny PNG that claims 60000 x 60000 pixels costs neither time nor memory."""
    content = pictures.bomb()
    assert len(content) < 200
    tracemalloc.start()
    facts = images.inspect(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (facts.width, facts.height, facts.defect) == (60_000, 60_000, None)
    assert peak < 2_000_000


@given(st.sampled_from(MAGIC), st.binary(max_size=200))
def test_no_bytes_make_the_inspection_fail(magic: bytes, rest: bytes) -> None:
    """Whatever is uploaded, the inspection gives facts."""
    facts = images.inspect(magic + rest)
    assert facts.size == len(magic + rest)
    assert facts.here


@given(st.data())
def test_no_flipped_byte_makes_the_inspection_fail(data: st.DataObject) -> None:
    """Pictures that are nearly right are the ones that make decoders stumble."""
    content = bytearray(data.draw(st.sampled_from([pictures.png(9, 9), pictures.turned_jpeg(9, 9, 6)])))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    images.inspect(bytes(content))


REFUSED = [
    ("webp named .png", pictures.encoded(Image.new("RGB", (320, 320)), "WEBP"), "webp"),
    ("a text", b"hello", "no image"),
    ("nothing", b"", "no image"),
    ("truncated", pictures.png(320, 320)[:60], "decode"),
    ("a bomb", pictures.bomb(), "pixels"),
    ("too small", pictures.png(299, 300), "300"),
    ("too slim", pictures.png(300, 751), "2.5"),
    ("over 10 MB", pictures.png(320, 320) + b"\0" * (10 * 1024 * 1024), "10"),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("content", "told"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
async def test_a_start_frame_that_will_not_do_is_refused(client: Client, content: bytes, told: str) -> None:
    """422 at once, pointing at the field, saying what is wrong, and nothing is spent."""
    record = await client.upload(content, "picture.png", "image/png")
    run = {"app": "klingai/video-v2-6", "input": {"prompt": "a cat", "image": record["uri"]}}
    reply = await client.post("/apps/run", run)
    assert (reply.status, reply.code) == (422, "validation_error")
    (violation,) = reply.json()["data"]
    assert violation["pointer"] == "/image"
    assert told in violation["message"] + violation["expected"] + violation["received"]
    assert (await client.get("/tasks")).data["total_items"] == 0


@pytest.mark.anyio
async def test_just_within_the_limits_is_taken(client: Client) -> None:
    """300 pixels, 1:2.5 and 10 MiB are still allowed."""
    exact = pictures.png(300, 750)
    content = exact + b"\0" * (10 * 1024 * 1024 - len(exact))
    record = await client.upload(content)
    await client.run({"prompt": "a cat", "image": record["uri"]})
    shown = (await client.get(f"/files/{record['id']}")).data
    assert shown["metadata"] == {"type": "image", "width": 300, "height": 750}


@pytest.mark.requirement("REQ-INPUT-025")
@pytest.mark.anyio
async def test_a_file_without_bytes_and_one_of_another_key_are_refused(client: Client) -> None:
    """Announced but never PUT, or not this key's: 422, and the other key's file is not given away."""
    pending = (await client.post("/files", {"files": [{"uri": ""}]})).data[0]["uri"]
    foreign = (await client.other("another-key").upload(pictures.png(320, 320)))["uri"]
    for uri in (pending, foreign, f"inf://files/{'z' * 26}/a.png"):
        run = {"app": "klingai/video-v2-6", "input": {"prompt": "a cat", "image": uri}}
        reply = await client.post("/apps/run", run)
        assert (reply.status, reply.json()["data"][0]["pointer"]) == (422, "/image")
