"""Faults of keys."""

from mockserver.journal import Exchange
from mockserver.middleware import keys
from mockserver.worlds import Worlds
from tests.mutants.mutant import mutant
from tests.mutants.surgery import Answer, Surgery


def _everybodys(surgery: Surgery, operation: str) -> None:
    """Find other keys' tasks on one operation."""

    async def lax(original, call):
        for world in call.emulator.worlds:
            if call.params["id"] in world.tasks:
                call.world = world
        return await original(call)

    surgery.handler(operation, lax)


@mutant("REQ-AUTH-004")
def anothers_task_visible(surgery: Surgery) -> None:
    """GET of a task finds those of every key."""
    _everybodys(surgery, "tasks.get")


@mutant("REQ-AUTH-004")
def anothers_logs_visible(surgery: Surgery) -> None:
    """The logs of a task are shown to every key."""
    _everybodys(surgery, "tasks.logs")


@mutant("REQ-AUTH-004")
def anothers_cost_visible(surgery: Surgery) -> None:
    """What a task cost is told to every key."""
    _everybodys(surgery, "usage.task_cost")


@mutant("REQ-AUTH-004")
def anothers_output_deleted(surgery: Surgery) -> None:
    """A task's files can be deleted by every key."""
    _everybodys(surgery, "tasks.delete_files")


@mutant("REQ-AUTH-004", checks=("auth.files-are-ones-own",))
def anothers_task_told_apart(surgery: Surgery) -> None:
    """What another key has is 403 and not 404, so that ids can be guessed."""

    def tell(answer: Answer) -> None:
        if answer.status == 404:
            answer.refuse(403, "forbidden")

    surgery.alter("files.get", by=tell)


@mutant("REQ-AUTH-001")
def key_ignored(surgery: Surgery) -> None:
    """Callers without a key are let in."""
    surgery.wrap(keys, "admit", lambda original, header, key, now: original(header, key or "anybody", now))


@mutant("REQ-AUTH-002")
def one_route_open(surgery: Surgery) -> None:
    """The list of sessions asks for no key."""

    def wrap(app):
        async def lax(scope, receive, send) -> None:
            names = {name for name, _ in scope["headers"]}
            if scope["path"] == "/sessions" and b"authorization" not in names:
                scope = {**scope, "headers": [*scope["headers"], (b"authorization", b"Bearer anybody")]}
            await app(scope, receive, send)

        return lax

    surgery.surround(wrap)


@mutant("REQ-AUTH-002")
def basic_taken_for_bearer(surgery: Surgery) -> None:
    """Any scheme before the key will do."""
    surgery.wrap(keys, "bearer", lambda original, header: original((header or "").replace("Basic", "Bearer")))


@mutant("REQ-AUTH-003")
def one_world_for_all(surgery: Surgery) -> None:
    """All keys share one world."""
    surgery.wrap(Worlds, "of_key", lambda original, self, _key: original(self, "everybody"))


@mutant("REQ-AUTH-005")
def invalid_keys_are_forbidden(surgery: Surgery) -> None:
    """Keys with `_invalid` are 403."""
    surgery.wrap(keys, "admit", _magic("_invalid", "x_forbidden"))


@mutant("REQ-AUTH-011")
def capitals_mean_nothing(surgery: Surgery) -> None:
    """Keys with `INVALID` are let in."""
    surgery.wrap(keys, "admit", _magic("INVALID", "x"))


@mutant("REQ-AUTH-006")
def forbidden_keys_are_let_in(surgery: Surgery) -> None:
    """Keys with `_forbidden` are let in."""
    surgery.wrap(keys, "admit", _magic("_forbidden", "x"))


@mutant("REQ-AUTH-007")
def broke_keys_are_let_in(surgery: Surgery) -> None:
    """Keys with `_broke` are let in."""
    surgery.wrap(keys, "admit", _magic("_broke", "x"))


@mutant("REQ-AUTH-008")
def limited_keys_are_not_told_when(surgery: Surgery) -> None:
    """Keys with `_limited` are refused without Retry-After."""

    def forget(answer: Answer) -> None:
        answer.headers.pop("retry-after", None)

    surgery.alter(by=forget)


@mutant("REQ-AUTH-009")
def journal_shows_keys(surgery: Surgery) -> None:
    """The journal shows the Authorization header as it came."""

    def whole(original, self):
        return {**original(self), "authorization": dict(self.request_headers).get(b"authorization", b"").decode()}

    surgery.wrap(Exchange, "document", whole)


@mutant("REQ-AUTH-010")
def prices_only_with_a_key(surgery: Surgery) -> None:
    """The price list asks for a key."""

    def close(answer: Answer) -> None:
        if "authorization" not in answer.asked:
            answer.refuse(401, "unauthorized")

    surgery.alter("store.pricing", by=close)


def _magic(word: str, instead: str):
    """Treat keys that contain a word as others."""

    def admit(original, header, key, now):
        original(header, instead if key is not None and word in key else key, now)

    return admit
