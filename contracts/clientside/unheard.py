"""What an exit code does not tell: that an error was raised it does, and no word of it.

UnheardError
    Somebody asked for a word.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any


class UnheardError(LookupError):
    """A judge wants to know what the client said, and there is only an exit code; what it says is not observable."""


class Unheard(Mapping[str, Any]):
    """Stands where a client's words would be; whoever reads it learns nothing."""

    def __init__(self, text: str, document: Mapping[str, Any]) -> None:
        """Make one.

        Args:
            text: what is known, for verdicts.
            document: the same as reports have it.
        """
        self._text = text
        self.document = MappingProxyType(dict(document))

    def __getitem__(self, key: str) -> object:
        """Tell nothing."""
        raise UnheardError(f"an exit code does not tell {key}")

    def __iter__(self) -> Iterator[str]:
        """Tell nothing."""
        raise UnheardError("an exit code does not tell more")

    def __len__(self) -> int:
        """Tell nothing."""
        raise UnheardError("an exit code does not tell more")

    def __str__(self) -> str:
        """Return what is known."""
        return self._text
