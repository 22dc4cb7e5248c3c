"""A report read back from its file, by the published schema (report.schema.json)."""

import functools
import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs

from contracts.clientside.reports import diagram
from contracts.reporting import plain

MOST_BYTES = 128 * 1024 * 1024
"""Of a file; a report of all cases has less than a tenth of it."""


class ReportError(ValueError):
    """A file is no report; the message names it and says why."""


def schema_text() -> str:
    """Return the JSON Schema of a report, as it is published."""
    return resources.files("contracts.clientside.reports").joinpath("report.schema.json").read_text("utf-8")


@functools.cache
def validator() -> jsonschema_rs.Draft202012Validator:
    """Return what says whether a document is a report."""
    return jsonschema_rs.Draft202012Validator(json.loads(schema_text()))


def read(file: Path) -> dict[str, Any]:
    """Return the document of a file, its texts plain whoever wrote it.

    Raises:
        ReportError: it cannot be read, is no JSON, or not what `conform --report` writes.
    """
    try:
        with file.open("rb") as stream:
            written = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise ReportError(f"{file} cannot be read: {error.strerror}") from None
    if len(written) > MOST_BYTES:
        raise ReportError(f"{file} has more than {MOST_BYTES >> 20} MiB, which is no report")
    try:
        found: Any = plain.parsed(written)
    except ValueError as error:
        raise ReportError(
            f"{file} is no JSON; expected a file that `inferencesh-mock conform --report` wrote: "
            f"{plain.text(str(error))[:200]}"
        ) from None
    wrong = next(validator().iter_errors(found), None)
    if wrong is not None:
        where = "/".join(str(part) for part in wrong.instance_path) or "its top"
        raise ReportError(
            f"{file} is no report of `inferencesh-mock conform --report`: at {plain.text(where)}, "
            f"{plain.text(wrong.message)[:200]}"
        )
    document: dict[str, Any] = found
    _ensure_drawable(file, document)
    return document


def _ensure_drawable(file: Path, document: Mapping[str, Any]) -> None:
    """Refuse evidence of which no timeline comes, such as with a moment that is none."""
    for case in document["cases"]:
        try:
            _ = case["evidence"] and diagram.arrows(case["evidence"])
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            raise ReportError(
                f"{file} is no report of `inferencesh-mock conform --report`: the evidence of {case['name'][:80]} is "
                f"damaged: {plain.text(str(error))[:200]}"
            ) from None
