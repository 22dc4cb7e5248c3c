"""Measure the videos: time and size beside PyAV with libx264 encoding the same pictures, and the event loop meanwhile.

Times are of the processor, the median of some runs: other programs do not count. Ratios are what counts, as machines
differ. `python tools/bench_media.py`, or `make bench`.
"""

import argparse
import asyncio
import hashlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO

import av
from PIL import Image

from contracts.apps.expectation import MediaExpectation
from mockserver.media import GivenImage, Rendition, render
from mockserver.media.inspection import inspect
from mockserver.render_pool import RenderPool

SHORT = "A paper boat drifts down a rain-filled gutter"
LONG = (
    "A lighthouse on a cliff in a storm at dusk, waves crashing against the rocks, seagulls circling, cinematic "
    "lighting, 35mm film grain, the camera slowly pushes in while rain streaks across the lens and the lamp sweeps by"
)
SIZES = (
    (1280, 720, 5, SHORT),
    (720, 1280, 5, SHORT),
    (1080, 1920, 10, LONG),
    (1920, 1080, 10, SHORT),
    (1920, 1080, 10, LONG),
    (2206, 946, 10, SHORT),
)
VIDEOS = 50
PROBE = 0.001  # seconds between two looks at the loop
ONE = Rendition(
    "7kq2v605mjer7htm68rg47xqmh",
    "klingai/video-v2-6",
    "7kq2v605",
    "ab12",
    1_780_272_000,
    input_hash="0123456789abcdef" * 4,
    prompt=SHORT,
)


def timed(run: Callable[[int], bytes], times: int) -> tuple[float, int]:
    """Median time in milliseconds of calls with 1, 2, ... after a first one with 0, and the bytes of the last."""
    spent, content = [], run(0)
    for number in range(1, times + 1):
        start = time.process_time()
        content = run(number)
        spent.append(time.process_time() - start)
    return statistics.median(spent) * 1000, len(content)


def encoded(content: bytes) -> tuple[float, int]:
    """What a codec library needs for the same pictures and sound: time of the encoder alone, and bytes."""
    spent, file = 0.0, BytesIO()
    with av.open(BytesIO(content)) as source, av.open(file, "w", format="mp4") as output:
        video = output.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = (
            source.streams.video[0].width,
            source.streams.video[0].height,
            "yuv420p",
        )
        sound = output.add_stream("aac", rate=44100, layout="stereo") if source.streams.audio else None
        for frame in source.decode(*source.streams):
            stream = video if isinstance(frame, av.VideoFrame) else sound
            start = time.process_time()
            output.mux(stream.encode(frame))
            spent += time.process_time() - start
        start = time.process_time()
        for stream in filter(None, (video, sound)):
            output.mux(stream.encode(None))
        spent += time.process_time() - start
    return spent * 1000, len(file.getvalue())


def sizes(times: int) -> None:
    """The table of time and size; every run is of another task."""
    print(f"{'':26}{'full':>16}{'tiny':>16}{'realistic-size':>20}{'PyAV + libx264':>20}   ratio  inspect")
    for width, height, seconds, prompt in SIZES:
        expectation = MediaExpectation("text-to-video", "1080p", width, height, seconds, sound=True)
        wanted = replace(ONE, prompt=prompt)
        name = f"{width}x{height} {seconds:2} s, {len(prompt)} letters"
        line(name, expectation, [replace(wanted, media=mode) for mode in ("full", "tiny", "realistic-size")], times)
    start, end = (photograph(turned) for turned in (0, 90))
    for name, images in (("image", {"start_image": start}), ("two images", {"start_image": start, "end_image": end})):
        expectation = MediaExpectation("image-to-video", "1080p", 1920, 1080, 5, sound=False)
        line(f"1920x1080  5 s, {name}", expectation, [replace(ONE, **images)], times)


def line(name: str, expectation: MediaExpectation, renditions: list[Rendition], times: int) -> None:
    """One line of it."""
    cells = [
        timed(
            lambda number, one=one: render(expectation, replace(one, task_id=f"{one.task_id[:-3]}{number:03}")), times
        )
        for one in renditions
    ]
    content = render(expectation, renditions[0])
    read, _ = timed(lambda _: (inspect(content), content)[1], 3)
    other = encoded(content)
    shown = [f"{spent:7.1f} ms {size / 1000:6.0f} kB" for spent, size in [*cells, other]]
    shown[-1:-1] = [" " * 19] * (3 - len(cells))
    print(name.ljust(28), *shown, f"{other[0] / cells[0][0]:6.0f}", f"{read:5.0f} ms")


def photograph(turned: int) -> GivenImage:
    """A JPEG of 1920x1080 with detail everywhere."""
    noise = Image.effect_noise((960, 540), 40).resize((1920, 1080))
    shades = [Image.linear_gradient("L").rotate(turned + turn).resize((1920, 1080)) for turn in (0, 90, 180)]
    file = BytesIO()
    Image.merge("RGB", [Image.blend(noise, shade, 0.7) for shade in shades]).save(file, "JPEG", quality=90)
    return GivenImage.of(file.getvalue())


async def lag(name: str, run: Callable[[MediaExpectation, Rendition], bytes], threads: int) -> None:
    """How late the loop wakes up while videos are made."""
    late: list[float] = []
    finished = asyncio.Event()

    async def look() -> None:
        while not finished.is_set():
            start = time.perf_counter()
            await asyncio.sleep(PROBE)
            late.append(time.perf_counter() - start - PROBE)

    pool = ThreadPoolExecutor(threads)
    loop = asyncio.get_running_loop()
    looking = asyncio.ensure_future(look())
    start = time.perf_counter()
    orders = [
        (
            MediaExpectation("text-to-video", "1080p", 1920, 1080, 5 + 5 * (n % 2), sound=True),
            replace(ONE, task_id=str(n)),
        )
        for n in range(VIDEOS)
    ]
    await asyncio.gather(*[loop.run_in_executor(pool, run, *order) for order in orders])
    spent = time.perf_counter() - start
    finished.set()
    await looking
    pool.shutdown()
    late.sort()
    p50, p99 = (late[int(len(late) * share)] * 1000 for share in (0.5, 0.99))
    print(f"{name:10} {VIDEOS} videos in {spent:5.2f} s, the loop late by p50 {p50:.2f} ms, p99 {p99:.2f} ms, "
          f"most {late[-1] * 1000:.2f} ms")  # fmt: skip


def start() -> None:
    """What loading the writer costs."""
    program = (
        "import time, mockserver.app; start = time.perf_counter(); import mockserver.media.film; "
        "print(time.perf_counter() - start)"
    )
    spent = min(
        float(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout) for _ in range(5)
    )
    print(f"loading the writer: {spent * 1000:.0f} ms")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=9, help="the median of so many runs counts (9)")
    options = parser.parse_args(arguments)
    start()
    sizes(options.times)
    pool = RenderPool(1)
    asyncio.run(lag("process", pool.render, 1))
    pool.close()
    asyncio.run(lag("thread", render, 1))
    content = render(MediaExpectation("text-to-video", "720p", 1280, 720, 5, sound=False), ONE)
    print(f"1280x720 5 s: sha256 {hashlib.sha256(content).hexdigest()}, to be compared between machines")


if __name__ == "__main__":
    main()
