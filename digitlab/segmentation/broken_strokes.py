"""Bridges the gaps of broken strokes: between components above each other whose nearest ends almost meet."""

from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.segmentation.components import Component, bounding_box, is_speck, measure, overlap

_MAX_GAP = 0.12  # share of the height of both pieces: a tenth of a digit's height, and what rounding adds
# Two digits beside each other share most of their rows. Of a broken stroke, the parts share few, or at most half of the
# smaller one's, where together they are much taller than each.
_FEW_SHARED_ROWS, _MAX_SHARED_ROWS, _MAX_PART = 0.3, 0.5, 0.75
_MAX_WIDTH = 1.2  # ratio of width to height: what is broader is an underline, or belongs to several digits
_BRIDGE = 0.9  # pen widths

Point = tuple[int, int]  # x and y in pixels


def bridge_gaps(ink: NDArray[np.uint8], parts: list[Component]) -> NDArray[np.uint8]:
    """Draw a line of the pen's width across each gap of a broken stroke.

    Two components are taken for one broken stroke if the gap is at most a tenth of the height of both together, and if
    they have so few rows in common that they can't be two digits of a line.

    Args:
        ink: uint8 (height, width), 0 background to 255 ink.
        parts: Its connected components.

    Returns:
        uint8 (height, width); the same array where nothing is broken.
    """
    if len(parts) < 2:
        return ink
    scale = measure(parts)
    strokes = [part for part in parts if not is_speck(part, scale)]
    gaps = [ends for pair in combinations(strokes, 2) if (ends := _nearest_ends(*pair)) is not None]
    if not gaps:
        return ink
    bridged = ink.copy()
    for start, end in gaps:
        cv2.line(bridged, start, end, (255,), max(1, round(_BRIDGE * scale.pen)))
    return bridged


def _nearest_ends(first: Component, second: Component) -> tuple[Point, Point] | None:
    """Return the nearest pixels of two components of one broken stroke; None where they are not."""
    left, top, right, bottom = bounding_box([first, second])
    reach = int(_MAX_GAP * (bottom - top)) + 1
    if (
        not _are_above_each_other(first, second, bottom - top)
        or min(first.bottom, second.bottom) - max(first.top, second.top) < -reach
        or overlap(first, second) < -reach
        or right - left > _MAX_WIDTH * (bottom - top)
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
    distance = cv2.distanceTransform(1 - here, cv2.DIST_L2, cv2.DIST_MASK_5)
    distance[there == 0] = np.inf
    y, x = np.unravel_index(int(distance.argmin()), distance.shape)
    if distance[y, x] - 1 > _MAX_GAP * (bottom - top):
        return None
    rows, columns = np.nonzero(here)
    nearest = int(((rows - y) ** 2 + (columns - x) ** 2).argmin())
    return (
        (window[0] + int(columns[nearest]), window[1] + int(rows[nearest])),
        (window[0] + int(x), window[1] + int(y)),
    )


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
