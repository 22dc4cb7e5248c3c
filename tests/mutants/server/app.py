"""Faults of the app in the catalogue."""

import dataclasses

from mockserver import catalogue
from mockserver.api import apps
from tests.mutants.mutant import mutant
from tests.mutants.surgery import Answer, Surgery


def _without(*path: str):
    """Return what takes a member out of a resource."""

    def alter(answer: Answer) -> None:
        if answer.status != 200:
            return

        def cut(document):
            inner = document
            for name in path[:-1]:
                inner = inner[name]
            del inner[path[-1]]

        answer.change(cut)

    return alter


@mutant("REQ-APP-001")
def two_descriptions(surgery: Surgery) -> None:
    """By its name the app has another description than by its id."""
    surgery.alter("apps.get", by=lambda answer: answer.change(lambda app: {**app, "description": "Another."}))


@mutant("REQ-APP-002")
def no_default_function(surgery: Surgery) -> None:
    """The version does not tell its default function."""
    surgery.alter("apps.get_by_name", by=_without("version", "default_function"))


@mutant("REQ-APP-003")
def one_version_listed(surgery: Surgery) -> None:
    """The list of versions has the newest alone."""

    def newest(page):
        page["items"] = page["items"][:1]

    surgery.alter("apps.versions", by=lambda answer: answer.change(newest))


@mutant("REQ-APP-004")
def keys_sorted(surgery: Surgery) -> None:
    """The input schema lists its keys in alphabetical order."""

    def change(app):
        schema = app["version"]["input_schema"]
        schema["properties"] = dict(sorted(schema["properties"].items()))

    surgery.alter("apps.get_by_name", by=lambda answer: answer.change(change))


@mutant("REQ-APP-005", version="2026-08")
def duration_stays_a_string(surgery: Surgery) -> None:
    """The input schema of 2026-08 has durations as strings."""

    def change(app):
        row = app["version"]["input_schema"]["properties"]["duration"]
        if app["version"]["id"] == "7kq2v608":
            row.clear()
            row.update({"type": "string", "enum": ["5", "10"], "default": "5"})

    surgery.alter("apps.get_by_name", by=lambda answer: answer.change(change))


@mutant("REQ-APP-006")
def output_without_video(surgery: Surgery) -> None:
    """The output schema requires nothing."""
    surgery.alter("apps.get_by_name", by=_without("version", "output_schema", "required"))


@mutant("REQ-APP-007")
def always_the_default_version(surgery: Surgery) -> None:
    """Whichever version is asked for, the default one comes."""
    surgery.wrap(catalogue, "app_document", lambda original, default, _current=None: original(default))


@mutant("REQ-APP-008")
def pages_of_ten(surgery: Surgery) -> None:
    """A list of apps has 10 items unless told otherwise."""
    surgery.replace(apps, "_ROWS", dataclasses.replace(apps._ROWS, default_limit=10))


@mutant("REQ-APP-009")
def any_function_will_do(surgery: Surgery) -> None:
    """A run that names an unknown function is refused without saying where."""

    def nowhere(answer: Answer) -> None:
        if answer.status == 422:
            rows = [{**row, "pointer": ""} for row in answer.json["data"]]
            answer.json = {**answer.json, "data": rows, "errors": rows}

    surgery.alter("runs.create", by=nowhere)


@mutant("REQ-APP-012")
def prices_in_dollars(surgery: Surgery) -> None:
    """The price list is in dollars."""

    def dollars(page):
        page["prices"] = {name: price / 100_000_000 for name, price in page["prices"].items()}

    surgery.alter("store.pricing", by=lambda answer: answer.change(dollars))


@mutant("REQ-APP-013")
def sure_of_nothing(surgery: Surgery) -> None:
    """An input that would be refused is estimated exactly, at nothing."""

    def exact(found):
        return {"confidence": "exact", "microcents": found.get("microcents", 0)}

    surgery.alter("store.estimate", by=lambda answer: answer.change(exact) if answer.status == 200 else None)


@mutant("REQ-APP-014")
def estimate_of_five_seconds(surgery: Surgery) -> None:
    """Every estimate is that of a clip of 5 s."""

    def short(found):
        if found.get("microcents") in {42_000_000, 140_000_000, 168_000_000}:
            found["microcents"] //= 2

    surgery.alter("store.estimate", by=lambda answer: answer.change(short))
