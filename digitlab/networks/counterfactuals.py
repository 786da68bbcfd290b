"""The smallest changes that make other digits of a picture, searched along a network's gradients. No Keras here."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from digitlab.networks.explanation import Counterfactual, Floats

_STEPS = 20  # of the search; most take eight
_EASY = 8  # steps; who is not there by then goes further each time
_VISITS = 2  # times that a picture comes over the border; what it found the second time is about a tenth shorter
_WORTHWHILE = 0.98  # of the length: a way that is hardly shorter is not gone
_BEYOND = (1.3, 2.0)  # of the step that should be enough; what is too much is taken back in the end
_MARGIN = 0.03  # by which the new digit's sum is ahead: who adds up in another order must not read the old one
_HALVINGS = 3  # of the last quarter of the way: to 3 % of its length


class Slopes(Protocol):
    """Asks a network which way leads to a digit."""

    def __call__(self, pictures: Floats, wishes: Floats) -> tuple[Floats, Floats]:
        """Return by how much a wished digit's sum is ahead of all others, for each picture.

        Args:
            pictures: float32 (n, 28, 28), pixels from 0 to 1.
            wishes: float32 (n, 10), 1 at the wished digit, 0 elsewhere.

        Returns:
            Its gradient, (n, 28, 28), and the lead itself, (n,); below 0 another digit is ahead.
        """


class Answers(Protocol):
    """Asks a network what it reads."""

    def __call__(self, pictures: Floats) -> NDArray[np.int64]:
        """Return a digit for each picture, float32 (n, 28, 28), pixels from 0 to 1."""


def find_counterfactuals(image: NDArray[np.uint8], answers: Answers, slopes: Slopes) -> list[Counterfactual]:
    """Make each of the nine other digits of a picture by as small a change of its pixels as can be found.

    Steps to the nearest border as if the network were linear (S.-M. Moosavi-Dezfooli, A. Fawzi and P. Frossard,
    "DeepFool", 2016), but exactly so within what pixels can be; from the border once more, from the picture itself, in
    the direction found there (as F. Croce and M. Hein, "Minimally distorted adversarial examples", 2020); then back as
    far as the new digit stays.

    Returns:
        The shortest first; a digit that was not reached is left out.
    """
    start = image[np.newaxis].astype(np.float32) / np.float32(255)
    own = int(answers(start)[0])
    others = np.array([digit for digit in range(10) if digit != own])
    moved = _moved(start, np.eye(10, dtype=np.float32)[others], slopes)
    moved = _drawn_back(start, moved, others, answers)
    reached, lengths = answers(moved) == others, _lengths(moved - start)
    pictures = np.round(moved * 255).astype(np.uint8)
    return [
        Counterfactual(int(others[place]), pictures[place], float(lengths[place]))
        for place in np.argsort(lengths)
        if reached[place]
    ]


def _moved(start: Floats, wishes: Floats, slopes: Slopes) -> Floats:
    """Return, for each wish, the nearest picture that was found over its border; the start where there was none."""
    here = np.repeat(start, len(wishes), 0)
    best, shortest = here.copy(), np.full(len(wishes), np.inf)
    visits, waiting = np.zeros(len(wishes), int), np.arange(len(wishes))
    for step in range(_STEPS):
        now = here[waiting]
        seen = _whole(now)  # what is smaller adds up in `now`
        gradient, lead = slopes(seen, wishes[waiting])
        length, is_over = _lengths(seen - start), lead >= _MARGIN / 2
        is_better = is_over & (length < shortest[waiting])
        best[waiting[is_better]], shortest[waiting[is_better]] = seen[is_better], length[is_better]
        visits[waiting] += is_over
        onwards = _BEYOND[step >= _EASY] * (_MARGIN - lead)
        from_start = _MARGIN - lead + (gradient * (now - start)).sum(axis=(1, 2))
        base = np.where(is_over[:, None, None], start, now)
        here[waiting] = _along(base, gradient, np.where(is_over, from_start, onwards))
        is_shorter = _lengths(here[waiting] - start) < _WORTHWHILE * shortest[waiting]
        waiting = waiting[is_shorter & (visits[waiting] < _VISITS)]
        if not len(waiting):
            break
    return best


def _along(base: Floats, slopes: Floats, gains: NDArray[np.floating]) -> Floats:
    """Go along each slope, within what pixels can be, as far as a linear network needs for a gain; or to the end."""
    flat = slopes.reshape(len(base), -1).astype(np.float64)
    limits = np.where(slopes > 0, 1 - base, base).reshape(flat.shape)
    # How far each pixel can go; sorted, all that is gained until one more of them is at its end.
    room = np.divide(limits, np.abs(flat), out=np.zeros_like(flat), where=flat != 0)
    order = room.argsort(axis=1)
    room, steepness = np.take_along_axis(room, order, 1), np.take_along_axis(flat**2, order, 1)
    used_up = (steepness * room).cumsum(axis=1)
    left = steepness[:, ::-1].cumsum(axis=1)[:, ::-1] - steepness
    at = (used_up + left * room < gains[:, None]).sum(axis=1).clip(max=flat.shape[1] - 1)
    rows = np.arange(len(base))
    before, moving = (used_up - steepness * room)[rows, at], (left + steepness)[rows, at]
    steps = np.clip((gains - before) / np.maximum(moving, 1e-12), 0, room[:, -1])
    return np.asarray(np.clip(base + steps[:, None, None] * slopes, 0, 1), np.float32)


def _drawn_back(start: Floats, moved: Floats, digits: NDArray[np.int64], answers: Answers) -> Floats:
    """Halve the way between too little and enough; return pictures in whole 255ths."""
    low, high = np.full(len(digits), 0.75), np.ones(len(digits))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_enough = answers(_between(start, moved, middle)) == digits
        low, high = np.where(is_enough, low, middle), np.where(is_enough, middle, high)
    return _between(start, moved, high)


def _between(start: Floats, moved: Floats, shares: NDArray[np.floating]) -> Floats:
    return _whole(start + shares[:, None, None] * (moved - start))


def _whole(pictures: NDArray[np.floating]) -> Floats:
    """Return the nearest pictures whose pixels are whole 255ths."""
    return np.asarray(np.round(pictures * 255).astype(np.float32) / np.float32(255))


def _lengths(changes: Floats) -> NDArray[np.float64]:
    return np.asarray(np.sqrt((changes.astype(np.float64) ** 2).sum(axis=(1, 2))))
