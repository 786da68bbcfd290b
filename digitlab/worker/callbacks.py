"""Keras callbacks that translate between Keras and the lab."""

import math
import time
from collections.abc import Callable
from typing import Any

import keras

from digitlab.networks.metrics import EpochMetrics, PartialMetrics, Progress, Report

_MAX_PARTS = 20  # of an epoch, each with a point of the curve: pages read all of them twice a second


class Reporter(keras.callbacks.Callback):  # type: ignore[misc]
    """Turns Keras' logs into `EpochMetrics` and `Progress` and hands them to `report`.

    An unfinished epoch is not reported: its figures would not be those of an epoch. They are part of its progress.
    """

    def __init__(self, report: Report, batches: int, batches_per_step: int = 1, skipped_steps: int = 0) -> None:
        """Take what is called, the batches of an epoch, and how Keras gets them.

        Args:
            report: What is called.
            batches: The batches of an epoch.
            batches_per_step: How many of them are one step for Keras.
            skipped_steps: How many steps of the first epoch are empty, because it is resumed after them.
        """
        super().__init__()
        self._report, self._batches, self._per_step = report, batches, batches_per_step
        self._skipped = skipped_steps
        self._epoch = 0
        self._batch = 0
        self._so_far: tuple[PartialMetrics, ...] = ()
        self._started = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch, self._batch, self._so_far = epoch + 1, 0, ()
        self._started = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        self._batch = self._batches if batch + 1 == self.params["steps"] else (batch + 1) * self._per_step
        if self._skipped > 0:
            self._skipped -= 1
        elif logs and math.isfinite(logs["loss"]):
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
    """Ends a training, after the current step of training or validation, when it is no longer wanted."""

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
