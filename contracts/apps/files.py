"""What is known of a file that an input names, before anything is spent."""

from dataclasses import dataclass
from typing import Literal

Origin = Literal["uploaded", "inline", "foreign", "pending", "unknown", "malformed"]
"""Where the bytes are.

uploaded: ours, the bytes are here. inline: a data: URI. foreign: an http(s) URL that is not ours and is never fetched.
pending: ours, but nobody has PUT the bytes. unknown: looks like ours, but there is no such file under this key.
malformed: no URL, no id, no readable data: URI.
"""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """The facts rules ask for. Everything below `origin` is None unless the bytes are here."""

    origin: Origin
    size: int | None = None
    """Bytes."""
    format: str | None = None
    """Lower-case name of the image format found in the content (`jpeg`, `png`, `webp` ...); None: no image."""
    width: int | None = None
    """Pixels, after the EXIF orientation is applied."""
    height: int | None = None
    defect: str | None = None
    """Why a jpeg or png cannot be decoded; None when it can, or when it was not tried."""
    content_id: str | None = None
    """Hash of the bytes, so that equal pictures give equal videos wherever they were uploaded."""

    @property
    def here(self) -> bool:
        """Whether the bytes could be looked at."""
        return self.origin in {"uploaded", "inline"}
