"""A request as a command that sends it again, for whoever reads a report."""

import shlex
from collections.abc import Iterable, Sequence

KEY = "$KEY"
"""Stands where a credential stood; the shell puts the reader's own there."""

_OWN = frozenset({"host", "content-length", "accept-encoding", "connection", "user-agent", "transfer-encoding"})
"""Headers that curl sends by itself."""


def command(method: str, url: str, headers: Iterable[Sequence[str]], body: str = "") -> str:
    """Return a curl line.

    Args:
        method: of the request.
        url: whole.
        headers: names and values; KEY in a value is left for the shell to fill in.
        body: as text; empty for none.
    """
    words = ["curl", "-i", "-X", shlex.quote(method)]
    for name, value in headers:
        if name.lower() not in _OWN:
            line = f"{name}: {value}"
            words += ["-H", f'"{line}"' if KEY in value else shlex.quote(line)]
    if body:
        words += ["--data-binary", shlex.quote(body)]
    return " ".join([*words, shlex.quote(url)])
