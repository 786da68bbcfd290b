"""A file of synthetic digits and drawings of no digit, because drawing them takes as long as a fine-tuning.

`scripts/build_synthetic.py` makes the file.
"""

import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitlab.data.labelled_digits import LabelledDigits
from digitlab.data.mnist import UNREADABLE
from digitlab.preprocessing.normalization import SIDE
from digitlab.synthesis import handwriting

PATH = Path(__file__).with_name("cache.npz")
_DIGITS, _NON_DIGITS = 3000, 1000


def digits(path: Path = PATH) -> LabelledDigits:
    """Return 3,000 synthetic digits, uint8 (3000, 28, 28), and their labels, uint8 (3000,), 0 to 9; always the same."""
    arrays = _load(path)
    return arrays["digits"], arrays["labels"]


def non_digits(path: Path = PATH) -> LabelledDigits:
    """Return 1,000 drawings of no digit, uint8 (1000, 28, 28), and their labels, `NO_DIGIT`, uint8 (1000,)."""
    drawings = _load(path)["others"]
    return drawings, np.full(len(drawings), handwriting.NO_DIGIT, np.uint8)


def generate() -> dict[str, NDArray[np.uint8]]:
    """Draw all of them, without rare styles, and return the arrays by their names in the file. Takes seconds."""
    readable = handwriting.READABLE
    images, labels = handwriting.synthetic_digits(_DIGITS, seed=0, max_pen_width=readable, with_rare=False)
    others, _ = handwriting.non_digits(_NON_DIGITS, seed=0, with_rare=False)
    return {"digits": images, "labels": labels, "others": others}


@functools.lru_cache(maxsize=2)
def _load(path: Path) -> dict[str, NDArray[np.uint8]]:
    """Load the file, once a process. Where it is missing or damaged, draw the digits again: it only takes longer."""
    shapes = {"digits": (_DIGITS, SIDE, SIDE), "labels": (_DIGITS,), "others": (_NON_DIGITS, SIDE, SIDE)}
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in shapes}
    except UNREADABLE:
        arrays = generate()
    if any(array.dtype != np.uint8 or array.shape != shapes[name] for name, array in arrays.items()):
        arrays = generate()
    for array in arrays.values():
        array.flags.writeable = False
    return arrays
