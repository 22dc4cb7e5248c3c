"""A world in one short string: seed, whose randomness, plan and version. The same requests give the same bytes (D15).

Not the replay token of a video (`mockserver/replay.py`), which tells how one file is made.

TokenError
    A token that cannot be read; the message says what is wrong with it, and where a video's token belongs.
"""

import re
from dataclasses import dataclass

MARK = "w1-"
"""How a world token begins; another number when its parts change."""

MOST_SEED = 2**63 - 1
"""What a seed may be, and its negative: no JSON that we write holds more."""

_TOKEN = re.compile(r"w1-(-?[0-9a-z]{1,64})-([0-9a-f]{16})-([0-9a-f]{8})-(\S{1,64})", re.ASCII)
_VIDEO = re.compile(r"[0-9]+:[^\s:]+:")
"""How the replay token of a video begins."""

_EXAMPLE = f"{MARK}7-2bd806c97f0e00af-44136fa3-0.1.0"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class TokenError(ValueError):
    """A text that is no world token."""


@dataclass(frozen=True, slots=True)
class WorldToken:
    """What all that is drawn in a world depends on, besides its settings and the requests.

    As text: `w1-SEED-FINGERPRINT-PLAN-VERSION`, the seed in base 36.
    """

    seed: int
    fingerprint: str
    """Of the API key whose randomness it is, 16 hex digits; the key itself does not follow from it."""
    plan: str
    """Hash of the plan that is armed, 8 hex digits."""
    version: str
    """Of the emulator: another one may draw other bytes."""

    def __str__(self) -> str:
        """The token."""
        return f"{MARK}{_written(self.seed)}-{self.fingerprint}-{self.plan}-{self.version}"


def parse(text: str) -> WorldToken:
    """Read a token.

    Raises:
        TokenError: it is none.
    """
    found = _TOKEN.fullmatch(text.strip())
    if found is None:
        if _VIDEO.match(text.strip()):
            raise TokenError(
                f"{text.strip()[:200]!r} is the replay token of a video: `inferencesh-mock render --replay` takes it; "
                f"that of a world looks like {_EXAMPLE}"
            )
        raise TokenError(f"{text[:200]!r} is no world token; expected something like {_EXAMPLE}")
    seed, fingerprint, plan, version = found.groups()
    if abs(int(seed, 36)) > MOST_SEED:
        raise TokenError(f"the seed in {text.strip()[:200]!r} is too large; expected at most {_written(MOST_SEED)}")
    return WorldToken(int(seed, 36), fingerprint, plan, version)


def _written(number: int) -> str:
    """Return a whole number in base 36."""
    rest, digits = abs(number), ""
    while True:
        rest, digit = divmod(rest, 36)
        digits = _DIGITS[digit] + digits
        if not rest:
            return f"-{digits}" if number < 0 else digits
