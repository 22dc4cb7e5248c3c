"""The envelopes of a successful answer (D1, rest.md §2, wire.md §1)."""

from collections.abc import Sequence
from typing import Any, Literal, get_args

Envelope = Literal["superset", "v1", "v2", "v3"]
"""`superset` carries both v1's and v3's keys, so that every client that sends no version header can read it."""

ENVELOPES: tuple[Envelope, ...] = get_args(Envelope)

VERSION_HEADER = "X-API-Version"

_BY_VERSION: dict[str, Envelope] = {"1": "v1", "2": "v2", "3": "v3"}


class UnknownVersionError(ValueError):
    """The version header names a version that does not exist."""


def choose(version_header: str | None, default: Envelope = "superset") -> Envelope:
    """Return the envelope that answers a request.

    Args:
        version_header: the value of `X-API-Version`, or None when the request has none.
        default: what requests without the header get.

    Raises:
        UnknownVersionError: the header is neither 1, 2 nor 3.
    """
    if version_header is None:
        return default
    try:
        return _BY_VERSION[version_header.strip()]
    except KeyError:
        raise UnknownVersionError(
            f"{VERSION_HEADER} {version_header!r} is not a version of this API; send 1, 2 or 3, or leave the header out"
        ) from None


def wrap(envelope: Envelope, data: Any, *, status: int = 200, messages: Sequence[Any] = ()) -> Any:  # noqa: ANN401  # JSON
    """Return the body of a success.

    Args:
        envelope: which form.
        data: the bare resource; must not itself carry a top-level key `data`, which newer clients would unwrap.
        status: the HTTP status, which v1 repeats in the body.
        messages: response messages such as warnings; v1 and v2 have no place for them.
    """
    match envelope:
        case "v1":
            return {"success": True, "status": status, "data": data}
        case "v2":
            return data
        case "v3":
            return {"data": data, "messages": list(messages)}
        case "superset":
            return {"success": True, "status": status, "data": data, "messages": list(messages)}
