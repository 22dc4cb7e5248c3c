"""Clients that upload wrongly."""

import base64
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from contracts.clientside.reference import Client
from contracts.clientside.reference_reading import ClientError
from tests.mutants.client_mutant import sins
from tests.mutants.surgery import Surgery


def _put(surgery: Surgery, bend: Any) -> None:
    """Bend what is sent to the store: the client, its content and its headers."""
    make = Client.__init__

    def made(self: Client, *given: Any, **told: Any) -> None:
        make(self, *given, **told)
        put = self._store.put

        def bent(url: str, content: bytes, headers: Mapping[str, str]) -> Any:
            sent, named = bend(self, content, dict(headers))
            return put(url, content=sent, headers=named)

        self._store.put = bent

    surgery.replace(Client, "__init__", made)


@sins("upload.sends-the-bytes")
def reads_it_as_text(surgery: Surgery) -> None:
    """It takes the picture for text, and what is no UTF-8 gets lost."""
    _put(surgery, lambda _, content, headers: (content.decode("utf-8", "replace").encode(), headers))


@sins("upload.declares-the-type")
def declares_no_type(surgery: Surgery) -> None:
    """It declares every file as bytes."""

    def call(original: Any, self: Client, method: str, path: str, body: Any = None, **told: Any) -> Any:
        if path == "/files":
            body = {"files": [{**body["files"][0], "content_type": "application/octet-stream"}]}
        return original(self, method, path, body, **told)

    surgery.wrap(Client, "_call", call)


@sins("upload.sends-the-type")
def sends_no_type(surgery: Surgery) -> None:
    """It sends the bytes under the type of a form."""
    _put(surgery, lambda _, content, headers: (content, {**headers, "Content-Type": "multipart/form-data"}))


@sins("upload.keeps-the-key")
def shows_the_store_its_key(surgery: Surgery) -> None:
    """It uses one set of headers for everything."""
    _put(surgery, lambda self, content, headers: (content, {**self._api.headers, **headers}))


@sins("upload.names-the-uri")
def names_the_presigned_url(surgery: Surgery) -> None:
    """It names the file by the name that it has here."""

    def upload(original: Any, self: Client, path: str, kind: str) -> str:
        original(self, path, kind)
        return f"https://example.com/{Path(path).name}"

    surgery.wrap(Client, "upload", upload)


@sins("upload.uploads-only-files")
def uploads_what_looks_like_a_file(surgery: Surgery) -> None:
    """It takes words without blanks for base64."""

    def run(original: Any, self: Client, app: str, given: Mapping[str, Any], *rest: Any, **options: Any) -> Any:
        for value in given.values():
            if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9+/]{16,}={0,2}", value) and not len(value) % 4:
                content = base64.b64decode(value)
                told = {"uri": "", "filename": "", "content_type": "image/png", "size": len(content)}
                self._call("POST", "/files", {"files": [told]}, again=True)
        return original(self, app, given, *rest, **options)

    surgery.wrap(Client, "run", run)


def _tries(surgery: Surgery, given_up: Any) -> None:
    """Give up an upload as soon as the store's answer is such a one."""
    make = Client.__init__

    def made(self: Client, *given: Any, **told: Any) -> None:
        make(self, *given, **told)
        put = self._store.put

        def bent(*given: Any, **told: Any) -> Any:
            answer = put(*given, **told)
            if given_up(answer.status_code):
                raise ClientError(f"the store answered {answer.status_code}")
            return answer

        self._store.put = bent

    surgery.replace(Client, "__init__", made)


@sins("upload.tries-again")
def gives_up_when_the_store_stumbles(surgery: Surgery) -> None:
    """It tries an upload once."""
    _tries(surgery, lambda status: status >= 500)


@sins("upload.asks-for-a-fresh-url")
def gives_up_when_the_url_has_expired(surgery: Surgery) -> None:
    """It takes 403 for the last word."""
    _tries(surgery, lambda status: status == 403)


@sins("upload.does-not-run-without-the-file")
def runs_without_the_file(surgery: Surgery) -> None:
    """It leaves a picture out that it could not upload."""

    def uploaded(original: Any, self: Client, value: Any) -> Any:
        try:
            return original(self, value)
        except ClientError:
            return {key: member for key, member in value.items() if key != "image"}

    surgery.wrap(Client, "_uploaded", uploaded)


@sins("upload.tells-the-refusal")
def keeps_a_refusal_to_itself(surgery: Surgery) -> None:
    """It returns the path where a file could not be uploaded."""
    from mockserver.testing.adaptors.reference import Reference

    def upload(original: Any, self: Reference, order: Any, path: str, media_type: str) -> Any:
        try:
            return original(self, order, path, media_type)
        except ClientError:
            return {"uri": path}

    surgery.wrap(Reference, "upload", upload)
