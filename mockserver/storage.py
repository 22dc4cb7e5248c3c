"""The files of a world: uploads with their presigned URLs (D16, wire.md §6)."""

import calendar
import mimetypes
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import parse_qs, urlencode, urlsplit

from itsdangerous import Signer

from contracts.apps.files import FileFacts
from contracts.wire.ids import ID, short
from contracts.wire.problems import Problem

UPLOAD_SECONDS = 3600
"""Life of a presigned upload URL on the world's clock (D16)."""

OUTPUT_SECONDS = 30 * 24 * 3600
"""Life of an output URL on the world's clock (D16)."""

MOST_STORED = 512 * 1024 * 1024
"""Bytes that one world may keep; above it uploads are refused with `limit_exceeded`."""

MOST_FILES = 20_000
"""Files that one world may keep."""

MOST_TYPE = 1024
"""Characters of a media type; it is kept outside the byte caps."""

_DEFAULT_TYPE = "application/octet-stream"

_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+([ ]*;[\x20-\x7e]*)?", re.ASCII)


@dataclass(slots=True)
class StoredFile:
    """One uploaded file, announced with POST /files and filled with a PUT."""

    id: str
    name: str
    """Last segment of its URL, minted by us: the id and an extension."""
    filename: str
    content_type: str
    size: int
    """Announced size until the bytes are here, then their number."""
    path: str
    category: str
    created: float
    updated: float
    content: bytes | None = None
    etag: str | None = None
    facts: FileFacts | None = None
    """What inspection found; None until it was asked for."""


class Storage:
    """The uploaded files of one world."""

    def __init__(self, secret: bytes, owner: str) -> None:
        """Make an empty store.

        Args:
            secret: signs presigned URLs.
            owner: short id that stands in the URLs of this world.
        """
        self._signer = Signer(secret, salt="presigned-upload", key_derivation="hmac", digest_method=_sha256)
        self.owner = owner
        self._files: dict[str, StoredFile] = {}
        self.stored = 0
        """Bytes kept."""

    def make_room(self, count: int) -> None:
        """Pass if so many more files may be announced.

        Raises:
            Problem: there would be too many.
        """
        if len(self._files) + count > MOST_FILES:
            raise Problem(
                "limit_exceeded",
                f"this key would have more than {MOST_FILES} files; delete some, or reset the world",
                meta={"resource": "files", "limit": MOST_FILES, "current": len(self._files)},
            )

    def announce(
        self,
        identifier: str,
        *,
        filename: str | None,
        content_type: str | None,
        size: int | None,
        path: str | None,
        category: str | None,
        now: float,
    ) -> StoredFile:
        """Make the record of a file whose bytes are still to come."""
        content_type = media_type(content_type) or _DEFAULT_TYPE
        extension = _extension(filename, content_type)
        file = StoredFile(
            id=identifier,
            name=identifier + extension,
            filename=filename or f"{short(identifier)}{extension}",
            content_type=content_type,
            size=size or 0,
            path=path or "",
            category=category or "",
            created=now,
            updated=now,
        )
        self._files[identifier] = file
        return file

    def fill(self, file: StoredFile, content: bytes, content_type: str | None, etag: str, now: float) -> None:
        """Take in the bytes of a file; sending them again replaces them.

        Raises:
            Problem: the world's storage is full.
        """
        grown = self.stored - len(file.content or b"") + len(content)
        if grown > MOST_STORED:
            raise Problem(
                "limit_exceeded",
                f"this key's files would take {grown} bytes of at most {MOST_STORED}; delete some, or reset the world",
                meta={"resource": "storage", "limit": MOST_STORED, "current": self.stored},
            )
        self.stored = grown
        file.content, file.etag, file.size, file.updated, file.facts = content, etag, len(content), now, None
        file.content_type = media_type(content_type) or file.content_type

    def get(self, identifier: str) -> StoredFile | None:
        """Return a file by its id."""
        return self._files.get(identifier)

    def by_name(self, name: str) -> StoredFile | None:
        """Return a file by the last segment of its URL."""
        file = self._files.get(name.partition(".")[0])
        return file if file is not None and file.name == name else None

    def delete(self, identifier: str) -> bool:
        """Delete a file for good; tell whether there was one."""
        file = self._files.pop(identifier, None)
        if file is None:
            return False
        self.stored -= len(file.content or b"")
        return True

    def __iter__(self) -> Iterator[StoredFile]:
        """Return the files, oldest first."""
        return iter(self._files.values())

    def url(self, file: StoredFile, base: str) -> str:
        """Return the address the bytes can be fetched from."""
        return f"{base}{self._path(file)}"

    def upload_url(self, file: StoredFile, base: str, now: float) -> str:
        """Return the presigned URL for a PUT of the bytes."""
        date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(int(now)))
        signed = self._sign(self._path(file), date, str(UPLOAD_SECONDS))
        query = {"X-Amz-Date": date, "X-Amz-Expires": str(UPLOAD_SECONDS), "X-Amz-Signature": signed}
        return f"{self.url(file, base)}?{urlencode(query)}"

    def check_upload(self, name: str, query: str, now: float) -> StoredFile:
        """Return the file that a presigned PUT fills.

        Raises:
            Problem: 403 for a missing, wrong or expired signature; 404 for a file deleted meanwhile.
        """
        path = f"/app/files/u/{self.owner}/{name}"
        given = {key: values[-1] for key, values in parse_qs(query, keep_blank_values=True).items()}
        date, life, signature = (given.get(f"X-Amz-{part}", "") for part in ("Date", "Expires", "Signature"))
        if not signature:
            raise Problem(
                "forbidden", "this URL is not presigned; PUT to the upload_url that POST /files answered with"
            )
        if not self._signer.verify_signature(_signed_text(path, date, life), signature):
            raise Problem("forbidden", "the signature of this upload URL is wrong; use the upload_url unchanged")
        expires = calendar.timegm(time.strptime(date, "%Y%m%dT%H%M%SZ")) + int(life)
        if now >= expires:
            raise Problem("forbidden", "this upload URL has expired; create the file anew with POST /files")
        file = self.by_name(name)
        if file is None:
            raise Problem("not_found", "the file of this upload URL was deleted; create it anew with POST /files")
        return file

    def _path(self, file: StoredFile) -> str:
        return f"/app/files/u/{self.owner}/{file.name}"

    def _sign(self, path: str, date: str, life: str) -> str:
        return self._signer.get_signature(_signed_text(path, date, life)).decode("ascii")


@dataclass(frozen=True, slots=True)
class Reference:
    """What a string that should name a file points to."""

    kind: str
    """file (an upload of ours), output (a video of ours), lost (our host, no such path), foreign, data, malformed."""
    owner: str = ""
    name: str = ""


def refer(value: str, own_hosts: frozenset[str]) -> Reference:
    """Tell what a file string of an input names.

    Args:
        value: a non-empty string.
        own_hosts: `host:port` of every address that is ours, lower-case.
    """
    if ID.fullmatch(value):
        return Reference("file", name=value)
    if value[:5].lower() == "data:":
        return Reference("data")
    try:
        parts = urlsplit(value)
        host = parts.netloc.lower()
    except ValueError:
        return Reference("malformed")
    if parts.scheme == "inf" and host == "files":
        return Reference("file", name=parts.path.split("/")[1] if "/" in parts.path else "")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return Reference("malformed")
    if host not in own_hosts:
        return Reference("foreign")
    segments = parts.path.split("/")
    if len(segments) == 6 and segments[1:3] == ["app", "files"] and segments[3] in {"u", "t"}:
        return Reference("file" if segments[3] == "u" else "output", segments[4], segments[5])
    return Reference("lost")


def _signed_text(path: str, date: str, life: str) -> str:
    return f"PUT\n{path}\n{date}\n{life}"


def _sha256() -> "object":
    import hashlib

    return hashlib.sha256()


def media_type(text: str | None) -> str | None:
    """Return what a user calls a type if it is one: it becomes a header when the file is fetched (SECURITY.md)."""
    return text if text and len(text) <= MOST_TYPE and _MEDIA_TYPE.fullmatch(text) else None


def _extension(filename: str | None, content_type: str) -> str:
    """Return a harmless extension: a user's string never reaches a path as it is (SECURITY.md)."""
    suffix = PurePosixPath(filename or "").suffix.lower()
    if 1 < len(suffix) <= 6 and suffix[1:].isascii() and suffix[1:].isalnum():
        return suffix
    return mimetypes.guess_extension(content_type.partition(";")[0].strip()) or ""
