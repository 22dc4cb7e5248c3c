"""A report read back from its file, by the published schema (report.schema.json)."""

import functools
import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema_rs


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
    """Return the document of a file.

    Raises:
        ReportError: it cannot be read, is no JSON, or not what `conform --report` writes.
    """
    try:
        found: Any = json.loads(file.read_bytes())
    except OSError as error:
        raise ReportError(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise ReportError(
            f"{file} is no JSON; expected a file that `inferencesh-mock conform --report` wrote"
        ) from None
    wrong = next(validator().iter_errors(found), None)
    if wrong is not None:
        where = "/".join(str(part) for part in wrong.instance_path) or "its top"
        raise ReportError(
            f"{file} is no report of `inferencesh-mock conform --report`: at {where}, {wrong.message[:200]}"
        )
    document: dict[str, Any] = found
    return document
