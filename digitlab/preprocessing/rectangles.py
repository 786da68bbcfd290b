"""Finds components whose outline is a rectangle: frames, the cells of forms, the panels of plots, and combs.

It is what is left of the filled outline after a closing and an opening (J. Serra, "Image analysis and mathematical
morphology", 1982), which remove strokes that cross it, and the ticks of axes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.data.image_ops import shrink

MIN_SIDE = 14  # pixels of a frame's shorter side: nothing can be written in a smaller one
_MIN_LEVEL = 20  # grey level, of 255: fainter pixels come from compression
_MIN_FILL = 0.55  # an outline fills at least this share of its rectangle, strokes that cross it included
_RECTANGLE = 0.94  # and this share without those strokes; an ellipse fills 0.79
_CLOSING, _OPENING = 0.15, 0.3  # shares of the frame's shorter side: the sizes of the closing and the opening
_MIN_SHARE = 1 / 3  # of a filled outline, the frame is at least this share: a thick stroke that bends leaves less
_WORKING_SIDE = 400  # pixels: the longer side of an outline while it is compared with a rectangle
_MAX_TILT = 10.0  # degrees: forms are rotated by less
_SOLID = 0.8  # a small component is a stroke, not a frame, if it fills this share of its outline
_MAX_SLOPE = 0.18  # tangent of the largest angle between a straight side and its axis
_WAVER = 1.5  # pixels: a straight side stays this close to a straight line
_MIN_STRAIGHT = 0.45  # straight sides are at least this share of an outline
MIN_TILT = 0.2  # degrees: a smaller tilt moves the end of a line by hardly a pixel
_EDGE = 0.08  # share of the shorter side: the edge that writing leaves free in a coloured rectangle
_FILLED = 0.9  # share of an edge or a rectangle that is covered, from which it counts as filled
_RING = 0.5  # ratio: the thinnest side of a ring is at least this share of its thickest
_MIN_PLOT = 0.6  # a plot has at least this share of the height and of the width of its figure; a cell has less
_MIN_AXIS = 6  # pixels: an axis takes more beside its plot
_FLAT = 1.5  # ratio of width to height: a comb is at least this wide
_MIN_BASE = 0.45  # no writing crosses at least this share of a comb's base
MIN_TICK = 4  # pixels: the height of a comb's ticks
_MANY_PIECES = 64  # components: no number has as many, but a plot drawn as squares has
_MIN_CUT = 3  # lines that reach two opposite borders of the picture: from here on, they are those of the paper
_MAX_CUT = 5  # pixels: the mean width of such lines; wider ones are not of the paper


@dataclass(frozen=True, slots=True)
class Rectangle:
    """The rectangular outline of a component.

    Attributes:
        left: Its first column; likewise `top`.
        right: The first column outside; likewise `bottom`.
        angle: Degrees, counted as `cv2.getRotationMatrix2D` undoes them.
        has_bumps: Whether the component sticks out of it, as a digit does that crosses a frame.
        is_comb: Whether it is the base of a comb field with its ticks, which is open at the top.

    Example:
        >>> Rectangle(left=10, top=20, right=110, bottom=80).side
        60
    """

    left: int
    top: int
    right: int
    bottom: int
    angle: float = 0.0
    has_bumps: bool = False
    is_comb: bool = False

    @property
    def side(self) -> int:
        """The shorter side, in pixels."""
        return min(self.right - self.left, self.bottom - self.top)

    @property
    def may_be_plot(self) -> bool:
        """Whether an image may be plotted in it."""
        return not self.is_comb and self.side >= 2 * MIN_SIDE and abs(self.angle) < MIN_TILT

    @property
    def inside(self) -> tuple[slice, slice]:
        """Rows and columns within the line around it."""
        inset = 2 + self.side // 100
        return slice(self.top + inset, self.bottom - inset), slice(self.left + inset, self.right - inset)


def find_rectangles(ink: NDArray[np.uint8]) -> list[Rectangle]:
    """Return the components of ink, uint8 (height, width), whose outline is a rectangle, the largest first."""
    if min(ink.shape) < MIN_SIDE:
        return []
    seen = visible_ink(ink)
    outlines, _ = cv2.findContours(seen, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = [rectangle for outline in outlines if (rectangle := _as_rectangle(outline, seen) or _as_comb(outline))]
    if not found and len(outlines) >= _MANY_PIECES:
        seen = _without_gaps(seen)
        outlines, _ = cv2.findContours(seen, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        found = [rectangle for outline in outlines if (rectangle := _as_rectangle(outline, seen))]
    return sorted(found, key=lambda rectangle: rectangle.side, reverse=True)


def find_panels(ink: NDArray[np.uint8], rectangles: Sequence[Rectangle]) -> list[tuple[slice, slice]]:
    """Return the rows and columns of rectangles in another colour than the page, as a plot of an image has.

    A rectangular ring is none: it is a thick zero.
    """
    seen = visible_ink(ink)
    whole = _without_gaps(seen)
    return [
        rectangle.inside
        for rectangle in rectangles
        if rectangle.may_be_plot and (_is_panel(seen, rectangle) or _is_panel(whole, rectangle))
    ]


def visible_ink(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return where ink is, 0 or 1. The picture's border closes the cells of squared paper that goes beyond it."""
    _, seen = cv2.threshold(ink, _MIN_LEVEL, 1, cv2.THRESH_BINARY)
    if min(seen.shape) < MIN_SIDE:
        return np.asarray(seen, np.uint8)
    for part in (seen, seen.T):
        if part[0].any() and part[-1].any():
            # A line of the paper may lie on the border itself.
            counts = [max(_count_lines(part[row]) for row in rows) for rows in ((0, 3), (-1, -4))]
            if min(counts) >= _MIN_CUT and max(counts) <= min(counts) + 1:
                seen[0], seen[-1], seen[:, 0], seen[:, -1] = 1, 1, 1, 1
                break
    return np.asarray(seen, np.uint8)


def _without_gaps(seen: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Close lines of the page's colour, such as those between the pixels of a plot."""
    return np.asarray(cv2.morphologyEx(seen, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)), np.uint8)


def _count_lines(border: NDArray[np.uint8]) -> int:
    """Return how many thin lines a border of the picture cuts; 0 where most of what it cuts is wider."""
    count = int(np.count_nonzero(border[1:] > border[:-1])) + int(border[0])
    return count if int(border.sum()) <= _MAX_CUT * count else 0


def _as_rectangle(outline: NDArray[np.int32], seen: NDArray[np.uint8]) -> Rectangle | None:
    left, top, width, height = cv2.boundingRect(outline)
    if min(width, height) < MIN_SIDE:
        return None
    (_, sides, _) = cv2.minAreaRect(outline)
    if cv2.contourArea(outline) < _MIN_FILL * sides[0] * sides[1] or not _has_straight_sides(outline, sides):
        return None
    if min(sides) < 2 * MIN_SIDE and cv2.countNonZero(seen[top : top + height, left : left + width]) > (
        _SOLID * cv2.contourArea(outline)
    ):
        return None  # a stroke
    margin = max(2, round(_CLOSING * min(width, height)) + 1)
    whole = np.zeros((height + 2 * margin, width + 2 * margin), np.uint8)
    cv2.drawContours(whole, [outline - [left - margin, top - margin]], 0, (1,), cv2.FILLED)
    filled = (shrink(255 * whole, _WORKING_SIDE) > 127).astype(np.uint8)
    scale, enclosed = filled.shape[1] / whole.shape[1], cv2.countNonZero(filled)
    for operation, share in ((cv2.MORPH_CLOSE, _CLOSING), (cv2.MORPH_OPEN, _OPENING)):
        length = 2 * max(1, round(share * min(width, height) * scale / 2)) + 1  # odd, or the outline would move
        filled = np.asarray(cv2.morphologyEx(filled, operation, np.ones((length, length), np.uint8)), np.uint8)
    area = cv2.countNonZero(filled)
    if not area or area < _MIN_SHARE * enclosed:
        return None
    _, (across, along), angle = cv2.minAreaRect(cv2.findNonZero(filled))
    angle = (angle + 45) % 90 - 45
    if area < _RECTANGLE * (across + 1) * (along + 1) or abs(angle) > _MAX_TILT:
        return None
    x, y, breadth, length = (round(value / scale) for value in cv2.boundingRect(filled))
    if min(breadth, length) < MIN_SIDE:
        return None
    bump = max(2, round(1 / scale))
    bumps = max(x - margin, y - margin, width + margin - x - breadth, height + margin - y - length)
    left, top = left - margin + x, top - margin + y
    return Rectangle(max(0, left), max(0, top), left + breadth, top + length, float(angle), bumps > bump)


def _as_comb(outline: NDArray[np.int32]) -> Rectangle | None:
    """Return the rectangle around a long straight base; its ticks are found when it is upright."""
    left, top, width, height = cv2.boundingRect(outline)
    if width < max(2 * MIN_SIDE, _FLAT * height) or height < MIN_TICK:
        return None
    whole = np.zeros((height, width), np.uint8)
    cv2.drawContours(whole, [outline - [left, top]], 0, (1,), cv2.FILLED)
    lowest = height - 1.0 - whole[::-1].argmax(axis=0)
    columns, third = np.arange(width), width // 3
    slope = (np.median(lowest[-third:]) - np.median(lowest[:third])) / (width - third)
    start = np.median(lowest - slope * columns)
    for _ in range(2):
        straight = np.abs(lowest - start - slope * columns) <= _WAVER
        if np.count_nonzero(straight) < _MIN_BASE * width or abs(slope) > _MAX_SLOPE:
            return None
        slope, start = np.polyfit(columns[straight], lowest[straight], 1)
    bottom = top + round(start + slope * width / 2) + 1
    return Rectangle(left, top, left + width, bottom, float(np.degrees(np.arctan(slope))), is_comb=True)


def _has_straight_sides(outline: NDArray[np.int32], sides: Sequence[float]) -> bool:
    """Whether much of an outline is straight and nearly upright or level, as a digit's hardly is: a quick check.

    The outline is simplified as by D. Douglas and T. Peucker (1973).
    """
    corners = cv2.approxPolyDP(outline, _WAVER, True)[:, 0].astype(np.float32)
    steps = np.abs(corners - np.roll(corners, 1, axis=0))
    along = steps.min(axis=1) <= _MAX_SLOPE * steps.max(axis=1)
    return float(steps[along].max(axis=1, initial=0).sum()) >= _MIN_STRAIGHT * 2 * sum(sides)


def has_sharp_corners(seen: NDArray[np.uint8], rectangle: Rectangle) -> bool:
    """Whether a rectangle has sharp corners, as no pen draws them."""
    return all(
        bool(seen[max(0, row) : row + 2, max(0, column) : column + 2].all())
        for row in (rectangle.top, rectangle.bottom - 2)
        for column in (rectangle.left, rectangle.right - 2)
    )


def _is_panel(seen: NDArray[np.uint8], rectangle: Rectangle) -> bool:
    """Whether a rectangle is filled with another colour than the page, and is not a thick zero."""
    box = seen[rectangle.top : rectangle.bottom, rectangle.left : rectangle.right]
    width = max(4, round(_EDGE * rectangle.side))
    edge = np.ones_like(box)
    edge[width:-width, width:-width] = 0
    edge[:3], edge[-3:], edge[:, :3], edge[:, -3:] = 0, 0, 0, 0
    is_filled = float(box[edge > 0].mean()) > _FILLED and not _is_ring(box)
    return (is_filled or _is_around_plot(box, width)) and has_sharp_corners(seen, _shrunk(rectangle))


def _is_around_plot(box: NDArray[np.uint8], edge: int) -> bool:
    """Whether a filled rectangle has a large rectangular hole that is much further from one side, with an axis.

    So looks the white figure of a plot on a dark page whose colour is nearly that of the plot.
    """
    holes = 1 - box
    holes[:2], holes[-2:], holes[:, :2], holes[:, -2:] = 0, 0, 0, 0
    outlines, _ = cv2.findContours(holes, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return False
    largest = max(outlines, key=cv2.contourArea)
    left, top, width, height = cv2.boundingRect(largest)
    margins = (left, top, box.shape[1] - left - width, box.shape[0] - top - height)
    return bool(
        cv2.contourArea(largest) > _FILLED * width * height
        and height > _MIN_PLOT * box.shape[0]
        and width > _MIN_PLOT * box.shape[1]
        and max(margins) > max(_MIN_AXIS, edge / 2, min(margins) / _RING)
    )


def _shrunk(rectangle: Rectangle) -> Rectangle:
    """Return a rectangle without its outermost pixels, which the opening may have moved by one."""
    return Rectangle(rectangle.left + 1, rectangle.top + 1, rectangle.right - 1, rectangle.bottom - 1)


def _is_ring(box: NDArray[np.uint8]) -> bool:
    """Whether the one or two holes of a filled rectangle are rectangles, about equally far from all of its sides."""
    holes = 1 - box
    holes[:2], holes[-2:], holes[:, :2], holes[:, -2:] = 0, 0, 0, 0
    count, _, stats, _ = cv2.connectedComponentsWithStats(holes, connectivity=8)
    sizes = stats[1:, cv2.CC_STAT_WIDTH] * stats[1:, cv2.CC_STAT_HEIGHT]
    if count not in (2, 3) or (stats[1:, cv2.CC_STAT_AREA] < _FILLED * sizes).any():
        return False
    left, top, width, height = cv2.boundingRect(holes)
    margins = (left, top, box.shape[1] - left - width, box.shape[0] - top - height)
    return bool(min(margins) >= _RING * max(margins))
