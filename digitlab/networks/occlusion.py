"""Occlusion: how a digit's probability changes as parts of a picture are covered. Many readings of a millisecond."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

PATCH = 5  # pixels: the side of the square that covers; a digit's line is about half as wide
_STEP = 2  # pixels between two positions of the patch


class Classifier(Protocol):
    """The part of `Recogniser` that occlusion needs."""

    def probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 (n, 10) for uint8 (n, 28, 28)."""


@dataclass(frozen=True, slots=True, eq=False)
class Occlusion:
    """How a digit's probability depends on each part of a picture.

    Attributes:
        digit: The digit in question.
        drops: float32 (28, 28), -1 to 1: by how much its probability drops where a pixel is covered, the mean over all
            positions of the patch that cover it; negative where it rises.
        max_drop: The largest drop by a single patch.
        readings: How many pictures were read.
    """

    digit: int
    drops: NDArray[np.float32]
    max_drop: float
    readings: int


def occlusion(classifier: Classifier, image: NDArray[np.uint8], digit: int) -> Occlusion:
    """Cover each part of a picture, uint8 (28, 28), with background, and measure the change of a digit's probability.

    M. D. Zeiler and R. Fergus, "Visualizing and understanding convolutional networks" (2014).
    """
    positions = range(1 - PATCH + _STEP, 28, _STEP)
    covered, boxes = [image], []
    for top in positions:
        for left in positions:
            box = slice(max(top, 0), top + PATCH), slice(max(left, 0), left + PATCH)
            if image[box].any():  # covering background changes nothing
                picture = image.copy()
                picture[box] = 0
                covered.append(picture)
            boxes.append((box, bool(image[box].any())))
    own, *others = classifier.probabilities(np.stack(covered))[:, digit]
    drops, counts, rest = np.zeros((28, 28)), np.zeros((28, 28)), iter(others)
    for box, has_ink in boxes:
        counts[box] += 1
        drops[box] += own - next(rest) if has_ink else 0
    max_drop = float(own - min([own, *others]))
    return Occlusion(digit, np.asarray(drops / counts, np.float32), max_drop, len(covered))
