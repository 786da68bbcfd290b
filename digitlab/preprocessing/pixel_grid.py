"""Finds pictures whose pixels were drawn as squares, with or without lines between them, and samples them again.

The steps from column to column, added up over the rows, lie at multiples of a period, and each square has one colour.
Gradient profiles show the borders of blocks in the same way: Z. Fan and R. L. de Queiroz, "Identification of bitmap
compression history" (2003).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

MIN_SIDE = 80  # pixels of the shorter side: in a smaller picture, squares are hardly larger than the lines between them

_EVERY = 3  # every third row or column is searched for steps: each square has more than one of them
_MIN_PERIOD = 6  # pixels from one square to the next
_CLEARLY = 3  # ratio of the strongest step to the median one: the steps of noise are more alike
_MIN_SQUARES, _MAX_SQUARES = 8, 70  # number of squares along a side
_MIN_STEPS = 5  # number of places with a strong step
_STRONG = 0.1  # share of the strongest step: weaker ones do not count, and none below the median
_MAX_LENGTH = 3.5  # pixels, the mean width of a step: a line between squares makes two steps; handwriting is softer
_CONCENTRATED = 0.85  # share of all steps that lies at the borders of squares
_AWAY = 0.2  # share of the period: so far from a border a step may lie
_SAME_PERIOD = 0.04  # share of the period: those of both directions differ by less
_UNIFORM = 30  # grey levels, of 255: the pixels of one square differ by less
_MAX_MIXED = 0.1  # share of the squares with ink that may have two colours: a drawing on squared paper has more


@dataclass(frozen=True, slots=True)
class _Steps:
    """Where the borders of squares lie along one direction: at `start + k * period` pixels."""

    start: float
    period: float

    def middles(self, length: int) -> NDArray[np.float64]:
        """Return the middles of the squares over `length` pixels; half a square counts as one."""
        first = np.ceil(-self.start / self.period - 0.5)
        count = int(np.floor((length - self.start) / self.period - first + 0.5))
        return np.asarray(self.start + (first + np.arange(count) + 0.5) * self.period)


def sample_squares(drawing: NDArray[np.uint8], grey: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return the picture whose pixels are drawn as squares, with one pixel for each square.

    Args:
        drawing: uint8 (height, width, 4), RGBA, opaque.
        grey: Its grey values, uint8 (height, width).

    Returns:
        uint8 (rows, columns, 4), RGBA; None where the picture doesn't consist of squares.
    """
    if min(grey.shape) < MIN_SIDE:
        return None
    some = grey[::_EVERY]
    across = _steps(cv2.reduce(cv2.absdiff(some[:, 1:], some[:, :-1]), 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel())
    if across is None:
        return None
    some = np.ascontiguousarray(grey[:, ::_EVERY])
    down = _steps(cv2.reduce(cv2.absdiff(some[1:], some[:-1]), 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S).ravel())
    if down is None or abs(across.period - down.period) > _SAME_PERIOD * down.period:
        return None
    rows, columns = down.middles(grey.shape[0]), across.middles(grey.shape[1])
    if not all(_MIN_SQUARES <= len(places) <= _MAX_SQUARES for places in (rows, columns)):
        return None
    inside = np.linspace(-0.22, 0.22, 5)
    y, x = (
        np.clip(np.round(places[:, np.newaxis] + inside * steps.period - 0.5), 0, length - 1).astype(int)
        for places, steps, length in zip((rows, columns), (down, across), grey.shape, strict=True)
    )
    squares = drawing[y[:, np.newaxis, :, np.newaxis], x[np.newaxis, :, np.newaxis, :]].reshape(len(y), len(x), 25, 4)
    values = grey[y[:, np.newaxis, :, np.newaxis], x[np.newaxis, :, np.newaxis, :]].reshape(len(y), len(x), 25)
    spread = np.ptp(np.sort(values, axis=2)[..., 2:-2], axis=2)
    middle = np.median(values, axis=2)
    is_other = (np.abs(middle - np.median(middle)) > _UNIFORM) | (spread > _UNIFORM)
    if np.count_nonzero(spread > _UNIFORM) > _MAX_MIXED * np.count_nonzero(is_other):
        return None
    return np.asarray(np.median(squares, axis=2), np.uint8)


def _steps(profile: NDArray[np.int32]) -> _Steps | None:
    """Return the period of a profile of steps between neighbouring pixels; None where it has none."""
    highest, level = int(profile.max()), float(np.median(profile))
    strong = np.flatnonzero(profile > max(_STRONG * highest, level))
    if not _MIN_STEPS <= len(strong) <= _MAX_LENGTH / _MIN_PERIOD * len(profile):
        return None
    starts = np.flatnonzero(np.concatenate([[True], strong[1:] > strong[:-1] + 2]))
    if len(starts) < _MIN_STEPS or len(strong) > _MAX_LENGTH * len(starts):
        return None
    if highest <= _CLEARLY * level:
        return None
    strength = np.maximum(profile - level, 0)
    mass = np.add.reduceat(strength[strong], starts)
    middles = np.add.reduceat(strength[strong] * (strong + 1), starts) / mass  # a step lies between two pixels
    gaps = np.diff(middles)
    period = float(np.median(gaps[gaps <= 1.5 * np.quantile(gaps, 0.1)]))
    if period < _MIN_PERIOD:
        return None
    numbers = np.concatenate([[0], np.cumsum(np.round(gaps / period))])
    period, start = (float(value) for value in np.polyfit(numbers, middles, 1))
    distances = (np.arange(1, len(profile) + 1) - start) / period
    near = np.abs(distances - np.round(distances)) * period <= max(1.6, _AWAY * period)
    is_concentrated = strength[near].sum() >= _CONCENTRATED * strength.sum() and period >= _MIN_PERIOD
    return _Steps(start, period) if is_concentrated else None
