"""Finds what lies along the edges of a picture and is not written there: bars of a screenshot, corners of a table.

Bars are title bars, toolbars, sidebars and status bars. A bar reaches from corner to corner of the picture, has one
colour but for its text and icons, and ends in a straight line, beyond which is nothing but background, or another bar.
So the top of a seven in a tightly cropped picture is no bar: its stem goes on from there.

Where a sheet was scanned or cropped a little askew, the corners of the picture show the table: solid triangles.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

_LEVEL = 20  # grey levels, of 255, that a bar differs from the background at least
_ALIKE = 4  # grey levels by which the colour of a bar may vary
_OUTERMOST, _BAR = 0.95, 0.5  # share of one colour in the bar's outermost line, and in those with text
_MIN_DEPTH = 0.02  # share of the picture's side: a thinner bar is a line
_MAX_DEPTH = 0.45  # share of the picture's side: a deeper one is half of the picture
_BEYOND = 0.02  # share of the first line beyond a bar that may have ink
_STICK = 0.2  # ratio of width to height: a slimmer bar on the left or right may be a one, if it is as dark as the ink
_MAX_CORNER = 0.3  # share of the picture's side: what is larger in a corner was drawn
_SOLID = 0.9  # share of its convex hull that a corner fills


def inside_bars(grey: NDArray[np.uint8], background: int) -> tuple[slice, slice] | None:
    """Return the rows and columns of a picture that its bars enclose; None where it has no bar.

    Args:
        grey: The grey values of a picture, uint8 (height, width).
        background: The grey level of its background, 0 to 255.
    """
    corners = np.abs(np.array([[grey[0, 0], grey[0, -1]], [grey[-1, 0], grey[-1, -1]]], np.int16) - background) > _LEVEL
    if not (corners.all(axis=0) | corners.all(axis=1)).any():
        return None
    ink = cv2.absdiff(grey, np.full_like(grey, background))
    height, width = ink.shape
    # Views in which the bar is on top: of the left, the right, the top and the bottom.
    left, right = (_depth(view) for view in (cv2.transpose(ink), cv2.transpose(ink)[::-1]))
    ones = tuple(
        0 < depth < _STICK * height and _is_as_dark(view, depth) for depth, view in ((left, ink), (right, ink[:, ::-1]))
    )
    left, right = (0 if is_one else depth for depth, is_one in zip((left, right), ones, strict=True))
    top, bottom = (_depth(view, ones) for view in (ink, ink[::-1]))
    if not top + bottom + left + right:
        return None
    return slice(top, height - bottom), slice(left, width - right)


def _is_as_dark(view: NDArray[np.uint8], depth: int) -> bool:
    """Whether a bar on the left of a picture is as dark as the ink beyond it."""
    rest = view[:, depth:]
    written = rest[rest > _LEVEL]
    return bool(len(written)) and abs(float(np.quantile(written, 0.75)) - float(np.median(view[:, 0]))) <= _ALIKE


def _depth(view: NDArray[np.uint8], ones: tuple[bool, ...] = (False, False)) -> int:
    """Return how many rows the bar on top of a picture has; 0 where there is none.

    `ones` says whether there is a one, rather than another bar, on its left and right.
    """
    level = int(np.median(view[0]))
    if level <= _LEVEL:
        return 0
    most = round(_MAX_DEPTH * len(view))
    shares = (np.abs(view[: most + 1].astype(np.int16) - level) <= _ALIKE).mean(axis=1)
    if shares[0] < _OUTERMOST:
        return 0
    others = np.flatnonzero(shares < _BAR)
    depth = int(others[0]) if len(others) else len(shares)
    # The soft edge of a bar, or its shadow, belongs to it.
    while depth <= most and np.count_nonzero(view[depth] > _LEVEL) > _BAR * view.shape[1]:
        depth += 1
    is_bar = _MIN_DEPTH * len(view) <= depth <= most and _ends_above(view[depth:], ones)
    return depth if is_bar else 0


def _ends_above(rest: NDArray[np.uint8], ones: tuple[bool, ...]) -> bool:
    """Whether a picture starts with a row of background, but for bars on its left and right."""
    row, sides = rest[0] > _LEVEL, (rest[:, [0, -1]] > _LEVEL).mean(axis=0) >= _OUTERMOST
    blank = np.flatnonzero(~row)
    if not len(blank):
        return False
    is_bar = sides & ~np.array(ones)
    between = row[blank[0] if is_bar[0] else 0 : blank[-1] + 1 if is_bar[1] else len(row)]
    return bool(np.count_nonzero(between) <= _BEYOND * len(row))


def remove_corners(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Remove the solid, convex areas in the corners of a picture.

    Args:
        ink: uint8 (height, width), 0 background to 255 ink.

    Returns:
        uint8 (height, width); the same array where there is none, or nothing else.
    """
    height, width = ink.shape
    corners = [(y, x) for y in (0, height - 1) for x in (0, width - 1) if ink[y, x] > _LEVEL]
    if not corners:
        return ink
    seen = (ink > _LEVEL).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(seen, connectivity=8)
    table = np.zeros_like(seen)
    for number in {int(labels[corner]) for corner in corners}:
        part = (labels == number).astype(np.uint8)
        breadth, length, area = (int(value) for value in stats[number, cv2.CC_STAT_WIDTH :])
        outlines, _ = cv2.findContours(part, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        hull = cv2.fillConvexPoly(np.zeros_like(part), cv2.convexHull(outlines[0]), (1,))
        if breadth <= _MAX_CORNER * width and length <= _MAX_CORNER * height and area >= _SOLID * int(hull.sum()):
            table |= part
    is_written = bool((seen > table).any())
    return np.asarray(ink * (1 - table)) if is_written and table.any() else ink
