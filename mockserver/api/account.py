"""Who one is and what one has: a made-up person with play money (rest.md §3, §14)."""

from contracts.wire.ids import short
from mockserver.api.call import Answer, Call, Resource

_SCOPES = (
    ("apps:read", "Read apps", "Read apps, tasks and sessions.", "apps"),
    ("apps:execute", "Run apps", "Run apps, cancel and delete tasks.", "apps"),
    ("files:read", "Read files", "Read uploaded files.", "files"),
    ("files:write", "Write files", "Upload and delete files.", "files"),
    ("billing:read", "Read billing", "Read balance and costs.", "billing"),
    ("user:read", "Read account", "Read who the key belongs to.", "account"),
)
"""Scopes of the operations we emulate; an empty list on a key means all of them (rest.md §3)."""


async def me(call: Call) -> Answer:
    """Answer with the key's owner."""
    world = call.world
    name = f"mock-{world.owner}"
    return Resource(
        {
            "user": {
                "id": world.user_id,
                "name": name,
                "full_name": "Emulated user",
                "email": f"{name}@example.invalid",
                "avatar_url": "",
                "role": "user",
                "default_team_id": world.team_id,
            },
            "team": {"id": world.team_id, "username": short(world.team_id), "type": "personal"},
            "scopes": [],
        }
    )


async def billing(call: Call) -> Answer:
    """Answer with balance, currency and status."""
    left = call.world.balance()
    return Resource({"balance": left, "currency": "USD", "status": "active" if left > 0 else "exhausted"})


async def balance(call: Call) -> Answer:
    """Answer with the balance in microcents."""
    return Resource({"balance": call.world.balance()})


async def scopes(_call: Call) -> Answer:
    """Answer with what keys can be allowed to do."""
    groups = dict.fromkeys(group for *_, group in _SCOPES)
    reading = [value for value, *_ in _SCOPES if value.endswith(":read")]
    return Resource(
        {
            "scopes": [
                {"value": value, "label": label, "description": text, "group": group}
                for value, label, text, group in _SCOPES
            ],
            "groups": [
                {"id": group, "label": group.capitalize(), "description": f"Scopes about {group}."} for group in groups
            ],
            "presets": [
                {
                    "id": "standard",
                    "label": "Standard",
                    "description": "Everything an application needs.",
                    "summary": ["Run apps", "Upload files", "Read the balance"],
                    "scopes": [value for value, *_ in _SCOPES],
                },
                {
                    "id": "read",
                    "label": "Read only",
                    "description": "Looks, but starts and spends nothing.",
                    "summary": ["Read everything"],
                    "scopes": reading,
                },
                {
                    "id": "engine",
                    "label": "Engine",
                    "description": "What a machine that runs apps needs.",
                    "summary": ["Run apps", "Read and write files"],
                    "scopes": [value for value, *_ in _SCOPES if value.startswith(("apps:", "files:"))],
                },
            ],
        }
    )
