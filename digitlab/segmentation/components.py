"""The connected components of a line's ink, the scale of the writing, and which components are stacked."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.preprocessing.normalization import MIN_INK

TALL = 0.5  # share of the line's height: smaller components may be the hat of a 5 or the bar of a 7
_MAX_COMPONENTS = 24  # components: no number that a person draws has more
_MIN_DOT, _MAX_DOT = 0.7, 2.5  # pen widths of the dot of a question mark


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """A connected component of the ink, or an atom cut from it.

    Attributes:
        left: Its first column in the drawing.
        top: Its first row.
        mask: bool (height, width), where it has ink.
        cut_cost: Pen widths of ink that the cut on its right passes; None where nothing is cut.
        uncut_height: The height of the component that it was cut from, in pixels; None for a component.

    Example:
        >>> component = Component(left=3, top=2, mask=np.ones((20, 10), np.bool_))
        >>> component.right, component.bottom
        (13, 22)
    """

    left: int
    top: int
    mask: NDArray[np.bool_]
    cut_cost: float | None = None
    uncut_height: int | None = None

    @property
    def right(self) -> int:
        """The first column to its right."""
        return self.left + int(self.mask.shape[1])

    @property
    def component_height(self) -> int:
        """The height of the component that it is, or that it was cut from."""
        return int(self.mask.shape[0]) if self.uncut_height is None else self.uncut_height

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.top + int(self.mask.shape[0])


@dataclass(frozen=True, slots=True)
class WritingScale:
    """The height of the line and the width of the pen, in pixels."""

    height: float
    pen: float


def connected_components(ink: NDArray[np.uint8]) -> list[Component]:
    """Return the connected components of ink, uint8 (height, width): only the largest, where there are very many."""
    _, seen = cv2.threshold(ink, MIN_INK, 255, cv2.THRESH_BINARY)
    x, y, breadth, length = cv2.boundingRect(seen)
    if not breadth:
        return []
    inked = seen[y : y + length, x : x + breadth]
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(inked, connectivity=8)
    largest = np.argsort(-statistics[1:, cv2.CC_STAT_AREA], kind="stable")[:_MAX_COMPONENTS] + 1
    parts = []
    for label in largest:
        left, top, width, height = (int(value) for value in statistics[label, :4])
        parts.append(Component(x + left, y + top, labels[top : top + height, left : left + width] == label))
    return parts


def measure(parts: list[Component]) -> WritingScale:
    """Return the line's height, the median of its tall components, and the pen's width.

    Across a stroke, the distance to the background rises evenly from 0 to half the width: its mean is a quarter of it.
    """
    heights = np.array([part.mask.shape[0] for part in parts])
    height = float(np.median(heights[heights >= heights.max() / 2]))
    # A dash has no height of its own; five touching digits are four or five times as wide as tall.
    height = max(height, 0.15 * max(part.mask.shape[1] for part in parts if part.mask.shape[0] >= heights.max() / 2))
    largest = max(parts, key=_area)
    return WritingScale(height, max(1.0, 4 * float(depth(largest.mask)[largest.mask].mean()) - 1))


def has_hole(ink: NDArray[np.uint8]) -> bool:
    """Whether ink, uint8 (height, width), encloses some background."""
    background = cv2.copyMakeBorder(cv2.inRange(ink, (0,), (MIN_INK,)), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(255,))
    return bool(cv2.connectedComponents(background, connectivity=4)[0] > 2)


def stands_on_a_dot(box: tuple[int, int, int, int], ink: NDArray[np.uint8]) -> bool:
    """Whether a dot as wide as the pen lies under a sign's box, (left, top, right, bottom), as in a question mark."""
    left, _, right, bottom = box
    parts = connected_components(ink)
    pen = measure(parts).pen
    return any(
        part.top >= bottom - 1
        and left <= part.left
        and part.right <= right
        and min(part.mask.shape) >= _MIN_DOT * pen
        and max(part.mask.shape) <= _MAX_DOT * pen
        for part in parts
    )


def merge_stacked(parts: list[Component], scale: WritingScale) -> list[Component]:
    """Merge components that lie above or inside each other: the hat of a 5, the bar of a 7, the two rings of an 8."""
    merged: list[Component] = []
    for part in sorted(parts, key=_area, reverse=True):
        shares = [_stacking(part, other, scale) for other in merged]
        if shares and max(shares) >= 0.5:
            best = int(np.argmax(shares))
            merged[best] = merge([merged[best], part])
        else:
            merged.append(part)
    return sorted(merged, key=_middle)


def merge(parts: list[Component]) -> Component:
    """Return several components as one."""
    left, top, right, bottom = bounding_box(parts)
    mask = np.zeros((bottom - top, right - left), np.bool_)
    for part in parts:
        mask[part.top - top : part.bottom - top, part.left - left : part.right - left] |= part.mask
    return Component(left, top, mask)


def bounding_box(parts: list[Component]) -> tuple[int, int, int, int]:
    """Return the box around several components: left, top, right, bottom."""
    return (
        min(part.left for part in parts),
        min(part.top for part in parts),
        max(part.right for part in parts),
        max(part.bottom for part in parts),
    )


def depth(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the distance of each pixel of a mask, bool (height, width), to its outside, float32, in pixels."""
    surrounded = cv2.copyMakeBorder(mask.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0,))
    return np.asarray(cv2.distanceTransform(surrounded, cv2.DIST_L2, 3)[1:-1, 1:-1], np.float32)


def overlap(first: Component, second: Component) -> int:
    """Return how many columns the boxes of two components share; negative: how far they are apart."""
    return min(first.right, second.right) - max(first.left, second.left)


def _stacking(small: Component, large: Component, scale: WritingScale) -> float:
    """Return the share of a component's columns above, below or within another; 0 for a digit that only leans over."""
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
