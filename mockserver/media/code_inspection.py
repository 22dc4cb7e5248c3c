"""What the codes in the pictures of a file of ours say, and whether that is what its record says."""

from collections.abc import Mapping, Sequence
from typing import Any

from mockserver.media import code_reader
from mockserver.media.layout import layout
from mockserver.media.parameter_sets import FrameSize, sequence_parameter_set
from mockserver.media.picture_code import HASH_DIGITS, QUIET, PictureCode, modules, parse
from mockserver.media.picture_reader import PictureReader
from mockserver.media.reader import DamagedError
from mockserver.media.strip import has_room

Codes = Mapping[int, PictureCode]
"""By the number of the picture a code was read in; one picture a second is looked at."""


def written_here(sps: bytes, size: FrameSize, fps: int) -> bool:
    """Tell whether a stream begins as those of this project do, so that its pictures can be read."""
    try:
        return any(sps == sequence_parameter_set(size, fps, photographic=high) for high in (False, True))
    except ValueError:  # a size that no level allows
        return False


def codes_in(pictures: Sequence[bytes], size: FrameSize, fps: int, problems: list[str]) -> Codes:
    """Read the code in the first picture of each second out of the NAL units; what is odd goes to `problems`."""
    reader = PictureReader(size)
    found = {}
    for number, unit in enumerate(pictures):
        try:
            reader.read(unit)
        except DamagedError as error:
            problems.append(f"picture {number} is not as this project writes it: {error}")
            break
        dots = code_reader.find(reader.rows) if number % fps == 0 else None
        if dots is None:
            continue
        try:
            code = parse(code_reader.read(dots))
            whole = modules(code) == dots  # with its error correction: a faulty module changes nothing that is read
        except ValueError as error:
            problems.append(f"the code in picture {number} cannot be read: {error}")
            continue
        if not whole:
            problems.append(f"the code in picture {number} has wrong modules")
        found[number] = code
    return found


def compare(codes: Codes, record: Mapping[str, Any], size: FrameSize, fps: int, problems: list[str]) -> None:
    """Hold the codes against the record."""
    task_id, digits = str(record["task_id"]), str(record["input_hash"])[:HASH_DIGITS]
    for number, code in codes.items():
        if code.task_id != task_id:
            problems.append(f"the code in picture {number} says task {code.task_id}, the record {task_id}")
        elif code.input_hash != digits.lower():
            problems.append(f"the code in picture {number} says input {code.input_hash}, the record {digits}")
        elif code.frame != number:
            problems.append(f"the code in picture {number} says it is picture {code.frame}")
    frames = record.get("frames")
    seconds = range(0, min(frames, 2**53) if isinstance(frames, int) else 0, fps)
    # The first and the last picture may be photographs alone. A record may claim any number of them.
    due = seconds[1:-1]
    missing = len(due) - sum(number in due for number in codes)
    if missing and (codes or _due(record, size)):
        first = next(number for number in due if number not in codes)
        problems.append(f"there is no code in {missing} pictures that should have one, such as {first}")


def _due(record: Mapping[str, Any], size: FrameSize) -> bool:
    """Whether a video of this record should have codes: a slate that is large enough, not a mosaic."""
    parts = str(record["replay"]).split(":")
    try:
        side = len(modules(PictureCode(str(record["task_id"]), str(record["input_hash"]), 0))) + 2 * QUIET
    except ValueError:  # more than any code can hold
        return False
    slate = layout(size.width, size.height, side).readout.code is not None
    return len(parts) > 3 and parts[3] in {"full", "realistic-size"} and slate and has_room(size, side)
