"""What a network sees of a drawing changes only together with the version of the preprocessing.

`normalized-VERSION.png` shows the drawings of this file, normalized.
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
from PIL import Image

from digitlab.data.png_files import to_png
from digitlab.preprocessing import normalization
from digitlab.preprocessing.version import VERSION

TOLERANCE = 4  # of 255: other processors and versions of OpenCV round otherwise
REFERENCE = Path(__file__).with_name(f"normalized-{VERSION}.png")
STROKES = {
    0: [[(0.55, 0.1), (0.3, 0.25), (0.22, 0.5), (0.32, 0.8), (0.5, 0.9), (0.72, 0.75), (0.75, 0.4), (0.55, 0.1)]],
    1: [[(0.3, 0.32), (0.55, 0.1), (0.5, 0.9)]],
    4: [[(0.5, 0.1), (0.2, 0.6), (0.8, 0.6)], [(0.68, 0.35), (0.62, 0.9)]],
    7: [[(0.2, 0.1), (0.8, 0.12), (0.4, 0.9)], [(0.3, 0.5), (0.7, 0.45)]],
}


def drawing(digit: int, side: int, pen: float, ink: int = 0, ground: int = 255) -> np.ndarray:
    """A digit of antialiased lines, uint8 (side, side, 4); the pen in pixels, ink and ground from 0 to 255."""
    y, x = np.mgrid[:side, :side] + 0.5
    distance = np.full((side, side), np.inf)
    for stroke in STROKES[digit]:
        for start, end in pairwise(stroke):
            (left, top), (right, bottom) = side * np.array(start), side * np.array(end)
            across, down = right - left, bottom - top
            along = (((x - left) * across + (y - top) * down) / (across**2 + down**2)).clip(0, 1)
            distance = np.minimum(distance, np.hypot(x - left - along * across, y - top - along * down))
    cover = (pen / 2 - distance + 0.5).clip(0, 1)
    grey = np.round(ground + (ink - ground) * cover).astype(np.uint8)
    return np.dstack([grey, grey, grey, np.full_like(grey, 255)])


def normalized() -> np.ndarray:
    """Thin to thick pens, some so thick that strokes merge, grey and light ink, small and large: uint8 (28, 28 * n)."""
    drawings = [
        *(drawing(digit, 280, 20) for digit in STROKES),
        *(drawing(digit, 280, 3) for digit in (1, 4)),
        *(drawing(digit, 280, 45) for digit in (0, 7)),
        *(drawing(digit, 280, 75) for digit in (1, 4)),
        *(drawing(digit, 280, 20, ink=120) for digit in (1, 7)),
        *(drawing(digit, 280, 12, ink=255, ground=0) for digit in (0, 4)),
        *(drawing(digit, 32, 3) for digit in (4, 7)),
        *(drawing(digit, 500, 20) for digit in (0, 7)),
    ]
    return np.hstack([normalization.normalize(picture) for picture in drawings])


def difference(first: np.ndarray, other: np.ndarray) -> float:
    """The largest difference between the means of 4 x 4 pixels, 0 to 255."""
    blocks = (first.astype(float) - other).reshape(7, 4, -1, 4).mean(axis=(1, 3))
    return float(np.abs(blocks).max())


def test_what_networks_see_has_changed_only_with_its_version(tmp_path):
    seen = normalized()
    new = tmp_path / "normalized.png"
    new.write_bytes(to_png(seen))
    assert REFERENCE.is_file(), f"Store what version {VERSION} makes of drawings: cp {new} {REFERENCE}"
    assert difference(seen, np.asarray(Image.open(REFERENCE))) <= TOLERANCE, (
        f"Networks see drawings otherwise than before. If that is meant, raise VERSION ({VERSION}) in "
        "digitlab/preprocessing/version.py and run this test again; CONTRIBUTING.md says what else is to be done."
    )
    assert difference(seen, np.roll(seen, 1, axis=0)) > 10 * TOLERANCE  # a pixel further down is a change
