"""Finds out on training digits how an imported network takes its pictures, and in which order it gives the digits.

A scale is chosen by likelihood. A network that is not trained enough is too unsure, and any scale that makes its sums
larger raises its likelihood, and even its accuracy. So the likelihood is that at the best temperature (Guo et al. 2017,
"On Calibration of Modern Neural Networks"), and a batch normalization is asked first: it stored the mean and the
variance of its inputs, as they were on the scale that it was trained on.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from digitlab.errors import ModelRejected
from digitlab.translation import Text
from digitlab.worker.input_adapters import TRANSPOSED, TURNS, UPRIGHT, InputAdapter, Turn

Floats = NDArray[np.float32]
_BATCH = _FEW = 300  # digits; the first batch shows which adapters are far from the best
_FEWER = 100  # digits, which show that a network does not read turned pictures
_MAX_FINALISTS = 5
_FAR = 0.5  # nats per digit; more than any two scales differ that fit alike
_MARGIN = 0.02  # share of the best loss; a smaller difference may come from the sample
# Share of the best loss; a network that learned from 0 and 1 alone may read the shades between them that much better.
_NEAR = 0.15
_TOO_UNSURE = 0.5  # nats; what a loss without temperature may be higher, as that of a network on too small sums
_GAP = 0.005  # share of a batch normalization's statistics that even the right scale misses
_GAP_RATIO = 3  # ratio to the gap of the best scale
_MIN_ACCURACY = 0.5  # accuracy, 0 to 1, that a network for digits reaches
_GAIN = 0.05  # gain in accuracy, from which another order of the outputs counts
# Accuracy below which turned pictures are tried: 0, 1, 2, 5 and 8 look alike when they are turned by 180 degrees.
_MIN_UPRIGHT = 0.75
_TURN_GAIN = 0.1  # gain in accuracy, from which a turn counts
_ROUNDING = 1e-3  # difference from 1 that the sum of ten probabilities may have
_TEMPERATURES = np.exp(np.linspace(-4, 6, 41)).astype(np.float32)


@dataclass(frozen=True, slots=True)
class InputSearchResult:
    """What was found.

    Attributes:
        adapter: How the network takes its pictures.
        order: The output of each digit, where another order than 0 to 9 was found.
        accuracy: On the training digits that were tried, 0 to 1.
        alternatives: Titles of other scales that fit about as well.
        is_probability: Whether its outputs are probabilities already.
    """

    adapter: InputAdapter
    order: tuple[int, ...] | None
    accuracy: float
    alternatives: tuple[str, ...]
    is_probability: bool


@dataclass(frozen=True, slots=True)
class _Trial:
    """How a network reads digits by one adapter; `losses` are at the best temperature, one per digit."""

    adapter: InputAdapter
    outputs: Floats
    accuracy: float
    loss: float
    losses: Floats
    gap: float

    @property
    def best_loss(self) -> float:
        return float(self.losses.mean())


def search(
    model: keras.Model,
    adapters: Sequence[InputAdapter],
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    *,
    is_corrected: bool,
) -> InputSearchResult:
    """Find out how a network takes its pictures.

    Args:
        model: From the shape of the adapters to ten numbers.
        adapters: What is tried, the simplest first.
        images: Training digits, uint8 (n, 28, 28).
        labels: uint8 (n,).
        is_corrected: Whether another order of the outputs, or turned pictures, are accepted.

    Raises:
        ModelRejected: It reads no digits; or only in another order, or turned, which nobody accepted.
    """
    reader = _Reader(model)
    few_images, few_labels = images[:_FEW], labels[:_FEW]
    trials = reader.trials(adapters, few_images, few_labels)
    if not trials:
        raise ModelRejected(Text("Its answers are infinite or not a number (NaN). Train it again."))
    order = _order(trials, few_labels)
    best, turn = _accuracy(trials, few_labels), UPRIGHT
    if best < _MIN_UPRIGHT and (turn := reader.turn(adapters, few_images[:_FEWER], few_labels[:_FEWER], best)).steps:
        trials = reader.trials(_turned(adapters, turn), few_images, few_labels)
        order = _order(trials, few_labels)
    if (turned := _accuracy(trials, few_labels)) < _MIN_ACCURACY:
        raise _reads_nothing(max(best, turned), _FEW)
    if (order or turn.steps) and not is_corrected:
        raise ModelRejected(_offer(order, turn))
    if order:
        labels = np.array(order, np.uint8)[labels]
        trials = [reader.scored(trial, labels[:_FEW]) for trial in trials]
    trials = reader.trials([trial.adapter for trial in _finalists(trials)], images, labels)
    return _choose(trials, order, len(labels))


def _are_probabilities(outputs: Floats) -> bool:
    """Return whether outputs, (n, 10), are ten probabilities each."""
    return bool(outputs.min() >= -_ROUNDING and np.abs(outputs.sum(axis=1) - 1).max() <= _ROUNDING)


class _Reader:
    """Reads digits by adapters, and compares the inputs of the first batch normalization with its statistics."""

    def __init__(self, model: keras.Model) -> None:
        norms = (layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization))
        self._norm = next(norms, None)
        outputs = [model.output] if self._norm is None else [model.output, self._norm.input]
        self._model = keras.Model(model.input, outputs)

    def trials(
        self, adapters: Sequence[InputAdapter], images: NDArray[np.uint8], labels: NDArray[np.uint8]
    ) -> list[_Trial]:
        """Return a trial of each adapter by which all outputs are finite."""
        shares, trials = images.astype(np.float32) / np.float32(255), []
        for adapter in adapters:
            parts = [self._read(adapter, shares[start : start + _BATCH]) for start in range(0, len(shares), _BATCH)]
            outputs = np.concatenate([outputs for outputs, _ in parts])
            if np.isfinite(outputs).all():
                gap = float(np.mean([gap for _, gap in parts]))
                trials.append(self.scored(_Trial(adapter, outputs, 0, 0, outputs[:, 0], gap), labels))
        return trials

    def turn(
        self, adapters: Sequence[InputAdapter], images: NDArray[np.uint8], labels: NDArray[np.uint8], upright: float
    ) -> Turn:
        """Return how pictures have to be turned to be read best; `upright` is the accuracy if they are not."""
        best = max(_MIN_ACCURACY, upright + _TURN_GAIN)
        found = UPRIGHT
        for turn in TURNS:
            accuracy = _accuracy(self.trials(_turned(adapters, turn), images, labels), labels)
            if accuracy > best or (accuracy == best and found is UPRIGHT):
                found, best = turn, accuracy
        return found

    def scored(self, trial: _Trial, labels: NDArray[np.uint8]) -> _Trial:
        """Return the same trial, with the figures for other labels."""
        outputs = trial.outputs
        logits = np.log(np.maximum(outputs, 1e-7)) if _are_probabilities(outputs) else outputs
        by_temperature = [_losses(logits / temperature, labels) for temperature in _TEMPERATURES]
        return dataclasses.replace(
            trial,
            accuracy=float((outputs.argmax(axis=1) == labels).mean()),
            loss=float(_losses(logits, labels).mean()),
            losses=min(by_temperature, key=np.mean),
        )

    def _read(self, adapter: InputAdapter, shares: Floats) -> tuple[Floats, float]:
        outputs, *inputs = keras.tree.flatten(self._model.predict_on_batch(adapter(shares)))
        return np.asarray(outputs, np.float32), self._gap(np.asarray(inputs[0])) if inputs else 0.0

    def _gap(self, inputs: Floats) -> float:
        """Return how far the mean and the variance of inputs are from those that the normalization stored.

        It starts with mean 0 and variance 1, and moves towards those of each batch; so after a short training it has
        come a part of the way, which is estimated.

        Returns:
            Squared distance, as a share of the stored values' own; 0 is a perfect fit.
        """
        norm: Any = self._norm
        by_channel = np.moveaxis(inputs, norm.axis, -1).reshape(-1, inputs.shape[norm.axis]).astype(np.float64)
        mean, variance = (np.asarray(value, np.float64) for value in (norm.moving_mean, norm.moving_variance))
        unit = np.maximum(variance, norm.epsilon)
        stored = np.concatenate([mean / np.sqrt(unit), (variance - 1) / unit])
        seen = np.concatenate([by_channel.mean(0) / np.sqrt(unit), (by_channel.var(0) - 1) / unit])
        part = np.clip(seen @ stored / max(seen @ seen, 1e-12), 0, 1)
        return float(np.square(stored - part * seen).sum() / max(stored @ stored, 1e-12))


def _losses(logits: Floats, labels: NDArray[np.uint8]) -> Floats:
    """Return each digit's cross-entropy, in nats."""
    centred = logits - logits.max(axis=1, keepdims=True)
    return np.asarray(np.log(np.exp(centred).sum(axis=1)) - centred[np.arange(len(labels)), labels])


def _order(trials: Sequence[_Trial], labels: NDArray[np.uint8]) -> tuple[int, ...] | None:
    """Return the output that stands for each digit, if it is another order than 0 to 9 and reads many more digits."""
    found, best = None, max((trial.accuracy for trial in trials), default=0)
    best = max(best + _GAIN, _MIN_ACCURACY)
    for trial in trials:
        answers = trial.outputs.argmax(axis=1)
        counts = np.histogram2d(labels, answers, bins=10, range=[[0, 10], [0, 10]])[0]
        order = counts.argmax(axis=1)
        accuracy = float((answers == order[labels]).mean())
        if len(set(order)) == len(order) and accuracy >= best:
            found, best = tuple(map(int, order)), accuracy
    return found


def _accuracy(trials: Sequence[_Trial], labels: NDArray[np.uint8]) -> float:
    """Return the best accuracy of several trials, in the order of the outputs that is found."""
    wanted = np.array(_order(trials, labels) or range(10))[labels]
    return max((float((trial.outputs.argmax(axis=1) == wanted).mean()) for trial in trials), default=0)


def _turned(adapters: Sequence[InputAdapter], turn: Turn) -> list[InputAdapter]:
    return [dataclasses.replace(adapter, turn=turn) for adapter in adapters]


def _finalists(trials: Sequence[_Trial]) -> list[_Trial]:
    """Return the trials that a larger sample has to tell apart, in their order."""
    likely = _likely(trials)
    best = min(trial.best_loss for trial in likely)
    near = sorted((trial for trial in likely if trial.best_loss <= best + _FAR), key=lambda trial: trial.best_loss)
    return [trial for trial in trials if trial in near[:_MAX_FINALISTS]]


def _likely(trials: Sequence[_Trial]) -> list[_Trial]:
    """Return the trials that fit the statistics of the first batch normalization."""
    max_gap = _GAP + _GAP_RATIO * min(trial.gap for trial in trials)
    return [trial for trial in trials if trial.gap <= max_gap]


def _choose(trials: Sequence[_Trial], order: tuple[int, ...] | None, count: int) -> InputSearchResult:
    """Return the simplest adapter among those that fit about as well as the best."""
    likely = _likely(trials)
    best = min(likely, key=lambda trial: trial.best_loss)
    equal = [trial for trial in likely if _fits_alike(trial, best, _MARGIN)]
    min_loss = min(trial.loss for trial in equal)
    chosen = next(trial for trial in equal if trial.loss <= min_loss + _TOO_UNSURE)
    if chosen.accuracy < _MIN_ACCURACY:
        raise _reads_nothing(chosen.accuracy, count)
    titles = dict.fromkeys(trial.adapter.scale.title for trial in likely if _fits_alike(trial, best, _NEAR))
    alternatives = tuple(title for title in titles if title != chosen.adapter.scale.title)
    is_probability = _are_probabilities(chosen.outputs)
    return InputSearchResult(chosen.adapter, order, chosen.accuracy, alternatives, is_probability)


def _fits_alike(trial: _Trial, best: _Trial, margin: float) -> bool:
    """Return whether a loss exceeds the best by less than two standard errors of the difference, or than the margin.

    The margin is a share of the best loss.
    """
    differences = trial.losses - best.losses
    error = float(differences.std() / np.sqrt(len(differences)))
    return float(differences.mean()) <= max(2 * error, margin * best.best_loss)


def _reads_nothing(accuracy: float, count: int) -> ModelRejected:
    return ModelRejected(
        Text(
            "It reads only {accuracy:.0%} of {count:,} digits correctly, however they are scaled or "
            "turned: it is not a network for handwritten digits, or is not trained enough.",
            accuracy=accuracy,
            count=count,
        )
    )


def _offer(order: tuple[int, ...] | None, turn: Turn) -> Text:
    digits = ", ".join(map(str, np.argsort(order))) if order else ""
    if turn.steps and turn is not TRANSPOSED:
        return _offer_to_turn(digits, turn)
    if not digits:
        return Text(
            "It takes pictures whose rows and columns are exchanged, as in EMNIST's files. Switch on “Correct order "
            "and orientation” (command line: --correct) and import it again: it is then adapted to MNIST's digits."
        )
    if not turn.steps:
        return Text(
            "It gives the digits in the order {digits}. Switch on “Correct order and orientation” (command line: "
            "--correct) and import it again: it is then adapted to MNIST's digits.",
            digits=digits,
        )
    return Text(
        "It takes pictures whose rows and columns are exchanged, as in EMNIST's files, and gives the digits in the "
        "order {digits}. Switch on “Correct order and orientation” (command line: --correct) and import it again: it "
        "is then adapted to MNIST's digits.",
        digits=digits,
    )


def _offer_to_turn(digits: str, turn: Turn) -> Text:
    if not digits:
        return Text(
            "It takes pictures like this: {turn}. Switch on “Correct order and orientation” (command line: --correct) "
            "and import it again: it is then adapted to MNIST's digits.",
            turn=turn.title,
        )
    return Text(
        "It takes pictures like this: {turn}. And it gives the digits in the order {digits}. Switch on “Correct order "
        "and orientation” (command line: --correct) and import it again: it is then adapted to MNIST's digits.",
        turn=turn.title,
        digits=digits,
    )
