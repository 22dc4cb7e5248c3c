"""Tokens, hashes of inputs and marked words."""

import pytest

from contracts.apps import table
from mockserver import replay
from mockserver.replay import Replay, ReplayError

ONE = Replay("2026-08", "observed", "tiny", "end", 48000, 1_760_000_000, "4f3a9c21")
TEXT = "1:2026-08:observed:tiny:end:48000:1760000000:4f3a9c21"
OLD, NEW = (version.marker for version in table.load().versions.values())
ACCEPTED = {"prompt": "p", "image": "http://a/1.png", "end_image": None}


def test_a_token_is_read_as_it_was_written() -> None:
    """There and back, a task id with colons included."""
    assert str(ONE) == TEXT
    assert replay.parse(f" {TEXT}\n") == ONE
    assert replay.parse(TEXT + ":x").task_id == "4f3a9c21:x"


@pytest.mark.parametrize(
    ("token", "told"),
    [
        ("", "expected eight parts"),
        ("2" + TEXT[1:], "expected eight parts"),
        (TEXT.replace("tiny", "huge"), "media mode of the replay token is 'huge'; expected full or tiny"),
        (TEXT.replace("2026-08", "x"), "app version of the replay token"),
        (TEXT.replace("1760000000", "soon"), "no time and task id"),
        (TEXT.removesuffix("4f3a9c21"), "no time and task id"),
        (TEXT + "x" * 300, "the task id is '4f3a9c21x+'; expected printable text of at most 200 bytes"),
        (TEXT + "\n\n.", "expected printable text"),
        (TEXT + "\ud800", "expected printable text"),
    ],
)
def test_a_token_that_cannot_be_read_is_explained(token: str, told: str) -> None:
    """What is wrong with it, and what it should look like."""
    with pytest.raises(ReplayError, match=told):
        replay.parse(token)


def test_a_picture_counts_by_its_bytes() -> None:
    """Wherever it was uploaded; another picture at the same address is another input."""
    one = replay.input_hash(ACCEPTED, {"image": "ab"})
    assert one == replay.input_hash({**ACCEPTED, "image": "data:,x"}, {"image": "ab"})
    assert one != replay.input_hash(ACCEPTED, {"image": "cd"})
    assert one != replay.input_hash(ACCEPTED, {})


@pytest.mark.parametrize(
    ("prompt", "marker", "words"),
    [
        ("A man walks", OLD, 0),
        ("A man <<<voice_1>>> says hello to you", OLD, 4),
        ('A man <<<voice_1>>> says "good day to all" and leaves', OLD, 4),
        ("<<<voice_1>>> says “one two”, <<<voice_1>>> says «three»", OLD, 3),
        ('A man <<<voice_1>>> says "never closed at all', OLD, 4),
        ("@voice_ab one @voice_2 two three", NEW, 3),
        ("<<<voice_1>>> not a marker there", NEW, 0),
    ],
)
def test_marked_words_are_those_the_voice_speaks(prompt: str, marker: str, words: int) -> None:
    """The quotation after each marker, or everything up to the next one."""
    assert replay.spoken_words(prompt, marker) == words
