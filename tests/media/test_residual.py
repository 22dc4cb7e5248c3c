"""Residual blocks."""

from mockserver.media.residual import chroma_block, dequantised, level_for, luma_block


def test_every_difference_can_be_met_exactly() -> None:
    """What a decoder reconstructs is what was wanted, for all differences of two 8-bit samples."""
    assert [dequantised(level_for(difference)) for difference in range(-255, 256)] == list(range(-255, 256))


def test_no_difference_costs_next_to_nothing() -> None:
    """coeff_token for no level: one bit of luma, two of chroma."""
    assert (luma_block((0, 0, 0, 0)), chroma_block((0, 0, 0, 0))) == ("1", "01")


def test_a_block_with_one_level_is_written_as_the_tables_say() -> None:
    """A chequered difference leaves the diagonal alone: 2 + 2 + 2 + 2 = 8, with four zeros in front of it."""
    coeff_token, level_prefix_12, four_zeros = "000101", "0000000000001", "0010"
    assert luma_block((1, -1, -1, 1)) == coeff_token + level_prefix_12 + four_zeros


def test_a_level_after_a_large_one_has_a_suffix() -> None:
    """In chroma a difference of one on the left half: two levels of 4, the second with two bits of suffix."""
    assert level_for(1) == 2
    coeff_token, first, prefix, suffix, no_zeros_between = "000100", "00001", "01", "10", "1"
    assert chroma_block((1, 0, 1, 0)) == coeff_token + first + prefix + suffix + no_zeros_between
