"""The videos of tasks, and what the control plane says of them."""

import json

import pytest

from contracts.apps import table

from . import pictures
from .asgi import Client, emulated, path_of

pytestmark = pytest.mark.anyio


async def _video(client: Client, given: dict[str, object]) -> tuple[bytes, dict[str, object]]:
    """Run to the end; return the video and the control plane's record."""
    task = (await client.run(given))["id"]
    await client.advance()
    url = (await client.get(f"/tasks/{task}")).data["output"]["video"]
    record: dict[str, object] = (await client.get(f"/_mock/tasks/{task}")).json()
    return (await client.get(path_of(url))).body, record


def _meta(record: dict[str, object]) -> dict[str, object]:
    (row,) = record["output_meta"]["outputs"]  # type: ignore[index]  # JSON
    return dict(row)


@pytest.mark.requirement("REQ-MEDIA-017")
@pytest.mark.parametrize(
    ("mode", "ratio", "stated"),
    [("std", "16:9", (1280, 720)), ("pro", "9:16", (1080, 1920)), ("pro", "1:1", (1440, 1440))],
)
async def test_output_meta_states_the_static_size_though_the_image_decides(
    client: Client, mode: str, ratio: str, stated: tuple[int, int]
) -> None:
    """Image-to-video has the image's own ratio in the file; `output_meta` follows the app's table (app.md 2.5)."""
    image = await client.upload(pictures.png(600, 900))
    given = {"prompt": "p", "image": image["uri"], "mode": mode, "aspect_ratio": ratio, "sound": False}
    _, record = await _video(client, given)
    assert (_meta(record)["width"], _meta(record)["height"]) == stated
    file = (record["media"]["width"], record["media"]["height"])  # type: ignore[index]  # JSON
    assert file == {"std": (784, 1176), "pro": (1176, 1764)}[mode]


@pytest.mark.requirement("REQ-MEDIA-006")
@pytest.mark.parametrize("ratio", sorted(table.load().sizes["1080p"]))
async def test_output_meta_keeps_the_odd_side_that_the_file_cannot_have(client: Client, ratio: str) -> None:
    """1620x1215 is stated, 1620x1216 is what 4:2:0 carries (D21); elsewhere the two agree."""
    width, height = table.load().sizes["1080p"][ratio]
    _, record = await _video(client, {"prompt": "p", "mode": "pro", "aspect_ratio": ratio})
    assert (_meta(record)["width"], _meta(record)["height"]) == (width, height)
    media = record["media"]
    assert (media["width"], media["height"]) == (width + width % 2, height + height % 2)  # type: ignore[index]  # JSON


async def test_the_video_is_what_the_world_asks_for(client: Client) -> None:
    """`media` is a setting of the world: the same task is large or small."""
    sizes = {}
    for mode in ("full", "tiny", "realistic-size"):
        await client.configure(media=mode)
        sizes[mode] = len((await _video(client, {"prompt": "p"}))[0])
    assert sizes["tiny"] < sizes["full"] < 1_000_000
    assert 5_000_000 <= sizes["realistic-size"] <= 27_000_000


async def test_a_video_names_its_request(client: Client) -> None:
    """Task, version, hash of the accepted input, and a token that repeats the video."""
    content, record = await _video(client, {"prompt": "p"})
    start = content.index(b'{"app":')
    told, _ = json.JSONDecoder().raw_decode(content[start : start + 2000].decode("utf-8", "replace"))
    assert told["task_id"] == record["id"]
    assert told["app_version"] == record["app_version_id"]
    assert told["replay"].startswith("1:2026-05:documented:full:front:44100:")
    assert told["replay"].endswith(str(record["id"]))
    assert len(told["input_hash"]) == 64


async def test_the_same_input_is_the_same_hash_wherever_the_picture_lies(client: Client) -> None:
    """Uploaded twice, at two addresses."""
    hashes = set()
    for _ in range(2):
        image = await client.upload(pictures.png(600, 900))
        content, _ = await _video(client, {"prompt": "p", "image": image["uri"], "mode": "std", "sound": False})
        start = content.index(b'"input_hash":"') + 14
        hashes.add(content[start : start + 64])
    assert len(hashes) == 1


async def test_rendering_ends_with_the_server() -> None:
    """The process that wrote a video is gone when the emulator has closed."""
    async with emulated() as client:
        pool = client.emulator.media._pool
        assert pool.processes == 0
        await _video(client, {"prompt": "p"})
        (process,) = pool._all
    assert (pool.processes, process.poll() is not None) == (0, True)
