"""Files: announce, list, look at, delete (rest.md §8, wire.md §6)."""

from typing import TYPE_CHECKING, Any

from contracts.wire.ids import short, timestamp
from contracts.wire.problems import Problem
from mockserver.api import bodies, filters, listing
from mockserver.api.call import Answer, Call, Resource
from mockserver.api.listing import Listing
from mockserver.api.objects import etag_of
from mockserver.storage import StoredFile

if TYPE_CHECKING:
    from starlette.datastructures import FormData

MOST_TEXT = 1024
"""Characters of a file's name, path or type, as in the schema of POST /files: they are kept outside the byte caps."""


async def create(call: Call) -> Answer:
    """Announce files (JSON, answered with a list) or take one in at once (multipart, answered with one)."""
    if (call.header(b"content-type") or "").lower().startswith("multipart/"):
        return Resource(await _multipart(call))
    request = call.json_object()
    bodies.check(request, "file-create-request", "REQ-FILE-001")
    for number, row in enumerate(request["files"]):
        if row.get("uri"):
            raise bodies.invalid(
                [
                    bodies.violation(
                        f"/files/{number}/uri",
                        "REQ-FILE-001",
                        "a file is made with an empty uri and filled with a PUT",
                        'the empty string ""',
                        str(row["uri"]),
                    )
                ]
            )
    call.world.storage.make_room(len(request["files"]))
    return Resource(
        [
            document(
                call,
                call.world.storage.announce(
                    call.world.rng.identifier("file"),
                    filename=row.get("filename"),
                    content_type=row.get("content_type"),
                    size=row.get("size"),
                    path=row.get("path"),
                    category=request.get("category"),
                    now=call.now,
                ),
            )
            for row in request["files"]
        ]
    )


async def search(call: Call) -> Answer:
    """Answer with a page of files, the newest first."""
    rules = Listing(
        default_limit=10,
        most=1000,
        fields={
            "id": lambda row: row.id,
            "filename": lambda row: row.filename,
            "content_type": lambda row: row.content_type,
            "size": lambda row: row.size,
            "path": lambda row: row.path,
            "category": lambda row: row.category,
            "created_at": lambda row: filters.moment(row.created),
            "updated_at": lambda row: filters.moment(row.updated),
        },
        search=("filename", "id"),
        key=lambda row: row.id,
        numbers=("size",),
        value=lambda name, value: filters.read_moment(value) if name.endswith("_at") else value,
    )
    return listing.page(call, rules, list(reversed(list(call.world.storage))), lambda row: document(call, row))


async def get(call: Call) -> Answer:
    """Answer with one file's record."""
    return Resource(document(call, _find(call)))


async def delete(call: Call) -> Answer:
    """Delete a file for good."""
    call.world.storage.delete(_find(call).id)
    return Resource(None)


def document(call: Call, file: StoredFile) -> dict[str, Any]:
    """Return a file's record (FileDTO)."""
    storage = call.world.storage
    facts = file.facts
    measured = {} if facts is None or facts.width is None else {"width": facts.width, "height": facts.height}
    return {
        "id": file.id,
        "short_id": short(file.id),
        "created_at": timestamp(file.created),
        "updated_at": timestamp(file.updated),
        "deleted_at": None,
        "user_id": call.world.user_id,
        "team_id": call.world.team_id,
        "visibility": "private",
        "path": file.path,
        "remote_path": f"u/{storage.owner}/{file.name}",
        "upload_url": storage.upload_url(file, call.base_url, file.created) if file.content is None else "",
        "uri": storage.url(file, call.base_url),
        "content_type": file.content_type,
        "size": file.size,
        "filename": file.filename,
        "category": file.category,
        "rating": "unrated",
        "metadata": {"type": file.content_type.partition("/")[0], **measured} if file.content is not None else None,
    }


def _find(call: Call) -> StoredFile:
    found = call.world.storage.get(call.params["id"])
    if found is None:
        raise Problem(
            "not_found", f"there is no file {call.params['id'][:64]!r} under this API key; GET /files lists yours"
        )
    return found


async def _multipart(call: Call) -> dict[str, Any]:
    """Take in the older form: fields file, filename, content_type, public and path."""
    from starlette.datastructures import UploadFile

    form = await _form(call)
    try:
        part = form.get("file")
        if not isinstance(part, UploadFile):
            raise Problem("invalid_request", "the multipart body has no file part named `file`")
        content = await part.read()
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        filename = fields.get("filename") or part.filename
        content_type = fields.get("content_type") or part.content_type
        path = fields.get("path")
        for name, text in (("filename", filename), ("content_type", content_type), ("path", path)):
            _check_text(name, text)
    finally:
        await form.close()
    call.world.storage.make_room(1)
    file = call.world.storage.announce(
        call.world.rng.identifier("file"),
        filename=filename,
        content_type=content_type,
        size=len(content),
        path=path,
        category=None,
        now=call.now,
    )
    try:
        call.world.storage.fill(file, content, content_type, etag_of(content), call.now)
    except Problem:
        call.world.storage.delete(file.id)
        raise
    call.emulator.worlds.relieve(call.world)
    return document(call, file)


async def _form(call: Call) -> "FormData":
    """Return the parsed form; whoever asks closes it.

    Raises:
        Problem: 400, the body is no such form, or its text is not UTF-8.
    """
    from python_multipart.exceptions import MultipartParseError
    from python_multipart.multipart import parse_options_header
    from starlette.formparsers import MultiPartException
    from starlette.requests import Request

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": call.body, "more_body": False}

    _, options = parse_options_header(call.header(b"content-type"))
    charset = options.get(b"charset", b"utf-8").decode("latin-1")
    if charset.lower() not in {"utf-8", "utf8"}:
        # The parser would take any codec of Python's, and some of them give text that cannot be written as UTF-8.
        raise Problem("invalid_request", f"the multipart body's charset is {charset[:32]!r}; expected utf-8")
    try:
        return await Request(call.scope, receive).form(max_files=1)
    except (MultiPartException, MultipartParseError, KeyError, UnicodeError) as error:
        raise Problem("invalid_request", f"the multipart body cannot be read: {error}") from None
    except Exception as error:
        # Starlette turns its own parse error into an HTTPException where a router is present.
        if getattr(error, "status_code", None) == 400:
            raise Problem("invalid_request", f"the multipart body cannot be read: {error}") from None
        raise


def _check_text(name: str, text: str | None) -> None:
    """Pass if a text of the form can be kept and shown.

    Raises:
        Problem: 400, it is too long or cannot be written as UTF-8.
    """
    if text is not None and len(text) > MOST_TEXT:
        raise Problem("invalid_request", f"{name} has {len(text)} characters; expected at most {MOST_TEXT}")
    try:
        (text or "").encode("utf-8")
    except UnicodeError:
        raise Problem("invalid_request", f"{name} is no text that UTF-8 can write; send it in UTF-8") from None
