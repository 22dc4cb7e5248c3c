"""Hypothesis strategies for requests of any shape."""

from urllib.parse import quote

import orjson
from hypothesis import strategies as st

from contracts import operations
from mockserver.control.routes import routes

from .asgi import APP

APP_ID = "mb9rjwf5mjer7htm68rg47xqmh"


def deep(levels: int) -> bytes:
    """JSON that is nothing but nesting, of lists and objects in turn."""
    return b'{"input":[' * (levels // 2) + b"0" + b"]}" * (levels // 2)


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=12),
    st.sampled_from(
        [
            *(
                "",
                "\0",
                "\u2028",
                "\U0001f600",
                "new",
                "a" * 3000,
                "{running}",
                "{session}",
                "{file}",
                "instant",
                "manual",
            ),
            *("2026-05-15T10:30:00Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59", "eq", "in", "status", "id"),
            *(
                "http://[",
                "http://127.0.0.1:1/",
                "http://127.0.0.1:99999/",
                "http://a..localhost/",
                "inf://files/",
                "//",
            ),
            *(
                "data:image/png;base64,AAAA",
                "data:,",
                "data:x",
                APP,
                f"{APP}@7kq2v608",
                "klingai/video-v3",
                "text/html\r\nA: b",
            ),
        ]
    ),
)

_NAMES_TEXT = """
app input wait session session_timeout webhook function run_at setup metadata workers infra version_id
files uri filename content_type size path category cursor limit direction search filters sort field
operator value dir term fields force timeout prompt image end_image mode duration aspect_ratio sound
voice_id negative_prompt resolution seconds until scale now microcents latency sample_rate role
webhook_secret envelope last_event_id state task
"""
NAMES = tuple(_NAMES_TEXT.split())
"""Member and parameter names that some route knows."""

keys = st.one_of(st.sampled_from(NAMES), st.sampled_from(NAMES), st.text(max_size=5))

documents = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5),
    max_leaves=8,
)

written = st.one_of(
    st.dictionaries(keys, documents, max_size=6).map(orjson.dumps),
    st.dictionaries(keys, documents, max_size=4).map(lambda extra: orjson.dumps({"app": APP, "input": extra} | extra)),
)
"""JSON objects, such as a route may take."""

_ODD_TEXTS = [
    b'{"a":1,"a":2}',
    b'{"limit":1e400}',
    b"\xef\xbb\xbf{}",
    b"--x\r\n\r\n--x--",
    b" ",
    b"null",
    b"true",
    b'""',
]
_ODD_JSON = [b'"\\ud800"', b'{"input":"\\udc00\\ud800"}', b"1e999", b"-" + b"9" * 400, b"NaN", b"\xff\xfe", b"\0"]
odd = st.one_of(
    st.just(b""),
    documents.map(orjson.dumps),
    st.binary(max_size=40),
    st.integers(50, 1000).map(lambda half: deep(2 * half)),
    st.sampled_from([b"[" * 2000, *_ODD_TEXTS, *_ODD_JSON]),
)
"""Anything else: other JSON, nesting, bytes that are no JSON."""

bodies = st.one_of(written, odd)

_SEGMENTS = (
    *(
        "{done}",
        "{running}",
        "{file}",
        "{session}",
        "{exchange}",
        "{delivery}",
        APP_ID,
        APP_ID[:8],
        "7kq2v608",
        "klingai",
    ),
    *(
        "z" * 26,
        "u",
        "t",
        "%00",
        "%ff",
        "%2e%2e",
        "..",
        "%2F",
        "a" * 500,
        "0",
        "-1",
        "%ED%A0%80",
        "%E2%80%A8",
        "*",
        "~",
        "{",
        "%",
    ),
)

segments = st.one_of(
    st.sampled_from(_SEGMENTS),
    st.sampled_from(_SEGMENTS),
    st.text(max_size=6).map(lambda text: quote(text, safe="")),
)

_FITTING = {
    "tasks": ["{done}", "{running}"],
    "usage": ["{done}"],
    "files": ["{file}"],
    "sessions": ["{session}"],
    "apps": [APP_ID],
    "store": [APP_ID],
    "journal": ["{exchange}"],
    "deliveries": ["{delivery}"],
}
"""Ids of what exists, by the part of a route that says what it is about."""

ROUTES: list[tuple[str, str]] = sorted(
    {(str(row.method), row.path) for row in operations.load() if row.emulated}
    | {(row.method, "/_mock" + row.path) for row in routes()}
)
ABSENT: list[tuple[str, str]] = sorted((str(row.method), row.path) for row in operations.load() if not row.emulated)
ODD = ["/", "//", "/v1", "/v1/", "/_mock", "/_mock/", "/_mock//health", "/favicon.ico", "/{a}", "/{a}/{b}/{c}/{d}"]
OBJECTS = ["/{upload}", "/{object}", "/{output}"]


@st.composite
def targets(draw: st.DrawFn, methods: st.SearchStrategy[str], *, reading: bool) -> tuple[str, str]:
    """A method and a path: most often those of a route that exists, with ids that fit or nearly."""
    fitting = [row for row in ROUTES if (row[0] == "GET") is reading]
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(methods), draw(st.sampled_from(OBJECTS + ODD))
    method, template = draw(st.sampled_from(ABSENT if kind == 1 else fitting))
    parts = template.split("/")
    about = parts[2 if parts[1] == "_mock" else 1]
    known = _FITTING.get(about)
    ids = segments if known is None else st.one_of(st.sampled_from(known), segments)
    path = "/".join(draw(ids) if part.startswith("{") else part for part in parts)
    prefix = draw(st.sampled_from(["", "", "", "/v1", "/"]))
    if draw(st.integers(0, 4)) == 0:
        return draw(methods), prefix + path
    return method, prefix + path


queries = st.lists(
    st.tuples(keys, st.one_of(scalars.map(str), documents.map(lambda value: orjson.dumps(value).decode()))), max_size=3
).map(
    lambda rows: "&".join(f"{quote(name, errors='replace')}={quote(value, errors='replace')}" for name, value in rows)
)

_HEADERS = (
    ("authorization", "Bearer other-key"),
    ("authorization", "bearer   test-key"),
    ("authorization", "Basic dGVzdA=="),
    ("authorization", "Bearer"),
    ("authorization", "Bearer a_limited_key"),
    ("authorization", "Bearer \xff\x80"),
    ("accept", "application/x-ndjson"),
    ("accept", "text/event-stream, */*;q=0"),
    ("content-type", "application/json"),
    ("content-type", "application/json"),
    ("content-type", "multipart/form-data; boundary=x"),
    ("content-type", "Multipart/form-data"),
    ("content-type", "text/plain; charset=\xff"),
    ("content-length", "99999999999999999999"),
    ("content-length", "-1"),
    ("content-length", "\xb2"),
    ("host", "["),
    ("host", ""),
    ("host", "evil.test"),
    ("if-none-match", "*"),
    ("if-range", '"x"'),
    ("last-event-id", "3"),
    ("last-event-id", "99999999999999999999"),
    ("origin", "http://["),
    ("origin", "null"),
    ("access-control-request-method", "POST"),
    ("range", "bytes=0-0,2-"),
    ("range", "bytes=-0"),
    ("range", "bytes=99999999999999999-"),
    ("x-api-version", "2"),
    ("x-api-version", "\xff"),
    ("x-mock-token", "\xff"),
    ("upgrade", "websocket"),
)

headers = st.lists(st.sampled_from(_HEADERS), max_size=4).map(dict)

methods = st.sampled_from(
    ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "CONNECT", "QUERY", "get", "M" * 300]
)
questions = targets(methods, reading=True)
orders = targets(methods, reading=False)
