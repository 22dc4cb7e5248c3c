"""Bits and codes."""

import pytest

from mockserver.media.bits import rbsp, se, u, ue


@pytest.mark.parametrize(("value", "code"), [(0, "1"), (1, "010"), (2, "011"), (3, "00100"), (8, "0001001")])
def test_unsigned_codes_are_those_of_the_standard(value: int, code: str) -> None:
    """ITU-T H.264 table 9-2."""
    assert ue(value) == code


@pytest.mark.parametrize(("value", "code"), [(0, "1"), (1, "010"), (-1, "011"), (2, "00100"), (-2, "00101")])
def test_signed_codes_put_the_positive_number_first(value: int, code: str) -> None:
    """ITU-T H.264 table 9-3."""
    assert se(value) == code


def test_fixed_width_is_kept() -> None:
    """Leading zeros count."""
    assert u(5, 8) == "00000101"


@pytest.mark.parametrize(("bits", "payload"), [("", b"\x80"), ("1111111", b"\xff"), ("00000000", b"\x00\x80")])
def test_payload_ends_in_a_stop_bit(bits: str, payload: bytes) -> None:
    """One bit 1, then zeros up to a whole byte; a whole byte of its own if need be."""
    assert rbsp(bits) == payload
