"""From the ink of a line to the pieces of it that may be one digit each.

Heuristic over-segmentation: the ink is cut at every place that may lie between two digits, into atoms from left to
right, and every short run of atoms is a candidate. Which run is a digit is for a network to say; see Y. LeCun et al.,
"Gradient-based learning applied to document recognition" (1998), section V-A, and R. G. Casey and E. Lecolinet, "A
survey of methods and strategies in character segmentation" (1996). What the geometry alone says of a candidate comes
with it.

Lengths are measured in the line's height or in its pen's width, so that the size of the writing does not matter. The
constants were set on numbers composed of single digits from many writers.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

FAINTEST = 48  # of 255: below it is a smudge of antialiasing or of compression, not ink
_MOST_PARTS = 24  # connected parts of the ink; no number that a person draws has more
_MOST_ATOMS = 12  # to a digit
_WIDEST = 1.7  # line heights, of a candidate
_ROWS = 48  # rows that a line is brought to for finding cuts
_LEVELS = (0.2, 0.5, 0.8)  # of the height, where a cut is looked for
_CUTS = 6.0  # to a line height of connected ink
_DEEPEST = 4.0  # pen widths of ink that a cut may pass
_NOTCH = 0.08  # line heights that a notch in the outline is deep at least
_NOTCHES_APART = 0.4  # line heights, sideways, that a notch below is from one above at most
_NOTCHED = 0.2  # of the ink between two notches that counts; two digits are likely there
_SLANT = 0.02  # what a step to the side costs a cut, in pixels of ink: the straightest of equal cuts is taken
# Where ink is deeper than this share of the pen's width, two strokes run into each other; it counts so much to a cut.
_MERGED_FROM, _MERGED = 0.55, 0.15

# Evidence, as log-likelihoods: what one digit more costs; what its being lower than so much of the line's height costs,
# for each line height; and the square of the line heights by which it is broader than so much.
_PIECE = 1.0
_LOWEST, _LOW = 0.65, 30.0
_BROADEST, _BROAD = 0.6, 10.0
_BODY = 0.35  # of the line's height that a column's ink spans at least if it is a digit's body, not a tail or a flag,
_FLOURISH = 0.5  # which adds half its length to the breadth
# What a digit's end costs that cuts through connected ink: itself, and each pen's width that it passes.
_CUT, _CUT_INK = 2.0, 1.0
# What one digit costs that is made of two parts side by side: where both are tall, and each line height between them.
_SIDE_BY_SIDE, _GAP = 5.0, 12.0
_NEAR = 0.05  # of the line's height: a short part may be so far away
_SQUAT = 1.1  # of its height: a sign that hangs together is seldom wider, and two digits that touch are seldom narrower
_TALL = 0.5  # of the line's height, from which on a part is no hat and no bar
_NEIGHBOURS = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A part of the ink that may be one digit.

    Attributes:
        box: (left, top, right, bottom) in pixels of the drawing; right and bottom are the first ones outside.
        ink: uint8 (bottom - top, right - left), 0 to 255, without the ink of other pieces.
        first: The first atom covered, counted from the left.
        last: The last one.
        evidence: How well this would be one digit by its place and form alone: a log-likelihood up to a constant.
            Those of the pieces that make up the line add up.
    """

    box: tuple[int, int, int, int]
    ink: NDArray[np.uint8]
    first: int
    last: int
    evidence: float


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Connected ink, or an atom of it: its box in the drawing, its mask, and what the cut to its right costs."""

    left: int
    top: int
    mask: NDArray[np.bool_]
    cut: float | None = None  # pen widths of ink; None: nothing is cut, the next atom belongs to another part

    @property
    def right(self) -> int:
        return self.left + int(self.mask.shape[1])

    @property
    def bottom(self) -> int:
        return self.top + int(self.mask.shape[0])


@dataclass(frozen=True, slots=True)
class _Scale:
    """The measures of the writing, in pixels."""

    height: float
    pen: float


def pieces(ink: NDArray[np.uint8]) -> list[Piece]:
    """Cut a line of digits into candidates.

    Args:
        ink: uint8 (height, width), 0 ground to 255 ink.

    Returns:
        The candidates, by first and last atom; every atom is covered, and each boundary between atoms is one where a
        digit may end. Empty where there is no ink.

    Raises:
        ValueError: Another shape or dtype came.
    """
    if ink.dtype != np.uint8 or ink.ndim != 2:
        raise ValueError(f"Ink is uint8 (height, width); {ink.dtype} {ink.shape} came.")
    parts = _connected(ink)
    if not parts:
        return []
    scale = _measured(parts)
    parts = [part for part in parts if not _is_speck(part, scale)]
    atoms = [atom for group in _stacked(parts, scale) for atom in _cut(group, scale)]
    return _candidates(ink, atoms, scale)


def one_sign(ink: NDArray[np.uint8]) -> Piece | None:
    """Return the ink, uint8 (height, width), without specks, if it is hardly wider than high and hangs together.

    What lies within the box of the rest belongs to it: the eyes and the mouth of a face.
    """
    parts = _connected(ink)
    if not parts:
        return None
    scale = _measured(parts)
    signs = [part for part in parts if not _is_speck(part, scale)]
    if not signs:
        return None
    whole = _together(signs)
    (height, width) = whole.mask.shape
    if all(part.mask.shape != whole.mask.shape for part in signs) or width > _SQUAT * height:
        return None
    (sign,) = _candidates(ink, [whole], scale)
    return sign


def _connected(ink: NDArray[np.uint8]) -> list[_Part]:
    """The connected parts of the ink, the largest of them where there are very many."""
    _, seen = cv2.threshold(ink, FAINTEST, 255, cv2.THRESH_BINARY)
    x, y, breadth, length = cv2.boundingRect(seen)
    if not breadth:
        return []
    inked = seen[y : y + length, x : x + breadth]
    _, labels, statistics, _ = cv2.connectedComponentsWithStats(inked, connectivity=8)
    largest = np.argsort(-statistics[1:, cv2.CC_STAT_AREA], kind="stable")[:_MOST_PARTS] + 1
    parts = []
    for label in largest:
        left, top, width, height = (int(value) for value in statistics[label, :4])
        parts.append(_Part(x + left, y + top, labels[top : top + height, left : left + width] == label))
    return parts


def _measured(parts: list[_Part]) -> _Scale:
    """The line's height, the median of its tall parts, and the pen's width.

    Across a stroke the distance to the ground rises evenly from 0 to half the width, so its mean is a quarter of it.
    """
    heights = np.array([part.mask.shape[0] for part in parts])
    height = float(np.median(heights[heights >= heights.max() / 2]))
    # A dash has no height to measure by; five touching digits are four or five times as wide as they are tall.
    height = max(height, 0.15 * max(part.mask.shape[1] for part in parts if part.mask.shape[0] >= heights.max() / 2))
    largest = max(parts, key=_area)
    return _Scale(height, max(1.0, 4 * float(_depth(largest.mask)[largest.mask].mean()) - 1))


def _area(part: _Part) -> int:
    return int(np.count_nonzero(part.mask))


def _depth(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """How far inside a mask each of its pixels lies."""
    surrounded = cv2.copyMakeBorder(mask.view(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(0,))
    return np.asarray(cv2.distanceTransform(surrounded, cv2.DIST_L2, 3)[1:-1, 1:-1], np.float32)


def _is_speck(part: _Part, scale: _Scale) -> bool:
    """Whether a part is a touch of the pen beside the writing, or dust."""
    longest: int = max(part.mask.shape)
    return longest < max(0.08 * scale.height, min(1.4 * scale.pen, 0.3 * scale.height))


def _stacked(parts: list[_Part], scale: _Scale) -> list[_Part]:
    """Join the parts that lie above or inside one another: a five's hat, a seven's bar, an eight's two rings."""
    whole: list[_Part] = []
    for part in sorted(parts, key=_area, reverse=True):
        shares = [_stacking(part, other, scale) for other in whole]
        if shares and max(shares) >= 0.5:
            best = int(np.argmax(shares))
            whole[best] = _together([whole[best], part])
        else:
            whole.append(part)
    return sorted(whole, key=_middle)


def _stacking(small: _Part, large: _Part, scale: _Scale) -> float:
    """The share of a part's columns above, below or within another part; 0 for a digit that only leans over."""
    height = small.mask.shape[0]
    rows = max(0, min(small.bottom, large.bottom) - max(small.top, large.top))
    inside = rows == height and large.left <= small.left and small.right <= large.right
    if height >= _TALL * scale.height and rows > 0.3 * height and not (inside and height < 0.8 * large.mask.shape[0]):
        return 0.0
    return _overlap(small, large) / int(small.mask.shape[1])


def _middle(part: _Part) -> float:
    return part.left + part.right


def _overlap(one: _Part, other: _Part) -> int:
    """How many columns the boxes of two parts share; below 0 they lie that far apart."""
    return min(one.right, other.right) - max(one.left, other.left)


def _together(parts: list[_Part]) -> _Part:
    left, top, right, bottom = _box(parts)
    mask = np.zeros((bottom - top, right - left), np.bool_)
    for part in parts:
        mask[part.top - top : part.bottom - top, part.left - left : part.right - left] |= part.mask
    return _Part(left, top, mask)


def _cut(part: _Part, scale: _Scale) -> list[_Part]:
    """Cut a part into atoms, from left to right; a narrow one stays whole."""
    height, width = part.mask.shape
    if width < 0.4 * scale.height or width < 2.5 * scale.pen:
        return [part]
    factor = min(1.0, _ROWS / scale.height)
    size = (max(3, round(width * factor)), max(3, round(height * factor)))
    # Ink broader than the pen is where two strokes run into each other.
    weight = part.mask.astype(np.float32)
    weight[_depth(part.mask) > _MERGED_FROM * scale.pen] = _MERGED
    small = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    seams = _seams(np.asarray(small, np.float64), max(1.0, scale.pen * factor), round(scale.height * factor))
    if not seams:
        return [part]
    rows = np.minimum((np.arange(height) * factor).astype(int), size[1] - 1)
    columns = (np.arange(width) + 0.5) * size[0] / width
    # Seams may cross: the number of them to a pixel's left still orders the atoms. Each row is cut between two columns.
    places = np.searchsorted(columns, np.stack([seam[rows] for _, seam in seams]) + 0.5, side="right")
    places.sort(axis=0)
    ends = [np.zeros_like(places[0]), *places, np.full_like(places[0], width)]
    costs = [cost for cost, _ in sorted(seams, key=lambda seam: float(seam[1].mean()))]
    atoms = [_between(part, *pair, cost) for pair, cost in zip(pairwise(ends), [*costs, None], strict=True)]
    return [atom for atom in atoms if atom is not None]


def _between(part: _Part, start: NDArray[np.intp], end: NDArray[np.intp], cut: float | None) -> _Part | None:
    """What of a part lies between two columns of each row; the first is inside, the second is not."""
    first, last = int(start.min()), int(end.max())
    if first >= last:
        return None
    columns = np.arange(first, last)
    mask = part.mask[:, first:last] & (columns >= start[:, None]) & (columns < end[:, None])
    left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
    if not width:
        return None
    return _Part(part.left + first + left, part.top + top, mask[top : top + height, left : left + width], cut)


def _seams(small: NDArray[np.float64], pen: float, line: int) -> list[tuple[float, NDArray[np.intp]]]:
    """The cheapest ways down, slanted by 45 degrees at most, that part the ink in two: (cost, column of each row)."""
    height, width = small.shape
    (down, up), steps = _swept(np.stack([small, small[::-1]]))
    came_down, came_up = steps.tolist()
    through = down + up[::-1] - small
    found = []
    for row in {int(level * (height - 1)) for level in _LEVELS}:
        for column in _minima(through[row]):
            cost = through[row, column] / pen
            if cost <= _DEEPEST:
                upper = _followed(came_down, row, column)[::-1]
                lower = _followed(came_up, height - 1 - row, column)[1:]
                found.append((float(cost), np.array(upper + lower, np.intp)))
    found += _notched(small, pen, line)
    return _different(sorted(found, key=lambda seam: seam[0]), small, pen * line, max(2, round(_CUTS * width / line)))


def _notched(small: NDArray[np.float64], pen: float, line: int) -> list[tuple[float, NDArray[np.intp]]]:
    """Straight cuts from a notch in the upper outline to one in the lower: two round digits share a length of ink."""
    inked = small > 0.1
    height = len(small)
    upper, lower = inked.argmax(axis=0), height - 1 - inked[::-1].argmax(axis=0)
    found = []
    for x in _dips(upper, line):
        for other in _dips(height - 1 - lower, line):
            if abs(x - other) <= _NOTCHES_APART * line and upper[x] <= lower[other]:
                seam = np.round(np.interp(np.arange(height), [upper[x], lower[other] + 1], [x, other])).astype(np.intp)
                ink = small[np.arange(height), seam].sum() / pen
                found.append((float(min(ink, 1 + _NOTCHED * ink)), seam))
    return found


def _dips(outline: NDArray[np.intp], line: int) -> list[int]:
    """The columns where an outline, given by its distance from its side, goes in and comes out again."""
    reach, depth = line // 2, max(2, round(_NOTCH * line))
    return [
        x
        for x in _minima(-outline.astype(np.float64))
        if outline[x] - depth >= max(outline[max(0, x - reach) : x + 1].min(), outline[x : x + reach + 1].min())
    ]


def _swept(fields: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """The cheapest ways down each field, (n, height, width): their costs to each pixel, and the last step's side.

    That is -1, 0 or 1: where the way came from.
    """
    number, height, width = fields.shape
    straight = np.ascontiguousarray(fields.transpose(1, 0, 2))
    aslant = 1.4 * straight + _SLANT
    costs = np.full((height, number, width + 2), np.inf)  # no way leads through the columns beside the field
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


def _followed(steps: list[list[int]], row: int, column: int) -> list[int]:
    """The columns of the way that came to (row, column), from there to the first row."""
    columns = [column]
    for above in range(row, 0, -1):
        columns.append(columns[-1] + steps[above][columns[-1]])
    return columns


def _minima(costs: NDArray[np.float64]) -> list[int]:
    """The middles of the stretches that are lower than what lies on both sides of them."""
    rounded = np.round(costs, 1)
    starts = np.flatnonzero(np.concatenate([[True], rounded[1:] != rounded[:-1]]))
    values = np.concatenate([[np.inf], rounded[starts], [np.inf]])
    ends = np.append(starts[1:], len(costs))
    low = (values[1:-1] < values[:-2]) & (values[1:-1] < values[2:])
    middles: list[int] = ((starts[low] + ends[low] - 1) // 2).tolist()
    return middles


def _different(
    seams: list[tuple[float, NDArray[np.intp]]], small: NDArray[np.float64], stroke: float, most: int
) -> list[tuple[float, NDArray[np.intp]]]:
    """The cheapest seams of which each parts the ink in its own way; `stroke` is the ink of a stroke down the line."""
    rows, upto = np.arange(len(small)), np.cumsum(small, axis=1)
    kept: list[tuple[float, NDArray[np.intp]]] = []
    lefts = [np.zeros(len(small)), upto[:, -1]]  # the ink of each row that is to the left
    for cost, seam in seams:
        left = upto[rows, seam]
        if len(kept) < most and np.abs(np.stack(lefts) - left).sum(axis=1).min() >= 0.3 * stroke:
            kept.append((cost, seam))
            lefts.append(left)
    return kept


def _candidates(ink: NDArray[np.uint8], atoms: list[_Part], scale: _Scale) -> list[Piece]:
    labels = np.zeros(ink.shape, np.int16)
    for number, atom in enumerate(atoms):
        labels[atom.top : atom.bottom, atom.left : atom.right][atom.mask] = number + 1
    ground = cv2.inRange(labels, 0, 0)
    outlines = np.array([_outline(atom, ink.shape) for atom in atoms])
    joins = [_join(one, other, scale) for one, other in pairwise(atoms)]
    splits = [_split(atom) for atom in atoms[:-1]]
    found = []
    for first in range(len(atoms)):
        runs = np.maximum.accumulate(outlines[first : first + _MOST_ATOMS], axis=0)
        tall = np.count_nonzero(runs.sum(axis=1) >= _BODY * scale.height, axis=1)
        for last in range(first, min(first + _MOST_ATOMS, len(atoms))):
            box = _box(atoms[first : last + 1])
            if last > first and box[2] - box[0] > _WIDEST * scale.height:
                break
            if last > first and box[3] - box[1] < 0.5 * scale.height:
                continue
            form = _form(box, int(tall[last - first]), scale)
            evidence = sum(joins[first:last]) + sum(splits[last : last + 1]) + form
            found.append(Piece(box, _lifted(ink, labels, ground, box, first, last), first, last, float(evidence)))
    return found


def _outline(atom: _Part, shape: tuple[int, ...]) -> NDArray[np.int32]:
    """How far an atom reaches down and up in each column of the drawing, (2, width): their sum is the ink's extent."""
    some = atom.mask.any(axis=0)
    outline = np.full((2, shape[1]), -shape[0], np.int32)
    lowest = atom.bottom - atom.mask[::-1].argmax(axis=0)
    highest = atom.top + atom.mask.argmax(axis=0)
    outline[:, atom.left : atom.right][:, some] = np.stack([lowest, -highest])[:, some]
    return outline


def _box(run: list[_Part]) -> tuple[int, int, int, int]:
    return (
        min(atom.left for atom in run),
        min(atom.top for atom in run),
        max(atom.right for atom in run),
        max(atom.bottom for atom in run),
    )


def _lifted(
    ink: NDArray[np.uint8],
    labels: NDArray[np.int16],
    ground: NDArray[np.uint8],
    box: tuple[int, int, int, int],
    first: int,
    last: int,
) -> NDArray[np.uint8]:
    """The ink of a run of atoms alone, with the soft edge around it; `ground` is 255 where there is no atom."""
    left, top, right, bottom = box
    place = slice(top, bottom), slice(left, right)
    own = cv2.inRange(labels[place], first + 1, last + 1)
    edge = cv2.bitwise_and(cv2.dilate(own, _NEIGHBOURS), ground[place])
    return np.asarray(cv2.bitwise_and(ink[place], cv2.bitwise_or(own, edge)), np.uint8)


def _form(box: tuple[int, int, int, int], tall: int, scale: _Scale) -> float:
    """The evidence of a candidate's size: a digit is about as tall as the line, and its body narrower than that.

    `tall` is the number of its columns that are a digit's body.
    """
    left, top, right, bottom = box
    width = (tall + _FLOURISH * (right - left - tall)) / scale.height
    lowness = max(0.0, _LOWEST - (bottom - top) / scale.height)
    return -_PIECE - _LOW * lowness - _BROAD * max(0.0, width - _BROADEST) ** 2


def _split(atom: _Part) -> float:
    """The evidence for a digit's end after an atom."""
    return 0.0 if atom.cut is None else -_CUT - _CUT_INK * atom.cut


def _join(one: _Part, other: _Part, scale: _Scale) -> float:
    """The evidence for one digit across two atoms: tall parts side by side are seldom one."""
    if one.cut is not None:
        return 0.0
    gap = _gap(one, other) / scale.height
    if min(one.mask.shape[0], other.mask.shape[0]) >= _TALL * scale.height:
        return -_SIDE_BY_SIDE - _GAP * max(0.0, gap)
    return -_GAP * max(0.0, gap - _NEAR)


def _gap(one: _Part, other: _Part) -> float:
    """The ground between two parts along the rows that they share, or else between their boxes; in pixels."""
    top, bottom = max(one.top, other.top), min(one.bottom, other.bottom)
    box: float = -_overlap(one, other)
    if bottom - top < 0.3 * min(one.mask.shape[0], other.mask.shape[0]):
        return box
    left, right = one.mask[top - one.top : bottom - one.top], other.mask[top - other.top : bottom - other.top]
    ends: NDArray[Any] = one.left + left.shape[1] - left[:, ::-1].argmax(axis=1)
    starts: NDArray[Any] = other.left + right.argmax(axis=1)
    both = left.any(axis=1) & right.any(axis=1)
    return float((starts - ends)[both].min()) if both.any() else box
