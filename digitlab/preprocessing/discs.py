"""Finds digits that stand out from a filled disc, as on badges: their ink is what the disc does not fill."""

import cv2
import numpy as np
from numpy.typing import NDArray

_MIN_INK = 0.15  # share of the picture: one with less ink is not searched for discs
_LEVEL = 48  # grey levels, of 255: ink, and what differs from the disc
_MIN_SIDE, _MIN_PIXELS = 0.3, 16  # share of the picture's shorter side, and pixels, of a disc
_ROUND, _ELLIPSE = 0.9, 0.03  # ratio of both sides, and of what its area may differ from that of an ellipse
_EDGE, _SOFT = 0.03, 2  # share of its diameter within, and pixels beyond its outline: the soft edge of a disc
_MIN_WRITTEN, _MAX_WRITTEN = 0.02, 0.5  # share of the disc
_MIN_HEIGHT = 0.3  # share of the disc's height, of what is written on it
# The hole of a thick zero is convex, and not slim: the share of its convex hull, and the ratio of width to height.
_CONVEX, _SLIM = 0.9, 0.5


def invert_discs(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Take what is written on filled discs for ink, and not the discs.

    Args:
        ink: uint8 (height, width), 0 background to 255 ink.

    Returns:
        uint8 (height, width); the same array where nothing is written on a disc.
    """
    _, seen = cv2.threshold(ink, _LEVEL, 255, cv2.THRESH_BINARY)
    if cv2.countNonZero(seen) < _MIN_INK * seen.size:
        return ink
    outlines, _ = cv2.findContours(seen, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    result = ink
    for outline in outlines:
        left, top, width, height = cv2.boundingRect(outline)
        is_large = min(width, height) >= max(_MIN_PIXELS, _MIN_SIDE * min(ink.shape))
        if not is_large or not _is_disc(outline, width, height):
            continue
        place = slice(top, top + height), slice(left, left + width)
        disc = cv2.drawContours(np.zeros((height, width), np.uint8), [outline - [left, top]], 0, (255,), cv2.FILLED)
        written = _written(ink[place], disc)
        if written is not None:
            result = ink.copy() if result is ink else result
            cv2.drawContours(result, [outline], 0, (0,), 2 * _SOFT + 1)  # its soft edge
            result[place] = np.where(disc > 0, written, result[place])
    return result


def _is_disc(outline: NDArray[np.int32], width: int, height: int) -> bool:
    ellipse = np.pi / 4 * (width - 1) * (height - 1)  # an outline runs through the middle of its pixels
    area, hull = cv2.contourArea(outline), cv2.contourArea(cv2.convexHull(outline))
    is_ellipse = max(abs(area - ellipse), abs(hull - ellipse)) <= _ELLIPSE * ellipse
    return bool(is_ellipse and min(width, height) >= _ROUND * max(width, height))


def _written(ink: NDArray[np.uint8], disc: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return how much each pixel differs from a disc, uint8 (height, width); None where it is a dot or a zero."""
    edge = max(2, round(_EDGE * min(disc.shape)))
    inside = cv2.erode(disc, np.ones((2 * edge + 1,) * 2, np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=(0,))
    level = int(np.median(ink[inside > 0]))
    if level <= _LEVEL:
        return None
    written = cv2.bitwise_and(cv2.absdiff(ink, np.full_like(ink, level)), inside)
    seen = (written > _LEVEL).astype(np.uint8)
    if not _MIN_WRITTEN <= cv2.countNonZero(seen) / cv2.countNonZero(disc) <= _MAX_WRITTEN:
        return None
    _, _, width, height = cv2.boundingRect(seen)
    outlines, _ = cv2.findContours(seen, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    largest = max(outlines, key=cv2.contourArea)
    is_convex = cv2.contourArea(largest) >= _CONVEX * cv2.contourArea(cv2.convexHull(largest))
    is_hole = is_convex and cv2.countNonZero(seen) >= _CONVEX * cv2.contourArea(largest) and width >= _SLIM * height
    if is_hole or height < _MIN_HEIGHT * disc.shape[0]:
        return None
    return np.asarray(cv2.convertScaleAbs(written, alpha=255 / int(written.max())), np.uint8)
