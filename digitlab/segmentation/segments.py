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

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.segmentation import geometry_prior
from digitlab.segmentation.components import (
    Component,
    Scale,
    bounding_box,
    connected,
    depth,
    is_speck,
    measured,
    stacked,
    together,
)
from digitlab.segmentation.seams import find_seams

_MAX_ATOMS = 12  # to a digit
_MAX_WIDTH = 1.7  # line heights, of a candidate
_ROWS = 48  # rows that a line is brought to for finding cuts
# Where ink is deeper than this share of the pen's width, two strokes run into each other; it counts so much to a cut.
_MERGED_FROM, _MERGED = 0.55, 0.15
_SQUAT = 1.1  # of its height: a sign that hangs together is seldom wider, and two digits that touch are seldom narrower
_NEIGHBOURS = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A part of the ink that may be one digit.

    Attributes:
        box: (left, top, right, bottom) in pixels of the drawing; right and bottom are the first ones outside.
        ink: uint8 (bottom - top, right - left), 0 to 255, without the ink of other pieces.
        first: The first atom covered, counted from the left.
        last: The last one.
        log_prior: How likely this is one digit by its place and form alone: a log-likelihood up to a constant. The
            sum over the segments of a line is that of the line.
    """

    box: tuple[int, int, int, int]
    ink: NDArray[np.uint8]
    first: int
    last: int
    log_prior: float


def find_segments(ink: NDArray[np.uint8]) -> list[Segment]:
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
    parts = connected(ink)
    if not parts:
        return []
    scale = measured(parts)
    parts = [part for part in parts if not is_speck(part, scale)]
    atoms = [atom for group in stacked(parts, scale) for atom in _cut(group, scale)]
    return _candidates(ink, atoms, scale)


def undivided(ink: NDArray[np.uint8]) -> Segment:
    """Return all ink, uint8 (height, width), as one segment, specks included."""
    height, width = ink.shape
    return Segment((0, 0, width, height), ink, 0, 0, 0.0)


def single_sign(ink: NDArray[np.uint8]) -> Segment | None:
    """Return the ink, uint8 (height, width), without specks, if it is hardly wider than high and hangs together.

    What lies within the box of the rest belongs to it: the eyes and the mouth of a face.
    """
    parts = connected(ink)
    if not parts:
        return None
    scale = measured(parts)
    signs = [part for part in parts if not is_speck(part, scale)]
    if not signs:
        return None
    whole = together(signs)
    (height, width) = whole.mask.shape
    if all(part.mask.shape != whole.mask.shape for part in signs) or width > _SQUAT * height:
        return None
    (sign,) = _candidates(ink, [whole], scale)
    return sign


def _cut(part: Component, scale: Scale) -> list[Component]:
    """Cut a part into atoms, from left to right; a narrow one stays whole."""
    height, width = part.mask.shape
    if width < 0.4 * scale.height or width < 2.5 * scale.pen:
        return [part]
    factor = min(1.0, _ROWS / scale.height)
    size = (max(3, round(width * factor)), max(3, round(height * factor)))
    # Ink broader than the pen is where two strokes run into each other.
    weight = part.mask.astype(np.float32)
    weight[depth(part.mask) > _MERGED_FROM * scale.pen] = _MERGED
    small = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    seams = find_seams(np.asarray(small, np.float64), max(1.0, scale.pen * factor), round(scale.height * factor))
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


def _between(part: Component, start: NDArray[np.intp], end: NDArray[np.intp], cut: float | None) -> Component | None:
    """What of a part lies between two columns of each row; the first is inside, the second is not."""
    first, last = int(start.min()), int(end.max())
    if first >= last:
        return None
    columns = np.arange(first, last)
    mask = part.mask[:, first:last] & (columns >= start[:, None]) & (columns < end[:, None])
    left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
    if not width:
        return None
    return Component(part.left + first + left, part.top + top, mask[top : top + height, left : left + width], cut)


def _candidates(ink: NDArray[np.uint8], atoms: list[Component], scale: Scale) -> list[Segment]:
    labels = np.zeros(ink.shape, np.int16)
    for number, atom in enumerate(atoms):
        labels[atom.top : atom.bottom, atom.left : atom.right][atom.mask] = number + 1
    ground = cv2.inRange(labels, 0, 0)
    outlines = np.array([_outline(atom, ink.shape) for atom in atoms])
    joins = [geometry_prior.join_prior(one, other, scale) for one, other in pairwise(atoms)]
    splits = [geometry_prior.cut_prior(atom) for atom in atoms[:-1]]
    found = []
    for first in range(len(atoms)):
        runs = np.maximum.accumulate(outlines[first : first + _MAX_ATOMS], axis=0)
        tall = np.count_nonzero(runs.sum(axis=1) >= geometry_prior.BODY * scale.height, axis=1)
        for last in range(first, min(first + _MAX_ATOMS, len(atoms))):
            box = bounding_box(atoms[first : last + 1])
            if last > first and box[2] - box[0] > _MAX_WIDTH * scale.height:
                break
            if last > first and box[3] - box[1] < 0.5 * scale.height:
                continue
            likelihood = sum(joins[first:last]) + sum(splits[last : last + 1])
            likelihood += geometry_prior.size_prior(box, int(tall[last - first]), scale)
            found.append(Segment(box, _lifted(ink, labels, ground, box, first, last), first, last, float(likelihood)))
    return found


def _outline(atom: Component, shape: tuple[int, ...]) -> NDArray[np.int32]:
    """How far an atom reaches down and up in each column of the drawing, (2, width): their sum is the ink's extent."""
    some = atom.mask.any(axis=0)
    outline = np.full((2, shape[1]), -shape[0], np.int32)
    lowest = atom.bottom - atom.mask[::-1].argmax(axis=0)
    highest = atom.top + atom.mask.argmax(axis=0)
    outline[:, atom.left : atom.right][:, some] = np.stack([lowest, -highest])[:, some]
    return outline


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
