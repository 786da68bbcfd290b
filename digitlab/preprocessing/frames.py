"""Finds the lines of printed frames, of the cells of forms and of combs, and separates what is written in them.

The lines of a frame are the rows and columns of its rectangle (`rectangles`) that are covered by ink from side to side.
A line is erased except where ink goes on beyond it on both sides, so that a stroke that crosses it stays whole, as in
R. G. Casey and D. R. Ferguson, "Intelligent forms processing" (1990).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.preprocessing.rectangles import (
    MIN_TICK,
    MIN_TILT,
    Rectangle,
    find_rectangles,
    has_sharp_corners,
    visible_ink,
)

_COVERED = 0.85  # a line is ink along at least this share of its length
_END = 0.06  # share of a line at each end that has no gap: a one in a cell is as long, but does not reach the sides
_MIN_CELL = 0.4  # share of half a frame: a single line closer to a side is the foot of a two, or the top of a seven
_TRACED = 0.6  # a short piece of a line is ink along at least this share of its length
_PIECE = 24  # pixels: the length of those pieces
_THICK = 0.2  # share of the frame's shorter side: no printed line is thicker
_THIN = 0.08  # share of the frame's shorter side: an empty rectangle with thicker lines is a handwritten zero
_FINE_LINE = 3  # pixels: a wider line shows whether its corners are sharp, as printed, or round, as a pen's
_UNEVEN = 2  # ratio: a frame's thickest line is at most this many times as wide as its thinnest
_LANDSCAPE = 1.4  # ratio of width to height: no zero is wider
_MIN_CONTENT = 0.15  # share of a cell's height: anything smaller is a speck
_MIN_INSIDE = 0.3  # share of a component: with less of it inside the frame, it was not written there
SMALL_PRINT = 0.4  # ratio to the tallest writing in any frame: a frame whose writing is smaller holds printed text
_ALIKE = 0.03  # share of the shorter side: printed boxes of a row differ by less
_MANY = 3  # boxes that are alike: from here on, they are printed
_COMB_HEIGHT = 1.6  # ratio to the distance of two ticks: what is written between them is lower
_MAX_FRAMES = 256  # frames, the largest ones: no form has more, and they would take seconds
_MAX_BUMP = 0.2  # share of a frame's height, or width: writing that crosses a side sticks out by less
# Ratio to the highest frame, of a drawing beside frames that are letters of a caption; a rule is slimmer, or longer: in
# shares of its own length, and of the picture's side.
_FAR_HIGHER, _RULE_WIDTH, _RULE_LENGTH = 2, 0.03, 0.8
_NEIGHBOURS = np.ones((3, 3), np.uint8)  # a pixel and the eight around it
_Lines = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """An upright frame: its outline, and its lines as (first, stop), in pixels.

    Attributes:
        outline: The rectangle around it.
        rows: The horizontal lines, from top to bottom, the two sides included.
        columns: The vertical lines, from left to right.
        columns_top: The first row of the vertical lines; those of a comb are shorter than what is written between them.
    """

    outline: Rectangle
    rows: _Lines
    columns: _Lines
    columns_top: int

    @property
    def inside(self) -> tuple[slice, slice]:
        """Rows and columns within the outer lines."""
        return slice(self.rows[0][1], self.rows[-1][0]), slice(self.columns[0][1], self.columns[-1][0])

    @property
    def line_width(self) -> int:
        """The width of the thickest line, in pixels."""
        return max(stop - first for first, stop in (*self.rows, *self.columns))

    @property
    def cell_height(self) -> int:
        """The height of the highest cell, in pixels."""
        return max(below[0] - above[1] for above, below in zip(self.rows, self.rows[1:], strict=False))


def remove_frames(ink: NDArray[np.uint8], rectangles: Sequence[Rectangle]) -> NDArray[np.uint8]:
    """Remove frames, cells and combs from ink, and what stands beside them where something is written in them.

    Args:
        ink: uint8 (height, width), 0 background to 255 ink.
        rectangles: Of this ink.

    Returns:
        uint8 (height, width): what is written; the same array where there is no frame.
    """
    angle = rectangles[0].angle if rectangles else 0.0
    if abs(angle) < MIN_TILT:
        return _remove_upright(ink, rectangles)
    turned = _rotated(ink, angle)
    rest = _remove_upright(turned, find_rectangles(turned))
    return ink if rest is turned else _rotated(rest, -angle)


def _comb(seen: NDArray[np.uint8], rectangle: Rectangle) -> Frame | None:
    """Return the base and the ticks of a comb; None where there are not at least two ticks at even distances."""
    left, right, bottom = rectangle.left, rectangle.right, min(rectangle.bottom + 2, len(seen))
    covered = seen[max(0, bottom - 24) : bottom, left:right].mean(axis=1) >= _COVERED
    runs = _runs(covered)
    if not runs:
        return None
    base_top, base_bottom = (max(0, bottom - 24) + row for row in runs[-1])
    thickness = base_bottom - base_top
    if base_top < MIN_TICK + 2:
        return None
    foot = np.asarray(seen[base_top - MIN_TICK : base_top - 1, left:right].all(axis=0), np.bool_)
    feet = [(left + first, left + stop) for first, stop in _runs(foot) if stop - first <= thickness + 2]
    ticks = _evenly_spaced(feet, left, right, max(10, 3 * thickness))
    if not ticks:
        return None
    heights = [int(seen[:base_top, sum(tick) // 2][::-1].argmin()) or base_top for tick in ticks]
    height = int(np.median(heights))
    top = max(0, base_top - max(height, round(_COMB_HEIGHT * (ticks[1][0] - ticks[0][0]))))
    outline = Rectangle(left, top, right, base_bottom, is_comb=True)
    return Frame(outline, ((top, top), (base_top, base_bottom)), ticks, base_top - height)


def _evenly_spaced(feet: _Lines | list[tuple[int, int]], left: int, right: int, min_step: int) -> _Lines:
    """Return as many feet as stand at even distances from left to right, both ends included; none where they don't."""
    if len(feet) < 2:
        return ()
    middles = np.array([(first + stop - 1) / 2 for first, stop in feet])
    if middles[0] - left > MIN_TICK or right - 1 - middles[-1] > MIN_TICK:
        return ()
    for count in range(int((middles[-1] - middles[0]) / min_step), 0, -1):
        wanted = np.linspace(middles[0], middles[-1], count + 1)
        nearest = np.abs(middles - wanted[:, np.newaxis]).argmin(axis=1)
        if (np.abs(middles[nearest] - wanted) <= 1.5).all():
            return tuple(feet[k] for k in nearest)
    return ()


def _rotated(ink: NDArray[np.uint8], angle: float) -> NDArray[np.uint8]:
    height, width = ink.shape
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1)
    return np.asarray(cv2.warpAffine(ink, turn, (width, height)), np.uint8)


def _remove_upright(ink: NDArray[np.uint8], rectangles: Sequence[Rectangle]) -> NDArray[np.uint8]:
    seen = visible_ink(ink)
    found = [frame for rectangle in rectangles[:_MAX_FRAMES] if (frame := _frame(seen, rectangle))]
    rest, frames = seen.copy(), []
    for frame in found:
        place = _surroundings(frame, seen.shape)
        before = rest[place].copy()
        rest[place] = _erased(before, frame, (place[0].start, place[1].start))
        if _is_printed(seen, frame, _contents(rest, frame)) or _is_one_of_many(frame, found):
            frames.append(frame)
        else:
            rest[place] = before
    if not frames or _is_beside_drawing(rest, frames):
        return ink
    return ink * _writing(rest, frames)


def _is_beside_drawing(rest: NDArray[np.uint8], frames: Sequence[Frame]) -> bool:
    """Whether something far higher than all frames is drawn beside them: then they are the letters of a caption."""
    highest = max(frame.outline.bottom - frame.outline.top for frame in frames)
    _, _, stats, _ = cv2.connectedComponentsWithStats(rest, connectivity=8)
    sizes = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    is_rule = (sizes.min(axis=1) < _RULE_WIDTH * sizes.max(axis=1)) | (sizes[:, 1] > _RULE_LENGTH * len(rest))
    return bool((sizes[~is_rule, 1] > _FAR_HIGHER * highest).any())


def _surroundings(frame: Frame, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Return the rows and columns of a frame, and of what a stroke that crosses it needs around."""
    outline, margin = frame.outline, 8 + max(shape) // 100
    return (
        slice(max(0, outline.top - margin), min(shape[0], outline.bottom + margin)),
        slice(max(0, outline.left - margin), min(shape[1], outline.right + margin)),
    )


def _frame(seen: NDArray[np.uint8], rectangle: Rectangle) -> Frame | None:
    """Return the lines of a rectangle; None where not all four sides are lines."""
    if rectangle.is_comb:
        return _comb(seen, rectangle)
    wide, high = (rectangle.left, rectangle.right), (rectangle.top, rectangle.bottom)
    rows: _Lines = ()
    columns: _Lines = ()
    for _ in range(2):  # what sticks out of a frame, and is as wide, belongs to the outline at first
        rows = _lines(seen, high, wide)
        if not rows:
            return None
        high = rows[0][0], rows[-1][1]
        columns = _lines(seen.T, wide, high)
        if not columns:
            return None
        wide = columns[0][0], columns[-1][1]
    has_bumps = rectangle.has_bumps or high[1] - high[0] < 0.95 * (rectangle.bottom - rectangle.top)
    frame = Frame(Rectangle(wide[0], high[0], wide[1], high[1], rectangle.angle, has_bumps), rows, columns, high[0])
    widths = [stop - first for first, stop in (*rows, *columns)]
    is_even = max(widths) <= _UNEVEN * min(widths) + 1
    return frame if is_even and max(widths) <= _THICK * rectangle.side else None


def _lines(seen: NDArray[np.uint8], rows: tuple[int, int], columns: tuple[int, int]) -> _Lines:
    """Return the lines, (first row, stop), from side to side of a rectangle; none without one at the top and bottom."""
    start, stop = max(0, rows[0] - 2), min(len(seen), rows[1] + 2)
    part = seen[start:stop, max(0, columns[0]) : columns[1]]
    part = cv2.dilate(np.ascontiguousarray(part), np.ones((3, 1), np.uint8))
    covered = part.mean(axis=1) >= _COVERED
    runs = [(start + first + 1, start + end - 1) for first, end in _runs(covered)]
    runs = [(first, max(end, first + 1)) for first, end in runs]
    bump = max(4, _MAX_BUMP * (rows[1] - rows[0]))
    if len(runs) < 2 or runs[0][0] > rows[0] + bump or runs[-1][1] < rows[1] - bump:
        return ()
    thickest = max(runs[0][1] - runs[0][0], runs[-1][1] - runs[-1][0])
    end = thickest + max(3, round(_END * part.shape[1]))
    reached = part[:, thickest - 1 : end].all(axis=1) & part[:, -end : 1 - thickest or None].all(axis=1)
    max_width = max(thickest + 2, _UNEVEN * thickest)  # two cells side by side may have a line each
    inner = [
        run for run in runs[1:-1] if run[1] - run[0] <= max_width and reached[slice(*np.subtract(run, start))].any()
    ]
    if len(inner) == 1:
        margin = _MIN_CELL * (runs[-1][1] - runs[0][0]) / 2
        inner = [run for run in inner if runs[0][1] + margin <= run[0] and run[1] <= runs[-1][0] - margin]
    return (runs[0], *inner, runs[-1])


def _runs(values: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the runs of true values as (first, stop)."""
    changes = np.flatnonzero(np.diff(np.concatenate([[False], values, [False]])))
    return [(int(first), int(stop)) for first, stop in changes.reshape(-1, 2)]


def _erased(part: NDArray[np.uint8], frame: Frame, corner: tuple[int, int]) -> NDArray[np.uint8]:
    """Return what is seen, 0 or 1, in the part of a picture that begins at a corner, without the lines of a frame."""
    top, left = corner
    outline = frame.outline
    rows = [(first - top, stop - top) for first, stop in frame.rows]
    columns = [(first - left, stop - left) for first, stop in frame.columns]
    rest = part.copy()
    for row in rows[outline.is_comb :]:
        _erase(rest, row, (outline.left - left - 1, outline.right - left + 1), columns)
    across = np.ascontiguousarray(rest.T)
    for column in columns:
        _erase(across, column, (frame.columns_top - top - 1, outline.bottom - top + 1), rows)
    return np.ascontiguousarray(across.T)


def _erase(
    seen: NDArray[np.uint8], row: tuple[int, int], ends: tuple[int, int], across: Sequence[tuple[int, int]]
) -> None:
    """Erase a horizontal line in place, except where ink goes on above and below it; it is traced piece by piece."""
    height, width = seen.shape
    thickness = row[1] - row[0]
    start, stop = max(0, ends[0]), min(width, ends[1])
    reach = 2 + (stop - start) // 100
    free = np.ones(width, np.uint8)
    for first, end in across:
        free[max(0, first - 3) : end + 3] = 0
    for left in range(start, stop, _PIECE):
        right = min(left + _PIECE, stop)
        top = max(0, row[0] - reach)
        covered = seen[top : row[1] + reach, left:right].mean(axis=1) >= _TRACED
        runs = [(top + first, top + end) for first, end in _runs(covered) if end - first <= thickness + 2]
        first, end = min(runs, key=lambda run: abs(run[0] + run[1] - row[0] - row[1]), default=row)
        window = slice(max(0, left - 4), right + 4)
        spread = np.ones((1, 2 * (end - first) + 3), np.uint8)
        above = seen[max(0, first - 2) : max(0, first - 1), window] if first > 1 else np.zeros((1, 1), np.uint8)
        below = seen[end + 1 : end + 2, window]
        crossed = np.zeros(right - left, np.bool_)
        if first > 1 and end + 1 < height:
            both = cv2.dilate(above * free[window], spread) & cv2.dilate(below * free[window], spread)
            crossed = both[0, left - window.start :][: right - left] > 0
        piece = seen[max(0, first - 1) : end + 1, left:right]
        piece[:, ~crossed] = 0


def _contents(rest: NDArray[np.uint8], frame: Frame) -> int:
    """Return the height of the tallest component within a frame, in pixels; 0 where only specks are left."""
    inside = np.ascontiguousarray(rest[frame.inside])
    if not inside.size:
        return 0
    _, _, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=8)
    tallest = int(stats[1:, cv2.CC_STAT_HEIGHT].max(initial=0))
    return tallest if tallest >= max(4, _MIN_CONTENT * frame.cell_height) else 0


def _is_printed(seen: NDArray[np.uint8], frame: Frame, content: int) -> bool:
    """Whether a rectangle is a frame rather than a square zero or eight that somebody has drawn."""
    if content or len(frame.columns) > 2 or len(frame.rows) > 3:
        return True
    outline = frame.outline
    if outline.has_bumps or outline.is_comb:
        return False
    width, height = outline.right - outline.left, outline.bottom - outline.top
    share = 2 * _THIN if width >= _LANDSCAPE * height else _THIN
    if frame.line_width > max(1, share * outline.side):
        return False
    return frame.line_width <= _FINE_LINE or has_sharp_corners(seen, outline)


def _is_one_of_many(frame: Frame, frames: Sequence[Frame]) -> bool:
    """Whether frames of the same size stand beside each other, as the boxes of a form do."""
    own = np.array([frame.outline.top, frame.outline.bottom, frame.outline.right - frame.outline.left])
    others = np.array([[f.outline.top, f.outline.bottom, f.outline.right - f.outline.left] for f in frames])
    alike = np.abs(others - own).max(axis=1) <= max(2, _ALIKE * frame.outline.side)
    return int(np.count_nonzero(alike)) >= _MANY


def _writing(rest: NDArray[np.uint8], frames: Sequence[Frame]) -> NDArray[np.uint8]:
    """Return where something is written, 0 or 1: within the frames, unless all of them are empty."""
    heights = [_contents(rest, frame) for frame in frames]
    within = np.zeros_like(rest)
    for frame, height in zip(frames, heights, strict=True):
        if height and height >= SMALL_PRINT * max(heights):
            within[frame.inside] = 1
    speck = _MIN_CONTENT / 2 * min(frame.cell_height for frame in frames)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(rest, connectivity=8)
    kept = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) >= speck
    if any(heights):
        inside = np.bincount(labels.ravel(), weights=within.ravel(), minlength=count)
        kept &= inside >= _MIN_INSIDE * stats[:, cv2.CC_STAT_AREA]
    kept[0] = False
    return np.asarray(cv2.dilate(kept.astype(np.uint8)[labels], _NEIGHBOURS), np.uint8)
