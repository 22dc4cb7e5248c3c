"""Faults of files."""

from typing import Any

from mockserver import ranges
from mockserver.api import objects
from mockserver.storage import Storage
from tests.mutants.mutant import mutant
from tests.mutants.surgery import Answer, Surgery


@mutant("REQ-FILE-001")
def records_are_reversed(surgery: Surgery) -> None:
    """The records come in another order than the files were announced."""
    surgery.alter("files.create", by=lambda answer: answer.change(lambda rows: rows[::-1]))


@mutant("REQ-FILE-007")
def signature_is_not_checked(surgery: Surgery) -> None:
    """Whoever knows a file's path may upload it."""
    surgery.replace(Storage, "check_upload", lambda self, name, *_: self.by_name(name))


@mutant("REQ-FILE-006")
def upload_url_never_expires(surgery: Surgery) -> None:
    """An upload URL is good for ever."""
    surgery.wrap(Storage, "check_upload", lambda original, self, name, query, _now: original(self, name, query, 0.0))


@mutant("REQ-FILE-008")
def output_url_never_expires(surgery: Surgery) -> None:
    """A video can be fetched for ever."""
    surgery.replace(objects, "OUTPUT_SECONDS", 10**9)


@mutant("REQ-FILE-009")
def bytes_come_back_as_text(surgery: Surgery) -> None:
    """What is stored goes through a text codec."""

    def text(answer: Answer) -> None:
        if answer.status == 200:
            answer.body = answer.body.decode("utf-8", "replace").encode("utf-8")

    surgery.alter("objects.get", by=text)


@mutant("REQ-FILE-010")
def range_is_off_by_one(surgery: Surgery) -> None:
    """The last byte of a range is missing."""

    def short(answer: Answer) -> None:
        if answer.status == 206:
            answer.body = answer.body[:-1]

    surgery.alter("objects.get", by=short)


@mutant("REQ-FILE-010")
def range_beyond_the_end_is_everything(surgery: Surgery) -> None:
    """A range that no byte satisfies gives the whole file."""

    def whole(original: Any, asked: Any, size: int) -> Any:
        try:
            return original(asked, size)
        except ranges.UnsatisfiableError:
            return None

    surgery.wrap(ranges, "parse", whole)


@mutant("REQ-FILE-010")
def suffix_counts_from_the_front(surgery: Surgery) -> None:
    """The last five bytes are the first five."""

    def front(original: Any, asked: Any, size: int) -> Any:
        return original(asked.replace("bytes=-", "bytes=0-") if asked else asked, size)

    surgery.wrap(ranges, "parse", front)


@mutant("REQ-FILE-012")
def name_of_the_client_in_the_path(surgery: Surgery) -> None:
    """What a client calls a file stands in its URL."""

    def alter(rows: Any) -> None:
        for row in rows:
            row["uri"] = row["uri"].rpartition("/")[0] + "/" + str(row["filename"])

    surgery.alter("files.create", by=lambda answer: answer.change(alter) if answer.status == 200 else None)


@mutant("REQ-FILE-013")
def deleted_bytes_are_still_there(surgery: Surgery) -> None:
    """A deleted file can still be fetched."""

    def gone(answer: Answer) -> None:
        if answer.status == 404:
            answer.status, answer.body = 200, b"still here"

    surgery.alter("objects.get", by=gone)


@mutant("REQ-FILE-011")
def no_cap_on_uploads(surgery: Surgery) -> None:
    """An upload of any size is taken."""

    def fine(answer: Answer) -> None:
        if answer.status == 413:
            answer.status, answer.body = 200, b""

    surgery.alter("objects.put", by=fine)
