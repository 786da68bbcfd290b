"""Networks made ready to learn: loss, optimizer, compiled step. Imports Keras: for worker processes only.

Compiling takes one to three seconds, so a network that has learned is kept, and the next training of its kind begins at
once, with new weights in it.
"""

import threading
from collections import OrderedDict
from typing import Any

import keras

from digitlab.networks.config import TrainingConfig
from digitlab.synthesis import handwriting
from digitlab.worker import build, multistep

_KEPT = 3  # networks; the largest holds some megabytes

_pool: OrderedDict[tuple[object, ...], keras.Model] = OrderedDict()
_lock = threading.Lock()  # a worker may score, or on another's cluster train, in several threads


def acquire(config: TrainingConfig) -> keras.Model:
    """Return a compiled model with the first weights that `config.seed` decides; nobody else has it meanwhile."""
    fresh = build.build(config.preset, config.seed)
    with _lock:
        model = _pool.pop(_kind(config), None)
    if model is None:
        _compile(fresh, config)
        fresh.stop_evaluating = False  # Keras itself knows it only from the first validation on
        return fresh
    for variable, value in zip(model.variables, fresh.variables, strict=True):  # dropout's generators among them
        variable.assign(value)
    for variable in model.optimizer.variables:
        variable.assign(keras.ops.zeros_like(variable))
    if config.schedule == "constant":
        model.optimizer.learning_rate = config.learning_rate
    model.stop_evaluating = False
    return model


def release(model: keras.Model, config: TrainingConfig) -> keras.Model:
    """Keep a model for the next training of its kind, and return its network as one that will not change any more.

    Returns:
        An ordinary Keras model with the same weights and optimizer, so that `evaluate` and `fit` go on with it.
    """
    network = build.build(config.preset, config.seed)
    network.set_weights(model.get_weights())
    optimizer = type(model.optimizer).from_config(model.optimizer.get_config())
    optimizer.build(network.trainable_variables)
    for variable, value in zip(optimizer.variables, model.optimizer.variables, strict=True):
        variable.assign(value)
    network.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    with _lock:
        _pool[_kind(config)] = model
        while len(_pool) > _KEPT:
            _pool.popitem(last=False)
    return network


def _kind(config: TrainingConfig) -> tuple[object, ...]:
    """All that is compiled into a step."""
    rate = None if config.schedule == "constant" else (config.schedule, config.learning_rate, config.steps)
    is_long = config.steps >= multistep.WORTH_COMPILING
    return config.preset, config.batch_size, config.optimizer, rate, config.written_digits > 0, is_long


def _compile(model: keras.Model, config: TrainingConfig) -> None:
    optimizer = keras.optimizers.get({"class_name": config.optimizer, "config": {"learning_rate": _rate(config)}})
    optimizer.build(model.trainable_variables)
    if config.written_digits:
        model.compile(optimizer, loss_with_no_digit, metrics=[AccuracyOfDigits(name="accuracy")], jit_compile=False)
    else:
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    # Keras makes a metric's sums with its first batch, but a training that goes on within an epoch brings them along.
    model.compute_metrics(None, keras.ops.zeros((1,), "uint8"), keras.ops.full((1, 10), 0.1))
    model.reset_metrics()


def _rate(config: TrainingConfig) -> float | keras.optimizers.schedules.LearningRateSchedule:
    highest, steps = config.learning_rate, config.steps
    if config.schedule == "cosine":
        return keras.optimizers.schedules.CosineDecay(highest, steps)
    if config.schedule == "one-cycle":
        up = int(0.3 * steps)
        return keras.optimizers.schedules.CosineDecay(highest / 25, steps - up, warmup_target=highest, warmup_steps=up)
    return highest


def loss_with_no_digit(labels: keras.KerasTensor, probabilities: keras.KerasTensor) -> keras.KerasTensor:
    """Cross-entropy; where there is no digit, from ten equal probabilities.

    D. Hendrycks et al., "Deep anomaly detection with outlier exposure" (2019).
    """
    targets = keras.ops.concatenate([keras.ops.eye(10), keras.ops.full((1, 10), 0.1)])
    wanted = keras.ops.take(targets, keras.ops.cast(keras.ops.reshape(labels, (-1,)), "int32"), axis=0)
    return keras.losses.categorical_crossentropy(wanted, probabilities)


class AccuracyOfDigits(keras.metrics.SparseCategoricalAccuracy):  # type: ignore[misc]
    """Accuracy over what is a digit."""

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        is_digit = keras.ops.cast(keras.ops.reshape(y_true, (-1,)) < handwriting.NO_DIGIT, "float32")
        return super().update_state(y_true, y_pred, is_digit)
