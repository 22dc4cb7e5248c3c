"""What tasks keep of their pictures counts, and has an end."""

import pytest

from contracts.wire.problems import Problem
from mockserver import pictures
from mockserver.media import GivenImage
from mockserver.pictures import Pictures

ONE, TWO = GivenImage.of(b"1" * 60), GivenImage.of(b"2" * 50)


def test_equal_pictures_count_once() -> None:
    """A picture is held as long as any task holds it."""
    held = Pictures()
    held.hold([ONE, ONE])
    held.hold([GivenImage.of(b"1" * 60), TWO])
    assert held.size == 110
    held.release([ONE, ONE])
    assert held.size == 110
    held.release([ONE, TWO])
    assert held.size == 0


def test_too_much_is_refused_and_not_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is half done."""
    monkeypatch.setattr(pictures, "MOST_PICTURES", 100)
    held = Pictures()
    held.hold([ONE])
    with pytest.raises(Problem, match="at most 100"):
        held.hold([TWO])
    assert held.size == 60
    held.release([ONE])
    held.hold([TWO])
    assert held.size == 50
