"""The record of origin."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from contracts.apps.expectation import MediaExpectation
from mockserver.media import Rendition, render
from mockserver.media.provenance import UUID, record, supplemental_information

if TYPE_CHECKING:
    from conftest import Film

FACTS = {
    "app": "klingai/video-v2-6",
    "app_version": "legacy",
    "frames": 121,
    "height": 716,
    "input_hash": "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
    "picture_hash": "ba7816bf8f01cfea",
    "replay": "1:2026-05:documented:full:front:44100:1760000000:4f3a9c21-77aa-4c1e-9d0c-52a7be31c604",
    "sound": 44100,
    "sound_hash": "18ac3e7343f01689",
    "task_id": "4f3a9c21-77aa-4c1e-9d0c-52a7be31c604",
    "voice": None,
    "width": 1284,
}

PICTURES, SOUND = (b"a", b"b", b"c"), (b"d",)


def test_the_record_is_json(expectation: MediaExpectation, rendition: Rendition) -> None:
    """Sorted facts, whatever letters they hold."""
    assert json.loads(record(expectation, rendition, PICTURES, SOUND)) == FACTS
    assert list(FACTS) == sorted(FACTS)
    assert json.loads(record(expectation, replace(rendition, task_id="é😀"), PICTURES, SOUND))["task_id"] == "é😀"


def test_decoders_show_the_record_as_comment(
    expectation: MediaExpectation, rendition: Rendition, watch: Callable[[bytes], "Film"]
) -> None:
    """FFmpeg's name for the iTunes-style comment."""
    assert json.loads(watch(render(expectation, rendition)).metadata["comment"]).keys() == FACTS.keys()


def test_the_record_is_found_without_a_decoder(expectation: MediaExpectation, rendition: Rendition) -> None:
    """After our UUID in a box and before the first picture, in user data as 3GPP description, and in the comment."""
    file = render(expectation, rendition)
    text = file[file.index(b'{"app":') :].partition(b"}")[0] + b"}"
    assert file.count(UUID + text) == 2
    assert b"\x00\x00\x00\x00\x55\xc4" + text + b"\x00" in file
    assert file.count(text) == 4


@pytest.mark.parametrize("length", [0, 238, 239, 240, 600])
def test_supplemental_information_tells_its_size(length: int) -> None:
    """Bytes of 255 and a rest (ITU-T H.264 7.3.2.3.1), the UUID counted in."""
    unit = supplemental_information(b"x" * length)
    assert unit[:2] == b"\x06\x05"
    at = 2
    while unit[at] == 255:
        at += 1
    assert (at - 2) * 255 + unit[at] == length + 16
    assert unit[at + 1 :] == UUID + b"x" * length + b"\x80"
