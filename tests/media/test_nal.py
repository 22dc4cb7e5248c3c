"""NAL units."""

import re

from hypothesis import given
from hypothesis import strategies as st

from mockserver.media.nal import SLICE, nal_unit

few_values = st.lists(st.sampled_from([0, 1, 2, 3, 4, 128]), max_size=40).map(lambda body: bytes([*body, 128]))


@given(few_values)
def test_no_start_code_appears_inside(payload: bytes) -> None:
    """Two zero bytes are never followed by 0, 1 or 2, and by 3 only where one was put in."""
    unit = nal_unit(SLICE, payload)
    assert not re.search(rb"\x00\x00[\x00-\x02]", unit)


@given(few_values)
def test_a_decoder_gets_the_payload_back(payload: bytes) -> None:
    """Taking out each 3 after two zero bytes undoes it."""
    assert nal_unit(SLICE, payload)[1:].replace(b"\x00\x00\x03", b"\x00\x00") == payload
