"""Make `fixtures/fonts`: cut free fonts down to what the slate can say, and list which code points each has.

    python tools/make_fonts.py FOLDER

FOLDER holds the unpacked Debian packages fonts-noto-core and fonts-droid-fallback (`dpkg-deb -x`); fonttools must be
installed. The fonts made are data in the repository: nothing here runs at run time.
"""

import json
import sys
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).parent.parent / "fixtures" / "fonts"


class Cut(NamedTuple):
    """What becomes of one font."""

    source: str
    """File name in the Debian package."""
    ranges: tuple[tuple[int, int], ...] = ((0x20, 0x10FFFF),)
    """Code points kept."""
    shaped: bool = False
    """Whether a shaping engine will use it, so that its substitution tables stay."""


CUTS = {
    "sans": Cut("NotoSans-Regular.ttf"),
    "bold": Cut("NotoSans-Bold.ttf", ((0x20, 0x7E), (0xA0, 0x17F), (0x2010, 0x2026))),
    # Joined letters are looked up by their presentation forms, so no table of substitutions is needed.
    "arabic": Cut("NotoSansArabic-Regular.ttf", ((0x20, 0x6FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC))),
    "hebrew": Cut("NotoSansHebrew-Regular.ttf", ((0x590, 0x5FF), (0xFB1D, 0xFB4F))),
    "devanagari": Cut("NotoSansDevanagari-Regular.ttf", shaped=True),
    "signs": Cut("NotoSansSymbols-Regular.ttf", ((0x2100, 0x2BFF),)),
    "pictographs": Cut("NotoSansSymbols2-Regular.ttf", ((0x2190, 0x2BFF), (0x1F300, 0x1FAFF))),
    "cjk": Cut("DroidSansFallback.ttf"),
}


def main() -> None:
    """Cut every font and write the list."""
    (folder,) = map(Path, sys.argv[1:])
    coverage = {}
    for name, cut in CUTS.items():
        (source,) = folder.rglob(cut.source)
        font = TTFont(source)
        _subset(font, cut)
        font.save(TARGET / f"{name}.ttf")
        coverage[name] = _ranges(sorted(font.getBestCmap()))
        print(f"{name}: {(TARGET / name).with_suffix('.ttf').stat().st_size} bytes, {len(coverage[name])} ranges")
    (TARGET / "coverage.json").write_text(json.dumps(coverage, separators=(",", ":")) + "\n")


def _subset(font: TTFont, cut: Cut) -> None:
    options = subset.Options()
    options.hinting = False  # text is drawn large and smoothed
    options.layout_features = ["*"] if cut.shaped else []
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]  # copyright and licence stay inside the file
    options.recalc_timestamp = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[code for code in font.getBestCmap() if any(a <= code <= b for a, b in cut.ranges)])
    cutter.subset(font)


def _ranges(codes: list[int]) -> list[list[int]]:
    """Runs of consecutive numbers as [first, last]."""
    starts = [codes[0], *(after for before, after in pairwise(codes) if after != before + 1)]
    ends = [*(before for before, after in pairwise(codes) if after != before + 1), codes[-1]]
    return [list(pair) for pair in zip(starts, ends, strict=True)]


if __name__ == "__main__":
    main()
