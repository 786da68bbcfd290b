"""Training a network: the one way, for pages, command line and tests. Imports Keras: for worker processes only."""

import dataclasses
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import keras
import numpy as np
from numpy.typing import NDArray

from digitlab.errors import DIVERGED, CheckpointDamaged, Diverged, StorageError
from digitlab.networks.calibration import Calibration, apply_temperature, fit_temperature, fit_thresholds
from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics, Progress, Report
from digitlab.networks.observation import Observation
from digitlab.networks.snapshots import Snapshot, has_snapshot
from digitlab.storage.storage import StoredFile
from digitlab.synthesis import handwriting
from digitlab.worker import build, checkpoints, model_pool, multistep
from digitlab.worker.callbacks import Reporter, StopWhenUnwanted
from digitlab.worker.observer import Observer, digits_for

Observe = Callable[[Observation, Snapshot | None], None]

_DRAWN_AT_ONCE = 2000  # drawings


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What a training leaves.

    Attributes:
        model: The fitted network.
        epochs: The figures of each finished epoch.
        seconds: From the start of building to the end of fitting.
        was_stopped: Whether it ended because it was no longer wanted.
        calibration: When its answers may be believed.
        unkept: Why its last state could not be kept, so that it would go on from an earlier one; else None.
        replanned_after: After how many epochs their number was changed, the first time; None: it never was.
    """

    model: keras.Model
    epochs: list[EpochMetrics]
    seconds: float
    was_stopped: bool
    calibration: Calibration
    unkept: StorageError | None = None
    replanned_after: int | None = None


def train(
    config: TrainingConfig,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    *,
    report: Report = lambda _: None,
    wanted: Callable[[], bool] = lambda: True,
    is_pause: Callable[[], bool] = lambda: False,
    checkpoint: StoredFile | None = None,
    observe: Observe | None = None,
) -> Trained:
    """Build and fit a network.

    Args:
        config: All settings.
        images: uint8 (n, 28, 28) with n of at least `config.training_digits`; the first of them are used.
        labels: uint8 (n,), 0 to 9.
        report: Is handed every finished epoch and every finished block of batches, in this thread.
        wanted: Is asked after every block; on False the training ends, and keeps what it has.
        is_pause: Is asked when it was no longer wanted: whether it goes on later, and nothing is made of what it has.
        checkpoint: A file for its state, kept up to date; if it is there, the training goes on from it, and ends with
            the figures of one that was never interrupted. Of its config only the number of epochs may differ.
        observe: Is handed what is seen in the network before the first epoch and after each, in this thread, and of
            some epochs a snapshot; None: nobody looks.

    Returns:
        The fitted network and its figures.

    Raises:
        Diverged: The loss became NaN or infinite.
        CheckpointDamaged: The checkpoint cannot be read, or is another training's.
        StorageUnavailable: Nobody knows whether there is a checkpoint.
    """
    start = _start_from(checkpoint, config)
    started = time.monotonic() - (start.seconds if start else 0)
    fitted, kept = slice(0, config.fitted_digits), slice(config.fitted_digits, config.training_digits)
    watch, stop = _Watch(report, start.epochs if start else ()), StopWhenUnwanted(wanted)
    data = images[fitted], labels[fitted]
    if config.written_digits:
        data = _with_handwriting(*data, config, watch, wanted)
        if len(data[0]) < config.pictures_per_epoch:
            checkpoint = None  # the drawing was broken off: what is learned of its part is not to go on from
    learner = model_pool.acquire(config)
    way = multistep.plan(learner, config.steps)
    batches = multistep.BatchChunks(*data, config, way.digits, start.batches_per_block if start else None)
    patience = _patience(config)
    keeper = observer = None
    if checkpoint is not None:
        keeper = checkpoints.CheckpointWriter(
            checkpoint, config, watch.epochs, batches.batches_per_block, patience, start
        )
    if observe is not None:
        observer = _observer(observe, images, labels, config, watch.epochs, start)
    reporter = Reporter(watch, batches.batches_per_epoch, batches.batches_per_block)
    # Early stopping puts the best weights back at the end: before that, and after all else, the state is kept.
    callbacks = [keras.callbacks.TerminateOnNaN(), reporter, stop, keeper, observer, patience]
    history = multistep.fit(
        learner,
        batches,
        way,
        epochs=config.epochs,
        validation=(images[kept], labels[kept]) if config.validation_digits else None,
        callbacks=[callback for callback in callbacks if callback is not None],
        first_epoch=start.epoch if start else 0,
        learned=start.blocks if start else 0,
    )
    model = model_pool.release(learner, config)
    _check_finite(history, model, watch.last, config)
    unkept = keeper.error if keeper else None
    if stop.has_stopped and is_pause():
        return Trained(model, watch.epochs, time.monotonic() - started, True, Calibration(), unkept)
    model, calibration = _finished(model, images[kept], labels[kept], config, is_trained=bool(watch.epochs))
    replanned = start.replanned(config.epochs) if start else None
    return Trained(model, watch.epochs, time.monotonic() - started, stop.has_stopped, calibration, unkept, replanned)


def _patience(config: TrainingConfig) -> keras.callbacks.EarlyStopping | None:
    if config.early_stopping is None:
        return None
    return keras.callbacks.EarlyStopping(patience=config.early_stopping, restore_best_weights=True)


def _check_finite(history: keras.callbacks.History, model: keras.Model, last: Progress, config: TrainingConfig) -> None:
    """Raise `Diverged` if the last losses or the weights are no numbers: the last step can ruin these after those."""
    figures = [history.history[name][-1] for name in ("loss", "val_loss") if name in history.history]
    if not all(np.isfinite(values).all() for values in (figures, *model.get_weights())):
        raise Diverged(
            f"{DIVERGED} in epoch {last.epoch}, "
            f"batch {last.batch:,} of {last.batches:,}: the steps were too large, and the network is lost. "
            f"The learning rate was {config.learning_rate:g}; try a tenth of it."
        )


def _finished(
    model: keras.Model,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    config: TrainingConfig,
    *,
    is_trained: bool,
) -> tuple[keras.Model, Calibration]:
    """Let a fitted network average and calibrate it on the validation digits, as far as that is wanted."""
    if config.averaging:
        model = build.averaged(model)
    if config.calibration and is_trained:  # there is nothing to believe in a network that was stopped before
        return model, _calibrate(model, images, labels, config)
    return model, Calibration()


def _observer(
    observe: Observe,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    config: TrainingConfig,
    epochs: list[EpochMetrics],
    start: checkpoints.Checkpoint | None,
) -> Observer:
    return Observer(
        digits_for(images, labels, config.fitted_digits, config.training_digits),
        observe,
        partial(has_snapshot, planned=config.epochs),
        epochs,
        is_resumed_within=start is not None and start.blocks > 0,
    )


def _start_from(file: StoredFile | None, config: TrainingConfig) -> checkpoints.Checkpoint | None:
    start = checkpoints.read(file) if file is not None else None
    if start is not None and dataclasses.replace(start.config, epochs=config.epochs) != config:
        raise CheckpointDamaged(f"The checkpoint {file} belongs to other settings. Start a new training.")
    return start


def _with_handwriting(
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    config: TrainingConfig,
    report: Report,
    wanted: Callable[[], bool],
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Add drawn digits, MNIST's digits drawn anew, and drawings that are none, as far as it is wanted."""
    seed = config.seed
    jobs = [partial(handwriting.synthetic_digits, len(p), seed, p.start) for p in _parts(config.written_digits)]
    jobs += [partial(handwriting.non_digits, len(p), seed, p.start) for p in _parts(config.non_digits)]
    for part in _parts(config.redrawn_digits):
        cut = slice(part.start, part.stop)
        jobs.append(partial(handwriting.redraw, images[cut], labels[cut], seed, part.start))
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


def _calibrate(
    model: keras.Model, images: NDArray[np.uint8], labels: NDArray[np.uint8], config: TrainingConfig
) -> Calibration:
    """Fit the temperature and the limits on digits that the network was not fitted to, and build the temperature in."""
    if config.written_digits:
        written, their_labels = handwriting.synthetic_digits(
            len(images) // 2, config.seed + 1, max_pen_width=handwriting.READABLE
        )
        images, labels = np.concatenate([images, written]), np.concatenate([labels, their_labels])
    probabilities = model.predict(images, batch_size=500, verbose=0)
    temperature = fit_temperature(probabilities, labels)
    last = model.get_layer("digits")  # its sums divided by the temperature are its weights divided by it
    last.set_weights([weights / temperature for weights in last.get_weights()])
    min_confidence, max_entropy = fit_thresholds(apply_temperature(probabilities, temperature), labels)
    return Calibration(temperature=temperature, min_confidence=min_confidence, max_entropy=max_entropy)


class _Watch:
    """Remembers what is reported, and passes it on; an epoch without a finite loss is not an epoch to show."""

    def __init__(self, report: Report, epochs: Sequence[EpochMetrics]) -> None:
        self._report = report
        self.epochs = list(epochs)
        self.last = Progress(epoch=0, batch=0, batches=0)

    def __call__(self, event: EpochMetrics | Progress) -> None:
        if isinstance(event, Progress):
            self.last = event
        elif math.isfinite(event.loss + (event.validation_loss or 0)):
            self.epochs.append(event)
        else:
            return
        self._report(event)
