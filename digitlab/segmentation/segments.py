"""Cuts the ink of a line into segments that may be one digit each.

Heuristic over-segmentation: the ink is cut wherever two digits may meet, into atoms from left to right, and every short
run of atoms is a candidate. A network decides which runs are digits; see Y. LeCun et al., "Gradient-based learning
applied to document recognition" (1998), section V-A, and R. G. Casey and E. Lecolinet, "A survey of methods and
strategies in character segmentation" (1996). The prior of the geometry comes with each candidate.

Lengths are measured in line heights or pen widths, so that the size of the writing does not matter. The constants were
set on numbers composed of single digits from many writers.
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.segmentation import geometry_prior
from digitlab.segmentation.broken_strokes import bridge_gaps
from digitlab.segmentation.components import (
    Component,
    WritingScale,
    bounding_box,
    connected_components,
    depth,
    measure,
    merge,
    merge_stacked,
)
from digitlab.segmentation.marks import without_marks
from digitlab.segmentation.seams import find_seams

_MAX_ATOMS = 12  # atoms of which one digit may consist
_MAX_WIDTH = 1.7  # line heights, of a segment
_ROWS = 48  # pixels: the height to which a line is scaled for finding seams
# Where ink is deeper than this share of the pen's width, two strokes merge, and it counts only so much in a seam.
_MERGED_FROM, _MERGED = 0.55, 0.15
# Line heights, and pen widths: what is narrower is one stroke. Two ones that touch are a quarter as wide as tall.
_MIN_WIDTH, _MIN_PENS = 0.2, 2.0
_SQUAT = 1.1  # ratio of width to height: one sign is rarely wider, and two touching digits are rarely narrower
_NEIGHBOURS = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A part of the ink that may be one digit.

    Attributes:
        box: (left, top, right, bottom) in pixels of the drawing; right and bottom are the first ones outside.
        ink: uint8 (bottom - top, right - left), 0 to 255, without the ink of other segments; gaps of broken strokes are
            bridged.
        first: The first of its atoms, counted from the left.
        last: The last one.
        log_prior: How likely this is one digit by its place and form alone: a log-likelihood up to a constant. The
            sum over the segments of a line is that of the line.
        is_cut: Whether it was cut from ink that goes on to its left or right.
    """

    box: tuple[int, int, int, int]
    ink: NDArray[np.uint8]
    first: int
    last: int
    log_prior: float
    is_cut: bool = False


def find_segments(ink: NDArray[np.uint8]) -> list[Segment]:
    """Cut a line of digits into candidate segments.

    Args:
        ink: uint8 (height, width), 0 background to 255 ink.

    Returns:
        The segments, sorted by first and last atom. They cover every atom, and a digit may end at each boundary between
        atoms. Empty where there is no ink.

    Raises:
        ValueError: The ink has another shape or dtype.
    """
    if ink.dtype != np.uint8 or ink.ndim != 2:
        raise ValueError(f"Ink must be uint8 (height, width), not {ink.dtype} {ink.shape}.")
    ink, parts = _bridged(ink)
    if not parts:
        return []
    scale = measure(parts)
    parts = without_marks(parts, scale)
    atoms = [atom for group in merge_stacked(parts, scale) for atom in _cut(group, scale)]
    return _candidates(ink, atoms, scale)


def undivided(ink: NDArray[np.uint8]) -> Segment:
    """Return all ink, uint8 (height, width), as one segment, specks included."""
    height, width = ink.shape
    return Segment((0, 0, width, height), ink, 0, 0, 0.0)


def single_sign(ink: NDArray[np.uint8]) -> Segment | None:
    """Return the ink, uint8 (height, width), without specks, if it is connected and hardly wider than tall.

    Ink within the box of the rest belongs to it, like the eyes and the mouth of a face.
    """
    ink, parts = _bridged(ink)
    if not parts:
        return None
    scale = measure(parts)
    signs = without_marks(parts, scale)
    if not signs:
        return None
    whole = merge(signs)
    (height, width) = whole.mask.shape
    if all(part.mask.shape != whole.mask.shape for part in signs) or width > _SQUAT * height:
        return None
    (sign,) = _candidates(ink, [whole], scale)
    return sign


def _bridged(ink: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], list[Component]]:
    """Return ink whose broken strokes are bridged, and its connected components."""
    parts = connected_components(ink)
    bridged = bridge_gaps(ink, parts)
    return bridged, parts if bridged is ink else connected_components(bridged)


def _cut(part: Component, scale: WritingScale) -> list[Component]:
    """Cut a component into atoms, from left to right; a narrow one stays whole."""
    height, width = part.mask.shape
    if width < _MIN_WIDTH * scale.height or width < _MIN_PENS * scale.pen:
        return [part]
    factor = min(1.0, _ROWS / scale.height)
    size = (max(3, round(width * factor)), max(3, round(height * factor)))
    # Where ink is wider than the pen, two strokes merge.
    weight = part.mask.astype(np.float32)
    weight[depth(part.mask) > _MERGED_FROM * scale.pen] = _MERGED
    small = cv2.resize(weight, size, interpolation=cv2.INTER_AREA)
    seams = find_seams(np.asarray(small, np.float64), max(1.0, scale.pen * factor), round(scale.height * factor))
    if not seams:
        return [part]
    rows = np.minimum((np.arange(height) * factor).astype(int), size[1] - 1)
    columns = (np.arange(width) + 0.5) * size[0] / width
    # Seams may cross; the number of seams left of a pixel still orders the atoms. Each row is cut between columns.
    places = np.searchsorted(columns, np.stack([seam[rows] for _, seam in seams]) + 0.5, side="right")
    places.sort(axis=0)
    ends = [np.zeros_like(places[0]), *places, np.full_like(places[0], width)]
    costs = [cost for cost, _ in sorted(seams, key=lambda seam: float(seam[1].mean()))]
    atoms = [_between(part, *pair, cost) for pair, cost in zip(pairwise(ends), [*costs, None], strict=True)]
    return [atom for atom in atoms if atom is not None]


def _between(part: Component, start: NDArray[np.intp], end: NDArray[np.intp], cut: float | None) -> Component | None:
    """Return the part of a component between two columns in each row, the first included, the second not."""
    first, last = int(start.min()), int(end.max())
    if first >= last:
        return None
    columns = np.arange(first, last)
    mask = part.mask[:, first:last] & (columns >= start[:, None]) & (columns < end[:, None])
    left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
    if not width:
        return None
    atom = mask[top : top + height, left : left + width]
    return Component(part.left + first + left, part.top + top, atom, cut, int(part.mask.shape[0]))


def _candidates(ink: NDArray[np.uint8], atoms: list[Component], scale: WritingScale) -> list[Segment]:
    labels = np.zeros(ink.shape, np.int16)
    for number, atom in enumerate(atoms):
        labels[atom.top : atom.bottom, atom.left : atom.right][atom.mask] = number + 1
    background = cv2.inRange(labels, 0, 0)
    outlines = np.array([_outline(atom, ink.shape) for atom in atoms])
    joins = [geometry_prior.join_prior(*pair, scale) for pair in pairwise(atoms)]
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
            own = _lifted(ink, labels, background, box, first, last)
            is_cut = any(atom.cut_cost is not None for atom in (*atoms[first - 1 : first], *atoms[last : last + 1]))
            found.append(Segment(box, own, first, last, float(likelihood), is_cut))
    return found


def _outline(atom: Component, shape: tuple[int, ...]) -> NDArray[np.int32]:
    """Return how far an atom reaches down and up in each column, (2, width); their sum is the ink's extent."""
    inked = atom.mask.any(axis=0)
    outline = np.full((2, shape[1]), -shape[0], np.int32)
    lowest = atom.bottom - atom.mask[::-1].argmax(axis=0)
    highest = atom.top + atom.mask.argmax(axis=0)
    outline[:, atom.left : atom.right][:, inked] = np.stack([lowest, -highest])[:, inked]
    return outline


def _lifted(
    ink: NDArray[np.uint8],
    labels: NDArray[np.int16],
    background: NDArray[np.uint8],
    box: tuple[int, int, int, int],
    first: int,
    last: int,
) -> NDArray[np.uint8]:
    """Return the ink of a run of atoms alone, with its soft edge; `background` is 255 where there is no atom."""
    left, top, right, bottom = box
    place = slice(top, bottom), slice(left, right)
    own = cv2.inRange(labels[place], first + 1, last + 1)
    edge = cv2.bitwise_and(cv2.dilate(own, _NEIGHBOURS), background[place])
    return np.asarray(cv2.bitwise_and(ink[place], cv2.bitwise_or(own, edge)), np.uint8)
