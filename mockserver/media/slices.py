"""Slices: one holds one picture (ITU-T H.264 7.3.3 and 7.3.4)."""

from collections.abc import Sequence

from mockserver.media.bits import mixed_rbsp, se, u, ue
from mockserver.media.macroblocks import MacroblockCoder
from mockserver.media.nal import IDR_SLICE, SLICE, nal_unit
from mockserver.media.parameter_sets import FRAME_NUM_BITS, FrameSize

# slice_type when every slice of the picture is of that type (ITU-T H.264 table 7-6).
_ALL_P = 5
_ALL_I = 7


def idr_picture(size: FrameSize, coder: MacroblockCoder) -> bytes:
    """The first picture, whole, as a NAL unit."""
    header = (
        ue(0)  # first_mb_in_slice
        + ue(_ALL_I)
        + ue(0)  # pic_parameter_set_id
        + u(0, FRAME_NUM_BITS)
        + ue(0)  # idr_pic_id
        + "0"  # no_output_of_prior_pics_flag
        + "0"  # long_term_reference_flag
        + _quantiser_and_filter()
    )
    return nal_unit(IDR_SLICE, mixed_rbsp([header, *coder.whole(size.macroblocks_high)]))


def p_picture(number: int, size: FrameSize, coder: MacroblockCoder, changed: Sequence[int]) -> bytes:
    """Picture `number` (1, 2, ...) as a NAL unit: the one before it with the macroblocks at `changed` painted anew.

    Everything else is P_Skip: without motion it copies the picture before (ITU-T H.264 8.4.1.1). Motion is none,
    because the neighbours of a skipped macroblock are skipped, intra or missing, and all of these predict none.
    """
    header = (
        ue(0)  # first_mb_in_slice
        + ue(_ALL_P)
        + ue(0)  # pic_parameter_set_id
        + u(number % (1 << FRAME_NUM_BITS), FRAME_NUM_BITS)
        + "0"  # num_ref_idx_active_override_flag
        + "0"  # ref_pic_list_modification_flag_l0
        + "0"  # adaptive_ref_pic_marking_mode_flag
        + _quantiser_and_filter()
    )
    skipped = size.macroblocks - (changed[-1] + 1 if changed else 0)
    parts = [header, *coder.repainted(changed), ue(skipped) if skipped else ""]
    return nal_unit(SLICE, mixed_rbsp(parts))


def _quantiser_and_filter() -> str:
    """slice_qp_delta 0, and disable_deblocking_filter_idc 1: smoothing would change colours that must be exact."""
    return se(0) + ue(1)
