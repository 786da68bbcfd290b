"""Tuning a trained network to somebody's own digits. Imports Keras: for worker processes only."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from digitlab.errors import Diverged
from digitlab.networks.calibration import fit_temperature
from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics, Progress, Report
from digitlab.worker import model_pool
from digitlab.worker.callbacks import Reporter, StopWhenUnwanted
from digitlab.worker.fine_tuning_data import FineTuningData, Labelled

_ARITHMETIC = 100_000_000_000  # multiplications of all forward passes of convolutions: some seconds on two cores
_MAX_PICTURES = 300_000
_WAYS = (1.0, 0.8, 0.6, 0.45, 0.3, 0.15)
_MAX_WATCHED = 5000  # validation digits
_FORGOTTEN = 0.0005  # the share of them that may be lost
_DOUBTFUL = 0.2  # the share of them, those to whose label the old network gave least, that is read first
_BATCH = 500  # digits that are read at once


@dataclass(frozen=True, slots=True, eq=False)
class FineTuned:
    """What a tuning leaves.

    Attributes:
        model: The network that it was given, with new weights.
        epochs: The figures of each finished epoch.
        seconds: How long it took.
        was_stopped: Whether it ended because it was no longer wanted.
        way: How far the weights went from the old ones to those that were learned, 0 to 1.
        cooling: What the last sums were divided by, so that it is as sure of MNIST's digits as it was right to be.
    """

    model: keras.Model
    epochs: list[EpochMetrics]
    seconds: float
    was_stopped: bool
    way: float
    cooling: float


def fine_tune(
    model: keras.Model,
    config: TrainingConfig,
    own: Labelled,
    mnist: Labelled,
    validation: Labelled,
    *,
    report: Report = lambda _: None,
    wanted: Callable[[], bool] = lambda: True,
) -> FineTuned:
    """Let a network go on learning from its person's digits among MNIST's and others, and keep what it can.

    Means and deviations of batch normalization stay, and nothing is dropped out: with a few thousand pictures both
    would cost more of MNIST than they bring. Afterwards the
    weights go from the old ones to the learned ones only as far as validation allows (M. Wortsman et al., "Robust
    fine-tuning of zero-shot models", 2022).

    Args:
        model: Any network here; its weights change.
        config: Its settings, with those of the tuning.
        own: Images, uint8 (n, 28, 28), and labels, uint8 (n,), 0 to 9.
        mnist: Digits that it may learn from again, likewise.
        validation: Digits that no training learned from, likewise.
        report: Is handed every finished epoch and batch.
        wanted: Is asked after every batch; on False the tuning ends, and keeps what it has.

    Raises:
        Diverged: The loss became NaN or infinite.
    """
    started = time.monotonic()
    learner = one_look(model)
    pictures = min(_MAX_PICTURES, _ARITHMETIC // _arithmetic(learner))
    step = -(-len(validation[0]) // min(_MAX_WATCHED, pictures // 4))
    watched = validation[0][::step], validation[1][::step]
    old, before = learner.get_weights(), _read(learner, watched)
    batches = math.ceil(pictures / config.batch_size / config.epochs)
    epochs, was_stopped = _learn(learner, FineTuningData(own, mnist, config, batches), config, report, wanted)
    if not all(np.isfinite(values).all() for values in learner.get_weights()):
        raise Diverged("The tuning's steps were too large, and what was learned is lost. The network is as it was.")
    way, after = _as_far_as_it_keeps(learner, old, before, watched)
    cooling = 1.0
    if config.calibration:
        cooling = fit_temperature(after, watched[1]) / fit_temperature(before, watched[1])
        last = model.get_layer("digits")
        last.set_weights([weights / cooling for weights in last.get_weights()])
    if learner is model:  # as a training leaves it: who opens its file elsewhere has no loss of ours
        optimizer = keras.optimizers.Adam(config.learning_rate)
        optimizer.build(model.trainable_variables)
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    return FineTuned(model, epochs, time.monotonic() - started, was_stopped, way, cooling)


def one_look(model: keras.Model) -> keras.Model:
    """Return a network that looks at a digit once, with the very layers of one that looks four times and averages."""
    features = next((layer for layer in model.layers if isinstance(layer, keras.Model)), None)
    if features is None:
        return model
    pixels = keras.Input((28, 28), dtype="uint8", name="pixels")
    sums = model.get_layer("digits")(features(keras.layers.Rescaling(1 / 255, name="scale")(pixels)))
    return keras.Model(pixels, keras.layers.Softmax(name="probabilities")(sums))


def _learn(
    learner: keras.Model,
    mixture: FineTuningData,
    config: TrainingConfig,
    report: Report,
    wanted: Callable[[], bool],
) -> tuple[list[EpochMetrics], bool]:
    epochs: list[EpochMetrics] = []

    def tell(event: EpochMetrics | Progress) -> None:
        if isinstance(event, EpochMetrics):
            epochs.append(event)
        report(event)

    frozen = [layer for layer in _layers(learner) if isinstance(layer, keras.layers.BatchNormalization)]
    dropping = {layer: layer.rate for layer in _layers(learner) if isinstance(layer, keras.layers.Dropout)}
    for layer in frozen:
        layer.trainable = False
    for layer in dropping:
        layer.rate = 0.0
    slower = keras.optimizers.schedules.CosineDecay(config.learning_rate, len(mixture) * config.epochs)
    accuracy = model_pool.AccuracyOfDigits(name="accuracy")
    learner.compile(keras.optimizers.Adam(slower), model_pool.loss_with_no_digit, metrics=[accuracy], jit_compile=False)
    learner.stop_evaluating = False  # Keras itself knows it only from the first validation on
    stop = StopWhenUnwanted(wanted)
    callbacks = [Reporter(tell, len(mixture)), stop]
    learner.fit(mixture, epochs=config.epochs, shuffle=False, callbacks=callbacks, verbose=0)
    for layer in frozen:
        layer.trainable = True
    for layer, rate in dropping.items():
        layer.rate = rate
    return epochs, stop.has_stopped


def _as_far_as_it_keeps(
    learner: keras.Model, old: list[NDArray[np.float32]], before: NDArray[np.float32], watched: Labelled
) -> tuple[float, NDArray[np.float32]]:
    """Go from the old weights to the learned ones as far as no more of the watched digits is lost than is allowed.

    What is misread among some is misread among all: a way that loses too much of the doubtful digits is not read
    further. The last way is read whatever it loses, as its answers are returned.

    Returns:
        The way, 0 to 1, and the answers there.
    """
    learned, way, after = learner.get_weights(), 0.0, before
    images, labels = watched
    most = _misread(before, labels) + round(_FORGOTTEN * len(labels))
    doubtful = np.argsort(before[np.arange(len(labels)), labels])[: math.ceil(_DOUBTFUL * len(labels))]
    few = images[doubtful], labels[doubtful]
    for way in _WAYS:
        learner.set_weights([a + way * (b - a) for a, b in zip(old, learned, strict=True)])
        if way != _WAYS[-1] and _misread(_read(learner, few), few[1]) > most:
            continue
        after = _read(learner, watched)
        if _misread(after, labels) <= most:
            break
    return way, after


def _misread(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> int:
    return int((probabilities.argmax(axis=1) != labels).sum())


def _read(learner: keras.Model, digits: Labelled) -> NDArray[np.float32]:
    return np.asarray(learner.predict(digits[0], batch_size=_BATCH, verbose=0), np.float32)


def _arithmetic(learner: keras.Model) -> int:
    """Count the multiplications of convolutions in a forward pass."""
    convolutions = [layer for layer in _layers(learner) if isinstance(layer, keras.layers.Conv2D)]
    return sum(math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:3]) for layer in convolutions) or 1


def _layers(learner: keras.Model) -> list[keras.layers.Layer]:
    """Return all layers, those within others, too."""
    return [
        inner for layer in learner.layers for inner in (_layers(layer) if isinstance(layer, keras.Model) else [layer])
    ]
