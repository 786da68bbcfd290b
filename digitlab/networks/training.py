"""Training a network: the one way, for pages, command line and tests. Imports Keras: for worker processes only."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from digitlab.digits import handwriting
from digitlab.digits.augmentation import augment
from digitlab.errors import Diverged
from digitlab.networks import architectures
from digitlab.networks.callbacks import Reporter, StopWhenUnwanted
from digitlab.networks.certainty import Certainty, at_temperature, fitted_limits, fitted_temperature
from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics, Progress, Report

_DRAWN_AT_ONCE = 2000  # drawings
_READABLE = 0.35  # width of a pen as a share of the digit: beyond it nobody may be expected to read every digit


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What a training leaves.

    Attributes:
        model: The fitted network.
        epochs: The figures of each finished epoch.
        seconds: From the start of building to the end of fitting.
        was_stopped: Whether it ended because it was no longer wanted.
        certainty: When its answers may be believed.
    """

    model: keras.Model
    epochs: list[EpochMetrics]
    seconds: float
    was_stopped: bool
    certainty: Certainty


class AugmentedBatches(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches in a new order, with new random changes, in every epoch; the same for the same seed."""

    def __init__(self, images: NDArray[np.uint8], labels: NDArray[np.uint8], config: TrainingConfig) -> None:
        super().__init__(workers=2, max_queue_size=8)  # threads that change digits while others are learned
        self._images, self._labels = images, labels
        self._size, self._augmentation = config.batch_size, config.augmentation
        self._seed, self._epoch = config.seed, 0
        self._shuffle()

    def __len__(self) -> int:
        return math.ceil(len(self._images) / self._size)

    def __getitem__(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        chosen = self._order[index * self._size : (index + 1) * self._size]
        rng = np.random.default_rng([self._seed, self._epoch, index])
        return augment(self._images[chosen], self._augmentation, rng), self._labels[chosen]

    def on_epoch_end(self) -> None:
        self._epoch += 1
        self._shuffle()

    def _shuffle(self) -> None:
        self._order = np.random.default_rng([self._seed, self._epoch]).permutation(len(self._images))


def train(
    config: TrainingConfig,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    *,
    report: Report = lambda _: None,
    wanted: Callable[[], bool] = lambda: True,
) -> Trained:
    """Build and fit a network.

    Args:
        config: All settings.
        images: uint8 (n, 28, 28) with n of at least `config.training_digits`; the first of them are used.
        labels: uint8 (n,), 0 to 9.
        report: Is handed every finished epoch and every finished batch, in this thread.
        wanted: Is asked after every batch; on False the training ends, and keeps what it has.

    Returns:
        The fitted network and its figures.

    Raises:
        Diverged: The loss became NaN or infinite.
    """
    started = time.monotonic()
    keras.utils.set_random_seed(config.seed)  # the order of the batches
    model = architectures.build(config.preset, config.seed)
    if config.written_digits:
        model.compile(_optimizer(config), _loss_with_no_digit, metrics=[_AccuracyOfDigits(name="accuracy")])
    else:
        model.compile(_optimizer(config), "sparse_categorical_crossentropy", metrics=["accuracy"])
    watch, stop = _Watch(report), StopWhenUnwanted(wanted)
    callbacks = [keras.callbacks.TerminateOnNaN(), Reporter(watch), stop]
    if config.early_stopping is not None:
        callbacks.append(keras.callbacks.EarlyStopping(patience=config.early_stopping, restore_best_weights=True))

    fitted, kept = slice(0, config.fitted_digits), slice(config.fitted_digits, config.training_digits)
    data: dict[str, Any] = {"x": images[fitted], "y": labels[fitted], "batch_size": config.batch_size}
    if config.augmentation or config.written_digits:
        data = {
            "x": AugmentedBatches(*_with_handwriting(images[fitted], labels[fitted], config, watch, wanted), config)
        }
    validation = (images[kept], labels[kept]) if config.validation_digits else None
    history = model.fit(**data, epochs=config.epochs, validation_data=validation, callbacks=callbacks, verbose=0)

    figures = [history.history[name][-1] for name in ("loss", "val_loss") if name in history.history]
    # The last step can ruin the weights after the last loss was taken.
    if not all(np.isfinite(values).all() for values in (figures, *model.get_weights())):
        raise Diverged(
            f"The loss became infinite or not a number (NaN) in epoch {watch.last.epoch}, "
            f"batch {watch.last.batch:,} of {watch.last.batches:,}: the steps were too large, and the network is lost. "
            f"The learning rate was {config.learning_rate:g}; try a tenth of it."
        )
    if config.averaging:
        model = architectures.averaged(model)
    certainty = Certainty()
    if config.calibration and watch.epochs:  # there is nothing to believe in a network that was stopped before
        certainty = _calibrate(model, images[kept], labels[kept], config)
    return Trained(model, watch.epochs, time.monotonic() - started, stop.has_stopped, certainty)


def _with_handwriting(
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    config: TrainingConfig,
    report: Report,
    wanted: Callable[[], bool],
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Add drawn digits, MNIST's digits drawn anew, and drawings that are none, as far as it is wanted."""
    seed = config.seed
    jobs = [partial(handwriting.written_digits, len(p), seed, p.start) for p in _parts(config.written_digits)]
    jobs += [partial(handwriting.other_drawings, len(p), seed, p.start) for p in _parts(config.other_drawings)]
    for part in _parts(config.redrawn_digits):
        cut = slice(part.start, part.stop)
        jobs.append(partial(handwriting.redrawn, images[cut], labels[cut], seed, part.start))
    made = [(images, labels)]
    for done, job in enumerate(jobs):
        if not wanted():
            break
        report(Progress(epoch=0, batch=done, batches=len(jobs)))
        made.append(job())
    return np.concatenate([part[0] for part in made]), np.concatenate([part[1] for part in made])


def _parts(n: int) -> list[range]:
    """Cut 0 to n into parts that take some seconds to draw: so soon a wish to stop is heard."""
    return [range(start, min(start + _DRAWN_AT_ONCE, n)) for start in range(0, n, _DRAWN_AT_ONCE)]


def _loss_with_no_digit(labels: keras.KerasTensor, probabilities: keras.KerasTensor) -> keras.KerasTensor:
    """Cross-entropy; where there is no digit, from ten equal probabilities.

    D. Hendrycks et al., "Deep anomaly detection with outlier exposure" (2019).
    """
    targets = keras.ops.concatenate([keras.ops.eye(10), keras.ops.full((1, 10), 0.1)])
    wanted = keras.ops.take(targets, keras.ops.cast(keras.ops.reshape(labels, (-1,)), "int32"), axis=0)
    return keras.losses.categorical_crossentropy(wanted, probabilities)


class _AccuracyOfDigits(keras.metrics.SparseCategoricalAccuracy):  # type: ignore[misc]
    """Accuracy over what is a digit."""

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        is_digit = keras.ops.cast(keras.ops.reshape(y_true, (-1,)) < handwriting.NO_DIGIT, "float32")
        return super().update_state(y_true, y_pred, is_digit)


def _calibrate(
    model: keras.Model, images: NDArray[np.uint8], labels: NDArray[np.uint8], config: TrainingConfig
) -> Certainty:
    """Fit the temperature and the limits on digits that the network was not fitted to, and build the temperature in."""
    if config.written_digits:
        written, their_labels = handwriting.written_digits(len(images) // 2, config.seed + 1, widest=_READABLE)
        images, labels = np.concatenate([images, written]), np.concatenate([labels, their_labels])
    probabilities = model.predict(images, batch_size=500, verbose=0)
    temperature = fitted_temperature(probabilities, labels)
    last = model.get_layer("digits")  # its sums divided by the temperature are its weights divided by it
    last.set_weights([weights / temperature for weights in last.get_weights()])
    sure_from, digit_up_to = fitted_limits(at_temperature(probabilities, temperature), labels)
    return Certainty(temperature=temperature, sure_from=sure_from, digit_up_to=digit_up_to)


class _Watch:
    """Remembers what is reported, and passes it on; an epoch without a finite loss is not an epoch to show."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.epochs: list[EpochMetrics] = []
        self.last = Progress(epoch=0, batch=0, batches=0)

    def __call__(self, event: EpochMetrics | Progress) -> None:
        if isinstance(event, Progress):
            self.last = event
        elif math.isfinite(event.loss + (event.validation_loss or 0)):
            self.epochs.append(event)
        else:
            return
        self._report(event)


def _optimizer(config: TrainingConfig) -> keras.Optimizer:
    rate: float | keras.optimizers.schedules.LearningRateSchedule = config.learning_rate
    if config.schedule == "cosine":
        steps = math.ceil(config.pictures_per_epoch / config.batch_size) * config.epochs
        rate = keras.optimizers.schedules.CosineDecay(config.learning_rate, steps)
    optimizer: keras.Optimizer = keras.optimizers.get(
        {"class_name": config.optimizer, "config": {"learning_rate": rate}}
    )
    return optimizer
