"""The table of the control plane."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from mockserver.clock import MOST_SCALE
from mockserver.control import (
    clock,
    deliveries,
    docs,
    export,
    health,
    journal,
    money,
    parity,
    plans,
    reset,
    settings,
    tasks,
    waiting,
)
from mockserver.control.command import Route
from mockserver.settings import Behaviour, bounds, choices

_PLAN: Mapping[str, Any] = {
    "type": "object",
    "description": 'A plan, see GET /_mock/plan/schema, or {"scenario": NAME}.',
}
_LOST_RESPONSE: Mapping[str, Any] = {"steps": [{"on": "run", "nth": 1, "do": {"fault": "lost_response"}}]}


def routes() -> Sequence[Route]:
    """Return every operation but the document that describes them."""
    return (
        Route("GET", "/health", health.get, "Tells whether the emulator is serving.", needs_key=False),
        Route(
            "GET",
            "/docs",
            docs.page,
            "Shows the vendor's OpenAPI document as a page to read and to try calls from.",
            needs_key=False,
            media="text/html",
        ),
        Route("GET", "/docs/{name}", docs.file, "Serves the parts of that page.", needs_key=False, media="*/*"),
        Route(
            "GET",
            "/settings",
            settings.get,
            "Shows the server's settings, and with a key also the world's behaviour.",
            needs_key=False,
        ),
        Route(
            "PATCH",
            "/settings",
            settings.patch,
            "Changes how this world behaves from now on; what is left out stays.",
            takes={
                "type": "object",
                "properties": _behaviour_schema(),
                "additionalProperties": False,
                "minProperties": 1,
            },
            example={"latency": "instant"},
        ),
        Route(
            "GET",
            "/journal",
            journal.list_all,
            "Lists the exchanges of this world, the newest first.",
            query={
                "operation": "only this operation, such as runs.create, or run as in a plan",
                "method": "only this method",
                "status": "only this HTTP status",
                "task": "only what made or named this task",
                "limit": "at most so many, 100 unless given",
                "full": "true: each with its headers and bodies",
                **waiting.QUERY,
            },
        ),
        Route("DELETE", "/journal", journal.clear, "Forgets the exchanges of this world."),
        Route(
            "GET", "/journal/{id}", journal.get, "Shows one exchange with headers and bodies, credentials taken out."
        ),
        Route(
            "GET",
            "/deliveries",
            deliveries.list_all,
            "Lists the webhook deliveries of this world, the newest first.",
            query={
                "task": "only of this task",
                "state": "only in this state: scheduled, pending, delivered, abandoned, captured or dropped",
                "limit": "at most so many, 100 unless given",
                **waiting.QUERY,
            },
        ),
        Route("GET", "/deliveries/{id}", deliveries.get, "Shows one delivery with its body and every attempt."),
        Route("POST", "/deliveries/{id}/replay", deliveries.replay, "Sends a delivery once more, now."),
        Route("GET", "/clock", clock.get, "Shows the world's time and how it runs."),
        Route(
            "PUT",
            "/clock",
            clock.put,
            "Sets how the world's time runs: real, scaled, or manual (a test clock).",
            takes=_clock_schema("RFC 3339; the clock only goes forward."),
            example={"mode": "manual"},
        ),
        Route(
            "POST",
            "/clock/advance",
            clock.advance,
            "Moves a manual clock by seconds or until idle, and answers with what fired, in order.",
            takes={
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "seconds": {"type": "number", "minimum": 0, "maximum": 1_000_000_000},
                    "until": {"const": "idle"},
                },
                "oneOf": [{"required": ["seconds"]}, {"required": ["until"]}],
            },
            example={"until": "idle"},
        ),
        Route(
            "GET",
            "/credits",
            money.get,
            "Shows the world's play money in microcents, task by task, and which runs may have been paid twice.",
            query={"limit": "at most so many tasks, 100 unless given"},
        ),
        Route(
            "POST",
            "/credits",
            money.post,
            "Gives the world more play money, or takes some away with a negative amount.",
            takes={
                "type": "object",
                "required": ["microcents"],
                "additionalProperties": False,
                "properties": {"microcents": {"type": "integer", "minimum": -(2**53), "maximum": 2**53}},
            },
            example={"microcents": 100_000_000},
        ),
        Route("GET", "/plan", plans.get, "Shows what is armed in this world, and what became of every step."),
        Route(
            "PUT",
            "/plan",
            plans.put,
            "Arms a plan in the place of what was armed; a scenario brings the settings that it needs.",
            takes=_PLAN,
            example=_LOST_RESPONSE,
        ),
        Route("POST", "/plan", plans.post, "Arms further steps.", takes=_PLAN, example=_LOST_RESPONSE),
        Route("DELETE", "/plan", plans.delete, "Disarms everything and answers with the last word of the ledger."),
        Route("GET", "/plan/schema", plans.describe, "The JSON Schema of a plan.", needs_key=False),
        Route("GET", "/scenarios", plans.list_scenarios, "Lists the plans that ship.", needs_key=False),
        Route(
            "GET",
            "/parity",
            parity.get,
            "Lists every promise with its label, source, tests and decision; as HTML, JSON, Markdown or text.",
            query={"format": "html, json, markdown or text; else by Accept", "area": "only this area, such as stream"},
            needs_key=False,
        ),
        Route(
            "POST",
            "/reset",
            reset.post,
            "Makes this world as if its key had never been used; its clock may be given.",
            takes={
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "clock": _clock_schema("RFC 3339; a manual clock starts at 2026-06-01T00:00:00Z unless given.")
                },
            },
            example={"clock": {"mode": "manual"}},
        ),
        Route("DELETE", "/world", reset.delete, "Forgets this world, all that it keeps included."),
        Route(
            "GET",
            "/export",
            export.get,
            "Shows all that makes this world: token, behaviour, clock, credits, plan; `serve --world` takes it.",
        ),
        Route(
            "GET",
            "/tasks/{id}",
            tasks.get,
            "Shows what only the emulator knows of a task: accepted input, warnings, price, media, its whole life.",
        ),
    )


def _clock_schema(now: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["mode"],
        "additionalProperties": False,
        "properties": {
            "mode": {"enum": ["real", "scaled", "manual"]},
            "scale": {"type": "number", "exclusiveMinimum": 0, "maximum": MOST_SCALE},
            "now": {"type": "string", "description": now},
        },
    }


def _behaviour_schema() -> dict[str, Any]:
    return {row.name: _schema_of(row.name) for row in fields(Behaviour)}


def _schema_of(setting: str) -> dict[str, Any]:
    limits, allowed = bounds(setting), choices(setting)
    if limits is not None:
        return {"type": "integer", "minimum": limits.least, "maximum": limits.most}
    return {"enum": list(allowed)} if allowed else {"type": ["string", "null"]}
