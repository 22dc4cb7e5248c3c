"""The record of origin."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from contracts.apps.expectation import MediaExpectation
from mockserver.media import Rendition, render
from mockserver.media.provenance import UUID, record

if TYPE_CHECKING:
    from conftest import Film

FACTS = {
    "app": "klingai/video-v2-6",
    "app_version": "legacy",
    "prompt_hash": "9f86d081884c7d659a2feaa0c55ad015",
    "task_id": "4f3a9c21-77aa-4c1e-9d0c-52a7be31c604",
}


def test_the_record_is_json(rendition: Rendition) -> None:
    """Four facts, sorted, whatever letters they hold."""
    assert json.loads(record(rendition)) == FACTS
    assert json.loads(record(replace(rendition, task_id="é😀")))["task_id"] == "é😀"


def test_decoders_show_the_record_as_comment(
    expectation: MediaExpectation, rendition: Rendition, watch: Callable[[bytes], "Film"]
) -> None:
    """FFmpeg's name for the iTunes-style comment."""
    assert json.loads(watch(render(expectation, rendition)).metadata["comment"]) == FACTS


def test_the_record_is_found_without_a_decoder(expectation: MediaExpectation, rendition: Rendition) -> None:
    """After our UUID, in user data as 3GPP description, and in the comment: three times in all."""
    file = render(expectation, rendition)
    text = record(rendition)
    assert UUID + text in file
    assert b"\x00\x00\x00\x00\x55\xc4" + text + b"\x00" in file
    assert file.count(text) == 3
