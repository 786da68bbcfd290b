"""Counterfactuals: the smallest changes that turn a picture into another digit, searched along a network's gradients.

The network itself comes as two functions, so that this needs no Keras.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from digitlab.networks.explanation import Counterfactual, Floats

_STEPS = 20  # steps of a search, at most; most take eight
_SHORT_STEPS = 8  # a search that has not arrived by then takes longer steps
_MAX_CROSSINGS = 2  # times that a search crosses the border; the second crossing is about a tenth closer
_MIN_GAIN = 0.98  # ratio of two distances, one step apart: a search ends where the next step is hardly shorter
_OVERSHOOT = (1.3, 2.0)  # factors of the step that should be enough; the excess is removed at the end
_MARGIN = 0.03  # lead of the new digit's logit, so that adding up in another order gives the same digit
_HALVINGS = 3  # times that the last quarter of a change is halved: to 3 % of its length


class LeadGradient(Protocol):
    """Computes how the lead of a target digit changes with the pixels."""

    def __call__(self, pictures: Floats, targets: Floats) -> tuple[Floats, Floats]:
        """Return by how much the target digit's logit exceeds all others, for each picture.

        Args:
            pictures: float32 (n, 28, 28), pixels from 0 to 1.
            targets: float32 (n, 10), one-hot.

        Returns:
            The gradient of the lead, (n, 28, 28), and the lead itself, (n,); negative where another digit leads.
        """


class Classify(Protocol):
    """Returns what a network reads."""

    def __call__(self, pictures: Floats) -> NDArray[np.int64]:
        """Return a digit for each picture, float32 (n, 28, 28), pixels from 0 to 1."""


def find_counterfactuals(
    image: NDArray[np.uint8], classify: Classify, lead_gradient: LeadGradient
) -> list[Counterfactual]:
    """Turn a picture, uint8 (28, 28), into each of the nine other digits by as small a change as can be found.

    Each step goes to the nearest border as if the network were linear (S.-M. Moosavi-Dezfooli, A. Fawzi and P.
    Frossard, "DeepFool", 2016), but exactly so within the range of pixels; from the border once more, from the picture
    itself, in the direction found there (as F. Croce and M. Hein, "Minimally distorted adversarial examples", 2020);
    then back as far as the new digit stays.

    Returns:
        The smallest change first. Digits that were not reached are left out.
    """
    start = image[np.newaxis].astype(np.float32) / np.float32(255)
    own = int(classify(start)[0])
    others = np.array([digit for digit in range(10) if digit != own])
    moved = _moved(start, np.eye(10, dtype=np.float32)[others], lead_gradient)
    moved = _shortened(start, moved, others, classify)
    reached, lengths = classify(moved) == others, _lengths(moved - start)
    pictures = np.round(moved * 255).astype(np.uint8)
    return [
        Counterfactual(int(others[place]), pictures[place], float(lengths[place]))
        for place in np.argsort(lengths)
        if reached[place]
    ]


def _moved(start: Floats, targets: Floats, lead_gradient: LeadGradient) -> Floats:
    """Return, for each target, the nearest picture found beyond its border; the start where there is none."""
    here = np.repeat(start, len(targets), 0)
    best, shortest = here.copy(), np.full(len(targets), np.inf)
    crossings, waiting = np.zeros(len(targets), int), np.arange(len(targets))
    for step in range(_STEPS):
        now = here[waiting]
        seen = _whole(now)  # smaller changes add up in `now`
        gradient, lead = lead_gradient(seen, targets[waiting])
        length, is_over = _lengths(seen - start), lead >= _MARGIN / 2
        is_better = is_over & (length < shortest[waiting])
        best[waiting[is_better]], shortest[waiting[is_better]] = seen[is_better], length[is_better]
        crossings[waiting] += is_over
        onwards = _OVERSHOOT[step >= _SHORT_STEPS] * (_MARGIN - lead)
        from_start = _MARGIN - lead + (gradient * (now - start)).sum(axis=(1, 2))
        base = np.where(is_over[:, None, None], start, now)
        here[waiting] = _along(base, gradient, np.where(is_over, from_start, onwards))
        is_shorter = _lengths(here[waiting] - start) < _MIN_GAIN * shortest[waiting]
        waiting = waiting[is_shorter & (crossings[waiting] < _MAX_CROSSINGS)]
        if not len(waiting):
            break
    return best


def _along(base: Floats, gradients: Floats, gains: NDArray[np.floating]) -> Floats:
    """Follow each gradient within the range of pixels, as far as a linear network needs for a gain, or to the end."""
    flat = gradients.reshape(len(base), -1).astype(np.float64)
    limits = np.where(gradients > 0, 1 - base, base).reshape(flat.shape)
    # How far each pixel can go; sorted, the gain up to where each pixel reaches its limit.
    room = np.divide(limits, np.abs(flat), out=np.zeros_like(flat), where=flat != 0)
    order = room.argsort(axis=1)
    room, steepness = np.take_along_axis(room, order, 1), np.take_along_axis(flat**2, order, 1)
    used_up = (steepness * room).cumsum(axis=1)
    left = steepness[:, ::-1].cumsum(axis=1)[:, ::-1] - steepness
    at = (used_up + left * room < gains[:, None]).sum(axis=1).clip(max=flat.shape[1] - 1)
    rows = np.arange(len(base))
    before, moving = (used_up - steepness * room)[rows, at], (left + steepness)[rows, at]
    steps = np.clip((gains - before) / np.maximum(moving, 1e-12), 0, room[:, -1])
    return np.asarray(np.clip(base + steps[:, None, None] * gradients, 0, 1), np.float32)


def _shortened(start: Floats, moved: Floats, digits: NDArray[np.int64], classify: Classify) -> Floats:
    """Halve the interval between too little and enough; return pictures in whole 255ths."""
    low, high = np.full(len(digits), 0.75), np.ones(len(digits))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_enough = classify(_between(start, moved, middle)) == digits
        low, high = np.where(is_enough, low, middle), np.where(is_enough, middle, high)
    return _between(start, moved, high)


def _between(start: Floats, moved: Floats, shares: NDArray[np.floating]) -> Floats:
    return _whole(start + shares[:, None, None] * (moved - start))


def _whole(pictures: NDArray[np.floating]) -> Floats:
    """Return the nearest pictures whose pixels are whole 255ths."""
    return np.asarray(np.round(pictures * 255).astype(np.float32) / np.float32(255))


def _lengths(changes: Floats) -> NDArray[np.float64]:
    return np.asarray(np.sqrt((changes.astype(np.float64) ** 2).sum(axis=(1, 2))))
