"""Reads JSON that arrives, and refuses what is nested deeper than could be shown again."""

from typing import Any

import orjson

from contracts.wire.problems import Problem

MOST_LEVELS = 200
"""Nesting of what we take in: orjson writes 254 levels, and envelope, list and journal come on top."""

_OURS = 254 - MOST_LEVELS


def parse(content: bytes | str, name: str = "the body") -> Any:  # noqa: ANN401  # any JSON value
    """Return parsed JSON.

    Args:
        content: UTF-8, not empty.
        name: what is read, for the message.

    Raises:
        Problem: 400, it is not JSON, or is nested too deeply.
    """
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise Problem("invalid_request", f"{name} is not JSON: {error}; expected JSON in UTF-8") from None
    if not can_be_shown(document):
        raise Problem("invalid_request", f"{name} is nested too deeply; use at most {MOST_LEVELS} levels")
    return document


def can_be_shown(document: Any) -> bool:  # noqa: ANN401  # any JSON value
    """Tell whether parsed JSON can be written again inside documents of ours."""
    wrapped = document
    for _ in range(_OURS):
        wrapped = [wrapped]
    try:
        orjson.dumps(wrapped)
    except TypeError:
        return False
    return True
