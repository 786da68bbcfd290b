"""Build digitlab/ui/charts/hangul.ttf: the letters of Korean figures, for machines without a Korean font.

    python scripts/build_font.py /usr/share/fonts/truetype/nanum/NanumGothic.ttf

The source is NanumGothic (Debian's package fonts-nanum), (c) 2010 NAVER Corporation, SIL Open Font License 1.1; the
licence stands in hangul.LICENSE.txt. The result has ASCII and the 2,350 syllables of KS X 1001. It has another name, as
the licence wants it of a changed font.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

TARGET = Path(__file__).resolve().parent.parent / "digitlab" / "ui" / "charts" / "hangul.ttf"
NAME = "DigitLab Hangul"
_SYLLABLES = range(0xAC00, 0xD7A4)


def is_wanted(code: int) -> bool:
    """Whether a character is printable ASCII, or a syllable that KS X 1001 has."""
    if code not in _SYLLABLES:
        return 0x20 <= code < 0x7F
    try:
        chr(code).encode("euc-kr")
    except UnicodeEncodeError:
        return False
    return True


def build(source: Path) -> None:
    """Write the font with the characters that are wanted, and under its own name."""
    font = TTFont(source)
    options = subset.Options(hinting=False, layout_features=[], name_IDs=[0, 1, 2, 4, 6, 13, 14], notdef_outline=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[*filter(is_wanted, font.getBestCmap())])
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 4, 6):
            record.string = NAME.replace(" ", "") if record.nameID == 6 else NAME
    font["head"].modified = font["head"].created  # the same source gives the same bytes
    font.recalcTimestamp = False
    font.save(TARGET)


if __name__ == "__main__":
    build(Path(sys.argv[1]))
