"""Sessions: list, look at, keep alive, end (rest.md §11). They are made by a run with `session: "new"`."""

from typing import Any

from contracts.apps import table
from mockserver import sessions
from mockserver.api.call import Answer, Call, Resource
from mockserver.sessions import Session


async def list_all(call: Call) -> Answer:
    """Answer with all sessions of the key, the newest first."""
    return Resource([_document(call, session) for session in reversed(call.world.sessions.values())])


async def get(call: Call) -> Answer:
    """Answer with one session, whatever its status."""
    return Resource(_document(call, _find(call)))


async def keepalive(call: Call) -> Answer:
    """Let the idle time begin anew."""
    session = _find(call)
    session.check_active(call.now)
    session.touched = call.now
    call.world.watch_session(session)
    return Resource(_document(call, session))


async def end(call: Call) -> Answer:
    """End a session; it stays readable."""
    session = _find(call)
    session.check_active(call.now)
    session.ended = call.now
    call.world.watch_session(session)
    return Resource(None)


def _find(call: Call) -> Session:
    found = call.world.sessions.get(call.params["sid"])
    if found is None:
        raise sessions.not_found(call.params["sid"])
    return found


def _document(call: Call, session: Session) -> dict[str, Any]:
    world = call.world
    return session.document(call.now, app_id=table.load().id, owner=world.user_id, team=world.team_id)
