"""The learning-rate range test: its batches, its result, and the learning rate that it suggests.

L. N. Smith, "Cyclical learning rates for training neural networks" (2017), trains a network for a short time while the
learning rate rises, and looks where the loss falls and where it no longer does. As in fast.ai's `lr_find`, the rate
rises exponentially from batch to batch, and the test ends when the loss diverges.
"""

import dataclasses
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from digitlab.networks.config import TrainingConfig
from digitlab.networks.layers.layer_figures import describe
from digitlab.translation import Text

LOW, HIGH = 1e-5, 10.0  # learning rates of the first and the last batch
_DECADES = math.log10(HIGH / LOW)
_STEPS, _MAX_STEPS = 120, 960  # batches: as many as _STEPS are enough, unless they are so small that losses are noisy
_DIGITS = 3840  # digits that a test sees at least
_COARSENESS = (1, 2, 4)  # a slow machine may take steps so many times larger
_MAX_ARITHMETIC = 600_000_000  # multiplications of a batch's forward pass: at most 0.1 s for two cores, all included
_WIDTH = 0.12  # decades: the standard deviation of the smoothing
_DIVERGED = 4.0  # times the lowest loss, where a test ends, as in fast.ai
_TENTH, _THIRD = 0.1, 0.33  # shares of the rate where the loss is lowest: the bounds of what is suggested
_RISEN = 1.5  # times the lowest loss so far: a fall after such a rise is of a network that was lost before
_FALLEN = 0.9  # share of the first loss: one that stays above has not fallen


class Ending(StrEnum):
    """Why a range test ended."""

    DONE = "done"  # at the highest rate
    DIVERGED = "diverged"
    OUT_OF_TIME = "out of time"


@dataclass(frozen=True, slots=True)
class RangePlan:
    """The batches of a range test.

    Attributes:
        batch_size: Digits a batch; fewer than the training has if those would take too long.
        steps: How many batches there are on a machine that is fast enough.

    Example:
        >>> plan(TrainingConfig())
        RangePlan(batch_size=32, steps=120)
        >>> plan(TrainingConfig.from_preset("handwriting"))
        RangePlan(batch_size=37, steps=120)
    """

    batch_size: int
    steps: int

    def rates(self, seconds_per_step: float, seconds: float) -> NDArray[np.float64]:
        """Return the learning rate of each batch: as many as there is time for, or half or a quarter of them.

        Args:
            seconds_per_step: How long a batch takes here.
            seconds: How long they all should take.
        """
        fitting = (part for part in _COARSENESS if self.steps / part * seconds_per_step <= seconds)
        return np.geomspace(LOW, HIGH, self.steps // next(fitting, _COARSENESS[-1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeTest:
    """The result of a range test.

    Attributes:
        rates: The learning rate of each batch, rising.
        losses: The cross-entropy of each batch, without an L2 penalty, before the network learned from it; all are
            finite.
        batch_size: Digits a batch.
        ending: Why it ended.

    Example:
        >>> test = RangeTest(rates=(0.001, 0.01, 0.1), losses=(2.3, 2.3, 2.3), batch_size=32, ending=Ending.DONE)
        >>> test.suggested is None
        True
    """

    rates: tuple[float, ...]
    losses: tuple[float, ...]
    batch_size: int
    ending: Ending

    @property
    def smoothed(self) -> NDArray[np.float64]:
        """The smoothed losses."""
        return smooth(self.rates, self.losses)

    @property
    def lowest(self) -> int:
        """The number of the batch where the smoothed loss is lowest before it rises, 0 for the first."""
        return find_lowest(self.smoothed)

    @property
    def suggested(self) -> float | None:
        """The learning rate that is suggested, of two digits; None if none can be."""
        is_cut_off = self.ending is Ending.OUT_OF_TIME
        return suggest(self.rates, self.losses, is_cut_off=is_cut_off)

    @property
    def summary(self) -> Text:
        """What was found, in a sentence or two."""
        if self.suggested is not None:
            return Text(
                "The loss fell from {first:.2f} to {lowest:.2f}, which it reached at a learning rate of {rate:.2g}. "
                "The suggestion is where it falls fastest, from a tenth to a third of that.",
                first=self.smoothed[0],
                lowest=self.smoothed[self.lowest],
                rate=self.rates[self.lowest],
            )
        if not self.losses:
            return Text(
                "The loss was not a number in the first batch, so there is nothing to suggest. Check the network's "
                "layers."
            )
        if self.ending is Ending.OUT_OF_TIME:
            return Text(
                "The time was over at a learning rate of {rate:.2g}, before the loss had fallen far enough to suggest "
                "one. Try again when the machine is less busy, or choose a smaller network.",
                rate=self.rates[-1],
            )
        return Text(
            "The loss did not fall at any learning rate from {low:g} to {high:.2g}, so there is nothing to suggest. "
            "Try another optimizer, less augmentation or other layers.",
            low=self.rates[0],
            high=self.rates[-1],
        )


class DivergenceCheck:
    """Notices that the loss, averaged over some batches, has risen far above its lowest, or is no number.

    Example:
        >>> has_diverged = DivergenceCheck(steps=120)
        >>> [has_diverged(loss) for loss in (2.0, 1.0, 1.0, 9.0, 30.0)]
        [False, False, False, False, True]
    """

    def __init__(self, steps: int) -> None:
        """Take how many batches there are from the lowest rate to the highest."""
        self._last: deque[float] = deque(maxlen=max(round(2 * _WIDTH * steps / _DECADES), 1))
        self._lowest = math.inf

    def __call__(self, loss: float) -> bool:
        """Take the next loss, and return whether the test is over."""
        self._last.append(loss)
        mean = sum(self._last) / len(self._last)
        self._lowest = min(self._lowest, mean)
        return not math.isfinite(loss) or mean > _DIVERGED * self._lowest


def range_test_config(config: TrainingConfig) -> TrainingConfig:
    """Return the settings that a range test of a training depends on; the others are as usual.

    Synthetic digits take longer to draw than the test may take; MNIST's own stand for them.
    """
    return dataclasses.replace(
        config,
        epochs=1,
        learning_rate=0.001,
        schedule="constant",
        written_digits=0,
        averaging=False,
        calibration=False,
        early_stopping=None,
        learning_rate_changes=(),
        tuning=None,
    )


def plan(config: TrainingConfig) -> RangePlan:
    """Choose the batches by the settings alone, so that the same settings give the same losses."""
    affordable = max(_MAX_ARITHMETIC // max(describe(config.stack).multiplications, 1), 1)
    batch_size = min(config.batch_size, config.fitted_digits, affordable)
    return RangePlan(batch_size, min(max(_STEPS, _DIGITS // batch_size), _MAX_STEPS))


def smooth(rates: Sequence[float], losses: Sequence[float]) -> NDArray[np.float64]:
    """Return losses averaged with their neighbours, with weights that fall off as a normal distribution does.

    Unlike a running average, this moves neither the steepest place nor the lowest.
    """
    decades = np.log10(np.asarray(rates, np.float64))
    spacing = decades[1] - decades[0] if len(decades) > 1 else 1.0
    distances = (decades[:, np.newaxis] - decades) / max(_WIDTH, float(spacing))
    weights = np.exp(-(distances**2) / 2)
    averaged: NDArray[np.float64] = weights @ np.asarray(losses, np.float64) / weights.sum(axis=1)
    return averaged


def find_lowest(smoothed: NDArray[np.float64]) -> int:
    """Return where a curve is lowest, before it rises by half of that for the first time.

    Example:
        >>> find_lowest(np.array([2.4, 0.4, 0.9, 0.3, 3.0]))
        1
    """
    has_risen = smoothed > _RISEN * np.minimum.accumulate(smoothed)
    return int(smoothed[: int(has_risen.argmax()) if has_risen.any() else None].argmin())


def suggest(rates: Sequence[float], losses: Sequence[float], *, is_cut_off: bool = False) -> float | None:
    """Suggest the learning rate where the smoothed loss falls fastest, from a tenth to a third of where it is lowest.

    Both rules are fast.ai's: the steepest place, and a tenth of the lowest. The first errs where a network falls early
    and goes on falling, the second where it falls late.

    Args:
        rates: The learning rate of each batch, rising.
        losses: The loss of each batch, finite.
        is_cut_off: Whether the test ended for want of time: what is lowest at the end need not be lowest.

    Returns:
        A rate of two digits; None if the loss never falls, or nobody knows yet how far.

    Example:
        >>> rates = np.geomspace(1e-5, 10, 120)
        >>> losses = 2.3 - 2 / (1 + (0.01 / rates) ** 2) + rates**2
        >>> suggest(rates, losses)
        0.012
    """
    if len(losses) < 3:
        return None
    smoothed, decades = smooth(rates, losses), np.log10(np.asarray(rates, np.float64))
    lowest = find_lowest(smoothed)
    if not smoothed[lowest] < _FALLEN * smoothed[0]:
        return None
    if is_cut_off and decades[-1] - decades[lowest] < 2 * _WIDTH:
        return None
    slopes = np.gradient(smoothed, decades)
    steepest = int(slopes[: lowest + 1].argmin())
    rate = np.clip(rates[steepest], rates[lowest] * _TENTH, rates[lowest] * _THIRD)
    return float(f"{rate:.1e}")
