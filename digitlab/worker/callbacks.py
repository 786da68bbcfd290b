"""Keras callbacks that translate between Keras and the lab."""

import dataclasses
import math
import time
from collections.abc import Callable
from typing import Any

import keras

from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics, PartialMetrics, Progress, Report
from digitlab.networks.rate_changes import MAX_CHANGES, RateChange
from digitlab.worker import model_pool
from digitlab.worker.multistep import BatchRanges

_MAX_PARTS = 20  # points of the curve within an epoch: pages read all of them twice a second


class Reporter(keras.callbacks.Callback):  # type: ignore[misc]
    """Turns Keras' logs into `EpochMetrics` and `Progress` and hands them to `report`.

    An unfinished epoch is not reported: its figures would not be those of an epoch. They are part of its progress.

    Example:
        >>> events = []
        >>> reporter = Reporter(events.append, BatchRanges(ends=(50, 100)))
        >>> reporter.on_epoch_begin(0)
        >>> reporter.on_train_batch_end(0, {"loss": 0.5, "accuracy": 0.75})
        >>> events[0].epoch, events[0].batch, events[0].batches, events[0].so_far[0].accuracy
        (1, 50, 100, 0.75)
    """

    def __init__(self, report: Report, ranges: BatchRanges, so_far: tuple[PartialMetrics, ...] = ()) -> None:
        """Take what is called, the batches that Keras gets at once, and the points of an epoch that is resumed."""
        super().__init__()
        self._report, self._ranges, self._batches = report, ranges, ranges.batches_per_epoch
        self._epoch = 0
        self._batch = 0
        self._resumed = self._so_far = so_far
        self._started = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch, self._batch = epoch + 1, 0
        self._so_far, self._resumed = self._resumed, ()
        self._started = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        batches = self._ranges.get(self._epoch - 1, batch)
        self._batch = batches.stop
        if batches and logs and math.isfinite(logs["loss"]):
            now = PartialMetrics(batch=self._batch, loss=float(logs["loss"]), accuracy=float(logs["accuracy"]))
            before = self._so_far
            if before and self._part(before[-1]) == self._part(now):
                before = before[:-1]
            self._so_far = (*before, now)
        self._report(Progress(epoch=self._epoch, batch=self._batch, batches=self._batches, so_far=self._so_far))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        logs = logs or {}
        if self._batch < self._batches or self.model.stop_evaluating:
            return
        self._report(
            EpochMetrics(
                epoch=epoch + 1,
                loss=float(logs["loss"]),
                accuracy=float(logs["accuracy"]),
                validation_loss=float(logs["val_loss"]) if "val_loss" in logs else None,
                validation_accuracy=float(logs["val_accuracy"]) if "val_accuracy" in logs else None,
                seconds=time.monotonic() - self._started,
            )
        )

    def _part(self, metrics: PartialMetrics) -> int:
        """Return the part of the epoch that the metrics are from; each has one point, its newest."""
        return (metrics.batch - 1) * _MAX_PARTS // self._batches


class StopWhenUnwanted(keras.callbacks.Callback):  # type: ignore[misc]
    """Ends a training, after the current step of training or validation, when it is no longer wanted.

    Example:
        >>> callback = StopWhenUnwanted(wanted=lambda: False)
        >>> callback.set_model(keras.Sequential())
        >>> callback.on_train_batch_end(0)
        >>> callback.model.stop_training
        True
    """

    def __init__(self, wanted: Callable[[], bool]) -> None:
        super().__init__()
        self._wanted = wanted
        self.has_stopped = False

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if not self._wanted():
            self.has_stopped = self.model.stop_training = True

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self.has_stopped or not self._wanted():
            self.has_stopped = self.model.stop_training = self.model.stop_evaluating = True


class RateChanger(keras.callbacks.Callback):  # type: ignore[misc]
    """Changes the learning rate: before the batches that the settings name, and when a person wants it.

    Attributes:
        config: The settings of the training, with all that was changed so far.

    Example:
        >>> changes = []
        >>> changer = RateChanger(TrainingConfig(), BatchRanges(ends=(50, 100)), lambda: 0.01, changes.append)
        >>> changer.set_model(keras.Sequential([keras.layers.Dense(1)]))
        >>> changer.model.compile(optimizer="sgd", loss="mse")
        >>> changer.on_epoch_begin(0)
        >>> changer.on_train_batch_begin(1)  # the second step: 50 batches are trained
        >>> changes, round(float(changer.model.optimizer.learning_rate), 4)
        ([(RateChange(batch=50, rate=0.01),)], 0.01)
    """

    def __init__(
        self,
        config: TrainingConfig,
        ranges: BatchRanges,
        take_rate: Callable[[], float | None],
        report: Callable[[tuple[RateChange, ...]], None],
    ) -> None:
        """Take settings, batches, and what is called.

        Args:
            config: The settings.
            ranges: The batches that Keras gets at once.
            take_rate: Called before each step: the rate that a person wants from now on; None for no change.
            report: Called with all changes, whenever one is added.
        """
        super().__init__()
        self.config = config
        self._ranges, self._take_rate, self._report = ranges, take_rate, report
        self._epoch = 0
        self._rate: float | None = None

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch = epoch

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        batches = self._ranges.get(self._epoch, batch)
        if not batches:
            return
        trained = self._epoch * self._ranges.batches_per_epoch + batches.start
        if (wanted := self._take_rate()) is not None:
            self._add(RateChange(batch=trained, rate=wanted))
        rate = self.config.chosen_rate(trained)
        if rate is not None and rate != self._rate:
            model_pool.set_rate(self.model, rate)
            self._rate = rate

    def _add(self, change: RateChange) -> None:
        """Add a change in the place of all that were to come later: the newest request counts."""
        before = tuple(known for known in self.config.learning_rate_changes if known.batch < change.batch)
        changes = (*before, change) if len(before) < MAX_CHANGES else before
        self.config = dataclasses.replace(self.config, learning_rate_changes=changes)
        self._report(changes)
