"""What the fixture `inference_mock` gives: the world of one test, and what the test's end says about it."""

import hashlib
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from mockserver.testing import marks, story
from mockserver.testing.journals import JournalBook, JournalFile
from mockserver.testing.marks import MarkError, Wish
from mockserver.testing.running import RunningServer
from mockserver.testing.world import World


class InferenceMock(World):
    """A world that belongs to a test."""

    def __init__(self, server: RunningServer, api_key: str, item: pytest.Item, book: JournalBook | None) -> None:
        """Name the world.

        Args:
            server: whose it is.
            api_key: the test's own.
            item: the test.
            book: takes note of journals while they are updated.
        """
        super().__init__(server.base_url, api_key, server.control_token)
        self._item = item
        self._replays = None if server.settings is None else server.settings.replays
        self._book = book
        self._wish = Wish()
        self._told = False

    def begin(self) -> None:
        """Make the world fresh, and as the test's marks say.

        Raises:
            MarkError: a mark is wrong; the message names the test.
        """
        try:
            wish = self._wish = marks.read(self._item.iter_markers("inference"), self._item.path.parent)
            # Even without marks: an earlier run of the same test may have left its world.
            self.control("POST", "/reset", None if wish.clock is None else {"clock": {"mode": wish.clock}})
            if wish.scenario is not None:
                self.scenario(wish.scenario)
            if wish.plan is not None:
                self.plan(wish.plan)
            if wish.behaviour:
                self.configure(**wish.behaviour)
        except (MarkError, RuntimeError) as error:
            raise MarkError(f"{self._item.nodeid}: @pytest.mark.inference: {error}") from None

    def plan(self, *given: Any) -> dict[str, Any]:  # noqa: ANN401  # as World.plan
        """Arm a plan, as `World.plan`; a relative path leads from the folder of the test's file."""
        if given and isinstance(given[0], str | Path):
            given = (self._item.path.parent / given[0],)
        return super().plan(*given)

    def assert_journal(self, name: str | None = None) -> None:
        """Compare the journal with the stored one of this name, once what differs by nature is taken out.

        It lies beside the test, in `__journals__/TEST_FILE/NAME.json`; `pytest --update-journals` writes it.

        Args:
            name: of the stored journal; that of the test unless given.

        Raises:
            AssertionError: they differ, or there is none; the message shows how.
        """
        __tracebackhide__ = True
        name = re.sub(r"[^A-Za-z0-9_.-]+", "-", self._item.name).strip("-") if name is None else name
        file = JournalFile.of(self._item.path, name)
        journal = self.journal(full="true")
        if self._book is None:
            file.check(journal, self.base_url)
        else:
            self._book.write(file, journal, self.base_url, self._item.nodeid)

    def close(self) -> None:
        """Stop the webhook targets, and let the world go unless its test has failed: then somebody may want to look."""
        super().close()
        if not self._told:
            with suppress(OSError, RuntimeError):  # the emulator has gone before the test has
                self.control("DELETE", "/world")

    def unreached(self) -> list[str]:
        """Return one sentence for each armed step that no call has reached, unless that is allowed."""
        return [] if self._wish.allow_unreached else story.unreached(self.plan())

    def told(self) -> str:
        """Return what happened in the world, for the report of a failure; nothing when it was told already."""
        if self._told:
            return ""
        self._told = True
        replayed = None if self._replays is None else str(self._replays)
        return story.tell(self, self._item.nodeid, replayed)


def key_of(item: pytest.Item, *, shared: bool) -> str:
    """Return the API key of a test: the same in every run, except on a server that other runs use as well.

    Args:
        item: the test.
        shared: whether the server is somebody else's.
    """
    parts = [item.nodeid]
    if shared:
        worker = getattr(item.config, "workerinput", {})
        parts += [worker.get("testrunuid", item.config.stash.get(RUN, "")), worker.get("workerid", "")]
    return f"test_{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:16]}"


RUN = pytest.StashKey[str]()
"""On the session's configuration: tells runs on one server apart where xdist does not."""
