"""Finds printed frames, the cells of forms and the axes of plots, and separates what is written in them.

A frame is a connected component whose outline is a rectangle: what is left of the filled outline after a closing and an
opening (J. Serra, "Image analysis and mathematical morphology", 1982), which remove strokes that cross the frame, and
the ticks of axes. Its lines are the rows and columns that are covered by ink from side to side. A line is erased
except where ink goes on beyond it on both sides, so that a stroke that crosses it stays whole, as in R. G. Casey and
D. R. Ferguson, "Intelligent forms processing" (1990).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.data.image_ops import shrink

MIN_SIDE = 14  # pixels of a frame's shorter side: in a smaller one nothing can be written

_MIN_LEVEL = 20  # of 255: fainter pixels come from compression
_MIN_FILL = 0.55  # of its rectangle that the outline of a frame encloses before strokes that cross it are removed
_RECTANGLE = 0.94  # of its rectangle that the outline fills at least afterwards; an ellipse fills 0.79
_CLOSING, _OPENING = 0.15, 0.3  # of the frame's shorter side
_WORKING_SIDE = 400  # pixels, of the outline while it is compared with a rectangle
_MAX_TILT = 10.0  # degrees by which a form may be rotated
_SOLID = 0.8  # of its outline that a stroke fills
_MAX_SLOPE = 0.18  # its tangent
_WAVER = 1.5  # pixels from a straight line
_MIN_STRAIGHT = 0.45  # of the outline
_MIN_TILT = 0.2  # degrees: less moves the end of a line by hardly a pixel
_COVERED = 0.85  # of its length that a line is seen at least
_END = 0.06  # of its length, at both ends, without a gap: a one in a cell, as long as a line, doesn't reach the sides
_MIN_CELL = 0.4  # of half the length: a single line closer to a side is the foot of a two, or the top of a seven
_TRACED = 0.6  # likewise, of a short piece of it
_PIECE = 24  # pixels of a line that are traced at once
_THICK = 0.2  # of the shorter side: no printed line is as thick
_EDGE = 0.08  # of the shorter side, within a rectangle in another colour than the page: writing in it leaves that free
_FILLED = 0.9  # of that edge that is seen
_RING = 0.5  # ratio of the widths of a ring's four sides, at least
_THIN = 0.08  # of the shorter side: an empty rectangle with thicker lines is a zero that somebody has drawn
_FINE_LINE = 3  # pixels: where a line is wider, a pen's round end shows at a corner
_UNEVEN = 2  # times the width of the thinnest line of a frame that the thickest may have
_LANDSCAPE = 1.4  # times its height: no zero is as wide
_STRAIGHT = 0.95  # of its length that the line of an empty frame is seen at least; a line drawn by hand wavers
_MIN_CONTENT = 0.15  # of a cell's height: anything smaller is a speck
_MIN_INSIDE = 0.3  # share of a component within the frame, so that it belongs to what is written there
SMALL_PRINT = 0.4  # times the height of the tallest writing in a frame: other frames with smaller writing are text
_ALIKE = 0.03  # of the shorter side by which printed boxes differ at most
_MANY = 3
_FLAT = 1.5  # times its height: a comb is at least as wide
_MIN_BASE = 0.45  # of a comb's width at which nothing that is written crosses its base
_MIN_TICK = 4  # pixels, the height of a comb's ticks
_COMB_HEIGHT = 1.6  # times the distance of two ticks: what is written between them is hardly higher
_MAX_FRAMES = 256  # the largest; more are on no form, and would take seconds
_MANY_PIECES = 64  # components: more than of any number, so that they may be the pixels of a plot
_MIN_CUT = 3  # lines on two opposite borders of the picture: they are those of the paper
_MAX_CUT = 5  # pixels of the border for each of them
_MAX_BUMP = 0.2  # of a frame's length that writing may stick out of it on one side, and be nearly as wide
_NEIGHBOURS = np.ones((3, 3), np.uint8)


_Lines = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Rectangle:
    """The rectangular outline of a component.

    Attributes:
        left: Its first column; likewise `top`.
        right: The first column outside; likewise `bottom`.
        angle: Degrees, counted as `cv2.getRotationMatrix2D` undoes them.
        has_bumps: Whether the component sticks out of it, as a digit does that crosses a frame.
        is_comb: Whether it is the base of a comb field with its ticks, which is open at the top.
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
        return not self.is_comb and self.side >= 2 * MIN_SIDE and abs(self.angle) < _MIN_TILT

    @property
    def inside(self) -> tuple[slice, slice]:
        """Rows and columns within the line around it."""
        inset = 2 + self.side // 100
        return slice(self.top + inset, self.bottom - inset), slice(self.left + inset, self.right - inset)


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


def find_rectangles(ink: NDArray[np.uint8]) -> list[Rectangle]:
    """Return the components of ink, uint8 (height, width), whose outline is a rectangle, the largest first."""
    if min(ink.shape) < MIN_SIDE:
        return []
    seen = _seen(ink)
    outlines, _ = cv2.findContours(seen, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = [rectangle for outline in outlines if (rectangle := _as_rectangle(outline, seen) or _as_comb(outline))]
    if not found and len(outlines) >= _MANY_PIECES:
        seen = _without_gaps(seen)
        outlines, _ = cv2.findContours(seen, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        found = [rectangle for outline in outlines if (rectangle := _as_rectangle(outline, seen))]
    return sorted(found, key=lambda rectangle: rectangle.side, reverse=True)


def remove_frames(ink: NDArray[np.uint8], rectangles: Sequence[Rectangle]) -> NDArray[np.uint8]:
    """Remove frames, cells and combs from ink, and what stands beside them where something is written in them.

    Args:
        ink: uint8 (height, width), 0 background to 255 ink.
        rectangles: Of this ink.

    Returns:
        uint8 (height, width): what is written; the same array where there is no frame.
    """
    angle = rectangles[0].angle if rectangles else 0.0
    if abs(angle) < _MIN_TILT:
        return _remove_upright(ink, rectangles)
    turned = _rotated(ink, angle)
    rest = _remove_upright(turned, find_rectangles(turned))
    return ink if rest is turned else _rotated(rest, -angle)


def find_panels(ink: NDArray[np.uint8], rectangles: Sequence[Rectangle]) -> list[tuple[slice, slice]]:
    """Return the rows and columns of rectangles in another colour than the page, as a plot of an image has.

    A rectangular ring is none: it is a thick zero.
    """
    seen = _seen(ink)
    whole = _without_gaps(seen)
    return [
        rectangle.inside
        for rectangle in rectangles
        if rectangle.may_be_plot and (_is_panel(seen, rectangle) or _is_panel(whole, rectangle))
    ]


def _seen(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
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
    scale = filled.shape[1] / whole.shape[1]
    for operation, share in ((cv2.MORPH_CLOSE, _CLOSING), (cv2.MORPH_OPEN, _OPENING)):
        length = 2 * max(1, round(share * min(width, height) * scale / 2)) + 1  # odd, or the outline would move
        filled = np.asarray(cv2.morphologyEx(filled, operation, np.ones((length, length), np.uint8)), np.uint8)
    area = cv2.countNonZero(filled)
    if not area:
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
    return Rectangle(left, top, left + breadth, top + length, float(angle), bumps > bump)


def _as_comb(outline: NDArray[np.int32]) -> Rectangle | None:
    """Return the rectangle around a long straight base; its ticks are found when it is upright."""
    left, top, width, height = cv2.boundingRect(outline)
    if width < max(2 * MIN_SIDE, _FLAT * height) or height < _MIN_TICK:
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


def _comb(seen: NDArray[np.uint8], rectangle: Rectangle) -> Frame | None:
    """Return the base and the ticks of a comb; None where there are not at least two ticks at even distances."""
    left, right, bottom = rectangle.left, rectangle.right, min(rectangle.bottom + 2, len(seen))
    covered = seen[max(0, bottom - 24) : bottom, left:right].mean(axis=1) >= _COVERED
    runs = _runs(covered)
    if not runs:
        return None
    base_top, base_bottom = (max(0, bottom - 24) + row for row in runs[-1])
    thickness = base_bottom - base_top
    if base_top < _MIN_TICK + 2:
        return None
    foot = np.asarray(seen[base_top - _MIN_TICK : base_top - 1, left:right].all(axis=0), np.bool_)
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
    if middles[0] - left > _MIN_TICK or right - 1 - middles[-1] > _MIN_TICK:
        return ()
    for count in range(int((middles[-1] - middles[0]) / min_step), 0, -1):
        wanted = np.linspace(middles[0], middles[-1], count + 1)
        nearest = np.abs(middles - wanted[:, np.newaxis]).argmin(axis=1)
        if (np.abs(middles[nearest] - wanted) <= 1.5).all():
            return tuple(feet[k] for k in nearest)
    return ()


def _has_straight_sides(outline: NDArray[np.int32], sides: Sequence[float]) -> bool:
    """Whether much of an outline is straight and nearly upright or level, as a digit's hardly is: a quick check.

    The outline is simplified as by D. Douglas and T. Peucker (1973).
    """
    corners = cv2.approxPolyDP(outline, _WAVER, True)[:, 0].astype(np.float32)
    steps = np.abs(corners - np.roll(corners, 1, axis=0))
    along = steps.min(axis=1) <= _MAX_SLOPE * steps.max(axis=1)
    return float(steps[along].max(axis=1, initial=0).sum()) >= _MIN_STRAIGHT * 2 * sum(sides)


def _rotated(ink: NDArray[np.uint8], angle: float) -> NDArray[np.uint8]:
    height, width = ink.shape
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1)
    return np.asarray(cv2.warpAffine(ink, turn, (width, height)), np.uint8)


def _remove_upright(ink: NDArray[np.uint8], rectangles: Sequence[Rectangle]) -> NDArray[np.uint8]:
    seen = _seen(ink)
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
    return ink * _writing(rest, frames) if frames else ink


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
    inner = [
        run for run in runs[1:-1] if run[1] - run[0] <= thickest + 2 and reached[slice(*np.subtract(run, start))].any()
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
    return frame.line_width <= _FINE_LINE or _has_corners(seen, outline)


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


def _has_corners(seen: NDArray[np.uint8], rectangle: Rectangle) -> bool:
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
    return float(box[edge > 0].mean()) > _FILLED and _has_corners(seen, _shrunk(rectangle)) and not _is_ring(box)


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
