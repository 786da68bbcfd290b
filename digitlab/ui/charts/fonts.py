"""The fonts of matplotlib's figures: its own, and one with Hangul that ships with DigitLab.

The font hangul.ttf is made by scripts/build_font.py; hangul.LICENSE.txt has its licence.
"""

from functools import cache
from pathlib import Path

HANGUL = Path(__file__).with_name("hangul.ttf")


@cache
def families() -> tuple[str, ...]:
    """Return the families in which matplotlib looks for a letter, in order; the first call registers the font."""
    from matplotlib import font_manager

    font_manager.fontManager.addfont(HANGUL)
    return "DejaVu Sans", font_manager.FontProperties(fname=HANGUL).get_name()
