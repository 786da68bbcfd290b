"""Connected ink: the parts of a line of digits, how large the writing is, and which parts lie above one another."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.preprocessing.normalization import MIN_INK

TALL = 0.5  # of the line's height, from which on a part is no hat and no bar
_MAX = 24  # connected parts of the ink; no number that a person draws has more


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """Connected ink, or an atom of it: its box in the drawing, its mask, and what the cut to its right costs."""

    left: int
    top: int
    mask: NDArray[np.bool_]
    cut: float | None = None  # pen widths of ink; None: nothing is cut, the next atom belongs to another part

    @property
    def right(self) -> int:
        """The first column outside."""
        return self.left + int(self.mask.shape[1])

    @property
    def bottom(self) -> int:
        """The first row outside."""
        return self.top + int(self.mask.shape[0])


@dataclass(frozen=True, slots=True)
class Scale:
    """The measures of the writing, in pixels."""

    height: float
    pen: float


def connected(ink: NDArray[np.uint8]) -> list[Component]:
    """Return the connected parts of ink, uint8 (height, width), the largest of them where there are very many."""
    _, seen = cv2.threshold(ink, MIN_INK, 255, cv2.THRESH_BINARY)
    x, y, breadth, length = cv2.boundingRect(seen)
    if not breadth:
        return []
    inked = seen[y : y + length, x : x + breadth]
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(inked, connectivity=8)
    largest = np.argsort(-statistics[1:, cv2.CC_STAT_AREA], kind="stable")[:_MAX] + 1
    parts = []
    for label in largest:
        left, top, width, height = (int(value) for value in statistics[label, :4])
        parts.append(Component(x + left, y + top, labels[top : top + height, left : left + width] == label))
    return parts


def measured(parts: list[Component]) -> Scale:
    """Return the line's height, the median of its tall parts, and the pen's width.

    Across a stroke the distance to the ground rises evenly from 0 to half the width, so its mean is a quarter of it.
    """
    heights = np.array([part.mask.shape[0] for part in parts])
    height = float(np.median(heights[heights >= heights.max() / 2]))
    # A dash has no height to measure by; five touching digits are four or five times as wide as they are tall.
    height = max(height, 0.15 * max(part.mask.shape[1] for part in parts if part.mask.shape[0] >= heights.max() / 2))
    largest = max(parts, key=_area)
    return Scale(height, max(1.0, 4 * float(depth(largest.mask)[largest.mask].mean()) - 1))


def is_speck(part: Component, scale: Scale) -> bool:
    """Whether a part is a touch of the pen beside the writing, or dust."""
    longest: int = max(part.mask.shape)
    return longest < max(0.08 * scale.height, min(1.4 * scale.pen, 0.3 * scale.height))


def stacked(parts: list[Component], scale: Scale) -> list[Component]:
    """Join the parts that lie above or inside one another: a five's hat, a seven's bar, an eight's two rings."""
    whole: list[Component] = []
    for part in sorted(parts, key=_area, reverse=True):
        shares = [_stacking(part, other, scale) for other in whole]
        if shares and max(shares) >= 0.5:
            best = int(np.argmax(shares))
            whole[best] = together([whole[best], part])
        else:
            whole.append(part)
    return sorted(whole, key=_middle)


def together(parts: list[Component]) -> Component:
    """Return several parts as one."""
    left, top, right, bottom = bounding_box(parts)
    mask = np.zeros((bottom - top, right - left), np.bool_)
    for part in parts:
        mask[part.top - top : part.bottom - top, part.left - left : part.right - left] |= part.mask
    return Component(left, top, mask)


def bounding_box(run: list[Component]) -> tuple[int, int, int, int]:
    """Return the box around several parts: left, top, right, bottom."""
    return (
        min(atom.left for atom in run),
        min(atom.top for atom in run),
        max(atom.right for atom in run),
        max(atom.bottom for atom in run),
    )


def depth(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return how far inside a mask, bool (height, width), each pixel lies: float32, likewise, in pixels; 0 outside."""
    surrounded = cv2.copyMakeBorder(mask.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0,))
    return np.asarray(cv2.distanceTransform(surrounded, cv2.DIST_L2, 3)[1:-1, 1:-1], np.float32)


def overlap(one: Component, other: Component) -> int:
    """Return how many columns the boxes of two parts share; below 0 they lie that far apart."""
    return min(one.right, other.right) - max(one.left, other.left)


def _stacking(small: Component, large: Component, scale: Scale) -> float:
    """The share of a part's columns above, below or within another part; 0 for a digit that only leans over."""
    height = small.mask.shape[0]
    rows = max(0, min(small.bottom, large.bottom) - max(small.top, large.top))
    inside = rows == height and large.left <= small.left and small.right <= large.right
    if height >= TALL * scale.height and rows > 0.3 * height and not (inside and height < 0.8 * large.mask.shape[0]):
        return 0.0
    return overlap(small, large) / int(small.mask.shape[1])


def _middle(part: Component) -> float:
    return part.left + part.right


def _area(part: Component) -> int:
    return int(np.count_nonzero(part.mask))
