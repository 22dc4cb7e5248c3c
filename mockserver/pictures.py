"""The pictures that the tasks of a world keep: a video needs its start frame long after the upload was deleted."""

from collections.abc import Iterable

from contracts.wire.problems import Problem
from mockserver.media import GivenImage

MOST_PICTURES = 512 * 1024 * 1024
"""Bytes of pictures that the tasks of one world may keep; equal ones count once."""


class Pictures:
    """Counts who holds which picture."""

    def __init__(self) -> None:
        """Start empty."""
        self._held: dict[str, int] = {}
        self.size = 0
        """Bytes kept."""

    def hold(self, pictures: Iterable[GivenImage]) -> None:
        """Take note of the pictures of a new task.

        Raises:
            Problem: the world would keep too much; nothing was noted.
        """
        wanted = {picture.content_id: len(picture.content or b"") for picture in pictures}
        grown = self.size + sum(size for identifier, size in wanted.items() if identifier not in self._held)
        if grown > MOST_PICTURES:
            raise Problem(
                "limit_exceeded",
                f"the tasks of this key would keep {grown} bytes of pictures of at most {MOST_PICTURES}; "
                "delete some tasks, or reset the world",
                meta={"resource": "pictures", "limit": MOST_PICTURES, "current": self.size},
            )
        self.size = grown
        for identifier in wanted:
            self._held[identifier] = self._held.get(identifier, 0) + 1

    def release(self, pictures: Iterable[GivenImage]) -> None:
        """Forget the pictures of a task."""
        for picture in {picture.content_id: picture for picture in pictures}.values():
            left = self._held.get(picture.content_id, 0) - 1
            if left > 0:
                self._held[picture.content_id] = left
            elif self._held.pop(picture.content_id, None) is not None:
                self.size -= len(picture.content or b"")
