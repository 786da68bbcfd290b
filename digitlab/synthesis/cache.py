"""Digits in many hands, and what is no digit, written beforehand: writing them takes as long as a tuning does.

`scripts/build_synthetic.py` makes the file.
"""

import functools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitlab.data.mnist import UNREADABLE
from digitlab.preprocessing.normalization import SIDE
from digitlab.synthesis import handwriting
from digitlab.synthesis.handwriting import Labelled

PATH = Path(__file__).with_name("cache.npz")
_DIGITS, _OTHERS = 3000, 1000


def digits(path: Path = PATH) -> Labelled:
    """Return 3,000 digits, uint8 (3000, 28, 28), and their labels, uint8 (3000,), 0 to 9; the same for everybody."""
    kept = _load(path)
    return kept["digits"], kept["labels"]


def others(path: Path = PATH) -> Labelled:
    """Return 1,000 drawings that are no digit, uint8 (1000, 28, 28), and as many times `NO_DIGIT`, uint8 (1000,)."""
    drawings = _load(path)["others"]
    return drawings, np.full(len(drawings), handwriting.NO_DIGIT, np.uint8)


def write() -> dict[str, NDArray[np.uint8]]:
    """Write them all, by their names in the file; takes seconds."""
    images, labels = handwriting.written_digits(_DIGITS, seed=0, widest=handwriting.READABLE)
    return {"digits": images, "labels": labels, "others": handwriting.other_drawings(_OTHERS, seed=0)[0]}


@functools.lru_cache(maxsize=2)
def _load(path: Path) -> dict[str, NDArray[np.uint8]]:
    """Read the file, once a process; where it is missing or damaged, write them again: it takes longer, no more."""
    shapes = {"digits": (_DIGITS, SIDE, SIDE), "labels": (_DIGITS,), "others": (_OTHERS, SIDE, SIDE)}
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in shapes}
    except UNREADABLE:
        arrays = write()
    if any(array.dtype != np.uint8 or array.shape != shapes[name] for name, array in arrays.items()):
        arrays = write()
    for array in arrays.values():
        array.flags.writeable = False
    return arrays
