"""What a network answers to changed pictures, asked in the page process: many readings of a millisecond. No Keras."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

PATCH = 5  # pixels: the side of what is covered; a digit's line is about half as wide
_STEP = 2  # pixels between two places of the patch


class Reader(Protocol):
    """What is asked of a network: `Recogniser` has it."""

    def probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 (n, 10) for uint8 (n, 28, 28)."""


@dataclass(frozen=True, slots=True, eq=False)
class Occlusion:
    """How a digit's probability depends on each part of a picture.

    Attributes:
        digit: The digit in question.
        drops: float32 (28, 28), -1 to 1: by how much its probability falls where a pixel is covered, the mean over all
            places of the patch that cover it; below 0 it rises.
        most: The most that one patch takes away.
        readings: How many pictures were read for it.
    """

    digit: int
    drops: NDArray[np.float32]
    most: float
    readings: int


def occlusion(reader: Reader, image: NDArray[np.uint8], digit: int) -> Occlusion:
    """Cover a picture, uint8 (28, 28), here and there by background, and see what becomes of a digit's probability.

    M. D. Zeiler and R. Fergus, "Visualizing and understanding convolutional networks" (2014).
    """
    places = range(1 - PATCH + _STEP, 28, _STEP)
    covered, boxes = [image], []
    for top in places:
        for left in places:
            box = slice(max(top, 0), top + PATCH), slice(max(left, 0), left + PATCH)
            if image[box].any():  # what covers no ink changes nothing
                picture = image.copy()
                picture[box] = 0
                covered.append(picture)
            boxes.append((box, bool(image[box].any())))
    own, *others = reader.probabilities(np.stack(covered))[:, digit]
    drops, counts, rest = np.zeros((28, 28)), np.zeros((28, 28)), iter(others)
    for box, has_ink in boxes:
        counts[box] += 1
        drops[box] += own - next(rest) if has_ink else 0
    most = float(own - min([own, *others]))
    return Occlusion(digit, np.asarray(drops / counts, np.float32), most, len(covered))
