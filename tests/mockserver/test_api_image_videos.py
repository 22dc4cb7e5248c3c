"""Videos show the images of their requests."""

import base64
from io import BytesIO
from typing import Any

import av
import pytest
from PIL import Image, ImageOps

from mockserver.media.photograph import photograph
from mockserver.media.tiles import tiles_of

from . import pictures
from .asgi import Client, path_of

pytestmark = pytest.mark.anyio


async def _video(client: Client, task: str) -> bytes:
    url = (await client.get(f"/tasks/{task}")).data["output"]["video"]
    return (await client.get(path_of(url))).body


def _lumas(file: bytes) -> tuple[bytes, bytes]:
    """The top left macroblock's luma in the first and the last picture."""
    with av.open(BytesIO(file)) as container:
        frames = list(container.decode(video=0))
    first, last = (
        b"".join(bytes(frame.planes[0])[row * frame.planes[0].line_size :][:16] for row in range(16))
        for frame in (frames[0], frames[-1])
    )
    return first, last


def _luma(image: bytes, width: int, height: int) -> bytes:
    return tiles_of(photograph(image, width, height))[0][:256]


@pytest.mark.requirement("REQ-MEDIA-014")
@pytest.mark.parametrize("inline", [False, True])
async def test_start_and_end_image_open_and_close_the_video(client: Client, inline: bool) -> None:
    """Uploaded or in a data: URI; deleting the uploads after the run changes nothing."""
    gradient = Image.radial_gradient("L").resize((600, 900)).convert("RGB")
    start, end = (pictures.encoded(picture, "PNG") for picture in (gradient, ImageOps.invert(gradient)))
    given: dict[str, Any] = {"prompt": "p", "mode": "pro", "sound": False}
    uploads = []
    for field, content in (("image", start), ("end_image", end)):
        if inline:
            given[field] = "data:image/png;base64," + base64.b64encode(content).decode()
        else:
            uploads.append(await client.upload(content))
            given[field] = uploads[-1]["uri"]
    task = (await client.run(given))["id"]
    for file in uploads:
        await client.delete(f"/files/{file['id']}")
    await client.advance()
    shown = _lumas(await _video(client, task))
    assert shown == (_luma(start, 1176, 1764), _luma(end, 1176, 1764))


async def test_a_foreign_image_is_never_fetched(client: Client) -> None:
    """The slate is shown, with words about it: another video than without image."""
    given = {"prompt": "p", "mode": "std", "image": "https://images.example/a.png"}
    task = (await client.run(given))["id"]
    await client.advance()
    content = await _video(client, task)
    assert b'"task_id"' in content
    assert len(content) < 1_000_000
