"""Slices, judged by a decoder."""

from io import BytesIO

import av

from mockserver.media.canvas import Canvas
from mockserver.media.macroblocks import MacroblockCoder
from mockserver.media.palette import WHITE
from mockserver.media.parameter_sets import FrameSize, picture_parameter_set, sequence_parameter_set
from mockserver.media.slices import idr_picture, p_picture

SIZE = FrameSize(64, 64)


def test_a_picture_without_changes_takes_a_few_bytes() -> None:
    """All macroblocks are skipped in one number."""
    assert len(p_picture(1, SIZE, MacroblockCoder(Canvas(SIZE, [WHITE])), [])) < 10


def test_frame_numbers_wrap_around() -> None:
    """300 pictures decode without a gap although frame_num has 8 bits."""
    coder = MacroblockCoder(Canvas(SIZE, [WHITE]))
    units = [sequence_parameter_set(SIZE, 24), picture_parameter_set(), idr_picture(SIZE, coder)]
    units += [p_picture(number, SIZE, coder, []) for number in range(1, 300)]
    with av.open(BytesIO(b"".join(b"\0\0\0\1" + unit for unit in units)), "r", format="h264") as container:
        video = container.streams.video[0]
        video.codec_context.options = {"err_detect": "explode"}
        assert sum(1 for _ in container.decode(video)) == 300
