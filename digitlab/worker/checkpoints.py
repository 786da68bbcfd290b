"""A training's state in a file, so that it can be resumed exactly where it was.

The storage replaces the old file by the new one in one step: a crash leaves one of them whole.
"""

import dataclasses
import io
import json
import math
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from digitlab.errors import CheckpointDamaged, StorageError
from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics, PartialMetrics
from digitlab.storage.storage import StoredFile
from digitlab.translation import Text
from digitlab.worker.multistep import BatchRanges

# Seconds between two checkpoints; what was trained since the last one is repeated, with equal figures.
_EVERY = 2.0  # at the end of an epoch
_WITHIN = 10.0  # within one
_MIN_REST = 50  # times as long as it took to write one: writing takes at most a fiftieth of the time
Arrays = list[NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Checkpoint:
    """The state of a training.

    Attributes:
        config: Its settings.
        epochs: The figures of its finished epochs.
        epoch: The epoch to resume, 0 for the first.
        batches: How many of that epoch's batches were trained.
        batches_per_chunk: How many batches a chunk has.
        seconds: How long the training took so far.
        variables: The model's: weights, states of dropout's generators, the optimizer's.
        metrics: The metrics' sums of the epoch so far; none at its start.
        patience: Of early stopping: the best loss so far, epochs without a better one, the best epoch; else None.
        best: Its best weights; else none.
        replanned_after: After how many epochs their number was changed, the first time; None: it never was.
        so_far: The metrics at a few of that epoch's batches.
    """

    config: TrainingConfig
    epochs: tuple[EpochMetrics, ...]
    epoch: int
    batches: int
    batches_per_chunk: int
    seconds: float
    variables: Arrays
    metrics: Arrays
    patience: tuple[float, int, int] | None
    best: Arrays
    replanned_after: int | None = None
    so_far: tuple[PartialMetrics, ...] = ()

    @property
    def trained(self) -> int:
        """How many batches were trained, over all epochs."""
        return self.epoch * self.config.batches_per_epoch + self.batches

    def replanned(self, epochs: int) -> int | None:
        """Return `replanned_after` for a training that is resumed for so many epochs in total."""
        is_new = self.replanned_after is None and epochs != self.config.epochs and self.trained > 0
        return self.epoch if is_new else self.replanned_after


_LISTS = ("variables", "metrics", "best")


def write(checkpoint: Checkpoint, file: StoredFile) -> None:
    """Replace the last checkpoint; on `StorageError` it stays as it was."""
    metadata = {
        "config": checkpoint.config.as_dict(),
        "epochs": [dataclasses.asdict(epoch) for epoch in checkpoint.epochs],
        "epoch": checkpoint.epoch,
        "batches": checkpoint.batches,
        "batches_per_block": checkpoint.batches_per_chunk,  # the name of version 0.1.0
        "so_far": [dataclasses.asdict(metrics) for metrics in checkpoint.so_far],
        "seconds": checkpoint.seconds,
        "patience": checkpoint.patience,
        "replanned_after": checkpoint.replanned_after,
    }
    arrays = {f"{name}{k}": array for name in _LISTS for k, array in enumerate(getattr(checkpoint, name))}
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, words=np.frombuffer(json.dumps(metadata).encode(), np.uint8), **arrays)
    file.write(content.getvalue())


def read(file: StoredFile) -> Checkpoint | None:
    """Return the last checkpoint, or None if there is none.

    Raises:
        CheckpointDamaged: There is one, but it cannot be read.
        StorageUnavailable: It is unknown whether there is one.
    """
    content = file.read()
    if content is None:
        return None
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            metadata: dict[str, Any] = json.loads(arrays["words"].tobytes())
            lists: dict[str, Any] = {
                name: [arrays[f"{name}{k}"] for k in range(_count(arrays.files, name))] for name in _LISTS
            }
        metadata["config"] = TrainingConfig.from_dict(metadata["config"])
        metadata["batches_per_chunk"] = metadata.pop("batches_per_block")
        if "blocks" in metadata:
            metadata["batches"] = _batches_of_version_0_1_0(metadata)
        metadata["so_far"] = tuple(PartialMetrics(**metrics) for metrics in metadata.get("so_far", ()))
        metadata["epochs"] = tuple(EpochMetrics(**epoch) for epoch in metadata["epochs"])
        metadata["patience"] = tuple(metadata["patience"]) if metadata["patience"] else None
        return Checkpoint(**metadata, **lists)
    except (EOFError, OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise CheckpointDamaged(
            Text(
                "The checkpoint {file} cannot be read ({kind}). Start a new training.",
                file=file,
                kind=type(error).__name__,
            )
        ) from error


def _batches_of_version_0_1_0(metadata: dict[str, Any]) -> int:
    """Return how many batches of its epoch a checkpoint stands for that counted blocks of batches."""
    config: TrainingConfig = metadata["config"]
    blocks, per_block = int(metadata.pop("blocks")), int(metadata["batches_per_chunk"])
    full = config.pictures_per_epoch // min(config.batch_size, config.pictures_per_epoch)
    is_whole = blocks > math.ceil(full / per_block)  # the block after these is the smaller batch at the end
    return config.batches_per_epoch if is_whole else min(blocks * per_block, full)


def _count(names: Sequence[str], start: str) -> int:
    return sum(name.removeprefix(start).isdecimal() for name in names if name.startswith(start))


class CheckpointWriter(keras.callbacks.Callback):  # type: ignore[misc]
    """Writes checkpoints during a training, and restores one when a training is resumed.

    Comes after the callbacks that stop a training within an epoch, and before early stopping, which changes the weights
    at the end.

    Attributes:
        error: Why the last checkpoint could not be written; else None.
    """

    def __init__(
        self,
        file: StoredFile,
        config: Callable[[], TrainingConfig],
        epochs: list[EpochMetrics],
        so_far: Callable[[], tuple[PartialMetrics, ...]],
        batches_per_chunk: int,
        ranges: BatchRanges,
        early_stopping: keras.callbacks.EarlyStopping | None,
        start: Checkpoint | None,
    ) -> None:
        """Take the file, what goes into it besides the model, and where to resume.

        Args:
            file: The checkpoint.
            config: Returns the training's settings, which a person may change while it runs.
            epochs: Figures of finished epochs; the caller adds to them.
            so_far: Returns the metrics of the epoch so far.
            batches_per_chunk: How many batches a chunk has.
            ranges: The batches that Keras gets at once.
            early_stopping: The callback, if there is one.
            start: Where to resume the training; None to start it.
        """
        super().__init__()
        self._file, self._config, self._epochs, self._so_far = file, config, epochs, so_far
        self._per_chunk, self._ranges = batches_per_chunk, ranges
        self._early, self._start = early_stopping, start
        self._replanned_after = start.replanned(config().epochs) if start else None
        self._seconds = start.seconds if start else 0.0
        self._began = self._written = time.monotonic()
        self._took = 0.0  # to write the last one
        self._epoch = 0
        self._has_stopped = False
        self._metrics: Arrays = []
        self.error: StorageError | None = None

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._epoch = epoch
        if self._start is not None:  # only here: Keras and early stopping have reset themselves now
            self._restore(self._start)
            self._start = None
        elif self._is_due(_EVERY):  # not at the end of the last epoch, which early stopping has not seen by then
            self._write(epoch, 0, [])

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self.model.stop_training:
            self._stop(self._ranges.get(self._epoch, batch).stop, _values(self.model.metrics_variables))
        elif self._is_due(_WITHIN):
            batches = self._ranges.get(self._epoch, batch).stop
            self._write(self._epoch, batches, _values(self.model.metrics_variables))

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._metrics = _values(self.model.metrics_variables)

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if self.model.stop_evaluating:
            self._stop(self._ranges.batches_per_epoch, self._metrics)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        if self._start is not None:  # there was no epoch left
            self._restore(self._start)
        elif not self._has_stopped:
            self._write(self._epoch + 1, 0, [])

    def _stop(self, batches: int, metrics: Arrays) -> None:
        if not self._has_stopped:
            self._has_stopped = True
            self._write(self._epoch, batches, metrics)

    def _is_due(self, seconds: float) -> bool:
        return time.monotonic() - self._written >= max(seconds, _MIN_REST * self._took)

    def _write(self, epoch: int, batches: int, metrics: Arrays) -> None:
        now, early = time.monotonic(), self._early
        if early is not None and early.best is None:
            early = None  # it has not seen an epoch
        checkpoint = Checkpoint(
            config=self._config(),
            epochs=tuple(self._epochs),
            epoch=epoch,
            batches=batches,
            batches_per_chunk=self._per_chunk,
            seconds=self._seconds + now - self._began,
            variables=_values([*self.model.variables, *self.model.optimizer.variables]),
            metrics=metrics,
            patience=(float(early.best), early.wait, early.best_epoch) if early else None,
            best=early.best_weights if early else [],
            replanned_after=self._replanned_after,
            so_far=self._so_far() if batches else (),
        )
        self.error = None
        try:
            write(checkpoint, self._file)
        except StorageError as error:  # no reason to end the training: there may be room for the next one
            self.error = error
        self._written = time.monotonic()
        self._took = self._written - now

    def _restore(self, start: Checkpoint) -> None:
        _assign([*self.model.variables, *self.model.optimizer.variables], start.variables)
        if start.metrics:
            _assign(self.model.metrics_variables, start.metrics)
        if self._early is not None and start.patience is not None:
            self._early.best, self._early.wait, self._early.best_epoch = start.patience
            self._early.best_weights = start.best


def _values(variables: Sequence[keras.Variable]) -> Arrays:
    return [np.array(variable) for variable in variables]


def _assign(variables: Sequence[keras.Variable], values: Arrays) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
