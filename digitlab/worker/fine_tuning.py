"""Fine-tunes a trained network to a person's own digits."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from digitlab.data.labelled_digits import LabelledDigits
from digitlab.errors import Diverged
from digitlab.networks.calibration import fit_temperature
from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics, Progress, Report
from digitlab.translation import Text
from digitlab.worker import model_pool
from digitlab.worker.callbacks import Reporter, StopWhenUnwanted
from digitlab.worker.fine_tuning_data import FineTuningData
from digitlab.worker.kernels import is_convolution, kernels
from digitlab.worker.multistep import BatchRanges

_ARITHMETIC = 100_000_000_000  # multiplications of all forward passes: some seconds on two cores
_MAX_PICTURES = 300_000
_ALPHAS = (1.0, 0.8, 0.6, 0.45, 0.3, 0.15)
_MAX_VALIDATION = 5000  # digits
_MAX_LOST = 0.0005  # the share of them that may be misread besides
_UNSURE = 0.2  # the share of them, those whose label the old network found least probable, that is read first
_BATCH = 500  # digits that are read at once


@dataclass(frozen=True, slots=True, eq=False)
class FineTuned:
    """The result of a fine-tuning.

    Attributes:
        model: The network that it was given, with new weights.
        epochs: The figures of each finished epoch.
        seconds: How long it took.
        was_stopped: Whether it ended early, on request.
        alpha: The share of the new weights in the interpolation between the old ones and those, 0 to 1.
        temperature_ratio: What the logits were divided by, so that the network stays calibrated on MNIST's digits.
    """

    model: keras.Model
    epochs: list[EpochMetrics]
    seconds: float
    was_stopped: bool
    alpha: float
    temperature_ratio: float


def fine_tune(
    model: keras.Model,
    config: TrainingConfig,
    own: LabelledDigits,
    mnist: LabelledDigits,
    validation: LabelledDigits,
    *,
    report: Report = lambda _: None,
    wanted: Callable[[], bool] = lambda: True,
) -> FineTuned:
    """Train a network further on a person's digits among MNIST's and others, without losing accuracy on MNIST.

    Batch normalization keeps its means and deviations, and dropout is off: with a few thousand pictures both would cost
    more accuracy on MNIST than they gain. Afterwards the weights are interpolated between the old and the new ones,
    as far as validation allows (M. Wortsman et al., "Robust fine-tuning of zero-shot models", 2022).

    Args:
        model: Any network of the lab; its weights change.
        config: The settings of the fine-tuning.
        own: Images, uint8 (n, 28, 28), and labels, uint8 (n,), 0 to 9.
        mnist: MNIST's training digits, likewise.
        validation: MNIST's validation digits, likewise.
        report: Called with each finished epoch and batch.
        wanted: Called after each batch; on False the fine-tuning ends, with what was learned so far.

    Raises:
        Diverged: The loss became NaN or infinite.
    """
    started = time.monotonic()
    learner = one_view(model)
    pictures = min(_MAX_PICTURES, _ARITHMETIC // _arithmetic(learner))
    step = -(-len(validation[0]) // min(_MAX_VALIDATION, pictures // 4))
    watched = validation[0][::step], validation[1][::step]
    old, before = learner.get_weights(), _read(learner, watched)
    batches = math.ceil(pictures / config.batch_size / config.epochs)
    epochs, was_stopped = _learn(learner, FineTuningData(own, mnist, config, batches), config, report, wanted)
    if not all(np.isfinite(values).all() for values in learner.get_weights()):
        raise Diverged(
            Text("The fine-tuning's steps were too large: the loss is not a number. The network is unchanged.")
        )
    alpha, after = _interpolate(learner, old, before, watched)
    temperature_ratio = _calibrate(model, before, after, watched[1]) if config.calibration else 1.0
    if learner is model:
        _compile_as_trained(model, config.learning_rate)
    return FineTuned(model, epochs, time.monotonic() - started, was_stopped, alpha, temperature_ratio)


def one_view(model: keras.Model) -> keras.Model:
    """Return the network of one view, with the same layers, of a network that averages four shifted views."""
    features = next((layer for layer in model.layers if isinstance(layer, keras.Model)), None)
    if features is None:
        return model
    pixels = keras.Input((28, 28), dtype="uint8", name="pixels")
    logits = model.get_layer("digits")(features(keras.layers.Rescaling(1 / 255, name="scale")(pixels)))
    return keras.Model(pixels, keras.layers.Softmax(name="probabilities")(logits))


def _learn(
    learner: keras.Model,
    data: FineTuningData,
    config: TrainingConfig,
    report: Report,
    wanted: Callable[[], bool],
) -> tuple[list[EpochMetrics], bool]:
    epochs: list[EpochMetrics] = []

    def record(event: EpochMetrics | Progress) -> None:
        if isinstance(event, EpochMetrics):
            epochs.append(event)
        report(event)

    frozen = [layer for layer in _layers(learner) if isinstance(layer, keras.layers.BatchNormalization)]
    dropping = {layer: layer.rate for layer in _layers(learner) if isinstance(layer, keras.layers.Dropout)}
    for layer in frozen:
        layer.trainable = False
    for layer in dropping:
        layer.rate = 0.0
    schedule = keras.optimizers.schedules.CosineDecay(config.learning_rate, len(data) * config.epochs)
    accuracy = model_pool.AccuracyOfDigits(name="accuracy")
    learner.compile(
        keras.optimizers.Adam(schedule), model_pool.loss_with_no_digit, metrics=[accuracy], jit_compile=False
    )
    learner.stop_evaluating = False  # Keras sets it with the first validation only
    stop = StopWhenUnwanted(wanted)
    callbacks = [Reporter(record, BatchRanges(tuple(range(1, len(data) + 1)))), stop]
    learner.fit(data, epochs=config.epochs, shuffle=False, callbacks=callbacks, verbose=0)
    for layer in frozen:
        layer.trainable = True
    for layer, rate in dropping.items():
        layer.rate = rate
    return epochs, stop.has_stopped


def _interpolate(
    learner: keras.Model, old: list[NDArray[np.float32]], before: NDArray[np.float32], watched: LabelledDigits
) -> tuple[float, NDArray[np.float32]]:
    """Interpolate between old and new weights, with the largest alpha that misreads few enough validation digits.

    The digits of which the old network was least sure are read first: where too many of those are misread, the others
    need not be read. All are read with the smallest alpha, as the answers are returned.

    Returns:
        Alpha, 0 to 1, and the answers with it.
    """
    learned, alpha, after = learner.get_weights(), 0.0, before
    images, labels = watched
    max_misread = _misread(before, labels) + round(_MAX_LOST * len(labels))
    unsure = np.argsort(before[np.arange(len(labels)), labels])[: math.ceil(_UNSURE * len(labels))]
    few = images[unsure], labels[unsure]
    for alpha in _ALPHAS:
        learner.set_weights([a + alpha * (b - a) for a, b in zip(old, learned, strict=True)])
        if alpha != _ALPHAS[-1] and _misread(_read(learner, few), few[1]) > max_misread:
            continue
        after = _read(learner, watched)
        if _misread(after, labels) <= max_misread:
            break
    return alpha, after


def _calibrate(
    model: keras.Model, before: NDArray[np.float32], after: NDArray[np.float32], labels: NDArray[np.uint8]
) -> float:
    """Divide the logits so that the answers after the fine-tuning are as confident as those before; return by what."""
    temperature_ratio = fit_temperature(after, labels) / fit_temperature(before, labels)
    last = model.get_layer("digits")
    last.set_weights([weights / temperature_ratio for weights in last.get_weights()])
    return temperature_ratio


def _compile_as_trained(model: keras.Model, learning_rate: float) -> None:
    """Compile with a loss of Keras' own, as after a training: the network's file is opened elsewhere, too."""
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build(model.trainable_variables)
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])


def _misread(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> int:
    return int((probabilities.argmax(axis=1) != labels).sum())


def _read(learner: keras.Model, digits: LabelledDigits) -> NDArray[np.float32]:
    return np.asarray(learner.predict(digits[0], batch_size=_BATCH, verbose=0), np.float32)


def _arithmetic(learner: keras.Model) -> int:
    """Return the multiplications of a forward pass: of its convolutions or of its dense layers, whichever take more."""
    convolutions = dense = 0
    for layer in _layers(learner):
        if is_convolution(layer):
            kernel_sizes = sum(math.prod(kernel.shape) for kernel in kernels(layer))
            convolutions += kernel_sizes * math.prod(layer.output.shape[1:3])
        elif isinstance(layer, keras.layers.Dense):
            dense += math.prod(layer.kernel.shape)
    return max(convolutions, dense, 1)


def _layers(learner: keras.Model) -> list[keras.layers.Layer]:
    """Return all layers, also those of nested networks."""
    return [
        inner for layer in learner.layers for inner in (_layers(layer) if isinstance(layer, keras.Model) else [layer])
    ]
