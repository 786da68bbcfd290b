"""Bridges the gaps of broken strokes: between components whose nearest ends almost meet.

They lie above each other, or one goes on in the direction in which the other ends.
"""

from collections.abc import Iterator
from itertools import combinations, islice

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.segmentation.components import Component, bounding_box, measure, overlap
from digitlab.segmentation.marks import is_speck, is_wide_underline

_MAX_GAP = 0.12  # share of the height of both pieces: a tenth of a digit's height, and what rounding adds
# Two digits beside each other share most of their rows. Of a broken stroke, the parts share few, or at most half of the
# smaller one's, where together they are much taller than each.
_FEW_SHARED_ROWS, _MAX_SHARED_ROWS, _MAX_PART = 0.3, 0.5, 0.75
_MAX_WIDTH = 1.2  # ratio of width to height: what is broader is an underline, or belongs to several digits
# Beside each other, or broader, are parts of which one goes on where the other ends.
_MAX_BROAD = 1.7  # ratio of width to height
_MAX_MEETINGS = 3  # of two parts, such as both ends of a zero's halves
_END = 2.5  # pen widths of a stroke whose direction counts
_MIN_END = 4  # pixels
_MIN_STRETCH = 2.0  # ratio of the variance along the stroke's end to that across it
_MIN_COSINE = 0.87  # of the angle between a stroke's end and the gap: 30 degrees
_FOOT = 1.5  # pen widths above the lowest pixel: what ends there is a foot
_BRIDGE = 0.9  # pen widths

Point = tuple[int, int]  # x and y in pixels
Floats = NDArray[np.float64]


def bridge_gaps(ink: NDArray[np.uint8], parts: list[Component]) -> NDArray[np.uint8]:
    """Draw a line of the pen's width across each gap of a broken stroke.

    Two components are taken for one broken stroke if the gap is at most a tenth of the height of both together, and if
    they have so few rows in common that they can't be two digits of a line, or meet end to end.

    Args:
        ink: uint8 (height, width), 0 background to 255 ink.
        parts: Its connected components.

    Returns:
        uint8 (height, width); the same array where nothing is broken.
    """
    if len(parts) < 2:
        return ink
    scale = measure(parts)
    seen = [part for part in parts if not is_speck(part, scale)]
    strokes = [part for part in seen if not is_wide_underline(part, seen, scale)]
    gaps = [ends for pair in combinations(strokes, 2) if (ends := _ends_that_meet(*pair, scale.pen)) is not None]
    if not gaps:
        return ink
    bridged = ink.copy()
    for start, end in gaps:
        cv2.line(bridged, start, end, (255,), max(1, round(_BRIDGE * scale.pen)))
    return bridged


def _ends_that_meet(first: Component, second: Component, pen: float) -> tuple[Point, Point] | None:
    """Return the pixels, (x, y), at which two components of one broken stroke meet; None where they are not.

    `pen` is the pen's width in pixels.
    """
    left, top, right, bottom = bounding_box([first, second])
    reach = int(_MAX_GAP * (bottom - top)) + 1
    if (
        min(first.bottom, second.bottom) - max(first.top, second.top) < -reach
        or overlap(first, second) < -reach
        or right - left > _MAX_BROAD * (bottom - top)
    ):
        return None
    window = (
        max(first.left, second.left) - reach,
        max(first.top, second.top) - reach,
        min(first.right, second.right) + reach,
        min(first.bottom, second.bottom) + reach,
    )
    here, there = _pixels(first, window), _pixels(second, window)
    if not here.any() or not there.any():
        return None
    limit = _MAX_GAP * (bottom - top) + 1
    is_likely = right - left <= _MAX_WIDTH * (bottom - top) and _are_above_each_other(first, second, bottom - top)
    for start, end in islice(_meetings(here, there, limit, pen), _MAX_MEETINGS):
        ends = (window[0] + start[0], window[1] + start[1]), (window[0] + end[0], window[1] + end[1])
        if is_likely or (not _are_feet(first, second, *ends, pen) and _go_on(first, second, *ends, pen)):
            return ends
    return None


def _meetings(
    here: NDArray[np.uint8], there: NDArray[np.uint8], limit: float, pen: float
) -> Iterator[tuple[Point, Point]]:
    """Find the pixels of two masks that are at most `limit` pixels apart, the nearest first, and none near each other.

    Args:
        here: uint8 (height, width), 1 where the first component has ink.
        there: The same of the second component.
        limit: In pixels.
        pen: The pen's width in pixels.
    """
    distance = cv2.distanceTransform(1 - here, cv2.DIST_L2, cv2.DIST_MASK_5)
    distance[there == 0] = np.inf
    rows, columns = np.nonzero(here)
    while distance.min() <= limit:
        y, x = np.unravel_index(int(distance.argmin()), distance.shape)
        nearest = int(((rows - y) ** 2 + (columns - x) ** 2).argmin())
        yield (int(columns[nearest]), int(rows[nearest])), (int(x), int(y))
        cv2.circle(distance, (int(x), int(y)), round(_END * pen), (np.inf,), cv2.FILLED)


def _are_feet(first: Component, second: Component, start: Point, end: Point, pen: float) -> bool:
    """Whether both ends lie at the foot of their component, as those of two printed ones that point at each other."""
    return start[1] >= first.bottom - _FOOT * pen and end[1] >= second.bottom - _FOOT * pen


def _go_on(first: Component, second: Component, start: Point, end: Point, pen: float) -> bool:
    """Whether one stroke goes on in the direction in which another one ends: both run along the line between them."""
    ending, beginning = _end_of_stroke(first, start, pen), _end_of_stroke(second, end, pen)
    if ending is None or beginning is None:
        return False
    (middle, along), (other_middle, other_along) = ending, beginning
    between = other_middle - middle
    between /= max(float(np.linalg.norm(between)), 1e-9)
    return bool(min(abs(along @ between), abs(other_along @ between)) >= _MIN_COSINE)


def _end_of_stroke(part: Component, point: Point, pen: float) -> tuple[Floats, Floats] | None:
    """Return the middle, (2,), and the direction, (2,), of a component's ink near a point; None if it has none."""
    radius = _END * pen
    x, y = point[0] - part.left, point[1] - part.top
    left, top = max(0, int(x - radius)), max(0, int(y - radius))
    rows, columns = np.nonzero(part.mask[top : int(y + radius) + 2, left : int(x + radius) + 2])
    near = np.stack([columns + left - x, rows + top - y], axis=1).astype(np.float64)
    near = near[(near**2).sum(axis=1) <= radius**2]
    if len(near) < _MIN_END:
        return None
    spread, axes = np.linalg.eigh(np.cov(near.T))
    is_long = spread[1] >= _MIN_STRETCH * spread[0]
    return (near.mean(axis=0) + point, axes[:, 1]) if is_long else None


def _are_above_each_other(first: Component, second: Component, height: int) -> bool:
    """Whether two components, `height` pixels tall together, share so few rows that they can't be two digits."""
    low, tall = sorted((int(first.mask.shape[0]), int(second.mask.shape[0])))
    shared = low + tall - height
    return shared <= (_MAX_SHARED_ROWS if tall <= _MAX_PART * height else _FEW_SHARED_ROWS) * low


def _pixels(part: Component, window: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """Return a component within a window (left, top, right, bottom) of the drawing: uint8, 1 where it has ink."""
    left, top, right, bottom = window
    pixels = np.zeros((bottom - top, right - left), np.uint8)
    x, y = max(left, part.left), max(top, part.top)
    piece = part.mask[y - part.top : bottom - part.top, x - part.left : right - part.left]
    pixels[y - top : y - top + piece.shape[0], x - left : x - left + piece.shape[1]] = piece
    return pixels
