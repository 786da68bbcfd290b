"""Hints on what looks wrong in a training, with the evidence.

The limits are rules of thumb, tried on trainings of each kind, also on healthy ones; the tests repeat them.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics
from digitlab.networks.observation import Observation

_GUESSING = math.log(10)  # nats: the loss if every digit gets a probability of 0.1
_PATIENCE = 3  # epochs without an improved validation loss
_WORSE = 1.03  # times the best validation loss: a smaller rise may be chance
_DEAD = 0.1  # share of a layer's units
_FEW = 5000  # digits
_GAP = 0.03  # of accuracy, between training and validation
_UNBALANCED = 2.0  # times as many samples of one digit as of another
_RISES = 1 / 3  # share of the epochs in which the training loss rises
_HARDLY = 0.1  # of the loss of guessing, per epoch: a smaller decrease is slow while much is left to learn
_STILL = 0.05  # relative change of a layer's weights in an epoch: small if it is less in all epochs
_SHAKEN = 1.0  # likewise: more in one epoch, in a network that only guesses, is too much
_LEARNED = 0.7  # of the training loss at the best validation loss: below it, the network has memorised digits since


@dataclass(frozen=True, slots=True)
class Hint:
    """A problem of a training, and what may solve it.

    Attributes:
        name: The standard name of the problem.
        evidence: Sentences with the numbers that show it.
        advice: One sentence on what to try.
    """

    name: str
    evidence: str
    advice: str


@dataclass(frozen=True, slots=True)
class _Training:
    """What is known about a training."""

    config: TrainingConfig
    labels: NDArray[np.uint8]
    epochs: Sequence[EpochMetrics]
    observations: Sequence[Observation]
    has_diverged: bool


def hints(
    config: TrainingConfig,
    labels: NDArray[np.uint8],
    epochs: Sequence[EpochMetrics],
    observations: Sequence[Observation] = (),
    *,
    has_diverged: bool = False,
) -> list[Hint]:
    """Return what looks wrong in a training, running or over, the most important first.

    Args:
        config: Its settings.
        labels: uint8 (n,), the labels of its training digits.
        epochs: Its finished epochs.
        observations: What was observed in the network, as far as there is any.
        has_diverged: Whether it ended with a loss that is not a finite number.
    """
    training = _Training(config, labels, epochs, observations, has_diverged)
    found = [rule(training) for rule in _RULES]
    return [hint for hint in found if hint is not None]


def _learning_rate_too_high(training: _Training) -> Hint | None:
    rate = training.config.learning_rate
    advice = f"Try a tenth of the learning rate, {rate / 10:g}."
    if training.has_diverged:
        evidence = f"At a learning rate of {rate:g}, the loss became infinite or NaN."
        return Hint("Learning rate too high", evidence, advice)
    losses = [epoch.loss for epoch in training.epochs]
    if len(losses) < 2:
        return None
    rises = sum(later > earlier * 1.02 for earlier, later in pairwise(losses))
    if losses[-1] > 1.5 * _GUESSING:
        evidence = f"After epoch {len(losses)}, the training loss is {losses[-1]:.3g}, worse than guessing (2.303)."
        return Hint("Learning rate too high", evidence, advice)
    if rises >= 2 and rises / (len(losses) - 1) >= _RISES:
        evidence = (
            f"The training loss rose in {rises} of {len(losses) - 1} epochs. It should fall in nearly all of them."
        )
        return Hint("Learning rate too high", evidence, advice)
    if losses[-1] > 0.9 * _GUESSING and max(_changes(training), default=0) >= _SHAKEN:
        evidence = (
            f"After {len(losses)} epochs, the training loss is {losses[-1]:.3f}, no better than guessing (2.303). "
            f"In one of them, a layer's weights changed by {max(_changes(training)):,.0f} times their size."
        )
        return Hint("Learning rate too high", evidence, advice)
    return None


def _learning_rate_too_low(training: _Training) -> Hint | None:
    losses = [epoch.loss for epoch in training.epochs]
    if len(losses) < 2 or training.has_diverged or training.config.schedule == "one-cycle":
        return None
    fall = losses[-2] - losses[-1]
    is_slow = 0 <= fall < _HARDLY * _GUESSING and losses[-1] > 0.3 * _GUESSING
    max_change = max(_changes(training), default=math.inf)
    if not is_slow or max_change >= _STILL:
        return None
    return Hint(
        "Learning rate too low",
        f"In epoch {len(losses)}, the training loss fell only from {losses[-2]:.3f} to {losses[-1]:.3f}, with much "
        f"left to learn. In no epoch did a layer's weights change by more than {max_change:.1%}.",
        f"Try ten times the learning rate, {training.config.learning_rate * 10:g}, or many more epochs.",
    )


def _overfitting(training: _Training) -> Hint | None:
    validated = [epoch for epoch in training.epochs if epoch.validation_loss is not None]
    if len(validated) <= _PATIENCE:
        return None
    losses = [epoch.validation_loss or 0.0 for epoch in validated]
    best = int(np.argmin(losses))
    since = len(losses) - 1 - best
    then, now = validated[best], validated[-1]
    is_worse = since >= _PATIENCE and losses[-1] >= _WORSE * losses[best]
    if not is_worse or now.loss >= _LEARNED * then.loss or losses[best] >= _GUESSING:
        return None
    end, restored = _stopped_early(losses)
    return Hint(
        "Overfitting",
        f"Validation loss has not improved for {since} epochs ({losses[best]:.4f} after epoch {then.epoch}, "
        f"{losses[-1]:.4f} now), while training loss fell from {then.loss:.4f} to {now.loss:.4f}. Early stopping "
        f"after {_PATIENCE} epochs would have ended at epoch {validated[end].epoch} and restored the weights of "
        f"epoch {validated[restored].epoch}.",
        "Try augmentation or more training digits."
        if training.config.early_stopping
        else "Try early stopping, augmentation or more training digits.",
    )


def _stopped_early(losses: Sequence[float]) -> tuple[int, int]:
    """Return where `keras.callbacks.EarlyStopping` stops, and whose weights it restores, as indices of `losses`."""
    best = 0
    for place, loss in enumerate(losses):
        if loss < losses[best]:
            best = place
        if place - best >= _PATIENCE:
            return place, best
    return len(losses) - 1, best


def _dead_units(training: _Training) -> Hint | None:
    if not training.observations:
        return None
    last = training.observations[-1]
    dead = [layer for layer in last.layers if layer.units and layer.dead >= max(2, _DEAD * layer.units)]
    if not dead:
        return None
    listed = ", ".join(f"{layer.dead} of {layer.units} in {layer.layer}" for layer in dead)
    return Hint(
        "Dead units",
        f"After epoch {last.epoch}, these units output 0 for all of {last.digits:,} digits: {listed}. A dead unit gets "
        "no gradient and cannot learn any more.",
        "Try a lower learning rate.",
    )


def _too_little_data(training: _Training) -> Hint | None:
    last = training.epochs[-1] if training.epochs else None
    n = training.config.fitted_digits
    if last is None or last.validation_accuracy is None or n > _FEW:
        return None
    gap = last.accuracy - last.validation_accuracy
    if gap < _GAP:
        return None
    return Hint(
        "Too little data",
        f"It is trained on {n:,} digits. It reads {last.accuracy:.1%} of them correctly, but only "
        f"{last.validation_accuracy:.1%} of the validation digits: {gap * 100:.0f} percentage points less.",
        "Try more training digits, or augmentation, which varies those that there are.",
    )


def _unbalanced_data(training: _Training) -> Hint | None:
    counts = np.bincount(training.labels, minlength=10)[:10]
    rarest, commonest = int(counts.argmin()), int(counts.argmax())
    if counts[commonest] < _UNBALANCED * max(counts[rarest], 1):
        return None
    return Hint(
        "Unbalanced data",
        f"Of {len(training.labels):,} training digits, {counts[commonest]:,} are labelled {commonest} and only "
        f"{counts[rarest]:,} are labelled {rarest}. Rare digits are learned worst, and overall accuracy hardly "
        "shows it.",
        "Try more training digits, and check the per-digit results on Evaluate.",
    )


def _unfinished(training: _Training) -> Hint | None:
    epochs = training.epochs
    is_over = len(epochs) >= training.config.epochs
    if not is_over or len(epochs) < 2 or training.config.schedule != "constant":
        return None
    before, last = epochs[-2], epochs[-1]
    loss, earlier = last.validation_loss or last.loss, before.validation_loss or before.loss
    best = min(epoch.validation_loss or epoch.loss for epoch in epochs)
    if loss > 0.9 * earlier or loss > 0.8 * _GUESSING or loss > best:
        return None
    if last.validation_loss:
        evidence = f"Validation loss still fell by {1 - loss / earlier:.0%} in the last epoch, to {loss:.4f}."
    else:
        evidence = f"Training loss still fell by {1 - loss / earlier:.0%} in the last epoch, to {loss:.4f}."
    return Hint("Not converged", evidence, "Resume it with more epochs.")


def _changes(training: _Training) -> list[float]:
    """Return the largest relative weight change of any layer, for each epoch that was observed in full."""
    known = [
        [layer.change for layer in observation.layers if layer.change is not None]
        for observation in training.observations
    ]
    return [max(changes) for changes in known if changes]


_RULES: tuple[Callable[[_Training], Hint | None], ...] = (
    _learning_rate_too_high,
    _learning_rate_too_low,
    _dead_units,
    _overfitting,
    _too_little_data,
    _unbalanced_data,
    _unfinished,
)
