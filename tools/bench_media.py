"""Measure the videos: time and size beside PyAV with libx264 at the same sizes, and the event loop while 50 are made.

Ratios are what counts: machines differ. `python tools/bench_media.py`, or `make bench`.
"""

import argparse
import asyncio
import hashlib
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO

import av

from contracts.apps.expectation import MediaExpectation
from mockserver.media import Rendition, render
from mockserver.render_pool import RenderPool

SIZES = ((1280, 720, 5), (1080, 1920, 5), (1920, 1080, 10), (2206, 946, 10))
VIDEOS = 50
PROBE = 0.001  # seconds between two looks at the loop
ONE = Rendition("4f3a9c21", "klingai/video-v2-6", "7kq2v605", "ab12", 1_780_272_000)


def timed(run: Callable[[], bytes], times: int) -> tuple[float, int]:
    """Best time in milliseconds, and bytes."""
    best, content = float("inf"), b""
    for _ in range(times):
        start = time.perf_counter()
        content = run()
        best = min(best, time.perf_counter() - start)
    return best * 1000, len(content)


def encoded(width: int, height: int, seconds: int) -> bytes:
    """What a codec library needs for as many pictures: a moving bar on a flat ground, and a tone."""
    file = BytesIO()
    with av.open(file, "w", format="mp4") as output:
        video = output.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        sound = output.add_stream("aac", rate=44100, layout="stereo")
        flat = bytes([60]) * (width * height)
        for number in range(24 * seconds + 1):
            frame = av.VideoFrame(width, height, "yuv420p")
            at = width * number // (24 * seconds + 1) // 2 * 2
            row = flat[:at] + bytes([200]) * min(64, width - at) + flat[: max(0, width - at - 64)]
            for plane, lines in zip(frame.planes, (height, height // 2, height // 2), strict=True):
                line = row[: plane.width].ljust(plane.line_size, b"\0")
                plane.update((line * lines).ljust(plane.buffer_size, b"\0"))
            output.mux(video.encode(frame))
        for number in range((24 * seconds + 1) * 44100 // 24 // 1024):
            heard = av.AudioFrame(format="fltp", layout="stereo", samples=1024)
            heard.sample_rate, heard.pts = 44100, number * 1024
            for plane in heard.planes:
                plane.update(bytes(plane.buffer_size))
            output.mux(sound.encode(heard))
        output.mux(video.encode(None))
        output.mux(sound.encode(None))
    return file.getvalue()


def sizes(times: int) -> None:
    """The table of time and size."""
    print(f"{'':16}{'full':>16}{'tiny':>16}{'realistic-size':>20}{'PyAV + libx264':>20}   ratio")
    for width, height, seconds in SIZES:
        expectation = MediaExpectation("text-to-video", "1080p", width, height, seconds, sound=True)
        row = [
            timed(lambda mode=mode, expectation=expectation: render(expectation, replace(ONE, media=mode)), times)
            for mode in ("full", "tiny", "realistic-size")
        ]
        other = timed(lambda size=(width, height, seconds): encoded(*size), 1)
        cells = [f"{spent:7.1f} ms {size / 1000:6.0f} kB" for spent, size in [*row, other]]
        print(f"{width}x{height} {seconds:2} s".ljust(14), *cells, f"{other[0] / row[0][0]:6.0f}")


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
    parser.add_argument("--times", type=int, default=5, help="the best of so many runs counts (5)")
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
