"""A pool of compiled networks: loss, optimizer, training step.

Compiling takes one to three seconds, so a trained network is kept, and the next training of its kind starts at once,
with new weights in it.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import keras

from digitlab.networks import execution_plans
from digitlab.networks.config import TrainingConfig
from digitlab.synthesis import handwriting
from digitlab.worker import build

_MAX_POOLED = 3  # networks; the largest holds some megabytes

_pool: OrderedDict[tuple[object, ...], keras.Model] = OrderedDict()
_unused: WeakKeyDictionary[keras.Model, keras.Model] = WeakKeyDictionary()  # networks built for their weights alone
_BY_SCHEDULE = 0.0  # in the place of a rate that a person chose
_lock = threading.Lock()  # a worker may score, or on another's cluster train, in several threads


def acquire(config: TrainingConfig) -> keras.Model:
    """Return a compiled model with initial weights from `config.seed`; nobody else gets it until it is released."""
    fresh = build.build(config.preset, config.seed, config.layers)
    with _lock:
        model = _pool.pop(_kind(config), None)
    if model is None:
        _compile(fresh, config)
        fresh.stop_evaluating = False  # Keras sets it with the first validation only
        return fresh
    for variable, value in zip(model.variables, fresh.variables, strict=True):  # dropout's generators among them
        variable.assign(value)
    for variable in model.optimizer.variables:
        variable.assign(keras.ops.zeros_like(variable))
    set_rate(model, config.learning_rate if config.schedule == "constant" else _BY_SCHEDULE)
    model.stop_evaluating = False
    with _lock:
        _unused[model] = fresh
    return model


def set_rate(model: keras.Model, rate: float) -> None:
    """Have a compiled model learn with this rate from its next batch on; it takes the place of a schedule."""
    if model in _schedules:
        _schedules[model].chosen.assign(rate)
    else:
        model.optimizer.learning_rate = rate


def planned_rate(config: TrainingConfig, trained: int) -> float:
    """Return the learning rate of the batch after so many, unless a person has chosen another one."""
    rate = _rate(config)
    return rate if isinstance(rate, float) else float(rate(trained))


def release(model: keras.Model, config: TrainingConfig) -> keras.Model:
    """Put a model back into the pool, and return a copy of its network that no later training changes.

    Returns:
        An ordinary Keras model with the same weights and optimizer, so that `evaluate` and `fit` work.
    """
    with _lock:
        network = _unused.pop(model, None)
    if network is None:
        network = build.build(config.preset, config.seed, config.layers)
    network.set_weights(model.get_weights())
    optimizer = _optimizer(config, _rate(config))
    optimizer.build(network.trainable_variables)
    for variable, value in zip(optimizer.variables, model.optimizer.variables, strict=True):
        variable.assign(value)
    network.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    with _lock:
        _pool[_kind(config)] = model
        while len(_pool) > _MAX_POOLED:
            _pool.popitem(last=False)
    return network


def _kind(config: TrainingConfig) -> tuple[object, ...]:
    """Return everything that is compiled into a step."""
    rate = None if config.schedule == "constant" else (config.schedule, config.learning_rate, config.steps)
    uses_xla = execution_plans.plan(config.stack, config.steps).uses_xla
    network = config.preset, config.layers
    return network, config.batch_size, config.optimizer, rate, config.written_digits > 0, uses_xla


def _compile(model: keras.Model, config: TrainingConfig) -> None:
    rate = _rate(config)
    if not isinstance(rate, float):
        rate = _schedules[model] = _Steerable(rate)
    optimizer = _optimizer(config, rate)
    optimizer.build(model.trainable_variables)
    accuracy = AccuracyOfDigits(name="accuracy") if config.written_digits else "accuracy"
    model.compile(optimizer, loss_of(config), metrics=[accuracy], jit_compile=False)
    # Keras builds a metric's sums with the first batch, but a training resumed within an epoch restores them before.
    model.compute_metrics(None, keras.ops.zeros((1,), "uint8"), keras.ops.full((1, 10), 0.1))
    model.reset_metrics()


def loss_of(config: TrainingConfig) -> Callable[[keras.KerasTensor, keras.KerasTensor], keras.KerasTensor] | str:
    """Return the loss of a training, or Keras' name for it."""
    return loss_with_no_digit if config.written_digits else "sparse_categorical_crossentropy"


def _optimizer(
    config: TrainingConfig, rate: float | keras.optimizers.schedules.LearningRateSchedule
) -> keras.optimizers.Optimizer:
    return keras.optimizers.get({"class_name": config.optimizer, "config": {"learning_rate": rate}})


def _rate(config: TrainingConfig) -> float | keras.optimizers.schedules.LearningRateSchedule:
    highest, steps = config.learning_rate, config.steps
    if config.schedule == "cosine":
        return keras.optimizers.schedules.CosineDecay(highest, steps)
    if config.schedule == "one-cycle":
        up = int(0.3 * steps)
        return keras.optimizers.schedules.CosineDecay(highest / 25, steps - up, warmup_target=highest, warmup_steps=up)
    return float(highest)


class _Steerable(keras.optimizers.schedules.LearningRateSchedule):  # type: ignore[misc]
    """A schedule, until a person chooses a rate; Keras' optimizers refuse a rate in the place of a schedule."""

    def __init__(self, schedule: keras.optimizers.schedules.LearningRateSchedule) -> None:
        self._schedule = schedule
        self.chosen = keras.Variable(_BY_SCHEDULE, trainable=False, dtype="float32", name="chosen_rate")

    def __call__(self, step: keras.KerasTensor) -> keras.KerasTensor:
        return keras.ops.where(self.chosen > 0, self.chosen, self._schedule(step))

    def get_config(self) -> dict[str, Any]:
        return {"schedule": self._schedule}


_schedules: WeakKeyDictionary[keras.Model, _Steerable] = WeakKeyDictionary()


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
