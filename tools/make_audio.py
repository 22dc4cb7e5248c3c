"""Encode the sound of the videos once: `python tools/make_audio.py` writes fixtures/audio/beeps-*.aac.

A beep on each second of the time code, its pitch counting up: second n sounds at 440 + 110·n Hz on the left and a
fifth above on the right, for 0.15 s. The files are ADTS (ISO/IEC 14496-3 1.A.2), AAC-LC, stereo, and last as long as
the longest video, 241 pictures at 24 a second.

The encoder's first frame only primes the decoder and is left out, so that no edit list is needed. A decoder cannot
restore the first 1024 samples without it; that is why the beep of second 0 begins just after them.

The bytes depend on the version of FFmpeg behind PyAV. Tests compare videos byte by byte: after running this, record
the golden hashes in tests/media/ anew.
"""

import math
from array import array
from io import BytesIO
from pathlib import Path

import av

FOLDER = Path(__file__).parent.parent / "fixtures" / "audio"
SAMPLE_RATES = (44100, 48000)
SECONDS = 241 / 24
BIT_RATE = 64_000
FRAME = 1024  # samples per channel in an AAC frame, and in the priming
FLOAT = 4  # bytes
BEEP = 0.15  # seconds
FADE = 0.01  # seconds, so that a beep does not click
LOUDNESS = 0.25  # of full scale


def loudness(sample: int, rate: int) -> float:
    """Amplitude at a sample: 0 between the beeps, fading in and out around each."""
    begin = FRAME if sample < rate else sample // rate * rate
    since = (sample - begin) / rate
    return LOUDNESS * max(0.0, min(1.0, since / FADE, (BEEP - since) / FADE))


def channel(rate: int, samples: int, interval: float) -> bytes:
    """One channel as 32-bit floats, `interval` above the count's own pitch."""
    return array(
        "f",
        [
            loudness(i, rate) * math.sin(2 * math.pi * (440 + 110 * (i // rate)) * interval * i / rate)
            for i in range(samples)
        ],
    ).tobytes()


def encode(rate: int) -> bytes:
    """An ADTS stream without the priming frame."""
    frames = math.ceil(SECONDS * rate / FRAME)
    sides = [channel(rate, (frames + 1) * FRAME, interval) for interval in (1.0, 1.5)]
    stream = BytesIO()
    with av.open(stream, "w", format="adts") as container:
        encoder = container.add_stream("aac", rate=rate, layout="stereo")
        encoder.bit_rate = BIT_RATE
        encoder.codec_context.flags |= av.codec.context.Flags.bitexact  # no encoder name in the stream
        packets = []
        for index in range(frames + 1):
            frame = av.AudioFrame(format="fltp", layout="stereo", samples=FRAME)
            frame.sample_rate = rate
            frame.pts = index * FRAME
            for plane, side in zip(frame.planes, sides, strict=True):
                plane.update(side[index * FRAME * FLOAT : (index + 1) * FRAME * FLOAT])
            packets += encoder.encode(frame)
        packets += encoder.encode(None)
        primed = packets[1 : frames + 1]
        if packets[0].pts != -FRAME or len(primed) != frames:
            raise SystemExit(f"Expected one priming frame, then {frames}; the encoder behaves otherwise now.")
        container.mux(primed)
    return stream.getvalue()


def main() -> None:
    """Write both files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for rate in SAMPLE_RATES:
        target = FOLDER / f"beeps-{rate}.aac"
        target.write_bytes(encode(rate))
        print(f"{target.name}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
