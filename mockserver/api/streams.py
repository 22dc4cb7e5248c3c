"""GET /tasks/{id}/stream: NDJSON and SSE from one source, written straight to ASGI (D11, MEASURED.md)."""

import asyncio
from collections.abc import Iterator

from contracts.wire import streams
from contracts.wire.statuses import TERMINAL
from contracts.wire.streams import HEARTBEAT_SECONDS, StreamFormat
from mockserver import task as tasks
from mockserver.api.call import Answer, Call, Raw
from mockserver.api.dispatch import encode_headers
from mockserver.clock import Member
from mockserver.faults import lines
from mockserver.faults.lines import Action, Break, Contradict, Dialect, Event, Finish, Pause
from mockserver.task import Task


async def stream(call: Call) -> Answer:
    """Send the current snapshot, then every step as it comes, and close after the terminal one."""
    task = call.world.find_task(call.params["id"])
    form = streams.negotiate(call.header(b"accept"))
    seen = _resume_point(call, task)
    if seen is not None and task.life[seen].status in TERMINAL:
        # Nothing is left to tell; 204 is what keeps an EventSource from coming back for ever.
        return Raw(b"", 204)
    headers = encode_headers(
        [
            ("Content-Type", streams.CONTENT_TYPE[form]),
            ("Cache-Control", "no-cache, no-transform"),
            ("X-Accel-Buffering", "no"),
            ("X-Request-Id", call.exchange.id),
            *call.extra_headers.items(),
        ]
    )
    await call.wire.send({"type": "http.response.start", "status": 200, "headers": headers})
    if call.is_head:
        await call.wire.send({"type": "http.response.body", "body": b""})
        return None
    with call.world.clock.member() as member:
        line = _Lines(call, task, form, seen, member)
        task.watchers.add(member)
        watcher = asyncio.ensure_future(_watch(call, line, member))
        try:
            await line.run()
        finally:
            watcher.cancel()
            task.watchers.discard(member)
    if line.client_gone:
        call.exchange.outcome = "client-gone"
    else:
        await call.wire.send({"type": "http.response.body", "body": b""})
    return None


def _resume_point(call: Call, task: Task) -> int | None:
    """Return the number of the last step the client has seen, if it says one that this task has reached."""
    told = call.header(b"last-event-id") or call.query.get("last_event_id") or ""
    if not (told.isascii() and told.isdecimal() and len(told) < 10):
        return None
    seen = int(told)
    return seen if seen <= task.index(call.now) else None


class _Lines:
    """One open stream."""

    __slots__ = (
        "_call",
        "_dialect",
        "_events",
        "_fault",
        "_finished",
        "_member",
        "_number",
        "_seen",
        "_task",
        "_view",
        "client_gone",
    )

    def __init__(self, call: Call, task: Task, form: StreamFormat, seen: int | None, member: Member) -> None:
        self._call = call
        self._member = member
        self._seen = seen
        self._task = task
        self._view = call.view
        self._events = call.world.behaviour.sse_events
        self._dialect = Dialect(form, self._events, self._view.numbering)
        hit = call.hits.get("stream")
        self._fault = None if hit is None else lines.FAULTS[hit.name](hit, self._dialect)
        self._number = 0
        self._finished = False
        """True once a fault has ended the stream before the task."""
        self.client_gone = False

    async def run(self) -> None:
        """Send lines until the task has ended, the client has gone or the server stops."""
        clock, task = self._call.world.clock, self._task
        at = self._seen
        if at is None:
            at = task.index(clock.now())
            await self._send_step(at)
        heartbeat = self._next_heartbeat()
        while not self._over(at):
            current = task.index(clock.now())
            if current > at:
                # Every step in between is told, so that nothing depends on how fast the client reads.
                # The first terminal one is the last, even where the output has come since.
                while at < current and not self._over(at):
                    at += 1
                    await self._send_step(at)
                continue
            if clock.now() >= heartbeat:
                await self._send_heartbeat()
                # D11: a real event in every such span too, or clients give up on a healthy task.
                await self._send_step(at)
                heartbeat = self._next_heartbeat()
                continue
            pause = await self._wait(at, heartbeat)
            if pause and clock.now() < heartbeat and task.index(clock.now()) == at and not self._over(at):
                # A clock that stands still or crawls must not make the line look dead to a client in real time.
                self._call.world.hint_at_stillness()
                await self._send_step(at)
        if task.life[at].status in TERMINAL and not (self.client_gone or self._finished):
            self._call.tell(task, at)
            ending = streams.done(self._dialect.form, self._events)
            if ending:
                await self._send(ending)
        if self._fault is not None and not self.client_gone:
            self._fault.over()

    async def _wait(self, at: int, heartbeat: float) -> bool:
        """Wait for what comes next; tell whether the real-time limit may have ended the wait."""
        clock, task = self._call.world.clock, self._task
        following = task.at(task.life[at + 1].offset) if at + 1 < len(task.life) else None
        background = following is None or following > heartbeat
        until = heartbeat if following is None else min(following, heartbeat)
        await self._member.wait(until, real_seconds=HEARTBEAT_SECONDS, background=background)
        # Real time counts only where the world's clock does not keep up with it; its mode may have changed meanwhile.
        return clock.mode == "manual" or clock.scale < 1

    def _next_heartbeat(self) -> float:
        """Return when the next heartbeat is due: every 10 s of the world's time, but not faster than in real time."""
        clock = self._call.world.clock
        return clock.now() + HEARTBEAT_SECONDS * max(1.0, clock.scale)

    def _over(self, at: int) -> bool:
        return self._stopped or self._task.life[at].status in TERMINAL

    @property
    def _stopped(self) -> bool:
        return self.client_gone or self._finished or self._call.ending

    async def _send_step(self, index: int) -> None:
        document = tasks.document(self._task, index, self._view)
        if self._fault is None:
            await self._send(self._dialect.line(document, index))
            return
        self._number += 1
        await self._act(self._fault.event(Event(self._number, index, document, self._task.life[index].status)))

    async def _send_heartbeat(self) -> None:
        line = streams.heartbeat(self._dialect.form)
        if self._fault is None:
            await self._send(line)
        else:
            await self._act(self._fault.heartbeat(line))

    async def _act(self, actions: Iterator[Action]) -> None:
        """Do what a fault says.

        Raises:
            SeveredError: it has ended the connection.
        """
        for action in actions:
            if self._stopped:
                return
            match action:
                case bytes():
                    await self._send(action)
                case Pause():
                    await self._be_silent(action)
                case Contradict():
                    clock = self._call.world.clock
                    self._task.lag = (max(0, self._task.index(clock.now()) - 1), clock.now() + action.seconds)
                case Break("reset"):
                    await self._call.wire.reset()
                case Break():
                    await self._call.wire.close()
                case Finish():
                    self._finished = True

    async def _be_silent(self, pause: Pause) -> None:
        clock = self._call.world.clock
        until = clock.now() + pause.seconds
        while clock.now() < until and not self._stopped:
            following = self._next_heartbeat() if pause.every is None else clock.now() + pause.every
            beat = min(until, following) if pause.heartbeats else until
            await self._member.wait(beat)
            if beat <= clock.now() < until:
                await self._send(streams.heartbeat(self._dialect.form))

    async def _send(self, chunk: bytes) -> None:
        if self.client_gone:
            return
        # A client that does not read must not hold up the world's clock.
        with self._member.away():
            await self._call.wire.send({"type": "http.response.body", "body": chunk, "more_body": True})


async def _watch(call: Call, lines: _Lines, member: Member) -> None:
    """Notice that the client has gone; without it gone clients are held for ever (MEASURED.md)."""
    await call.left()
    lines.client_gone = True
    member.wake()
