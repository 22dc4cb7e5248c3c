"""Draw `docs/contact-sheet.jpg`: a frame of every shape, of several scripts, and of image-to-video from start to end.

`make contact-sheet`. Each video is written as `inferencesh-mock render` writes it and decoded by PyAV; photographs are
drawn here, so that nothing needs a licence.
"""

import argparse
import math
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import av
from PIL import Image, ImageDraw

from mockserver import offline
from mockserver import replay as replays
from mockserver.media.typefaces import font

TARGET = Path(__file__).parent.parent / "docs" / "contact-sheet.jpg"
WIDTH = 1560  # pixels
GAP = 12
CAPTION = 22
GROUND, INK = (250, 250, 248), (50, 50, 50)
QUALITY = 75

BOAT = "A paper boat drifts down a rain-filled gutter at dusk, the camera follows close behind, warm street lights"
PROMPTS = {
    "English": BOAT,
    "Russian": "Бумажный кораблик плывёт по ручью вдоль тротуара, вечер, тёплый свет фонарей, камера следует за ним",
    "Greek": "Ένα χάρτινο καραβάκι ταξιδεύει στο νερό της βροχής, σούρουπο, ζεστά φώτα του δρόμου",
    "Arabic": "قارب ورقي ينجرف مع مياه المطر عند الغسق، والكاميرا تتبعه عن قرب",
    "Hebrew": "סירת נייר שטה במי הגשם בשעת דמדומים, והמצלמה עוקבת אחריה מקרוב",
    "Hindi": "शाम के समय बारिश के पानी में कागज़ की नाव बह रही है, कैमरा उसके पीछे चलता है",
    "Chinese": "黄昏时分,一只纸船顺着积满雨水的路边沟漂流而下,镜头紧随其后,温暖的街灯",
    "Japanese": "夕暮れどき、雨水のたまった側溝を紙の船が流れていく。カメラがすぐ後ろを追いかける。",
    "Korean": "해 질 녘 빗물이 고인 도랑을 따라 종이배가 떠내려가고 카메라가 바로 뒤를 따라간다",
}


@dataclass(frozen=True)
class Shot:
    """A request and the numbers of the frames to be shown."""

    caption: str
    input: Mapping[str, Any]
    frames: Sequence[int] = (40,)
    media: str = "full"
    photographs: Mapping[str, Image.Image] = field(default_factory=dict)


def photograph(width: int, height: int, *, night: bool) -> Image.Image:
    """Hills before a sky, by day or by night."""
    upper, lower = ((18, 24, 60), (96, 70, 120)) if night else ((70, 130, 200), (255, 205, 150))
    fall = Image.linear_gradient("L").resize((width, height))
    scene = Image.composite(Image.new("RGB", fall.size, lower), Image.new("RGB", fall.size, upper), fall)
    glow = Image.radial_gradient("L").point(lambda value: max(0, 181 - value)).resize((height, height))
    scene.paste((235, 235, 255) if night else (255, 240, 190), (width // 2, -height // 6), glow)
    draw = ImageDraw.Draw(scene)
    middle, radius = (width // 2 + height // 2, height // 3), height // 14
    draw.ellipse(
        (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius),
        fill=(240, 240, 250) if night else (255, 250, 225),
    )
    for hill in range(4):
        shade = 1 - hill / 5
        colour = tuple(round(part * shade) for part in ((44, 40, 84) if night else (96, 128, 110)))
        line = [
            (
                x,
                height * (0.52 + 0.11 * hill)
                + height * 0.06 * math.sin(x / height * (2.1 + hill) + 2 * hill)
                + height * 0.02 * math.sin(x / height * 9 + hill),
            )
            for x in range(0, width + 8, 8)
        ]
        draw.polygon([*line, (width, height), (0, height)], fill=colour)
    return scene


def rows() -> list[list[Shot]]:
    """What stands side by side."""
    shapes = {
        "16:9": "English",
        "9:16": "Arabic",
        "1:1": "Chinese",
        "4:3": "Russian",
        "3:4": "Hindi",
        "3:2": "Hebrew",
        "2:3": "Japanese",
        "21:9": "Korean",
    }
    low = {
        ratio: Shot(f"{ratio}, 720p, {script}", {"prompt": PROMPTS[script], "aspect_ratio": ratio, "mode": "std"})
        for ratio, script in shapes.items()
    }
    high = {
        ratio: Shot(
            f"{ratio}, 1080p, 10 s",
            {"prompt": prompt, "aspect_ratio": ratio, "mode": "pro", "duration": "10", "sound": True},
            (203,),
        )
        for ratio, prompt in {
            "16:9": f"{BOAT}. {PROMPTS['Greek']}. {PROMPTS['Japanese']}",
            "9:16": "A lighthouse in a storm",
            "1:1": "Ten ducks 🦆 cross a road",
            "4:3": f"{BOAT}. " * 6,
            "3:4": "A cat wearing a tiny hat",
            "3:2": "Ink in water, macro",
            "2:3": "Snow falls on a quiet street; a single window is lit, someone plays the piano",
            "21:9": "Wide shot of a desert at dawn, a caravan of camels on the ridge of a dune",
        }.items()
    }
    wide, tall = (1280, 720), (720, 1280)
    given = {"prompt": "The sun goes down behind the hills and the moon rises, time lapse", "image": "-"}
    frames = (0, 12, 48, 84, 108, 120)
    both = Shot(
        "start and end image",
        {**given, "end_image": "-", "sound": False, "mode": "pro"},
        frames,
        photographs={"image": photograph(*wide, night=False), "end_image": photograph(*wide, night=True)},
    )
    voice = Shot(
        "portrait image, voice",
        {
            "prompt": 'A hiker <<<voice_1>>> says "What a view!"',
            "image": "-",
            "voice_id": "829826751244537879",
            "sound": True,
            "mode": "pro",
        },
        (0, 14, 80),
        photographs={"image": photograph(*tall, night=True)},
    )
    foreign = Shot(
        "foreign image, not fetched", {"prompt": BOAT, "image": "https://example.com/boat.jpg", "mode": "std"}, (60,)
    )
    other = Shot(
        "image of another ratio",
        {"prompt": PROMPTS["Greek"], "image": "-", "mode": "std"},
        (60,),
        photographs={"image": photograph(900, 640, night=False)},
    )
    tiny = Shot("--media tiny", {"prompt": BOAT}, (87,), media="tiny")
    return [
        [low[ratio] for ratio in ("16:9", "9:16", "1:1", "4:3", "3:4")],
        [low["3:2"], low["2:3"], low["21:9"], high["9:16"]],
        [high[ratio] for ratio in ("16:9", "2:3", "1:1", "21:9")],
        [high[ratio] for ratio in ("4:3", "3:4", "3:2")] + [tiny],
        [both],
        [voice, foreign, other],
    ]


def shown(shot: Shot, folder: Path) -> list[tuple[str, Image.Image]]:
    """The frames of a shot, each with its caption."""
    files = {}
    for name, picture in shot.photographs.items():
        files[name] = folder / f"{name}.png"
        picture.save(files[name], compress_level=1)
    wanted = replays.parse(f"1:2026-05:documented:{shot.media}:front:44100:1780272000:7kq2v605mjer7htm68rg47xqmh")
    content = offline.render(shot.input, files, wanted).content
    with av.open(BytesIO(content)) as container:
        frames = [
            (number, frame.to_image())
            for number, frame in enumerate(container.decode(video=0))
            if number in shot.frames
        ]
    several = len(frames) > 1
    return [(f"{shot.caption}, {number}" if several else shot.caption, picture) for number, picture in frames]


def sheet(pictures: Sequence[Sequence[tuple[str, Image.Image]]]) -> Image.Image:
    """All of them, every row as wide as the sheet."""
    heights = [
        (WIDTH - GAP * (len(row) + 1)) / sum(picture.width / picture.height for _, picture in row) for row in pictures
    ]
    whole = Image.new("RGB", (WIDTH, round(sum(heights) + (GAP + CAPTION) * len(heights)) + GAP), GROUND)
    draw, y = ImageDraw.Draw(whole), float(GAP)
    for row, height in zip(pictures, heights, strict=True):
        x = float(GAP)
        for caption, picture in row:
            width = picture.width * height / picture.height
            whole.paste(picture.resize((round(width), round(height)), Image.Resampling.LANCZOS), (round(x), round(y)))
            draw.text((round(x), round(y + height) + 3), caption, INK, font("sans", 13))
            x += width + GAP
        y += height + GAP + CAPTION
    return whole


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", type=Path, default=TARGET, help=f"where it goes ({TARGET})")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        pictures = [[frame for shot in row for frame in shown(shot, Path(folder))] for row in rows()]
    sheet(pictures).save(options.output, quality=QUALITY, optimize=True)
    print(f"{options.output}: {options.output.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
