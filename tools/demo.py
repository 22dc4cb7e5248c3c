"""The app page's four snippets through the official Python client, against an emulator started for the purpose.

Everything stays on the loopback interface, and only processes started here are ended here.
"""

import argparse
import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from json import loads
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from inferencesh import Inference  # type: ignore[import-untyped]  # the client ships no types
from PIL import Image

APP = "klingai/video-v2-6"
COMPLETED = 10
BAR_WIDTH = 40
START_SECONDS = 30.0
WEBHOOK_SECONDS = 60.0
STOP_SECONDS = 5.0


class DemoError(Exception):
    """The demo cannot go on; the text is the sentence the reader gets."""


def show(step: str, text: str) -> None:
    print(f"{step:<10}{text}", flush=True)


@contextlib.contextmanager
def emulator(latency: str) -> Iterator[str]:
    """A running emulator's address. The page's inputs are empty, so it is told to fill in the app's sample prompt."""
    command = Path(sys.executable).with_name("inferencesh-mock")
    argv = [str(command), "serve", "--port", "0", "--latency", latency, "--empty-input", "sample"]
    if not command.exists():
        raise DemoError(f"{command.name} is not installed beside {sys.executable}; run `make setup` first")
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as process:
        # `readline` has no deadline of its own: a start that hangs is ended, which closes the pipe.
        deadline = threading.Timer(START_SECONDS, process.kill)
        deadline.start()
        try:
            line = process.stdout.readline() if process.stdout else ""
            deadline.cancel()
            if not line.startswith("serving "):
                raise DemoError(f"the emulator did not start; try `{' '.join(argv)}` to see why")
            yield line.removeprefix("serving ").strip()
        finally:
            deadline.cancel()
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


@contextlib.contextmanager
def receiver() -> Iterator[tuple[str, "queue.SimpleQueue[dict[str, Any]]"]]:
    """A webhook receiver on loopback: its address, and the payloads as they come."""
    payloads: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            payloads.put(loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing: the demo says what arrived."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/webhook", payloads
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def save(step: str, task: dict[str, Any], folder: Path) -> None:
    """The task's video into the folder. An output URL needs no key."""
    if task["status"] != COMPLETED:
        raise DemoError(f"{step}: the task ended with status {task['status']}, not {COMPLETED} (completed)")
    response = httpx.get(task["output"]["video"], trust_env=False)
    if response.status_code != httpx.codes.OK or response.content[4:8] != b"ftyp":
        raise DemoError(f"{step}: {task['output']['video']} gave no MP4 but HTTP {response.status_code}")
    path = folder / f"{step}.mp4"
    path.write_bytes(response.content)
    show(step, f"completed, {len(response.content) / 1000:.0f} kB saved as {path}")


def result(client: Inference, folder: Path) -> None:
    """Snippet 1: submit and wait for the end."""
    save("result", client.run({"app": APP, "input": {}}), folder)


def stream(client: Inference, folder: Path) -> None:
    """Snippet 2: live updates, with the progress bar the page speaks of."""
    task: dict[str, Any] = {}
    for update in client.run({"app": APP, "input": {}}, stream=True):
        task = update
        # The official client strips `progress` from the updates it yields, so the page's own way to a progress bar
        # shows nothing. The task asked for by id comes whole.
        progress = client.get_task(update["id"]).data["progress"]
        if sys.stdout.isatty():
            filled = "#" * (progress * BAR_WIDTH // 100)
            print(f"\r{'stream':<10}[{filled:<{BAR_WIDTH}}] {progress:3} %", end="", flush=True)
    if sys.stdout.isatty():
        print()
    save("stream", task, folder)


def files(client: Inference, folder: Path) -> None:
    """Snippet 3: a local image, which the client uploads by itself, and a URL, which it leaves alone."""
    with TemporaryDirectory() as pictures:
        image = Path(pictures) / "image.png"
        Image.radial_gradient("L").resize((960, 540)).convert("RGB").save(image)
        given = {"image": str(image), "audio": "https://example.com/audio.mp3"}
        task = client.run({"app": APP, "input": given})
    show("files", f"image uploaded as {task['input']['image']}")
    save("files", task, folder)


def webhook(client: Inference, folder: Path) -> None:
    """Snippet 4: do not wait, be told."""
    with receiver() as (url, payloads):
        task = client.run({"app": APP, "input": {}, "webhook": url}, wait=False)
        show("webhook", f"submitted with status {task['status']}, waiting at {url}")
        try:
            payload = payloads.get(timeout=WEBHOOK_SECONDS)
        except queue.Empty:
            raise DemoError(f"webhook: nothing arrived at {url} within {WEBHOOK_SECONDS:.0f} s") from None
    if payload["id"] != task["id"]:
        raise DemoError(f"webhook: the payload is about {payload['id']}, not about {task['id']}")
    show("webhook", f"received {', '.join(payload)}")
    save("webhook", payload, folder)


STEPS: tuple[Callable[[Inference, Path], None], ...] = (result, stream, files, webhook)


def tell(messages: list[dict[str, Any]]) -> None:
    """The warnings that came with an answer."""
    for message in messages:
        show("", f"{message['level']}: {message['message']}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("demo-output"), help="folder for the MP4s (demo-output)")
    parser.add_argument("--latency", default="quick", help="the emulator's latency profile (quick: about 3 s a task)")
    options = parser.parse_args()
    # The client honours proxy settings; what it sends here must not leave the machine.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1,localhost"
    try:
        options.output.mkdir(parents=True, exist_ok=True)
        with emulator(options.latency) as base_url:
            show("emulator", base_url)
            show(
                "",
                "the page's snippets have an empty input, so it runs with --empty-input sample and says so each time",
            )
            # What the page's `inference()` makes; called by its class, which alone takes `on_message`.
            client = Inference(api_key="inf_demo", base_url=base_url, on_message=tell)
            for step in STEPS:
                step(client, options.output)
    except DemoError as error:
        print(f"demo failed: {error}", file=sys.stderr)
        return 1
    except Exception as error:  # noqa: BLE001  whatever the client raises, the reader gets a sentence
        print(f"demo failed: the client raised {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
