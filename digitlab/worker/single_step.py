"""Trains a single batch of a paused run from its checkpoint, and says what that did."""

import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from digitlab import logs
from digitlab.data import mnist_source
from digitlab.errors import CheckpointDamaged, RunError, RunIsActive, RunIsOver
from digitlab.networks.config import TrainingConfig
from digitlab.networks.step_effect import MAX_PICTURES, LayerStep, SingleStep
from digitlab.runs.dispatch.worker_names import new_worker_name
from digitlab.runs.models.cleanup import checkpoint_of
from digitlab.runs.records.run import Outcome, Run, RunState
from digitlab.runs.store.store import Store
from digitlab.settings import Settings
from digitlab.storage.folder import Folder
from digitlab.storage.storage import StoredFile
from digitlab.translation import Text
from digitlab.worker import build, checkpoints, execution, model_pool, training
from digitlab.worker.heartbeat import Heartbeat, retry_while_unavailable
from digitlab.worker.training_digits import TrainingDigits


def train_one_batch(settings: Settings, number: int) -> SingleStep:
    """Train the next batch of a paused run, save its checkpoint, and pause it again.

    The run is running meanwhile, so nobody else resumes or deletes it; if anything fails, it is paused where it was.

    Raises:
        RunIsActive, RunIsOver: It is not paused, or has no batch left.
        Diverged: The loss became infinite or NaN.
        CheckpointDamaged: The checkpoint cannot be read.
        StorageError: The checkpoint cannot be read or written.
    """
    worker = new_worker_name()
    store = retry_while_unavailable(lambda: Store(settings.database_url, may_create=False))
    try:
        if not retry_while_unavailable(lambda: store.claim_paused(number, worker)):
            raise _refusal(store.run(number))
        try:
            run = retry_while_unavailable(lambda: store.run(number))
            with execution.registered(number), Heartbeat(store, number, worker, run.wanted_rate) as heartbeat:
                return _step(settings, store, run, heartbeat)
        finally:
            retry_while_unavailable(lambda: store.end(number, worker, Outcome(state=RunState.PAUSED)))
    finally:
        store.close()


def _refusal(run: Run) -> RunError:
    if not run.state.is_over():
        return RunIsActive(
            Text("Run {number} is queued or running. Pause it first, then train a single batch.", number=run.number)
        )
    return RunIsOver(
        Text(
            "Run {number} cannot train a single batch: it is {state}. Only a paused run can.",
            number=run.number,
            state=run.state.label,
        )
    )


def _step(settings: Settings, store: Store, run: Run, heartbeat: Heartbeat) -> SingleStep:
    digits, drawn = mnist_source.load(settings.data), _drawn(settings.data, _about_digits(run.config))
    execution.reconcile(settings, store, run, heartbeat)
    file = checkpoint_of(settings, run)
    start = checkpoints.read(file)
    trained = start.trained if start else 0
    if trained >= run.config.steps:
        raise RunIsOver(
            Text("All batches of run {number} are trained. Resume it: its network is then saved.", number=run.number)
        )
    with tempfile.TemporaryDirectory() as folder:  # a step that fails leaves the checkpoint as it is
        draft = StoredFile(Folder(Path(folder)), file.name)
        if content := file.read():
            draft.write(content)
        training.train(
            run.config,
            digits.x_train,
            digits.y_train,
            report=heartbeat.record,
            is_pause=lambda: True,
            take_rate=heartbeat.take_rate,
            report_changes=heartbeat.record_changes,
            checkpoint=draft,
            observe=execution.observer(settings, run, heartbeat),
            last=trained + 1,
            drawn=drawn,
        )
        after, content = checkpoints.read(draft), draft.read()
    if after is None or content is None or after.trained <= trained:
        raise RunIsOver(
            Text("Early stopping ends run {number} here. Resume it: its network is then saved.", number=run.number)
        )
    if not retry_while_unavailable(lambda: store.is_trained_by(run.number, heartbeat.worker)):
        raise RunIsActive(Text("Run {number} was changed meanwhile. Nothing was trained.", number=run.number))
    file.write(content)
    logs.log("batch trained", run=run.number, person=run.owner, batch=trained + 1)
    return _compare(after.config, start, after, *training.next_batch(after.config, drawn, start))


def _about_digits(config: TrainingConfig) -> TrainingConfig:
    """Return settings with nothing else in them than what decides from which digits a training learns."""
    names = ("seed", "training_digits", "validation_split", "written_digits")
    return TrainingConfig(**{name: getattr(config, name) for name in names})


@lru_cache(maxsize=1)
def _drawn(folder: Path, config: TrainingConfig) -> TrainingDigits:
    """Return what the trainings with these digits learn from: synthetic ones are kept for the next step."""
    digits = mnist_source.load(folder)
    return TrainingDigits(digits.x_train, digits.y_train, config)


def _compare(
    config: TrainingConfig,
    start: checkpoints.Checkpoint | None,
    after: checkpoints.Checkpoint,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
) -> SingleStep:
    """Compare a network before and after a step on a batch."""
    network = build.build(config.preset, config.seed, config.layers)
    network.compile(loss=model_pool.loss_of(config), jit_compile=False)
    if start is not None:
        _restore(network.variables, start.variables)
    state = [np.array(variable) for variable in network.variables]
    before = _by_layer(network)
    with tf.GradientTape() as tape:
        loss = _loss(network, images, labels)
    gradients = tape.gradient(loss, [variable.value for variable in network.trainable_variables])
    lengths = {id(v): _squares(g) for v, g in zip(network.trainable_variables, gradients, strict=True)}
    _restore(network.variables, after.variables)
    moved = _by_layer(network)
    _restore(network.non_trainable_variables, _others(network, state))  # the same units are dropped again
    trained = after.trained - 1
    epoch, batch = divmod(trained, config.batches_per_epoch)
    chosen = config.chosen_rate(trained)
    return SingleStep(
        batch=after.trained,
        epoch=epoch + 1,
        batch_of_epoch=batch + 1,
        batches_per_epoch=config.batches_per_epoch,
        rate=model_pool.planned_rate(config, trained) if chosen is None else chosen,
        digits=len(images),
        images=images[:MAX_PICTURES],
        labels=labels[:MAX_PICTURES],
        loss_before=float(loss),
        loss_after=float(_loss(network, images, labels)),
        layers=tuple(
            LayerStep(
                layer=layer.name,
                weights=sum(array.size for array in old),
                gradient_norm=sum(lengths[id(variable)] for variable in layer.trainable_variables) ** 0.5,
                weight_norm=sum(map(_squares, old)) ** 0.5,
                moved=sum(_squares(now - then) for then, now in zip(old, new, strict=True)) ** 0.5,
            )
            for layer, old, new in zip(_learning(network), before, moved, strict=True)
        ),
    )


def _loss(network: keras.Model, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Any:
    return network.compute_loss(images, labels, network(images, training=True), training=True)


def _learning(network: keras.Model) -> list[keras.layers.Layer]:
    return [layer for layer in network.layers if layer.trainable_variables]


def _by_layer(network: keras.Model) -> list[list[NDArray[Any]]]:
    """Return the trainable weights of each layer that learns."""
    return [[np.array(variable) for variable in layer.trainable_variables] for layer in _learning(network)]


def _others(network: keras.Model, state: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
    """Return those arrays of `state`, one for each variable, that are not trained."""
    by_id = {id(variable): array for variable, array in zip(network.variables, state, strict=True)}
    return [by_id[id(variable)] for variable in network.non_trainable_variables]


def _restore(variables: Sequence[keras.Variable], values: Sequence[NDArray[Any]]) -> None:
    """Assign a checkpoint's first values, which are the network's own; the optimizer's follow."""
    if len(values) < len(variables):
        raise CheckpointDamaged(Text("The checkpoint does not fit the network. Start a new training."))
    for variable, value in zip(variables, values, strict=False):
        variable.assign(value)


def _squares(array: Any) -> float:
    return float(np.square(np.asarray(array, np.float64)).sum())
