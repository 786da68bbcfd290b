"""The learning-rate range test with Keras: a network learns for some seconds while its learning rate rises.

L. N. Smith, "Cyclical learning rates for training neural networks" (2017), section 3.3; exponentially from batch to
batch, until the loss diverges, as in fast.ai's `lr_find`. `networks/range_test.py` says what follows from the losses.

The network learns from the whole loss, and the test looks at the cross-entropy alone. The L2 penalty falls at any
learning rate, as it needs no digits, and where it is most of the loss the suggestion would follow it.
"""

import dataclasses
import math
import time
from collections.abc import Callable

import keras
import numpy as np
from numpy.typing import NDArray

from digitlab.networks.config import TrainingConfig
from digitlab.networks.range_test import DivergenceCheck, Ending, RangeTest, plan, range_test_config
from digitlab.worker import build, multistep

_PLANNED = 4.0  # seconds that the batches should take
_DATA_LOSS = "data_loss"
_PATIENCE = 6.0  # seconds after which the test ends, wherever it is; both without the seconds of compiling


def learning_rate_range(
    config: TrainingConfig,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    *,
    is_training: Callable[[], bool] = lambda: False,
    patience: float = _PATIENCE,
) -> RangeTest:
    """Train a new network, batch by batch, with a learning rate that rises from 0.00001 to 10.

    Args:
        config: The settings of the training for which a learning rate is wanted.
        images: uint8 (n, 28, 28), the training digits, of which the config takes as many as for a training.
        labels: uint8 (n,), 0 to 9.
        is_training: Whether a training runs in this process: the test then rests as long as it computes.
        patience: Seconds after which the test ends.

    Returns:
        The cross-entropy of each batch, without the L2 penalty. The same config gives the same losses on the same
        machine, unless time is so short that there are fewer batches.
    """
    tested = range_test_config(config)
    planned = plan(tested)
    take_step = _step_of(dataclasses.replace(tested, batch_size=planned.batch_size), images, labels)

    def timed_step(number: int, rate: float) -> float:
        began = time.monotonic()
        loss = take_step(number, rate)
        if is_training():
            time.sleep(time.monotonic() - began)
        return loss

    take_step(0, 0.0)  # compiles
    started = time.monotonic()
    timed_step(0, 0.0)
    rates = planned.rates(time.monotonic() - started, _PLANNED)
    losses: list[float] = []
    ending, has_diverged = Ending.DONE, DivergenceCheck(len(rates))
    for number, rate in enumerate(rates):
        losses.append(timed_step(number, float(rate)))
        if has_diverged(losses[-1]):
            ending = Ending.DIVERGED
            break
        if time.monotonic() - started > patience:
            ending = Ending.OUT_OF_TIME
            break
    finite = [loss for loss in losses if math.isfinite(loss)]
    return RangeTest(
        rates=tuple(map(float, rates[: len(finite)])),
        losses=tuple(finite),
        batch_size=planned.batch_size,
        ending=ending,
    )


def _step_of(
    config: TrainingConfig, images: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> Callable[[int, float], float]:
    """Return a function that trains a new network on a batch, by its number and with a rate.

    The function returns the batch's cross-entropy before the step, without the L2 penalty that the step lowers, too.
    """
    network = build.build(config.preset, config.seed, config.layers)
    optimizer = keras.optimizers.get({"class_name": config.optimizer, "config": {"learning_rate": 0.0}})
    data_loss = keras.metrics.SparseCategoricalCrossentropy(name=_DATA_LOSS)
    network.compile(optimizer, "sparse_categorical_crossentropy", metrics=[data_loss], jit_compile=False)
    fitted = (
        config.fitted_digits // config.batch_size * config.batch_size
    )  # no smaller batch at the end: it would compile again
    batches = multistep.BatchChunks(images[:fitted], labels[:fitted], config, config.batch_size, batches_per_chunk=1)

    def take_step(number: int, rate: float) -> float:
        digits, answers, _count = batches.chunk(number)
        optimizer.learning_rate = rate
        return float(network.train_on_batch(digits[0], answers[0], return_dict=True)[_DATA_LOSS])

    return take_step
