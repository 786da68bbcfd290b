"""Finds seams: where a connected component may be cut in two, from top to bottom."""

import numpy as np
from numpy.typing import NDArray

_LEVELS = (0.2, 0.5, 0.8)  # shares of the line's height at which seams are searched for
_SEAMS = 6.0  # seams for a width of one line height, at most
_MAX_COST = 4.0  # pen widths of ink that a seam may pass
_NOTCH = 0.08  # line heights: the minimum depth of a notch in the outline
_MAX_OFFSET = 0.4  # line heights, sideways, between a notch above and one below
_NOTCHED = 0.2  # the weight of the ink between two notches: two digits are likely there
_SLANT = 0.02  # the cost of a step to the side, in pixels of ink: of equal seams, the straightest is used

Seam = tuple[float, NDArray[np.intp]]  # its cost, in pen widths of ink, and its column in each row


def find_seams(small: NDArray[np.float64], pen: float, line: int) -> list[Seam]:
    """Find the cheapest seams that cut the ink in two: slanted by at most 45 degrees, or from notch to notch.

    Args:
        small: The weight of each pixel of a component, float64 (height, width), 0 to 1.
        pen: The pen's width, in these pixels.
        line: The line's height, in these pixels.

    Returns:
        Seams that differ from each other, the cheapest first.
    """
    height, width = small.shape
    (down, up), steps = _sweep(np.stack([small, small[::-1]]))
    came_down, came_up = steps.tolist()
    through = down + up[::-1] - small
    found = []
    for row in {int(level * (height - 1)) for level in _LEVELS}:
        for column in _minima(through[row]):
            cost = through[row, column] / pen
            if cost <= _MAX_COST:
                upper = _path(came_down, row, column)[::-1]
                lower = _path(came_up, height - 1 - row, column)[1:]
                found.append((float(cost), np.array(upper + lower, np.intp)))
    found += _notched(small, pen, line)
    return _distinct(sorted(found, key=lambda seam: seam[0]), small, pen * line, max(2, round(_SEAMS * width / line)))


def _notched(small: NDArray[np.float64], pen: float, line: int) -> list[Seam]:
    """Return straight seams from a notch in the upper outline to one in the lower: where two round digits touch."""
    inked = small > 0.1
    height = len(small)
    upper, lower = inked.argmax(axis=0), height - 1 - inked[::-1].argmax(axis=0)
    found = []
    for x in _dips(upper, line):
        for other in _dips(height - 1 - lower, line):
            if abs(x - other) <= _MAX_OFFSET * line and upper[x] <= lower[other]:
                seam = np.round(np.interp(np.arange(height), [upper[x], lower[other] + 1], [x, other])).astype(np.intp)
                ink = small[np.arange(height), seam].sum() / pen
                found.append((float(min(ink, 1 + _NOTCHED * ink)), seam))
    return found


def _dips(outline: NDArray[np.intp], line: int) -> list[int]:
    """Return the columns of notches in an outline, which is given by its distance from its side."""
    reach, depth = line // 2, max(2, round(_NOTCH * line))
    return [
        x
        for x in _minima(-outline.astype(np.float64))
        if outline[x] - depth >= max(outline[max(0, x - reach) : x + 1].min(), outline[x : x + reach + 1].min())
    ]


def _sweep(fields: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Return the cheapest paths down each field, (n, height, width): the cost to each pixel, and the last step.

    A step is -1, 0 or 1: the column that the path came from.
    """
    number, height, width = fields.shape
    straight = np.ascontiguousarray(fields.transpose(1, 0, 2))
    aslant = 1.4 * straight + _SLANT
    costs = np.full((height, number, width + 2), np.inf)  # no path leads through the columns beside the field
    costs[0, :, 1:-1] = straight[0]
    for above, below, here, there in zip(costs[:-1], costs[1:, :, 1:-1], straight[1:], aslant[1:], strict=True):
        np.minimum(above[:, :-2], above[:, 2:], out=below)
        below += there
        np.minimum(below, above[:, 1:-1] + here, out=below)
    left, right = costs[:-1, :, :-2] + aslant[1:], costs[:-1, :, 2:] + aslant[1:]
    steps = np.zeros((height, number, width), np.int8)
    steps[1:] = np.where(left <= right, -1, 1)
    steps[1:][costs[:-1, :, 1:-1] + straight[1:] <= np.minimum(left, right)] = 0
    return costs[:, :, 1:-1].transpose(1, 0, 2), steps.transpose(1, 0, 2)


def _path(steps: list[list[int]], row: int, column: int) -> list[int]:
    """Return the columns of the path to (row, column), from there up to the first row."""
    columns = [column]
    for above in range(row, 0, -1):
        columns.append(columns[-1] + steps[above][columns[-1]])
    return columns


def _minima(costs: NDArray[np.float64]) -> list[int]:
    """Return the middles of the plateaus that are lower than both of their sides."""
    rounded = np.round(costs, 1)
    starts = np.flatnonzero(np.concatenate([[True], rounded[1:] != rounded[:-1]]))
    values = np.concatenate([[np.inf], rounded[starts], [np.inf]])
    ends = np.append(starts[1:], len(costs))
    low = (values[1:-1] < values[:-2]) & (values[1:-1] < values[2:])
    middles: list[int] = ((starts[low] + ends[low] - 1) // 2).tolist()
    return middles


def _distinct(seams: list[Seam], small: NDArray[np.float64], stroke: float, max_count: int) -> list[Seam]:
    """Return the cheapest seams that cut the ink differently; `stroke` is the ink of a vertical stroke."""
    rows, upto = np.arange(len(small)), np.cumsum(small, axis=1)
    different: list[Seam] = []
    lefts = [np.zeros(len(small)), upto[:, -1]]  # the ink of each row that is to the left
    for cost, seam in seams:
        left = upto[rows, seam]
        if len(different) < max_count and np.abs(np.stack(lefts) - left).sum(axis=1).min() >= 0.3 * stroke:
            different.append((cost, seam))
            lefts.append(left)
    return different
