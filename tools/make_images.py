"""Draw the pictures that are uploaded in examples and tests: `python tools/make_images.py` writes fixtures/images/*.

All are gradients with a grid, so that they stay small and a turned or cropped picture is seen to be one. The bytes
depend on the version of Pillow: after running this, record the golden exchanges anew (`make golden`).
"""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parent.parent / "fixtures" / "images"
ORIENTATION = 0x0112
TURNED = 6  # EXIF: to be shown turned by 90 degrees clockwise
GRID = 40  # pixels
BOUNDARY = "golden-boundary"


def picture(width: int, height: int) -> Image.Image:
    """A picture that is dark on the left, light on the right, with a red corner where its first pixel is."""
    shown = Image.linear_gradient("L").rotate(90).resize((width, height)).quantize(16).convert("RGB")
    draw = ImageDraw.Draw(shown)
    for x in range(0, width, GRID):
        draw.line([(x, 0), (x, height)], fill=(40, 90, 140))
    for y in range(0, height, GRID):
        draw.line([(0, y), (width, y)], fill=(40, 90, 140))
    draw.rectangle([0, 0, GRID, GRID], fill=(200, 40, 40))
    return shown


def png(width: int, height: int) -> bytes:
    """A PNG with a palette of 32 colours."""
    stream = BytesIO()
    picture(width, height).quantize(32).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def jpeg(width: int, height: int, orientation: int | None = None) -> bytes:
    """A JPEG, with an EXIF orientation if there is to be one."""
    exif = Image.Exif()
    if orientation is not None:
        exif[ORIENTATION] = orientation
    stream = BytesIO()
    picture(width, height).save(stream, "JPEG", quality=40, exif=exif)
    return stream.getvalue()


def webp(width: int, height: int) -> bytes:
    """A WebP picture, which the app does not take."""
    stream = BytesIO()
    picture(width, height).save(stream, "WEBP", quality=30)
    return stream.getvalue()


def multipart(name: str, content_type: str, content: bytes) -> bytes:
    """A form with one file, as clients that know no presigned URLs send it."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {content_type}\r\n\r\n"
    )
    return head.encode("ascii") + content + f"\r\n--{BOUNDARY}--\r\n".encode("ascii")


def main() -> None:
    """Write all pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    landscape, portrait = png(640, 480), jpeg(480, 640, TURNED)
    pictures = {
        "landscape-640x480.png": landscape,
        "portrait-480x640.png": png(480, 640),
        "turned-480x640.jpg": portrait,
        "small-200x200.png": png(200, 200),
        "slim-900x300.png": png(900, 300),
        "landscape-640x480.webp": webp(640, 480),
        "truncated-480x640.jpg": portrait[: len(portrait) // 2],
        "landscape-640x480.multipart": multipart("landscape.png", "image/png", landscape),
    }
    for name, content in pictures.items():
        (FOLDER / name).write_bytes(content)
        print(f"{len(content):7} {name}")


if __name__ == "__main__":
    main()
