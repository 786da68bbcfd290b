"""Finds the sheet in a picture that was turned, scanned askew or taken from the side: what surrounds it is not written.

Programs fill the corners of a turned picture with one colour, mostly black; beside a sheet lies a table of one colour.
Both begin in a corner of the picture, and leave a convex sheet whose sides are straight, but not parallel to those of
the picture. (A table with grain and shadows belongs to a photo; see `photo`.)
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.preprocessing.holes import is_hole

# What differs less from a corner surrounds the sheet: in grey levels, as after JPEG compression, and as a share of the
# difference to the sheet, at whose soft edge the surroundings end.
_ALIKE, _NEARER = 12, 0.35
_SAME, _MIN_FLAT = 2, 0.75  # grey levels, and share of the surroundings: what varies more is a shadow on a photo
_DIFFERENCE = 20  # grey levels, of 255, between the surroundings and the sheet
_MIN_SHEET, _MIN_AROUND = 0.4, 0.005  # share of the picture
_MAX_SIDES = 8  # of a turned rectangle that the picture's edges cut off
_STRAIGHT, _MIN_STRAIGHT = 0.004, 1.0  # of its perimeter, and pixels: how far its outline may be off a straight side
# Pixels along its whole outline by which a sheet may not be convex; share of its area by which it may be no polygon.
_UNEVEN, _POLYGON = 0.5, 0.03
_MAX_BOX = 0.995  # share of its upright box: a sheet that fills more is not tilted
_MIN_WRITTEN, _MAX_WRITTEN = 0.001, 0.5  # share of the sheet
_MARGIN = 0.01  # of the picture's shorter side: the soft edge of the sheet
_MIN_DEPTH = 0.02  # likewise: shallower surroundings are a line along the edges of the picture
_MIN_SIDE = 20  # pixels of the picture's shorter side: in a smaller one, no side of a sheet can be told to be straight


def without_surroundings(drawing: NDArray[np.uint8], grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give what surrounds a tilted sheet the colour of the sheet.

    Args:
        drawing: uint8 (height, width, 4), opaque RGBA.
        grey: Its grey values, uint8 (height, width).

    Returns:
        uint8 (height, width, 4); the same array where there is no tilted sheet with something written on it.
    """
    height, width = grey.shape
    if min(height, width) < _MIN_SIDE:
        return drawing
    corners = [(0, 0), (width - 1, 0), (0, height - 1), (width - 1, height - 1)]
    for level in sorted({int(grey[y, x]) for x, y in corners}):
        distance = cv2.absdiff(grey, np.full_like(grey, level))
        others = grey[distance > _DIFFERENCE]
        if others.size < _MIN_SHEET * grey.size:
            continue
        paper = int(np.median(others))
        near = cv2.inRange(distance, (0,), (max(_ALIKE, round(_NEARER * abs(paper - level))),))
        around = _around(near, [corner for corner in corners if near[corner[::-1]]])
        if around is None or not _is_deep_and_flat(around, distance):
            continue
        soft = max(2, round(_MARGIN * min(height, width)))
        outside = cv2.dilate(around, np.ones((2 * soft + 1,) * 2, np.uint8)) > 0
        outside[[0, -1]] = outside[:, [0, -1]] = True  # where the surroundings end, they are thinner than a pixel
        if _is_written(grey, outside, level):
            result = drawing.copy()
            result[outside] = np.median(drawing[~outside], axis=0).astype(np.uint8)
            return result
    return drawing


def _around(near: NDArray[np.uint8], corners: list[tuple[int, int]]) -> NDArray[np.uint8] | None:
    """Return what lies outside the convex sheet that the colour of the corners leaves, uint8 (height, width), 0 or 255.

    None where that is no tilted sheet.

    Args:
        near: uint8 (height, width), 255 where the colour is that of the corners, else 0.
        corners: Corners of this colour, (x, y).
    """
    filled = near.copy()
    for corner in corners:
        cv2.floodFill(filled, None, corner, (128,))
    around = cv2.inRange(filled, (128,), (128,))
    outlines, _ = cv2.findContours(cv2.bitwise_not(around), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    outline = max(outlines, key=cv2.contourArea, default=None)
    if outline is None:
        return None
    area, hull = cv2.contourArea(outline), cv2.convexHull(outline)
    if not _MIN_SHEET * near.size <= area <= (1 - _MIN_AROUND) * near.size:
        return None
    length_around = cv2.arcLength(hull, True)
    polygon = cv2.approxPolyDP(hull, max(_MIN_STRAIGHT, _STRAIGHT * length_around), True)
    _, _, breadth, length = cv2.boundingRect(hull)
    is_tilted = area < _MAX_BOX * (breadth - 1) * (length - 1)
    convex_area = cv2.contourArea(hull)
    is_convex = convex_area - area <= _UNEVEN * length_around
    has_sides = len(polygon) <= _MAX_SIDES and convex_area - cv2.contourArea(polygon) <= _POLYGON * convex_area
    is_sheet = is_convex and has_sides and is_tilted
    return cv2.bitwise_not(cv2.fillConvexPoly(np.zeros_like(near), hull, (255,))) if is_sheet else None


def _is_deep_and_flat(around: NDArray[np.uint8], distance: NDArray[np.uint8]) -> bool:
    """Whether what surrounds a sheet is more than a line along the edges, and has one colour.

    Args:
        around: uint8 (height, width), 255 around the sheet, else 0.
        distance: uint8 (height, width), the distance of each pixel to the level of the corner, in grey levels.
    """
    depth = max(1, round(_MIN_DEPTH * min(around.shape)))
    is_deep = cv2.erode(around, np.ones((2 * depth + 1,) * 2, np.uint8)).any()
    return bool(is_deep and np.mean(distance[around > 0] <= _SAME) >= _MIN_FLAT)


def _is_written(grey: NDArray[np.uint8], outside: NDArray[np.bool_], level: int) -> bool:
    """Whether the sheet has another level than its surroundings, and something is written on it.

    What fills the picture may also be a zero with straight sides, and the sheet its ink: then the writing is its hole.

    Args:
        grey: uint8 (height, width).
        outside: bool (height, width), what lies outside the sheet.
        level: The grey level of its surroundings, 0 to 255.
    """
    paper = int(np.median(grey[~outside]))
    written = (cv2.absdiff(grey, np.full_like(grey, paper)) > _DIFFERENCE) & ~outside
    share = np.count_nonzero(written) / np.count_nonzero(~outside)
    is_written = abs(paper - level) > _DIFFERENCE and _MIN_WRITTEN <= share <= _MAX_WRITTEN
    return bool(is_written and not is_hole(written.view(np.uint8)))
