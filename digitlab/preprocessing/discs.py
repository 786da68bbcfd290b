"""Finds digits that stand out from a filled disc, as on badges: their ink is what the disc does not fill."""

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.preprocessing.holes import is_hole

_MIN_INK = 0.15  # share of the picture: one with less ink is not searched for discs
_LEVEL = 48  # grey levels, of 255, from which a pixel is ink, or differs from its disc
_MIN_SIDE = 0.3  # share of the picture's shorter side that a disc takes
_MIN_PIXELS = 16  # likewise, in pixels
_ROUND = 0.9  # ratio of the shorter side of a disc to the longer one
_UNEVEN, _RASTER = 0.012, 1.0  # share of its radius and pixels by which its outline may be off an ellipse: no hand's is
_EDGE, _SOFT = 0.03, 2  # share of its diameter within, and pixels beyond its outline: the soft edge of a disc
_MAX_WRITTEN = 0.5  # share of the disc that is written on
_MIN_HEIGHT = 0.3  # share of the disc's height that is written on


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
    """Whether an outline, (n, 1, 2) points (x, y) that fill a box of a width and height in pixels, is an ellipse."""
    if min(width, height) < _ROUND * max(width, height):
        return False
    points = outline[:, 0].astype(np.float64)
    radii = np.array([width - 1, height - 1]) / 2  # an outline runs through the middle of its pixels
    off = np.abs(np.hypot(*((points - points.min(axis=0) - radii) / radii).T) - 1)
    return bool(off.max() <= _UNEVEN + _RASTER / radii.min())


def _written(ink: NDArray[np.uint8], disc: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return how much the ink differs from that of a disc; None where nothing is written on it.

    Args:
        ink: uint8 (height, width), within the disc's box.
        disc: uint8 (height, width), 255 within the disc, else 0.

    Returns:
        uint8 (height, width), 0 to 255.
    """
    edge = max(2, round(_EDGE * min(disc.shape)))
    inside = cv2.erode(disc, np.ones((2 * edge + 1,) * 2, np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=(0,))
    level = int(np.median(ink[inside > 0]))
    if level <= _LEVEL:
        return None
    written = cv2.bitwise_and(cv2.absdiff(ink, np.full_like(ink, level)), inside)
    _, seen = cv2.threshold(written, _LEVEL, 255, cv2.THRESH_BINARY)
    outlines, _ = cv2.findContours(seen, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    height = cv2.boundingRect(seen)[3]
    is_too_much = cv2.countNonZero(seen) > _MAX_WRITTEN * cv2.countNonZero(disc)
    if is_too_much or height < _MIN_HEIGHT * len(disc) or is_hole(seen):
        return None
    if any(_is_disc(outline, *cv2.boundingRect(outline)[2:]) for outline in outlines):
        return None  # what is blank within a circle
    return np.asarray(cv2.convertScaleAbs(written, alpha=255 / int(written.max())), np.uint8)
