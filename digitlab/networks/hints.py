"""What goes wrong in a training, in plain language and with its evidence. No Keras here.

The limits are rules of thumb, tried on trainings of each kind, healthy ones among them; the tests train them again.
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

_GUESSING = math.log(10)  # nats: the loss of who gives every digit a tenth
_PATIENCE = 3  # epochs without a better validation loss
_WORSE = 1.03  # times the best validation loss: less may be chance
_DEAD = 0.1  # share of a layer's units
_FEW = 5000  # digits
_GAP = 0.03  # of accuracy, between training and validation
_UNBALANCED = 2.0  # times as many of one digit as of another
_RISES = 1 / 3  # of the epochs, in which the training loss rises
_HARDLY = 0.1  # of the loss of guessing, an epoch: less is slow as long as much is left to learn
_STILL = 0.05  # change of a layer's weights in an epoch, as a share of them: less in all epochs is little
_SHAKEN = 1.0  # likewise: more in one, and a network that only guesses, and they were thrown about
_LEARNED = 0.7  # of the training loss when the validation loss was best: only then it has learned by heart since


@dataclass(frozen=True, slots=True)
class Hint:
    """One thing that a person may want to change.

    Attributes:
        name: What it is called in the field.
        evidence: One sentence with the numbers that say so.
        advice: One sentence on what to try.
    """

    name: str
    evidence: str
    advice: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """All that is known of a training."""

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
    """Say what looks wrong in a training, under way or over, the most important first.

    Args:
        config: Its settings.
        labels: uint8 (n,), of the digits that it learns.
        epochs: Its finished epochs.
        observations: What was seen in the network, as far as anybody looked.
        has_diverged: Whether it ended with a loss that is no number.
    """
    seen = _Seen(config, labels, epochs, observations, has_diverged)
    found = [rule(seen) for rule in _RULES]
    return [hint for hint in found if hint is not None]


def _too_high_a_rate(seen: _Seen) -> Hint | None:
    rate = seen.config.learning_rate
    advice = f"Try a tenth of the learning rate, {rate / 10:g}."
    if seen.has_diverged:
        evidence = f"With a learning rate of {rate:g} the loss became infinite or no number."
        return Hint("Learning rate too high", evidence, advice)
    losses = [epoch.loss for epoch in seen.epochs]
    if len(losses) < 2:
        return None
    rises = sum(later > earlier * 1.02 for earlier, later in pairwise(losses))
    if losses[-1] > 1.5 * _GUESSING:
        evidence = f"After epoch {len(losses)} the training loss is {losses[-1]:.3g}, above that of guessing, 2.303."
        return Hint("Learning rate too high", evidence, advice)
    if rises >= 2 and rises / (len(losses) - 1) >= _RISES:
        evidence = f"The training loss rose in {rises} of {len(losses) - 1} epochs; it should fall in nearly all."
        return Hint("Learning rate too high", evidence, advice)
    if losses[-1] > 0.9 * _GUESSING and max(_changes(seen), default=0) >= _SHAKEN:
        evidence = (
            f"After {len(losses)} epochs the training loss is {losses[-1]:.3f}, no better than guessing (2.303), "
            f"and in one of them a layer's weights changed by {max(_changes(seen)):,.0f} times what they were."
        )
        return Hint("Learning rate too high", evidence, advice)
    return None


def _too_low_a_rate(seen: _Seen) -> Hint | None:
    losses = [epoch.loss for epoch in seen.epochs]
    if len(losses) < 2 or seen.has_diverged or seen.config.schedule == "one-cycle":
        return None
    fall = losses[-2] - losses[-1]
    is_slow = 0 <= fall < _HARDLY * _GUESSING and losses[-1] > 0.3 * _GUESSING
    most = max(_changes(seen), default=math.inf)
    if not is_slow or most >= _STILL:
        return None
    return Hint(
        "Learning rate too low",
        f"In epoch {len(losses)} the training loss fell from {losses[-2]:.3f} to {losses[-1]:.3f} only, with much left "
        f"to learn, and in no epoch did a layer's weights change by more than {most:.1%}.",
        f"Try ten times the learning rate, {seen.config.learning_rate * 10:g}, or many more epochs.",
    )


def _overfitting(seen: _Seen) -> Hint | None:
    validated = [epoch for epoch in seen.epochs if epoch.validation_loss is not None]
    if len(validated) <= _PATIENCE:
        return None
    losses = [epoch.validation_loss or 0.0 for epoch in validated]
    best = int(np.argmin(losses))
    since = len(losses) - 1 - best
    then, now = validated[best], validated[-1]
    is_worse = since >= _PATIENCE and losses[-1] >= _WORSE * losses[best]
    if not is_worse or now.loss >= _LEARNED * then.loss or losses[best] >= _GUESSING:
        return None
    end, kept = _stopped_early(losses)
    return Hint(
        "Overfitting",
        f"The validation loss has not been better for {since} epochs ({losses[best]:.4f} after epoch {then.epoch}, "
        f"{losses[-1]:.4f} now) while the training loss fell from {then.loss:.4f} to {now.loss:.4f}. Early stopping "
        f"after {_PATIENCE} epochs would have ended at epoch {validated[end].epoch}, with the weights of epoch "
        f"{validated[kept].epoch}.",
        f"Try {'' if seen.config.early_stopping else 'early stopping, '}augmentation, or more training digits.",
    )


def _stopped_early(losses: Sequence[float]) -> tuple[int, int]:
    """Return at which place `keras.callbacks.EarlyStopping` ends, and which one's weights it puts back."""
    best = 0
    for place, loss in enumerate(losses):
        if loss < losses[best]:
            best = place
        if place - best >= _PATIENCE:
            return place, best
    return len(losses) - 1, best


def _dead_units(seen: _Seen) -> Hint | None:
    if not seen.observations:
        return None
    last = seen.observations[-1]
    dead = [layer for layer in last.layers if layer.units and layer.dead >= max(2, _DEAD * layer.units)]
    if not dead:
        return None
    listed = ", ".join(f"{layer.dead} of {layer.units} in {layer.layer}" for layer in dead)
    return Hint(
        "Dead units",
        f"After epoch {last.epoch}, units are silent for each of {last.digits:,} digits: {listed}. What is always "
        "silent gets no gradient, and learns nothing any more.",
        "Try a lower learning rate.",
    )


def _too_little_data(seen: _Seen) -> Hint | None:
    last = seen.epochs[-1] if seen.epochs else None
    n = seen.config.fitted_digits
    if last is None or last.validation_accuracy is None or n > _FEW:
        return None
    gap = last.accuracy - last.validation_accuracy
    if gap < _GAP:
        return None
    return Hint(
        "Too little data",
        f"It learns from {n:,} digits, reads {last.accuracy:.1%} of them, and {last.validation_accuracy:.1%} of those "
        f"that it does not learn: {gap * 100:.0f} points less.",
        "Try more training digits, or augmentation, which makes others of those that there are.",
    )


def _unbalanced_data(seen: _Seen) -> Hint | None:
    counts = np.bincount(seen.labels, minlength=10)[:10]
    least, most = int(counts.argmin()), int(counts.argmax())
    if counts[most] < _UNBALANCED * max(counts[least], 1):
        return None
    return Hint(
        "Unbalanced data",
        f"Of the {len(seen.labels):,} digits that it learns, {counts[most]:,} are a {most} and {counts[least]:,} a "
        f"{least}: what is rare is learned worst, and the accuracy hardly tells.",
        "Try more training digits, and see the accuracy of each digit on Evaluate.",
    )


def _unfinished(seen: _Seen) -> Hint | None:
    epochs = seen.epochs
    is_over = len(epochs) >= seen.config.epochs
    if not is_over or len(epochs) < 2 or seen.config.schedule != "constant":
        return None
    before, last = epochs[-2], epochs[-1]
    loss, earlier = last.validation_loss or last.loss, before.validation_loss or before.loss
    best = min(epoch.validation_loss or epoch.loss for epoch in epochs)
    if loss > 0.9 * earlier or loss > 0.8 * _GUESSING or loss > best:
        return None
    return Hint(
        "Not done yet",
        f"In its last epoch the {'validation' if last.validation_loss else 'training'} loss still fell by "
        f"{1 - loss / earlier:.0%}, from {earlier:.4f} to {loss:.4f}.",
        "Let it go on for more epochs.",
    )


def _changes(seen: _Seen) -> list[float]:
    """Return, of each epoch that was seen whole, by how much the layer that changed most did so."""
    known = [[layer.change for layer in one.layers if layer.change is not None] for one in seen.observations]
    return [max(changes) for changes in known if changes]


_RULES: tuple[Callable[[_Seen], Hint | None], ...] = (
    _too_high_a_rate,
    _too_low_a_rate,
    _dead_units,
    _overfitting,
    _too_little_data,
    _unbalanced_data,
    _unfinished,
)
