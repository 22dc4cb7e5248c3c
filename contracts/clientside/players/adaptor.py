"""An adaptor: one process for all cases that translates calls for its client (protocol.py)."""

import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contracts import clock
from contracts.clientside import modes, protocol
from contracts.clientside.case import Case, Mode
from contracts.clientside.lines import VERSION
from contracts.clientside.players.process import LineProcess, tail
from contracts.clientside.players.stepping import PlayerError, Stage, Stepping
from contracts.clientside.protocol import Hello, Order, ProtocolError, Reply

START_SECONDS = 20.0
"""Real seconds for the hello of an adaptor on a busy machine."""

GRACE = 2.0
"""Real seconds beyond a call's deadline before its adaptor counts as silent."""

MOST_SILENCE = 3
"""Calls in a row without any answer before an adaptor is given up; a slow client still answers something."""

MOST_GARBAGE = 20
"""Lines that are no protocol before an adaptor is given up."""


class Adaptor:
    """One adaptor under way."""

    def __init__(self, argv: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        """Start it and exchange hellos.

        Args:
            argv: of the adaptor.
            environment: all that it sees.
            folder: where it runs.

        Raises:
            StartError: it cannot be started.
            PlayerError: it says no proper hello.
        """
        self._news = threading.Condition()
        self._seq = 0
        self._awaited: dict[int, str] = {}
        self._came: dict[int, Reply | PlayerError] = {}
        self._hello: Hello | ProtocolError | None = None
        self._broken: str | None = None
        self._garbage = 0
        self._unanswered: list[str] = []
        self._process = LineProcess(argv, environment, folder, self._take, self._over)
        try:
            self.hello = self._greet()
        except BaseException:  # Ctrl-C too
            self._process.end(grace=0.2)
            raise

    @property
    def stderr(self) -> str:
        """The end of what it wrote there."""
        return self._process.stderr

    @property
    def broken(self) -> str | None:
        """Why nothing can be asked of it any more, or None."""
        return self._broken

    def ask(self, order: Order) -> Reply:
        """Send a call and wait for its answer.

        Raises:
            PlayerError: none came in time, or no proper one.
        """
        with self._news:
            if self._broken:
                raise PlayerError(self._broken)
            self._seq += 1
            number = self._seq
            self._awaited[number] = order.call
        line = json.dumps(order.line(number)).encode("ascii")
        deadline = clock.now() + order.deadline + GRACE
        if not self._process.send(line, order.deadline + GRACE):
            self._break("it does not read its stdin")
        with self._news:
            self._news.wait_for(
                lambda: number in self._came or self._broken is not None, max(0.0, deadline - clock.now())
            )
            self._awaited.pop(number, None)
            came = self._came.pop(number, None)
        if came is None:
            told = self.broken or f"no answer to `{order.call}` within {order.deadline + GRACE:.1f} s"
            self._note_silence(order)
            raise PlayerError(f"the adaptor failed: {told}")
        if isinstance(came, PlayerError):
            raise came
        return came

    def forget(self, case: str) -> None:
        """Tell that a case is over."""
        if self._broken is None:
            self._process.send(json.dumps({"op": "end", "case": case}).encode("ascii"), 1.0)

    def break_off(self) -> None:
        """Wait for nothing any more: whoever has asked it something is told so, and it is ended."""
        self._break("the run was broken off")
        self._process.end(grace=0.5)

    def close(self) -> None:
        """Say good-bye and end it."""
        if self._broken is None:
            self._process.send(b'{"op": "bye"}', 1.0)
        self._process.end()

    def _greet(self) -> Hello:
        sent = self._process.send(json.dumps({"kit": VERSION, "op": "hello"}).encode("ascii"), START_SECONDS)
        with self._news:
            self._news.wait_for(lambda: self._hello is not None or self._broken is not None, START_SECONDS)
            came, broken = self._hello, self._broken
        if isinstance(came, Hello):
            return came
        told = came if came is not None else broken or ("it said nothing" if sent else "it does not read its stdin")
        raise PlayerError(f"the adaptor said no proper hello: {told}{_tail(self._process.stderr)}")

    def _take(self, line: bytes) -> None:
        """One line of its stdout."""
        if not line.strip():
            return
        try:
            found = protocol.parse(line)
            if self._hello is None:
                self._greeted(protocol.hello(found))
            else:
                self._answered(found)
        except ProtocolError as error:
            with self._news:
                if self._hello is None:
                    self._hello = error
                self._garbage += 1
                if self._garbage > MOST_GARBAGE:
                    self._broken = self._broken or f"more than {MOST_GARBAGE} lines that are no protocol; {error}"
                else:
                    # Whose answer it was meant to be is not known, so it is held against all that wait.
                    told = PlayerError(f"the adaptor failed: {error}")
                    self._came |= {number: told for number in self._awaited if number not in self._came}
                self._news.notify_all()

    def _greeted(self, hello: Hello) -> None:
        with self._news:
            self._hello = hello
            self._news.notify_all()

    def _note_silence(self, order: Order) -> None:
        with self._news:
            self._unanswered.append(f"`{order.call}` of {order.case}")
            silent = len(self._unanswered) >= MOST_SILENCE
        if silent:
            self._break(f"it has answered nothing any more since {self._unanswered[0]}")

    def _answered(self, found: dict[str, Any]) -> None:
        number = found.get("seq")
        if type(number) is not int:
            raise ProtocolError("expected an answer with the `seq` of its call, a whole number")
        with self._news:
            if not 0 < number <= self._seq:
                raise ProtocolError(f"an answer with a `seq` that no call had: {number}")
            self._unanswered.clear()
            call = self._awaited.get(number)
            if call is None:
                return  # an answer that came too late
            try:
                self._came[number] = protocol.reply(call, found)
            except ProtocolError as error:
                self._came[number] = PlayerError(f"the adaptor failed: {error}")
            self._news.notify_all()

    def _over(self, reason: str) -> None:
        code = self._process.exit_code if hasattr(self, "_process") else None
        self._break(reason if code is None else f"{reason} and ended with exit code {code}")

    def _break(self, reason: str) -> None:
        with self._news:
            self._broken = self._broken or reason
            self._news.notify_all()


def _tail(stderr: str) -> str:
    shown = tail(stderr)
    return f"; its stderr ends with: {shown}" if shown else ""


class AdaptorPlayer:
    """Plays cases through one adaptor: all three witnesses can be heard."""

    mode: Mode = "adaptor"
    witnesses = modes.HEARD["adaptor"]
    one_by_one = False

    def __init__(self, adaptor: Adaptor) -> None:
        """Play through an adaptor that has said its hello."""
        self._adaptor = adaptor
        self.hello = adaptor.hello

    @property
    def broken(self) -> str | None:
        """Why nothing can be played any more, or None."""
        return self._adaptor.broken

    def play(self, stage: Stage) -> None:
        """Play a case.

        Raises:
            PlayerError: the adaptor broke off.
        """

        def ask(call: str, arguments: Mapping[str, Any], seconds: float) -> Reply:
            world = stage.world
            order = Order(stage.case.name, world.base_url, world.api_key, call, arguments, seconds)
            return self._adaptor.ask(order)

        try:
            Stepping(stage, ask).play()
        finally:
            self._adaptor.forget(stage.case.name)

    def break_off(self) -> None:
        """Nobody waits for verdicts any more."""
        self._adaptor.break_off()

    def stderr(self, _case: Case) -> str:
        """What the adaptor wrote there lately; several cases may have a part in it."""
        return self._adaptor.stderr
