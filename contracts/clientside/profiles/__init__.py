"""Frozen profiles: which checks a score is made of, by date, so that two scores can be compared.

A check that came later is played and told, and is not scored before the next profile.
"""

import functools
import tomllib
from importlib import resources

LATEST = "2026-12"


class ProfileError(ValueError):
    """There is no such profile; the message lists them."""


def names() -> tuple[str, ...]:
    """Return every profile, the oldest first."""
    files = resources.files(__name__).iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


@functools.cache
def load(name: str = LATEST) -> frozenset[str]:
    """Return the ids of the checks that a profile scores.

    Raises:
        ProfileError: there is no profile of that name.
    """
    if name not in names():
        raise ProfileError(f"there is no profile {name!r}; there are {', '.join(names())}")
    text = resources.files(__name__).joinpath(f"{name}.toml").read_text("utf-8")
    return frozenset(tomllib.loads(text)["checks"])
