"""Training in blocks: many of Keras' own steps in one compiled call. Imports Keras: for worker processes only.

`model.fit` goes from Python into TensorFlow and back once a batch, and for a small network that is nearly all it does:
about 3 ms for a batch of 32, whose arithmetic takes 0.2 ms. Here `fit` is handed many batches at once, and a loop in
the compiled call takes Keras' own `train_step` for each of them. Batches, gradients and optimizer stay what they were;
to callbacks a block is a step, as with Keras' `steps_per_execution`.
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
from digitlab.networks.config import TrainingConfig

WORTH_COMPILING = 1000  # steps: from here on XLA saves more time than its compiler takes
_LEARNED_IN_A_BLOCK = 2_700_000_000  # multiplications of a convolution's forward pass
_AHEAD = 2  # blocks that are made ready while one is learned


@dataclass(frozen=True, slots=True)
class ExecutionPlan:
    """How a network's block is computed.

    Attributes:
        uses_xla: Whether XLA compiles it; otherwise TensorFlow runs it operation by operation.
        digits: About how many digits are in a block: as many as one waits for to see progress, or to stop.
    """

    uses_xla: bool
    digits: int


def plan(model: keras.Model, steps: int) -> ExecutionPlan:
    """Choose by what the network contains, and by the number of its steps.

    Medians on two cores of a Xeon with AVX-512: the tutorial's dense network takes 0.44 s an epoch with XLA, 1.9 s
    without. Convolutions XLA computes on one core and without oneDNN's kernels: seven times slower. Their arithmetic
    outweighs the calls, so their blocks may be small: as many digits as two cores learn in 0.2 s at most.
    """
    if convolutions := [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]:
        places = [math.prod(layer.output.shape[1:3]) for layer in convolutions]
        arithmetic = sum(math.prod(layer.kernel.shape) * n for layer, n in zip(convolutions, places, strict=True))
        return ExecutionPlan(uses_xla=False, digits=min(512, _LEARNED_IN_A_BLOCK // arithmetic))
    return ExecutionPlan(uses_xla=steps >= WORTH_COMPILING, digits=6400)


class BatchChunks:
    """Batches in a new order, with new random changes, in every epoch; the same for the same seed.

    Attributes:
        batch_size: Digits a batch.
        batches_per_block: In all blocks but the last of an epoch.
        batches_per_epoch: The last may be smaller than the others.
        have_rest: Whether it is.
    """

    def __init__(
        self,
        images: NDArray[np.uint8],
        labels: NDArray[np.uint8],
        config: TrainingConfig,
        digits: int,
        batches_per_block: int | None = None,
    ) -> None:
        """Take uint8 (n, 28, 28) and uint8 (n,), settings, and about how many digits, or how many batches, a block has.

        Random changes hang on the blocks: a training that goes on has them as they were.
        """
        self._images, self._labels, self._config = images, labels, config
        self.batch_size = min(config.batch_size, len(images))
        per_block = batches_per_block or max(digits // self.batch_size, 1)
        self.batches_per_block = min(per_block, len(images) // self.batch_size)
        self.batches_per_epoch = math.ceil(len(images) / self.batch_size)
        full, self._rest = divmod(len(images), self.batch_size)
        self.have_rest = self._rest > 0
        self._full_blocks = math.ceil(full / self.batches_per_block)
        self._learned = 0
        self._order = lru_cache(maxsize=2)(self._new_order)

    def __len__(self) -> int:
        """Return the number of blocks of an epoch."""
        return self._full_blocks + self.have_rest

    def block(self, number: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8], np.int32]:
        """Return a block by its number, counted from the first of the training.

        Returns:
            Digits, uint8 (batches, batch_size, 28, 28); labels, uint8 (batches, batch_size); how many of the batches
            are to be learned: a last block is filled up, so that all have one shape and are compiled once. What is left
            over for a smaller batch is a block of its own.
        """
        epoch, index = divmod(int(number), len(self))
        if number < self._learned:
            shape = (1, self._rest) if index == self._full_blocks else (self.batches_per_block, self.batch_size)
            return np.zeros((*shape, 28, 28), np.uint8), np.zeros(shape, np.uint8), np.int32(0)
        size = self.batches_per_block * self.batch_size
        chosen = self._order(epoch)[index * size : (index + 1) * size]
        if is_rest := index == self._full_blocks:
            chosen = self._order(epoch)[-self._rest :]
        elif index == self._full_blocks - 1:
            chosen = self._order(epoch)[index * size : len(self._images) - self._rest]
        images, labels = self._images[chosen], self._labels[chosen]
        if self._config.augmentation:
            rng = np.random.default_rng([self._config.seed, epoch, index])
            images = augment(images, self._config.augmentation, rng)
        if is_rest:
            return images[np.newaxis], labels[np.newaxis], np.int32(1)
        if missing := size - len(images):
            images, labels = np.pad(images, ((0, missing), (0, 0), (0, 0))), np.pad(labels, (0, missing))
        images = images.reshape(-1, self.batch_size, 28, 28)
        return images, labels.reshape(-1, self.batch_size), np.int32(len(chosen) // self.batch_size)

    def as_dataset(self, epochs: int, first: int = 0, learned: int = 0) -> tf.data.Dataset:
        """Return the blocks of the epochs from `first` (0 for the very first) to before `epochs`.

        Each is made while those before it are learned. `learned` of the first epoch's blocks come without a batch.
        """
        self._learned = first * len(self) + learned
        # A smaller batch at the end of an epoch leaves the shapes open, and XLA compiles for it, too.
        shape = (None, None) if self.have_rest else (self.batches_per_block, self.batch_size)

        def make(number: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            images, labels, count = tf.numpy_function(self.block, [number], [tf.uint8, tf.uint8, tf.int32])
            return tf.ensure_shape(images, (*shape, 28, 28)), tf.ensure_shape(labels, shape), tf.ensure_shape(count, ())

        numbers = tf.data.Dataset.range(first * len(self), epochs * len(self))
        made = numbers.map(make, num_parallel_calls=_AHEAD, deterministic=True).prefetch(_AHEAD)
        options = tf.data.Options()
        options.autotune.enabled = False  # there is nothing to tune, and its thread holds up the end by 0.8 s
        return made.with_options(options)

    def _new_order(self, epoch: int) -> NDArray[np.int64]:
        return np.random.default_rng([self._config.seed, epoch]).permutation(len(self._images))


def fit(
    model: keras.Model,
    blocks: BatchChunks,
    way: ExecutionPlan,
    *,
    epochs: int,
    validation: tuple[NDArray[np.uint8], NDArray[np.uint8]] | None,
    callbacks: list[keras.callbacks.Callback],
    first_epoch: int = 0,
    learned: int = 0,
) -> keras.callbacks.History:
    """Fit a compiled model by `model.fit`, block by block.

    Args:
        model: Compiled by Keras with `jit_compile=False`: the way decides, and validation needs no compilation.
        blocks: What is learned.
        way: How it is computed.
        epochs: Passes over all blocks.
        validation: Digits and labels, shapes as for `Blocks`, or None.
        callbacks: Any of Keras'; their batches are blocks.
        first_epoch: Where to go on, 0 for the very first; whoever asks puts the weights back.
        learned: How many of its blocks were learned before.

    Returns:
        What `model.fit` returns.
    """
    if model.train_function is None:  # a model that was fitted before is compiled already
        model.train_step = _step(model, way, blocks.batch_size, blocks.have_rest)
    history: keras.callbacks.History = model.fit(
        blocks.as_dataset(epochs, first_epoch, learned),
        initial_epoch=first_epoch,
        epochs=epochs,
        steps_per_epoch=len(blocks),
        shuffle=False,  # they are
        validation_data=validation,
        validation_batch_size=blocks.batches_per_block * blocks.batch_size,  # the last bits of the figures hang on it
        callbacks=callbacks,
        verbose=0,
    )
    return history


def _step(model: keras.Model, way: ExecutionPlan, batch_size: int, have_rest: bool) -> Callable[[Any], Any]:
    """Return a training step for a block: Keras' own for each of its batches."""

    def learn(images: tf.Tensor, labels: tf.Tensor, count: tf.Tensor) -> dict[str, tf.Tensor]:
        def batch(number: tf.Tensor) -> tf.Tensor:
            keras.Model.train_step(model, (images[number], labels[number]))
            return number + 1

        tf.while_loop(lambda number: number < count, batch, [0])
        metrics: dict[str, tf.Tensor] = model.get_metrics_result()
        return metrics

    if not way.uses_xla:
        return lambda data: learn(*data)
    compiled = tf.function(learn, jit_compile=True)
    if not have_rest:
        return lambda data: compiled(*data)
    # A smaller batch at the end of an epoch is not worth a compilation.
    return lambda data: tf.cond(tf.shape(data[0])[1] == batch_size, lambda: compiled(*data), lambda: learn(*data))
