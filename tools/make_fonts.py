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
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

TARGET = Path(__file__).parent.parent / "fixtures" / "fonts"


PRIVATE = 0x10F000
"""First of the code points, in private use area B, that Devanagari glyphs without one get."""

DEVANAGARI_LOOKUPS = {
    "nukt": [2],
    "akhn": [3],
    "rphf": [4],
    "rkrf": [5],
    "half": [11, 12],
    "cjct": [19],
    "pres": [21, 23],
    "abvs": [29, 30],
    "blws": [103],
}
"""The font's ligatures by feature; lookups that depend on context are left out (`mockserver.media.devanagari`)."""


class Cut(NamedTuple):
    """What becomes of one font."""

    source: str
    """File name in the Debian package."""
    ranges: tuple[tuple[int, int], ...] = ((0x20, 0x10FFFF),)
    """Code points kept."""


CUTS = {
    "sans": Cut("NotoSans-Regular.ttf"),
    "bold": Cut("NotoSans-Bold.ttf", ((0x20, 0x7E), (0xA0, 0x17F), (0x2010, 0x2026))),
    # Joined letters are looked up by their presentation forms, so no table of substitutions is needed.
    "arabic": Cut("NotoSansArabic-Regular.ttf", ((0x20, 0x6FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC))),
    "hebrew": Cut("NotoSansHebrew-Regular.ttf", ((0x590, 0x5FF), (0xFB1D, 0xFB4F))),
    "devanagari": Cut("NotoSansDevanagari-Regular.ttf", ((0x20, 0x20), (0x900, 0x97F), (0xA8E0, 0xA8FF))),
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
        font = TTFont(source, recalcTimestamp=False)
        if name == "devanagari":
            ligatures = _give_code_points(font, cut)
            (TARGET / "devanagari.json").write_text(json.dumps(ligatures, separators=(",", ":")) + "\n")
            cut = Cut(cut.source, (*cut.ranges, (PRIVATE, 0x10FFFF)))
        _subset(font, cut)
        font.save(TARGET / f"{name}.ttf")
        coverage[name] = _ranges(sorted(font.getBestCmap()))
        print(f"{name}: {(TARGET / name).with_suffix('.ttf').stat().st_size} bytes, {len(coverage[name])} ranges")
    (TARGET / "coverage.json").write_text(json.dumps(coverage, separators=(",", ":")) + "\n")


def _give_code_points(font: TTFont, cut: Cut) -> dict[str, list[dict[str, str]]]:
    """Give glyphs that only ligatures lead to a code point; return the ligatures, in characters.

    What cannot come about by what precedes it is left out. `before` is the vowel sign that stands before its consonant,
    and the same glyph as a letter: the character itself would count as standing on the letter before.
    """
    named: dict[str, str] = {}
    for code, glyph in sorted(font.getBestCmap().items()):
        if any(first <= code <= last for first, last in cut.ranges) or code == 0x200D:
            named.setdefault(glyph, chr(code))
    fresh = iter(range(PRIVATE, 0x10FFFE))
    codes: dict[int, str] = {}

    def character(glyph: str) -> str:
        if glyph not in named:
            named[glyph] = chr(next(fresh))
            codes[ord(named[glyph])] = glyph
        return named[glyph]

    features: dict[str, list[dict[str, str]]] = {}
    for feature, numbers in DEVANAGARI_LOOKUPS.items():
        features[feature] = []
        for number in numbers:
            table: dict[str, str] = {}
            for subtable in font["GSUB"].table.LookupList.Lookup[number].SubTable:
                for first, ligatures in sorted(getattr(subtable, "ExtSubTable", subtable).ligatures.items()):
                    for ligature in ligatures:
                        parts = [first, *ligature.Component]
                        if all(part in named for part in parts):
                            letters = "".join(named[part] for part in parts)
                            table.setdefault(letters, character(ligature.LigGlyph))
            features[feature].append(table)
    (sign,) = (glyph for glyph, letter in named.items() if letter == "\u093f")
    before = chr(next(fresh))
    codes[ord(before)] = sign
    wide = CmapSubtable.newSubtable(12)  # the kind of table that knows code points above U+FFFF
    wide.platformID, wide.platEncID, wide.language = 3, 10, 0
    wide.cmap = {**font.getBestCmap(), **codes}
    font["cmap"].tables.append(wide)
    return {**features, "before": [{"\u093f": before}]}


def _subset(font: TTFont, cut: Cut) -> None:
    options = subset.Options()
    options.hinting = False  # text is drawn large and smoothed
    options.layout_features = []  # Pillow's own layout reads none
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
