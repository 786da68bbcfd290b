"""Trains a network, for pages, command line and tests alike."""

import dataclasses
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import keras
import numpy as np
from numpy.typing import NDArray

from digitlab.errors import CheckpointDamaged, Diverged, StorageError
from digitlab.networks import execution_plans, rate_changes
from digitlab.networks.calibration import Calibration, apply_temperature, fit_temperature, fit_thresholds
from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics, Progress, Report
from digitlab.networks.rate_changes import RateChange
from digitlab.networks.snapshots import has_snapshot
from digitlab.storage.storage import StoredFile
from digitlab.synthesis import handwriting
from digitlab.translation import Text
from digitlab.worker import build, checkpoints, model_pool, multistep
from digitlab.worker.callbacks import RateChanger, Reporter, StopWhenUnwanted
from digitlab.worker.observer import Observe, Observer, digits_for
from digitlab.worker.training_digits import TrainingDigits


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """The result of a training.

    Attributes:
        model: The fitted network.
        epochs: The figures of each finished epoch.
        seconds: From the start of building to the end of fitting.
        was_stopped: Whether it ended early, on request.
        calibration: From which confidence its answers count.
        checkpoint_error: Why the last checkpoint could not be written; else None.
        replanned_after: After how many epochs their number was changed, the first time; None: it never was.
        learning_rate_changes: What the settings named, and what was changed since.
    """

    model: keras.Model
    epochs: list[EpochMetrics]
    seconds: float
    was_stopped: bool
    calibration: Calibration
    checkpoint_error: StorageError | None = None
    replanned_after: int | None = None
    learning_rate_changes: tuple[RateChange, ...] = ()


def train(
    config: TrainingConfig,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    *,
    report: Report = lambda _: None,
    wanted: Callable[[], bool] = lambda: True,
    is_pause: Callable[[], bool] = lambda: False,
    take_rate: Callable[[], float | None] = lambda: None,
    report_changes: Callable[[tuple[RateChange, ...]], None] = lambda _: None,
    checkpoint: StoredFile | None = None,
    observe: Observe | None = None,
    last: int | None = None,
    drawn: TrainingDigits | None = None,
) -> Trained:
    """Build and fit a network.

    Args:
        config: The settings.
        images: uint8 (n, 28, 28) with n of at least `config.training_digits`; the first of them are used.
        labels: uint8 (n,), 0 to 9.
        report: Called with each finished epoch and chunk of batches, in this thread.
        wanted: Called after each chunk; on False the training ends, with the network so far.
        is_pause: Called when the training ended on request: whether it will be resumed, so that the network need not be
            finished.
        take_rate: Called before each chunk: the learning rate that a person wants from there on; None for no change.
        report_changes: Called with all changes of the learning rate when one is added: with them in its config, a
            training is repeated exactly.
        checkpoint: A file for the state. If it exists, the training is resumed from it, with the same figures as if it
            had never been interrupted; of the config, only the number of epochs and later changes of the learning rate
            may differ.
        observe: Called with what is observed in the network before the first epoch and after each, in this thread, and
            with a snapshot after some; None for no observation.
        last: After how many batches, over all epochs, the training is paused; None: never. Of synthetic digits, only
            those of the batches until then are drawn.
        drawn: What it learns from, of these images, labels and settings, if some of that is drawn already.

    Returns:
        The fitted network and its figures.

    Raises:
        Diverged: The loss became NaN or infinite.
        CheckpointDamaged: The checkpoint cannot be read, or is another training's.
        StorageUnavailable: It is unknown whether there is a checkpoint.
    """
    start = checkpoints.read(checkpoint) if checkpoint is not None else None
    if start is not None and checkpoint is not None:
        config = _resumed_config(config, start, checkpoint, report_changes)
    started = time.monotonic() - (start.seconds if start else 0)
    validation = slice(config.fitted_digits, config.training_digits)
    watch = _Watch(report, start.epochs if start else ())
    stop = StopWhenUnwanted(lambda: wanted() and (last is None or watch.trained < last))
    drawn = drawn or TrainingDigits(images, labels, config)
    if last is None:
        drawn.draw_all(watch, wanted)
        if len(drawn.images) < config.pictures_per_epoch:
            checkpoint = None  # drawing was stopped: a training on a part of the digits cannot be resumed
    learner = model_pool.acquire(config)
    execution_plan = execution_plans.plan(config.stack, config.steps)
    chunks = _chunks(drawn, config, execution_plan, start, last)
    if last is not None:
        drawn.draw(chunks.places(range(start.trained if start else 0, last)))
    changer = RateChanger(config, chunks.ranges, take_rate, report_changes)
    observer = _observer(observe, images, labels, config, watch.epochs, start) if observe is not None else None
    callbacks, writer = _callbacks(changer, chunks, watch, stop, observer, checkpoint, start)
    history = multistep.fit(
        learner,
        chunks,
        execution_plan,
        epochs=config.epochs,
        validation=(images[validation], labels[validation]) if config.validation_digits else None,
        callbacks=callbacks,
        first_epoch=start.epoch if start else 0,
    )
    config = changer.config
    model = model_pool.release(learner, config)
    _check_finite(history, model, watch.last, config)
    calibration = Calibration()
    if not (stop.has_stopped and is_pause()):
        is_trained = bool(watch.epochs)
        model, calibration = _finished(model, images[validation], labels[validation], config, is_trained=is_trained)
    return Trained(
        model,
        watch.epochs,
        time.monotonic() - started,
        stop.has_stopped,
        calibration,
        writer.error if writer else None,
        start.replanned(config.epochs) if start else None,
        config.learning_rate_changes,
    )


def next_batch(
    config: TrainingConfig, drawn: TrainingDigits, start: checkpoints.Checkpoint | None
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the batch with which a training goes on: uint8 (n, 28, 28), and labels, uint8 (n,).

    Args:
        config: The settings.
        drawn: What it learns from; the synthetic digits of the batch are drawn.
        start: Where it goes on; None: at its beginning.
    """
    chunks = _chunks(drawn, config, execution_plans.plan(config.stack, config.steps), start)
    return chunks.batch(start.trained if start else 0)


def _chunks(
    drawn: TrainingDigits,
    config: TrainingConfig,
    execution_plan: execution_plans.ExecutionPlan,
    start: checkpoints.Checkpoint | None,
    last: int | None = None,
) -> multistep.BatchChunks:
    per_chunk, first = (start.batches_per_chunk, start.trained) if start else (None, 0)
    return multistep.BatchChunks(
        drawn.images, drawn.labels, config, execution_plan.digits, per_chunk, first=first, last=last
    )


def _callbacks(
    changer: RateChanger,
    chunks: multistep.BatchChunks,
    watch: "_Watch",
    stop: StopWhenUnwanted,
    observer: Observer | None,
    checkpoint: StoredFile | None,
    start: checkpoints.Checkpoint | None,
) -> tuple[list[keras.callbacks.Callback], checkpoints.CheckpointWriter | None]:
    """Return the callbacks of a training in their order, and the one of them that writes checkpoints."""
    patience = writer = None
    config, ranges = changer.config, chunks.ranges
    if config.early_stopping is not None:
        patience = keras.callbacks.EarlyStopping(patience=config.early_stopping, restore_best_weights=True)
    if checkpoint is not None:
        writer = checkpoints.CheckpointWriter(
            checkpoint,
            lambda: changer.config,
            watch.epochs,
            lambda: watch.last.so_far,
            chunks.batches_per_chunk,
            ranges,
            patience,
            start,
        )
    reporter = Reporter(watch, ranges, start.so_far if start else ())
    # Early stopping restores the best weights at the end: the checkpoint is written before that, after all others.
    callbacks = [keras.callbacks.TerminateOnNaN(), changer, reporter, stop, writer, observer, patience]
    return [callback for callback in callbacks if callback is not None], writer


def _check_finite(history: keras.callbacks.History, model: keras.Model, last: Progress, config: TrainingConfig) -> None:
    """Raise `Diverged` if the last losses or the weights are no numbers: the last step can ruin these after those."""
    figures = [history.history[name][-1] for name in ("loss", "val_loss") if name in history.history]
    if not all(np.isfinite(values).all() for values in (figures, *model.get_weights())):
        raise Diverged(
            Text(
                "The loss became infinite or not a number (NaN) in epoch {epoch}, batch {batch:,} of {batches:,}: the "
                "steps were too large, and the network is lost. The learning rate was {rate:g}; try a tenth of it.",
                epoch=last.epoch,
                batch=last.batch,
                batches=last.batches,
                rate=config.chosen_rate(max(last.trained - 1, 0)) or config.learning_rate,
            )
        )


def _finished(
    model: keras.Model,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    config: TrainingConfig,
    *,
    is_trained: bool,
) -> tuple[keras.Model, Calibration]:
    """Make a fitted network average its views, and calibrate it on the validation digits, as the config says."""
    if config.averaging:
        model = build.averaged(model)
    if config.calibration and is_trained:  # not one that was stopped in its first epoch
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
        is_resumed_within=start is not None and start.batches > 0,
    )


def _resumed_config(
    config: TrainingConfig,
    start: checkpoints.Checkpoint,
    file: StoredFile,
    report_changes: Callable[[tuple[RateChange, ...]], None],
) -> TrainingConfig:
    """Return the settings with which a training is resumed; `CheckpointDamaged` if the checkpoint has others.

    The checkpoint may hold a change of the learning rate that the record lacks: it is reported.
    """
    recorded = config.learning_rate_changes
    changes = rate_changes.merged(recorded, start.config.learning_rate_changes, start.trained)
    alike = dataclasses.replace(start.config, epochs=config.epochs, learning_rate_changes=recorded)
    if changes is None or alike != config:
        raise CheckpointDamaged(
            Text("The checkpoint {file} belongs to other settings. Start a new training.", file=file)
        )
    if changes != recorded:
        report_changes(changes)
    return dataclasses.replace(config, learning_rate_changes=changes)


def _calibrate(
    model: keras.Model, images: NDArray[np.uint8], labels: NDArray[np.uint8], config: TrainingConfig
) -> Calibration:
    """Fit temperature and thresholds on digits that the network was not trained on, and build the temperature in."""
    if config.written_digits:
        synthetic, their_labels = handwriting.synthetic_digits(
            len(images) // 2, config.seed + 1, max_pen_width=handwriting.READABLE
        )
        images, labels = np.concatenate([images, synthetic]), np.concatenate([labels, their_labels])
    probabilities = model.predict(images, batch_size=500, verbose=0)
    temperature = fit_temperature(probabilities, labels)
    last = model.get_layer("digits")  # its logits divided by the temperature are its weights divided by it
    last.set_weights([weights / temperature for weights in last.get_weights()])
    min_confidence, max_entropy = fit_thresholds(apply_temperature(probabilities, temperature), labels)
    return Calibration(temperature=temperature, min_confidence=min_confidence, max_entropy=max_entropy)


class _Watch:
    """Records what is reported, and passes it on, without epochs whose loss is not finite."""

    def __init__(self, report: Report, epochs: Sequence[EpochMetrics]) -> None:
        self._report = report
        self.epochs = list(epochs)
        self.last = Progress(epoch=0, batch=0, batches=0)

    @property
    def trained(self) -> int:
        """How many batches were trained, over all epochs."""
        return self.last.trained

    def __call__(self, event: EpochMetrics | Progress) -> None:
        if isinstance(event, Progress):
            self.last = event
        elif math.isfinite(event.loss + (event.validation_loss or 0)):
            self.epochs.append(event)
        else:
            return
        self._report(event)
