"""Encode the sound of the videos once: `python tools/make_audio.py` writes fixtures/audio/{beeps,voices}-*.aac.

Beeps: one on each second of the time code, its pitch counting up: second n sounds at 440 + 110·n Hz on the left and a
fifth above on the right, for 0.15 s. They last as long as the longest video, 241 pictures at 24 a second.

Voices: for each register four syllables, each SYLLABLE_FRAMES frames that begin and end in silence, so that syllables
and beeps can follow one another in any order: a decoder overlaps each frame with the one before (ISO/IEC 14496-3
4.6.11), and silence overlaps with silence. Register r speaks on 80·2^(r/5) Hz, with overtones shaped by a vowel.

The files are ADTS (ISO/IEC 14496-3 1.A.2), AAC-LC, stereo. The encoder's first frame only primes the decoder and is
left out, so that no edit list is needed. A decoder cannot restore the first 1024 samples without it; that is why the
beep of second 0 and every syllable begin just after them.

The bytes depend on the version of FFmpeg behind PyAV. Tests compare videos byte by byte: after running this, record
the golden hashes in tests/media/ anew.
"""

import math
from array import array
from io import BytesIO
from pathlib import Path

import av

from mockserver.media.score import SYLLABLE_FRAMES
from mockserver.media.voices import REGISTERS, SYLLABLES

FOLDER = Path(__file__).parent.parent / "fixtures" / "audio"
SAMPLE_RATES = (44100, 48000)
SECONDS = 241 / 24
BIT_RATE = 64_000
FRAME = 1024  # samples per channel in an AAC frame, and in the priming
FLOAT = 4  # bytes
BEEP = 0.15  # seconds
FADE = 0.01  # seconds, so that a beep does not click
LOUDNESS = 0.25  # of full scale
VOICE_LOUDNESS = 0.5  # of full scale
ATTACK, RELEASE = 0.02, 0.05  # seconds
MELODY = (1.0, 1.03, 0.97, 1.015)  # of the register's pitch: less than half the step to the next register
VOWELS = ((700, 1200), (400, 2000), (500, 900), (300, 2300))  # formants of a, e, o, i in Hz


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


def fundamental(register: int) -> float:
    """Pitch of a register in Hz: 80 for the deepest, 640 for the highest."""
    return 80 * 2 ** (register / 5)


def syllable(rate: int, register: int, number: int) -> bytes:
    """One channel of a syllable as 32-bit floats: silence, the sound, silence."""
    first, last = FRAME, (SYLLABLE_FRAMES - 1) * FRAME
    pitch, (low, high) = fundamental(register) * MELODY[number], VOWELS[number]
    harmonics = [n for n in range(1, 40) if n * pitch < 4000]
    # The fundamental stays the loudest, so that it can be found; two formants colour the rest.
    weights = {
        n: 1.0 if n == 1 else 0.6 / n + sum(0.35 * math.exp(-(((n * pitch - f) / 180) ** 2)) for f in (low, high))
        for n in harmonics
    }
    total = sum(weights.values())
    samples = array("f", bytes((SYLLABLE_FRAMES + 1) * FRAME * FLOAT))
    for i in range(first, last):
        since, left = (i - first) / rate, (last - i) / rate
        fade = min(1.0, since / ATTACK, left / RELEASE)
        turn = 2 * math.pi * pitch * i / rate
        samples[i] = VOICE_LOUDNESS * fade * sum(w * math.sin(n * turn) for n, w in weights.items()) / total
    return samples.tobytes()


def encode(rate: int, frames: int, sides: list[bytes]) -> list[av.Packet]:
    """The packets of some frames without the priming one; `sides` are the channels, a frame longer than that."""
    with av.open(BytesIO(), "w", format="adts") as container:
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
    return primed


def adts(rate: int, packets: list[av.Packet]) -> bytes:
    """An ADTS stream of packets: for each the fixed header of AAC-LC stereo, its length, no checksum."""
    index = {44100: 4, 48000: 3}[rate]
    stream = bytearray()
    for packet in packets:
        data = bytes(packet)
        header = 0xFFF1 << 40 | 1 << 38 | index << 34 | 2 << 30 | (len(data) + 7) << 13 | 0x7FF << 2
        stream += header.to_bytes(7, "big") + data
    return bytes(stream)


def beeps(rate: int) -> bytes:
    """The counting beeps."""
    frames = math.ceil(SECONDS * rate / FRAME)
    return adts(rate, encode(rate, frames, [channel(rate, (frames + 1) * FRAME, pitch) for pitch in (1.0, 1.5)]))


def voices(rate: int) -> bytes:
    """All syllables of all registers."""
    packets = []
    for register in range(REGISTERS):
        for number in range(SYLLABLES):
            packets += encode(rate, SYLLABLE_FRAMES, [syllable(rate, register, number)] * 2)
    return adts(rate, packets)


def main() -> None:
    """Write all files."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for rate in SAMPLE_RATES:
        for name, stream in (("beeps", beeps(rate)), ("voices", voices(rate))):
            target = FOLDER / f"{name}-{rate}.aac"
            target.write_bytes(stream)
            print(f"{target.name}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
