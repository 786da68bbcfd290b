"""Many of Keras' own training steps in one compiled call.

`model.fit` goes from Python into TensorFlow and back for each batch. For a small network that is nearly all the time:
about 3 ms for a batch of 32, whose arithmetic takes 0.2 ms. Here `fit` gets a chunk of batches at once, and a loop in
the compiled call runs Keras' own `train_step` for each of them. Batches, gradients and optimizer are the same as
without; to callbacks a chunk is one step, as with Keras' `steps_per_execution`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from digitlab.data.augmentation import augment
from digitlab.data.labelled_digits import LabelledDigits
from digitlab.networks.config import TrainingConfig
from digitlab.networks.execution_plans import ExecutionPlan

_PREFETCHED = 2  # chunks that are prepared while one is trained on


@dataclass(frozen=True, slots=True)
class BatchRanges:
    """Which batches of an epoch Keras gets at once, as one step.

    Attributes:
        ends: How many batches of an epoch are over after each step; the last is their number.
        first: How many batches, over all epochs, were trained before: their steps are empty, or shorter.
        last: After how many batches, over all epochs, the training is paused; None: never.

    Example:
        >>> ranges = BatchRanges(ends=(10, 20, 25), first=37)
        >>> [ranges.get(epoch=1, step=step) for step in range(3)]
        [range(12, 12), range(12, 20), range(20, 25)]
    """

    ends: tuple[int, ...]
    first: int = 0
    last: int | None = None

    @property
    def batches_per_epoch(self) -> int:
        """How many batches an epoch has."""
        return self.ends[-1]

    def get(self, epoch: int, step: int) -> range:
        """Return the batches of an epoch, both counted from 0, that a step trains."""
        before = epoch * self.batches_per_epoch
        start = max(self.ends[step - 1] if step else 0, self.first - before)
        end = self.ends[step] if self.last is None else min(self.ends[step], self.last - before)
        return range(start, max(start, end))


class BatchChunks:
    """Batches in a new order and newly augmented in every epoch; the same for the same seed.

    Attributes:
        batch_size: Digits a batch.
        batches_per_chunk: In all chunks but the last of an epoch, and those that a change of the learning rate cuts.
        have_rest: Whether the last batch of an epoch is smaller than the others.
        ranges: The batches of each chunk.
    """

    def __init__(
        self,
        images: NDArray[np.uint8],
        labels: NDArray[np.uint8],
        config: TrainingConfig,
        digits: int,
        batches_per_chunk: int | None = None,
        *,
        first: int = 0,
        last: int | None = None,
    ) -> None:
        """Take the data and how to cut it.

        Args:
            images: uint8 (n, 28, 28).
            labels: uint8 (n,).
            config: The settings.
            digits: About how many digits a chunk has.
            batches_per_chunk: How many batches instead. Augmentation depends on the chunks: a training that is resumed
                needs them as they were.
            first: How many batches, over all epochs, were trained before.
            last: After how many batches the training is paused; None: never.
        """
        self._images, self._labels, self._config = images, labels, config
        self.batch_size = min(config.batch_size, len(images))
        per_chunk = batches_per_chunk or max(digits // self.batch_size, 1)
        self.batches_per_chunk = min(per_chunk, len(images) // self.batch_size)
        self._full, self._rest = divmod(len(images), self.batch_size)
        self.have_rest = self._rest > 0
        batches = self._full + self.have_rest
        cuts = {change.batch % batches for change in config.learning_rate_changes} - {0}
        ends = {*range(self.batches_per_chunk, self._full, self.batches_per_chunk), self._full, batches, *cuts}
        self.ranges = BatchRanges(tuple(sorted(ends)), first, last)
        self._order = lru_cache(maxsize=2)(self._new_order)

    def __len__(self) -> int:
        """Return the number of chunks of an epoch."""
        return len(self.ranges.ends)

    def chunk(self, number: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8], np.int32]:
        """Return a chunk by its number, counted from the first of the training.

        Returns:
            Digits, uint8 (batches, batch_size, 28, 28); labels, uint8 (batches, batch_size); how many of the batches
            to train on: a chunk with fewer is filled up, so that all have one shape and are compiled once. A smaller
            batch at the end is a chunk of its own.
        """
        epoch, step = divmod(int(number), len(self))
        batches = self.ranges.get(epoch, step)
        is_rest = self.have_rest and step == len(self) - 1
        shape = (1, self._rest) if is_rest else (self.batches_per_chunk, self.batch_size)
        if not batches:
            return np.zeros((*shape, 28, 28), np.uint8), np.zeros(shape, np.uint8), np.int32(0)
        images, labels = self._digits(epoch, batches)
        if missing := shape[0] * shape[1] - len(images):
            images, labels = np.pad(images, ((0, missing), (0, 0), (0, 0))), np.pad(labels, (0, missing))
        return images.reshape(*shape, 28, 28), labels.reshape(shape), np.int32(len(batches))

    def _digits(self, epoch: int, batches: range) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return the digits of some batches of an epoch, which lie within one uncut chunk, and their labels."""
        index, chosen, cut = self._chosen(epoch, batches)
        images, labels = self._images[chosen], self._labels[chosen]
        if self._config.augmentation:
            rng = np.random.default_rng([self._config.seed, epoch, index])
            images = augment(images, self._config.augmentation, rng)
        return images[cut], labels[cut]

    def _chosen(self, epoch: int, batches: range) -> tuple[int, NDArray[np.int64], slice]:
        """Return the number of the uncut chunk that some batches lie in, the places of its digits, and their part."""
        size = self.batches_per_chunk * self.batch_size
        if batches.start == self._full:
            index, within = math.ceil(self._full / self.batches_per_chunk), 0
            chosen = self._order(epoch)[-self._rest :]
        else:
            index, within = divmod(batches.start, self.batches_per_chunk)
            chosen = self._order(epoch)[index * size : min((index + 1) * size, self._full * self.batch_size)]
        return index, chosen, slice(within * self.batch_size, (within + len(batches)) * self.batch_size)

    def places(self, numbers: range) -> NDArray[np.int64]:
        """Return where in the data the digits of some batches stand, int64 (n,); numbers count over all epochs."""
        found = [np.empty(0, np.int64)]
        for number in numbers:
            epoch, batch = divmod(number, self.ranges.batches_per_epoch)
            _, chosen, cut = self._chosen(epoch, range(batch, batch + 1))
            found.append(chosen[cut])
        return np.concatenate(found)

    def batch(self, number: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return a batch by its number over all epochs: digits, uint8 (n, 28, 28), and labels, uint8 (n,)."""
        epoch, batch = divmod(number, self.ranges.batches_per_epoch)
        return self._digits(epoch, range(batch, batch + 1))

    def as_dataset(self, epochs: int, first_epoch: int = 0) -> tf.data.Dataset:
        """Return the chunks of the epochs from `first_epoch` (0 for the very first) to before `epochs`.

        Each is prepared while the previous ones are trained on.
        """
        # A smaller batch at the end of an epoch leaves the shapes open, and XLA compiles for it, too.
        shape = (None, None) if self.have_rest else (self.batches_per_chunk, self.batch_size)

        def make(number: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            images, labels, count = tf.numpy_function(self.chunk, [number], [tf.uint8, tf.uint8, tf.int32])
            return tf.ensure_shape(images, (*shape, 28, 28)), tf.ensure_shape(labels, shape), tf.ensure_shape(count, ())

        numbers = tf.data.Dataset.range(first_epoch * len(self), epochs * len(self))
        made = numbers.map(make, num_parallel_calls=_PREFETCHED, deterministic=True).prefetch(_PREFETCHED)
        return _untuned(made)

    def _new_order(self, epoch: int) -> NDArray[np.int64]:
        return np.random.default_rng([self._config.seed, epoch]).permutation(len(self._images))


def fit(
    model: keras.Model,
    chunks: BatchChunks,
    execution_plan: ExecutionPlan,
    *,
    epochs: int,
    validation: LabelledDigits | None,
    callbacks: list[keras.callbacks.Callback],
    first_epoch: int = 0,
) -> keras.callbacks.History:
    """Fit a compiled model by `model.fit`, chunk by chunk.

    Args:
        model: Compiled by Keras with `jit_compile=False`: the plan decides, and validation needs no XLA.
        chunks: The training data.
        execution_plan: How a chunk is computed.
        epochs: The number of the last epoch.
        validation: Digits and labels, shapes as for `BatchChunks`, or None.
        callbacks: Any of Keras'; their batches are chunks.
        first_epoch: The epoch to resume, 0 for the very first; the caller restores the weights.

    Returns:
        What `model.fit` returns.
    """
    if model.train_function is None:  # a model that was fitted before is compiled already
        model.train_step = _step(model, execution_plan, chunks.batch_size, chunks.have_rest)
    history: keras.callbacks.History = model.fit(
        chunks.as_dataset(epochs, first_epoch),
        initial_epoch=first_epoch,
        epochs=epochs,
        steps_per_epoch=len(chunks),
        shuffle=False,  # the batches are shuffled
        # The size of its batches decides the figures' last bits.
        validation_data=_batched(validation, chunks.batches_per_chunk * chunks.batch_size) if validation else None,
        callbacks=callbacks,
        verbose=0,
    )
    return history


def _batched(digits: LabelledDigits, batch_size: int) -> tf.data.Dataset:
    """Return batches as Keras makes them of arrays, which takes it 20 ms, and 15 ms more for each pass over them."""
    full, rest = divmod(len(digits[1]), batch_size)
    batches = tuple(part[: full * batch_size].reshape(full, batch_size, *part.shape[1:]) for part in digits)
    last = tuple(part[np.newaxis, full * batch_size :][: min(rest, 1)] for part in digits)
    parts = [tf.data.Dataset.from_tensor_slices(arrays) for arrays in (batches, last)]
    return _untuned(parts[0].concatenate(parts[1]))  # of shapes left open: a network is compiled once for all sizes


def _untuned(dataset: tf.data.Dataset) -> tf.data.Dataset:
    """Return a dataset that TensorFlow neither tunes nor rewrites: there is nothing to gain in so short a chain.

    The thread that tunes would delay the end of a training by 0.8 s.
    """
    options = tf.data.Options()
    options.autotune.enabled = False
    options.experimental_optimization.apply_default_optimizations = False
    return dataset.with_options(options)


def _step(model: keras.Model, execution_plan: ExecutionPlan, batch_size: int, have_rest: bool) -> Callable[[Any], Any]:
    """Return a training step for a chunk: Keras' own for each of its batches."""

    def learn(images: tf.Tensor, labels: tf.Tensor, count: tf.Tensor) -> dict[str, tf.Tensor]:
        def batch(number: tf.Tensor) -> tf.Tensor:
            keras.Model.train_step(model, (images[number], labels[number]))
            return number + 1

        tf.while_loop(lambda number: number < count, batch, [0])
        metrics: dict[str, tf.Tensor] = model.get_metrics_result()
        return metrics

    if not execution_plan.uses_xla:
        return lambda data: learn(*data)
    compiled = tf.function(learn, jit_compile=True)
    if not have_rest:
        return lambda data: compiled(*data)
    # A smaller batch at the end of an epoch is not worth a compilation.
    return lambda data: tf.cond(tf.shape(data[0])[1] == batch_size, lambda: compiled(*data), lambda: learn(*data))
