"""The rules of the decision table as JSON Schema: the document refuses exactly what the judge refuses."""

from itertools import product
from typing import Any, get_args

import jsonschema_rs
import pytest

from contracts import openapi, schemas
from contracts.apps import table
from contracts.apps.files import FileFacts
from contracts.apps.table import Enforcement, VersionName
from contracts.apps.video_v2_6 import judge
from contracts.openapi import inputs

ABSENT = object()
URL = "https://example.com/boat.png"
QUALITY = {"2026-05": ("mode", "std", "pro"), "2026-08": ("resolution", "720p", "1080p")}


def every_input(version: VersionName) -> list[dict[str, Any]]:
    """Every mixture of what the rules look at, with prompts on both sides of the limit."""
    field, *qualities = QUALITY[version]
    values: dict[str, list[Any]] = {
        "prompt": ["a boat", "\U0001f6f6" * 2500, "a" * 2501],
        field: [ABSENT, *qualities],
        "image": [ABSENT, None, "", URL],
        "end_image": [ABSENT, None, "", URL],
        "voice_id": [ABSENT, None, "", "829826751244537879"],
        "sound": [ABSENT, True, False],
        "negative_prompt": [ABSENT, "b" * 2501],
    }
    rows = [dict(zip(values, row, strict=True)) for row in product(*values.values())]
    return [{name: value for name, value in row.items() if value is not ABSENT} for row in rows]


@pytest.mark.parametrize("enforcement", get_args(Enforcement))
@pytest.mark.parametrize("version", get_args(VersionName))
def test_the_schema_accepts_what_the_judge_accepts(version: VersionName, enforcement: Enforcement) -> None:
    """And nothing else, for every mixture; what only fails later is accepted by both."""
    components = openapi.document()["components"]
    taken = inputs.schema(table.load().versions[version], enforcement)
    validator = jsonschema_rs.Draft202012Validator({**taken, "components": components}, offline=True)
    differ = [
        row
        for row in every_input(version)
        if validator.is_valid(row) == bool(judge(version, row, lambda _: FileFacts("foreign"), enforcement).violations)
    ]
    assert differ == []


@pytest.mark.parametrize("version", get_args(VersionName))
def test_the_vendors_own_schema_is_part_of_it(version: VersionName) -> None:
    """Only rules are added: the vendor's schema stays as it is served, without our lengths."""
    app = table.load().versions[version]
    taken = inputs.schema(app, "documented")
    assert taken["allOf"][0] == {"$ref": openapi.REF + app.schema}
    assert "maxLength" not in str(schemas.load(app.schema))
    cited = [part["x-rule"] for part in taken["allOf"] if "x-rule" in part]
    assert len(cited) == len(set(cited)) > 3
