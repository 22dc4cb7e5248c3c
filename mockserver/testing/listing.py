"""A list of the control plane as a test sees it: always as it is now, and with filters when it is called."""

from collections.abc import Callable, Sequence
from typing import Any, overload

Row = dict[str, Any]


class Listing(Sequence[Row]):
    """Rows, the oldest first."""

    def __init__(self, fetch: Callable[[dict[str, str]], list[Row]]) -> None:
        """List what `fetch` returns for filters."""
        self._fetch = fetch

    def __call__(self, **filters: str) -> list[Row]:
        """Return the rows that match; filters as in the control plane's list.

        Raises:
            RuntimeError: there is no such filter, or nothing of that name.
        """
        return self._fetch(filters)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        """Return a row, or some."""
        return self._fetch({})[index]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._fetch({}))

    def __repr__(self) -> str:
        """The rows."""
        return repr(self._fetch({}))
