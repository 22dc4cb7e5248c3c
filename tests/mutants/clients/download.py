"""Clients that download wrongly."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from contracts.clientside import reference
from contracts.clientside.reference import Client
from contracts.clientside.reference_reading import OutputError, is_video
from tests.mutants.client_mutant import sins
from tests.mutants.surgery import Surgery


def _instead(surgery: Surgery, download: Callable[..., int]) -> None:
    surgery.wrap(Client, "download", download)


def _asked(surgery: Surgery, bend: Callable[[Client, dict[str, str]], dict[str, str]]) -> None:
    """Bend the headers of every download."""
    make = Client.__init__

    def made(self: Client, *given: Any, **told: Any) -> None:
        make(self, *given, **told)
        opened = self._store.stream
        self._store.stream = lambda method, url, headers: opened(method, url, headers=bend(self, headers))

    surgery.replace(Client, "__init__", made)


@sins("download.writes-the-video")
def adds_a_line_break(surgery: Surgery) -> None:
    """It writes the video as a text, with a line break at its end."""

    def once(original: Any, self: Client, url: str, path: str) -> int:
        tries = []
        opened = self._store.stream
        self._store.stream = lambda *given, **told: tries.append(1) or opened(*given, **told)
        count: int = original(self, url, path)
        if len(tries) == 1:
            Path(path).write_bytes(Path(path).read_bytes() + b"\n")
        return count

    _instead(surgery, once)


@sins("download.keeps-the-key")
def shows_the_store_its_key(surgery: Surgery) -> None:
    """It uses one set of headers for everything."""
    _asked(surgery, lambda self, headers: {**headers, "Authorization": self._api.headers["Authorization"]})


@sins("download.notices-a-broken-transfer")
def keeps_what_came(surgery: Surgery) -> None:
    """It keeps what has come when the connection breaks."""

    def download(original: Any, self: Client, url: str, path: str) -> int:
        content = b""
        try:
            with self._store.stream("GET", url, headers={}) as answer:
                if answer.status_code != 200:
                    return int(original(self, url, path))
                for chunk in answer.iter_raw():
                    content += chunk
        except httpx.TransportError:
            Path(path).write_bytes(content)
            return len(content)
        if not is_video(content, answer.headers.get("Content-Type", "")):
            raise OutputError("no video")
        Path(path).write_bytes(content)
        return len(content)

    _instead(surgery, download)


@sins("download.goes-on-where-it-broke")
def begins_anew(surgery: Surgery) -> None:
    """It asks for everything again after a break."""
    _asked(surgery, lambda *_: {})


@sins("download.bears-a-store-without-ranges")
def appends_whatever_comes(surgery: Surgery) -> None:
    """It puts what comes after a break behind what it has, without a look at the status."""

    def download(original: Any, self: Client, url: str, path: str) -> int:
        content = b""
        for _ in range(2):
            headers = {"Range": f"bytes={len(content)}-"} if content else {}
            try:
                with self._store.stream("GET", url, headers=headers) as answer:
                    if answer.status_code >= 400:
                        return int(original(self, url, path))
                    for chunk in answer.iter_raw():
                        content += chunk
                    if not headers and not is_video(content, answer.headers.get("Content-Type", "")):
                        raise OutputError("no video")
                    break
            except httpx.TransportError:
                continue
        Path(path).write_bytes(content)
        return len(content)

    _instead(surgery, download)


def _believes(surgery: Surgery, what: Callable[[bytes, str], bool]) -> None:
    """Take some things for videos that are none."""

    def looked(original: Any, content: bytes, kind: str) -> bool:
        return bool(what(content, kind) or original(content, kind))

    surgery.wrap(reference, "is_video", looked)


@sins("download.refuses-a-page")
def takes_a_page_for_a_video(surgery: Surgery) -> None:
    """It looks at the status alone, and does not mind a page."""
    _believes(surgery, lambda content, _: content.lstrip().startswith(b"<"))


@sins("download.refuses-half-a-video")
def trusts_the_length(surgery: Surgery) -> None:
    """It takes a video for whole when its length is as told."""
    _believes(surgery, lambda content, kind: kind == "video/mp4" and content[4:8] == b"ftyp")


@sins("download.keeps-no-broken-file")
def writes_before_it_looks(surgery: Surgery) -> None:
    """It writes under the video's name what came with 200 before it looks at it, and leaves it there."""

    def download(original: Any, self: Client, url: str, path: str) -> int:
        try:
            return int(original(self, url, path))
        except OutputError as error:
            if error.known.get("status") == 403:
                raise
            Path(path).write_bytes(b"\0\0\0\x18ftyp")
            raise

    _instead(surgery, download)


@sins("download.doubts-a-wrong-type")
def does_not_look_at_the_type(surgery: Surgery) -> None:
    """It looks at the bytes alone."""
    surgery.wrap(reference, "is_video", lambda original, content, _: original(content, "video/mp4"))


@sins("download.waits-for-the-file")
def gives_up_on_404(surgery: Surgery) -> None:
    """It takes the first 404 for the last word."""
    _statuses(surgery, 404)


@sins("download.tells-that-it-expired")
def says_nothing_of_expiry(surgery: Surgery) -> None:
    """It says of an address that has expired what it says of everything."""

    def download(original: Any, self: Client, url: str, path: str) -> int:
        try:
            return int(original(self, url, path))
        except OutputError:
            raise OutputError("the download failed") from None

    _instead(surgery, download)


@sins("download.takes-no-refusal-for-a-video")
def saves_the_refusal(surgery: Surgery) -> None:
    """It writes down whatever a 403 says, and calls that a video."""
    _saves(surgery, 403)


@sins("download.waits-for-the-file")
def saves_the_first_404(surgery: Surgery) -> None:
    """It writes down whatever a 404 says, and calls that a video."""
    _saves(surgery, 404)


class _Refusal(Exception):  # noqa: N818  # carries a body out of the client, and tells of no error
    """What a refusal has for a body."""


def _saves(surgery: Surgery, status: int) -> None:
    """Keep the body of such an answer as the video."""

    def download(original: Any, self: Client, url: str, path: str) -> int:
        opened = self._store.stream

        @contextmanager
        def stream(*given: Any, **told: Any) -> Iterator[httpx.Response]:
            with opened(*given, **told) as answer:
                if answer.status_code == status:
                    raise _Refusal(answer.read())
                yield answer

        self._store.stream = stream  # type: ignore[method-assign]
        try:
            return int(original(self, url, path))
        except _Refusal as refusal:
            return Path(path).write_bytes(refusal.args[0])

    _instead(surgery, download)


def _statuses(surgery: Surgery, final: int) -> None:
    make = Client.__init__

    def made(self: Client, *given: Any, **told: Any) -> None:
        make(self, *given, **told)
        opened = self._store.stream

        @contextmanager
        def stream(*given: Any, **told: Any) -> Iterator[httpx.Response]:
            with opened(*given, **told) as answer:
                if answer.status_code == final:
                    raise OutputError(f"the store answered {final}", status=final)
                yield answer

        self._store.stream = stream

    surgery.replace(Client, "__init__", made)
