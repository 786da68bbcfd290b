"""Finds the digits of a number: of all ways to cut a line of ink, the one that is most likely to a network.

The candidates of `digitlab.segmentation.segments` form a lattice from the left end of the line to the right end. A path
through it is one way to read the line. The best path is found by dynamic programming (A. Viterbi, 1967) over the sum of
the candidates' log-likelihoods, as in Y. LeCun et al., "Gradient-based learning applied to document recognition"
(1998), section V.

The network reads only what may matter. A candidate that it has not read yet counts as if the network were certain of
it, the best possible value; once all of the best path has been read, no other path can be better (an admissible
estimate: P. Hart, N. Nilsson and B. Raphael, "A formal basis for the heuristic determination of minimum cost paths",
1968). Digits that stand apart take one batch, with one image for each digit.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from digitlab.networks.reading import DigitReading, Reading
from digitlab.preprocessing import normalization
from digitlab.segmentation.components import connected_components, has_hole, stands_on_a_dot
from digitlab.segmentation.segments import Segment, find_segments, single_sign, undivided

_NETWORK_WEIGHT = 8.0  # weight of the network's log-probability; the prior of the geometry has 1
_MIN_PROBABILITY = 1e-6  # smaller ones count as this, so that the logarithm is finite
# A sign that could be one by its form is two digits only if the cut is as cheap, and the network as certain of both:
# the product of their probabilities is 0.86 or more. A narrow one is rarely a letter; for it, 0.54 is enough.
_MIN_CUT_PRIOR, _MIN_CUT_LIKELIHOOD, _MIN_NARROW_LIKELIHOOD = -8.0, -1.2, -5.0
_NARROW = 0.6  # ratio of width to height
_STROKES = (1, 7)  # what the strokes of letters look like: where such a digit was cut from other ink, it is never sure
_LOOPED = 8  # the halves of a bold x look like eights: without a loop, such a digit that was cut is never sure
_MAX_PIECES = 6  # of a digit whose strokes are broken, or crossed by lines that were removed; lines of text have more
_MIN_SIGNS, _MIN_SURE = 3, 0.5  # a row of so many signs, fewer of which are sure, is text
_MIN_DIVISIBLE = 0.9  # the probability from which ink that could be cut is surely one digit
_SKIPPED = 1e6  # the cost of an atom that no candidate covers


class DigitReader(Protocol):
    """The part of `Recogniser` that the search needs."""

    def probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return float32 (n, 10) for uint8 (n, 28, 28)."""

    def interpret(self, image: NDArray[np.uint8], probabilities: NDArray[np.float32]) -> Reading:
        """Return what these probabilities mean for an image."""


def single_digit(ink: NDArray[np.uint8], network: DigitReader) -> list[DigitReading]:
    """Read all ink, uint8 (height, width), as one digit; an empty list where there is no ink."""
    return [digit for digit in _read([undivided(ink)], ink, network) if digit]


def find_digits(ink: NDArray[np.uint8], network: DigitReader) -> list[DigitReading]:
    """Find and read the digits of a line.

    Args:
        ink: uint8 (height, width), 0 background to 255 ink.
        network: Preferably one that was trained to reject drawings of no digit.

    Returns:
        The digits from left to right; an empty list where there is no ink. No digit is sure whose ink could as well be
        cut in another way or is in very many pieces, that stands on a dot, or that was cut off as an eight without a
        loop; and none of a row that looks like text.
    """
    segments = find_segments(ink)
    scores = [segment.log_prior for segment in segments]
    read: dict[int, DigitReading | None] = {}

    def best_path() -> list[int]:
        while unread := [k for k in most_likely_path(segments, scores) if k not in read]:
            read.update(zip(unread, _read([segments[k] for k in unread], ink, network), strict=True))
            for k in unread:
                scores[k] += _log_likelihood(read[k])
        return most_likely_path(segments, scores)

    path = best_path()
    if len(path) == 1 and _may_be_two(segments[path[0]], read[path[0]]):
        whole, scores[path[0]] = scores[path[0]], -_SKIPPED
        halves = best_path()
        scores[path[0]] = whole
        if _likelihood(halves, segments, scores) > _likelihood(path, segments, scores):
            path = halves
    digits = [_cautious(digit, segments[k]) for k in path if (digit := read[k])]
    if len(digits) == 1 and digits[0].reading.is_sure and stands_on_a_dot(digits[0].box, ink):
        return [_unsure(digits[0])]
    sign = single_sign(ink) if len(digits) > 1 else None
    if sign is None:
        return [_unsure(digit) for digit in digits] if _looks_like_text(digits) else digits
    # Two touching digits are mostly wider than one sign. Without this check, an R would be read as 12, and a V surely
    # as 11.
    prior = sum(segments[k].log_prior for k in path)
    likelihood = _likelihood(path, segments, scores)
    if prior >= _MIN_CUT_PRIOR and likelihood >= (_MIN_NARROW_LIKELIHOOD if _is_narrow(sign) else _MIN_CUT_LIKELIHOOD):
        return [_unsure(digit) for digit in digits]
    return [digit for digit in _read([sign], ink, network) if digit]


def most_likely_path(segments: Sequence[Segment], scores: Sequence[float]) -> list[int]:
    """Return the indices of the segments that cover all atoms, each once and in order, with the highest sum of scores.

    An atom that no segment covers is skipped.
    """
    ending: dict[int, list[int]] = defaultdict(list)
    for k, segment in enumerate(segments):
        ending[segment.last].append(k)
    best: list[tuple[float, list[int]]] = [(0.0, [])]
    for last in range(max(ending, default=-1) + 1):
        paths = [(best[last][0] - _SKIPPED, best[last][1])]
        for k in ending[last]:
            score, path = best[segments[k].first]
            paths.append((score + scores[k], [*path, k]))
        best.append(max(paths, key=lambda path: path[0]))
    return best[-1][1]


def _may_be_two(whole: Segment, digit: DigitReading | None) -> bool:
    """Whether ink that the network doubts to be one digit may be two strokes side by side that touch."""
    is_doubtful = digit is not None and max(digit.reading.probabilities) < _MIN_DIVISIBLE
    return is_doubtful and whole.first < whole.last and _is_narrow(whole)


def _likelihood(path: Sequence[int], segments: Sequence[Segment], scores: Sequence[float]) -> float:
    """Return the network's log-likelihood of the segments of a path that it has read."""
    return sum(scores[k] - segments[k].log_prior for k in path)


def _is_narrow(sign: Segment) -> bool:
    left, top, right, bottom = sign.box
    return right - left < _NARROW * (bottom - top)


def _looks_like_text(digits: Sequence[DigitReading]) -> bool:
    """Whether most signs of a row are no sure digits, so that an o or an l in it is hardly a zero or a one."""
    return len(digits) >= _MIN_SIGNS and sum(digit.reading.is_sure for digit in digits) < _MIN_SURE * len(digits)


def _cautious(digit: DigitReading, segment: Segment) -> DigitReading:
    """Return a digit that is sure only if its ink can hardly be cut in another way, and is in few pieces."""
    is_divisible = segment.first < segment.last and max(digit.reading.probabilities) < _MIN_DIVISIBLE
    is_cut_stroke = segment.is_cut and digit.reading.digit in _STROKES
    is_half = segment.is_cut and digit.reading.digit == _LOOPED and not has_hole(segment.ink)
    is_doubtful = is_divisible or is_cut_stroke or is_half or len(connected_components(segment.ink)) > _MAX_PIECES
    return _unsure(digit) if is_doubtful else digit


def _unsure(digit: DigitReading) -> DigitReading:
    return replace(digit, reading=replace(digit.reading, is_sure=False))


def _log_likelihood(digit: DigitReading | None) -> float:
    if digit is None:
        return -_SKIPPED
    highest = max(digit.reading.probabilities)
    return _NETWORK_WEIGHT * math.log(highest if highest > _MIN_PROBABILITY else _MIN_PROBABILITY)  # NaN is not higher


def _read(segments: list[Segment], ink: NDArray[np.uint8], network: DigitReader) -> Iterator[DigitReading | None]:
    """Read each segment, all in one batch; None for a segment with too little ink to read."""
    images = [normalization.normalize_ink(segment.ink) for segment in segments]
    readable = [image for image in images if image is not None]
    answers = iter(network.probabilities(np.stack(readable)) if readable else ())
    for segment, image in zip(segments, images, strict=True):
        yield (
            None
            if image is None
            else DigitReading(segment.box, network.interpret(image, next(answers)), _alone(segment, ink.shape))
        )


def _alone(segment: Segment, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    left, top, right, bottom = segment.box
    field = np.zeros(shape, np.uint8)
    field[top:bottom, left:right] = segment.ink
    return field
