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
from digitlab.translation import Text

_GUESSING = math.log(10)  # nats: the loss if every digit gets a probability of 0.1
_PATIENCE = 3  # epochs without an improved validation loss
_WORSE = 1.03  # ratio to the best validation loss: a smaller rise may be chance
_DEAD = 0.1  # share of a layer's units
_FEW = 5000  # digits
_GAP = 0.03  # difference of training and validation accuracy
_UNBALANCED = 2.0  # ratio of the commonest digit to the rarest
_RISES = 1 / 3  # share of the epochs in which the training loss rises
_HARDLY = 0.1  # share of the loss of guessing, per epoch: a smaller decrease is slow while much is left to learn
_STILL = 0.05  # relative change of a layer's weights in an epoch: small if it is less in all epochs
_SHAKEN = 1.0  # likewise: more in one epoch, in a network that only guesses, is too much
_LEARNED = 0.7  # ratio of the training loss to that at the best validation loss: below it, digits were memorised since


@dataclass(frozen=True, slots=True)
class Hint:
    """A problem of a training, and what may solve it.

    Attributes:
        name: The standard name of the problem.
        evidence: Sentences with the numbers that show it.
        advice: One sentence on what to try.
    """

    name: Text
    evidence: Text
    advice: Text


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
    rate = training.config.last_rate
    name = Text("Learning rate too high")
    advice = Text("Try a tenth of the learning rate, {rate:g}.", rate=rate / 10)
    if training.has_diverged:
        evidence = Text("At a learning rate of {rate:g}, the loss became infinite or NaN.", rate=rate)
        return Hint(name, evidence, advice)
    losses = [epoch.loss for epoch in training.epochs]
    if len(losses) < 2:
        return None
    rises = sum(later > earlier * 1.02 for earlier, later in pairwise(losses))
    is_comparable = not _has_penalty(training.config)  # with the loss of guessing
    if is_comparable and losses[-1] > 1.5 * _GUESSING:
        evidence = Text(
            "After epoch {epoch}, the training loss is {loss:.3g}, worse than guessing (2.303).",
            epoch=len(losses),
            loss=losses[-1],
        )
        return Hint(name, evidence, advice)
    if rises >= 2 and rises / (len(losses) - 1) >= _RISES:
        evidence = Text(
            "The training loss rose in {rises} of {epochs} epochs. It should fall in nearly all of them.",
            rises=rises,
            epochs=len(losses) - 1,
        )
        return Hint(name, evidence, advice)
    if is_comparable and losses[-1] > 0.9 * _GUESSING and max(_changes(training), default=0) >= _SHAKEN:
        evidence = Text(
            "After {epochs} epochs, the training loss is {loss:.3f}, no better than guessing (2.303). "
            "In one of them, a layer's weights changed by {times:,.0f} times their size.",
            epochs=len(losses),
            loss=losses[-1],
            times=max(_changes(training)),
        )
        return Hint(name, evidence, advice)
    return None


def _has_penalty(config: TrainingConfig) -> bool:
    """Whether the training loss holds an L2 penalty of weights, besides what the answers cost."""
    return any(getattr(layer, "l2", 0) for layer in config.layers or ())


def _learning_rate_too_low(training: _Training) -> Hint | None:
    losses = [epoch.loss for epoch in training.epochs]
    if len(losses) < 2 or training.has_diverged or training.config.schedule == "one-cycle":
        return None
    if _has_penalty(training.config):
        return None
    fall = losses[-2] - losses[-1]
    is_slow = 0 <= fall < _HARDLY * _GUESSING and losses[-1] > 0.3 * _GUESSING
    max_change = max(_changes(training), default=math.inf)
    if not is_slow or max_change >= _STILL:
        return None
    return Hint(
        Text("Learning rate too low"),
        Text(
            "In epoch {epoch}, the training loss fell only from {before:.3f} to {loss:.3f}, with much left to learn. "
            "In no epoch did a layer's weights change by more than {change:.1%}.",
            epoch=len(losses),
            before=losses[-2],
            loss=losses[-1],
            change=max_change,
        ),
        Text(
            "Try ten times the learning rate, {rate:g}, or many more epochs.",
            rate=training.config.last_rate * 10,
        ),
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
        Text("Overfitting"),
        Text(
            "Validation loss has not improved for {since} epochs ({best_loss:.4f} after epoch {best}, {last_loss:.4f} "
            "now), while training loss fell from {before:.4f} to {loss:.4f}. Early stopping after {patience} epochs "
            "would have ended at epoch {end} and restored the weights of epoch {restored}.",
            since=since,
            best_loss=losses[best],
            best=then.epoch,
            last_loss=losses[-1],
            before=then.loss,
            loss=now.loss,
            patience=_PATIENCE,
            end=validated[end].epoch,
            restored=validated[restored].epoch,
        ),
        Text("Try augmentation or more training digits.")
        if training.config.early_stopping
        else Text("Try early stopping, augmentation or more training digits."),
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
    listed = ", ".join(f"{layer.layer} {layer.dead}/{layer.units}" for layer in dead)
    return Hint(
        Text("Dead units"),
        Text(
            "After epoch {epoch}, these units output 0 for all of {digits:,} digits: {layers}. A dead unit gets "
            "no gradient and cannot learn any more.",
            epoch=last.epoch,
            digits=last.digits,
            layers=listed,
        ),
        Text("Try a lower learning rate."),
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
        Text("Too little data"),
        Text(
            "It is trained on {digits:,} digits. It reads {training:.1%} of them correctly, but only {validation:.1%} "
            "of the validation digits: {gap:.0f} percentage points less.",
            digits=n,
            training=last.accuracy,
            validation=last.validation_accuracy,
            gap=gap * 100,
        ),
        Text("Try more training digits, or augmentation, which varies those that there are."),
    )


def _unbalanced_data(training: _Training) -> Hint | None:
    counts = np.bincount(training.labels, minlength=10)[:10]
    rarest, commonest = int(counts.argmin()), int(counts.argmax())
    if counts[commonest] < _UNBALANCED * max(counts[rarest], 1):
        return None
    return Hint(
        Text("Unbalanced data"),
        Text(
            "Of {digits:,} training digits, {most:,} are labelled {commonest} and only {fewest:,} are labelled "
            "{rarest}. Rare digits are learned worst, and overall accuracy hardly shows it.",
            digits=len(training.labels),
            most=int(counts[commonest]),
            commonest=commonest,
            fewest=int(counts[rarest]),
            rarest=rarest,
        ),
        Text("Try more training digits, and check the per-digit results on Evaluate."),
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
    values = {"share": 1 - loss / earlier, "loss": loss}
    if last.validation_loss:
        evidence = Text("Validation loss still fell by {share:.0%} in the last epoch, to {loss:.4f}.", **values)
    else:
        evidence = Text("Training loss still fell by {share:.0%} in the last epoch, to {loss:.4f}.", **values)
    return Hint(Text("Not converged"), evidence, Text("Resume it with more epochs."))


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
