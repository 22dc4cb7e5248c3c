"""Sequence and picture parameter sets: what a decoder must know before the first picture."""

from dataclasses import dataclass
from math import isqrt

from mockserver.media.bits import rbsp, se, u, ue
from mockserver.media.nal import PICTURE_PARAMETER_SET, SEQUENCE_PARAMETER_SET, nal_unit

MACROBLOCK = 16
"""Side of a macroblock in luma samples."""

FRAME_NUM_BITS = 8
"""Width of `frame_num` in slice headers; it wraps at 256 (ITU-T H.264 7.4.3)."""

QP = 12
"""Luma quantisation parameter of every macroblock; see `residual.level_for` for why 12."""

CHROMA_QP_OFFSET = -6
"""Brings chroma to QP 6, where a chroma DC level is worth exactly as much as a luma DC level at QP 12."""

MAIN_PROFILE = 77
"""profile_idc of the Main profile (ITU-T H.264 A.2.2), which the vendor's files carry (D21)."""

CONSTRAINT_FLAGS = 0x40
"""constraint_set1_flag alone: the stream obeys the Main profile. It would obey Constrained Baseline too, but saying so
makes some tools report that profile instead."""

BT709 = 1
"""Value of colour_primaries, transfer_characteristics and matrix_coefficients for BT.709 (ITU-T H.273)."""

# (level_idc, macroblocks per second, macroblocks per picture): ITU-T H.264 table A-1, from level 3 on.
_LEVELS = (
    (30, 40_500, 1_620),
    (31, 108_000, 3_600),
    (32, 216_000, 5_120),
    (40, 245_760, 8_192),
    (42, 522_240, 8_704),
    (50, 589_824, 22_080),
    (51, 983_040, 36_864),
    (52, 2_073_600, 36_864),
)


@dataclass(frozen=True, slots=True)
class FrameSize:
    """Size of a picture in luma samples, both even, and in macroblocks."""

    width: int
    height: int

    @property
    def macroblocks_wide(self) -> int:
        """Columns of macroblocks; the last one may be cropped."""
        return -(-self.width // MACROBLOCK)

    @property
    def macroblocks_high(self) -> int:
        """Rows of macroblocks; the last one may be cropped."""
        return -(-self.height // MACROBLOCK)

    @property
    def macroblocks(self) -> int:
        """Macroblocks of one picture."""
        return self.macroblocks_wide * self.macroblocks_high


_PHOTOGRAPHIC_LEVEL = 51
"""Lowest level of videos in which pictures may be all I_PCM: 3 MB each at 1080p. Level 5.1 allows a picture of half
its plain size per 1/172 s and 240 Mbit/s (ITU-T H.264 A.3.1, table A-1: MinCR 2, MaxBR)."""


def level_idc(size: FrameSize, fps: int, *, photographic: bool = False) -> int:
    """The lowest level that allows this size at this rate (ITU-T H.264 A.3.1 and table A-1).

    `photographic` tells whether a picture may consist of plain samples alone.

    Raises ValueError when no level does.
    """
    longest_side = max(size.macroblocks_wide, size.macroblocks_high)
    for level, per_second, per_picture in _LEVELS:
        fits_picture = size.macroblocks <= per_picture and longest_side <= isqrt(8 * per_picture)
        fits_bytes = not photographic or level >= _PHOTOGRAPHIC_LEVEL
        if fits_picture and fits_bytes and size.macroblocks * fps <= per_second:
            return level
    raise ValueError(
        f"No H.264 level allows {size.width}x{size.height} at {fps} fps; the largest is 4096x2304 at 56 fps."
    )


def sequence_parameter_set(size: FrameSize, fps: int, *, photographic: bool = False) -> bytes:
    """The SPS as a NAL unit (ITU-T H.264 7.3.2.1.1): progressive 4:2:0, one reference picture, display order = decoding
    order, cropped to `size`, with VUI.
    """
    right = (size.macroblocks_wide * MACROBLOCK - size.width) // 2
    bottom = (size.macroblocks_high * MACROBLOCK - size.height) // 2
    cropping = "1" + ue(0) + ue(right) + ue(0) + ue(bottom) if right or bottom else "0"
    return nal_unit(
        SEQUENCE_PARAMETER_SET,
        rbsp(
            u(MAIN_PROFILE, 8)
            + u(CONSTRAINT_FLAGS, 8)
            + u(level_idc(size, fps, photographic=photographic), 8)
            + ue(0)  # seq_parameter_set_id
            + ue(FRAME_NUM_BITS - 4)  # log2_max_frame_num_minus4
            + ue(2)  # pic_order_cnt_type 2: output order is decoding order
            + ue(1)  # max_num_ref_frames
            + "0"  # gaps_in_frame_num_value_allowed_flag
            + ue(size.macroblocks_wide - 1)
            + ue(size.macroblocks_high - 1)
            + "1"  # frame_mbs_only_flag: no interlace
            + "1"  # direct_8x8_inference_flag
            + cropping
            + "1"  # vui_parameters_present_flag
            + _vui(fps)
        ),
    )


def _vui(fps: int) -> str:
    """Video usability information (ITU-T H.264 E.1.1): square samples, BT.709 limited range, constant frame rate."""
    return (
        "1"  # aspect_ratio_info_present_flag
        + u(1, 8)  # aspect_ratio_idc 1: square samples
        + "0"  # overscan_info_present_flag
        + "1"  # video_signal_type_present_flag
        + u(5, 3)  # video_format 5: unspecified
        + "0"  # video_full_range_flag: luma 16..235
        + "1"  # colour_description_present_flag
        + u(BT709, 8) * 3
        + "0"  # chroma_loc_info_present_flag
        + "1"  # timing_info_present_flag
        + u(1, 32)  # num_units_in_tick
        + u(2 * fps, 32)  # time_scale: a tick is a field, so twice the frame rate (E.2.1)
        + "1"  # fixed_frame_rate_flag
        + "0"  # nal_hrd_parameters_present_flag
        + "0"  # vcl_hrd_parameters_present_flag
        + "0"  # pic_struct_present_flag
        + "1"  # bitstream_restriction_flag, so that players need not wait for reordered pictures
        + "1"  # motion_vectors_over_pic_boundaries_flag
        + ue(0)  # max_bytes_per_pic_denom: unlimited
        + ue(0)  # max_bits_per_mb_denom: unlimited
        + ue(0)  # log2_max_mv_length_horizontal: we never move a block
        + ue(0)  # log2_max_mv_length_vertical
        + ue(0)  # max_num_reorder_frames
        + ue(1)  # max_dec_frame_buffering
    )


def picture_parameter_set() -> bytes:
    """The PPS as a NAL unit (ITU-T H.264 7.3.2.2): CAVLC, one slice group, no weighted prediction."""
    return nal_unit(
        PICTURE_PARAMETER_SET,
        rbsp(
            ue(0)  # pic_parameter_set_id
            + ue(0)  # seq_parameter_set_id
            + "0"  # entropy_coding_mode_flag 0: CAVLC
            + "0"  # bottom_field_pic_order_in_frame_present_flag
            + ue(0)  # num_slice_groups_minus1
            + ue(0)  # num_ref_idx_l0_default_active_minus1
            + ue(0)  # num_ref_idx_l1_default_active_minus1
            + "0"  # weighted_pred_flag
            + u(0, 2)  # weighted_bipred_idc
            + se(QP - 26)  # pic_init_qp_minus26
            + se(0)  # pic_init_qs_minus26
            + se(CHROMA_QP_OFFSET)
            + "1"  # deblocking_filter_control_present_flag: slices turn the filter off, colours stay exact
            + "0"  # constrained_intra_pred_flag
            + "0"  # redundant_pic_cnt_present_flag
        ),
    )
