"""Reading whole numbers: which of the ways to cut a line of digits a network believes most.

The candidates of `digits.cutting` form a lattice from the line's left end to its right one. A path through it is one
way to read the line. The best one is found by dynamic programming (A. Viterbi, 1967) over the sum of the candidates'
log-likelihoods, as in Y. LeCun et al., "Gradient-based learning applied to document recognition" (1998), section V.

The network reads only what may matter. A candidate that it has not seen yet counts as if the network were certain of
it, the best that can be; once the best path has been read throughout, no other can be better (an admissible estimate:
P. Hart, N. Nilsson and B. Raphael, "A formal basis for the heuristic determination of minimum cost paths", 1968).
Digits that stand apart take one batch, of as many images as there are digits.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from digitlab.networks.recognition import Reading
from digitlab.preprocessing import normalization
from digitlab.preprocessing.foreground import extract_foreground
from digitlab.segmentation import segments
from digitlab.segmentation.segments import Segment

_TRUST = 4.0  # how much the network's log-probability weighs against the geometry's evidence
_UNTHINKABLE = 1e-6  # the least probability that is told apart from 0
_LEFT_OUT = 1e6  # of an atom that no candidate covers


class Reader(Protocol):
    """What is asked of a network: `Recogniser` has it."""

    def probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 (n, 10) for uint8 (n, 28, 28)."""

    def reading(self, image: NDArray[np.uint8], probabilities: NDArray[np.float32]) -> Reading:
        """Say what these probabilities for an image mean."""


@dataclass(frozen=True, slots=True, eq=False)
class DigitReading:
    """One digit of a number.

    Attributes:
        box: (left, top, right, bottom) in pixels of the drawing; right and bottom are the first ones outside.
        reading: What the network reads in it.
        ink: uint8, of the whole line's shape: the ink of this digit alone, in its place.
    """

    box: tuple[int, int, int, int]
    reading: Reading
    ink: NDArray[np.uint8]


def read_number(drawing: NDArray[np.uint8], network: Reader) -> list[DigitReading]:
    """Read the digits of a drawing, one or several in a line.

    Args:
        drawing: uint8 (height, width, 4), RGBA, as `ink.to_digit` takes it.
        network: It had better be unsure of what is no digit, as those trained with drawings that are none.

    Returns:
        The digits from left to right; empty where there is no ink.

    Raises:
        ValueError: Another shape or dtype came.
    """
    line = extract_foreground(drawing)
    scale = drawing.shape[1] / line.shape[1]
    parts = read_line(line, network)
    return (
        parts if scale == 1 else [replace(part, box=tuple(round(side * scale) for side in part.box)) for part in parts]
    )


def read_line(line: NDArray[np.uint8], network: Reader) -> list[DigitReading]:
    """Read the digits of a line of ink, uint8 (height, width), 0 ground to 255 ink, as `read_number`."""
    pieces = segments.find_segments(line)
    scores = [piece.evidence for piece in pieces]
    parts: dict[int, DigitReading | None] = {}
    while unread := [k for k in most_likely_path(pieces, scores) if k not in parts]:
        parts.update(zip(unread, _read([pieces[k] for k in unread], line, network), strict=True))
        for k in unread:
            part = parts[k]
            scores[k] += _TRUST * math.log(max(*part.reading.probabilities, _UNTHINKABLE)) if part else -_LEFT_OUT
    read = [part for k in most_likely_path(pieces, scores) if (part := parts[k])]
    whole = segments.one_sign(line) if len(read) > 1 else None
    # Two digits that touch are wider. A V would be read as 11, an R as 12.
    return read if whole is None else [part for part in _read([whole], line, network) if part]


def most_likely_path(pieces: Sequence[Segment], scores: Sequence[float]) -> list[int]:
    """Return the indices of the pieces that cover all atoms, each once and in order, with the highest sum of scores.

    An atom that no piece covers is left out.
    """
    ending: dict[int, list[int]] = defaultdict(list)
    for k, piece in enumerate(pieces):
        ending[piece.last].append(k)
    best: list[tuple[float, list[int]]] = [(0.0, [])]
    for last in range(max(ending, default=-1) + 1):
        ways = [(best[last][0] - _LEFT_OUT, best[last][1])]
        for k in ending[last]:
            before, path = best[pieces[k].first]
            ways.append((before + scores[k], [*path, k]))
        best.append(max(ways, key=lambda way: way[0]))
    return best[-1][1]


def _read(pieces: list[Segment], line: NDArray[np.uint8], network: Reader) -> Iterator[DigitReading | None]:
    """What the network says of each piece, in one batch; None for one in which too little ink is left to read."""
    images = [normalization.normalize_ink(piece.ink) for piece in pieces]
    readable = [image for image in images if image is not None]
    answers = iter(network.probabilities(np.stack(readable)) if readable else ())
    for piece, image in zip(pieces, images, strict=True):
        yield (
            None
            if image is None
            else DigitReading(piece.box, network.reading(image, next(answers)), _alone(piece, line.shape))
        )


def _alone(piece: Segment, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    left, top, right, bottom = piece.box
    field = np.zeros(shape, np.uint8)
    field[top:bottom, left:right] = piece.ink
    return field
