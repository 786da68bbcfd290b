import dataclasses

import numpy as np
import pytest

from digitlab.data.augmentation import Augmentation
from digitlab.errors import Diverged, RunIsActive, RunIsOver
from digitlab.networks.config import TrainingConfig
from digitlab.networks.layers.kinds import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    LayerNormalization,
    SeparableConv2D,
    Skip,
)
from digitlab.networks.rate_changes import RateChange
from digitlab.runs.dispatch.worker_names import new_worker_name
from digitlab.runs.models.cleanup import checkpoint_of
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.records.run import CommandLineOptions, RunState
from digitlab.runs.store.store import Store
from digitlab.synthesis import handwriting
from digitlab.worker import checkpoints, execution, multistep, training_digits
from digitlab.worker.single_step import train_one_batch


def paused(store, config):
    """A run that was paused before it started."""
    number = store.create(config).number
    store.request_pause(number)
    return number


def finish(settings, store, number, **asked):
    store.queue_again(number)
    worker = new_worker_name()
    assert store.claim(number, worker)
    execution.run_to_end(settings, number, worker, CommandLineOptions(**asked))
    return store.run(number)


def step_to_the_end(settings, number, batches):
    for _batch in range(batches):
        train_one_batch(settings, number)


def trained(settings, store, number):
    return checkpoints.read(checkpoint_of(settings, store.run(number))).trained


def test_a_step_shows_what_it_did(settings, store, small, digits):
    number = paused(store, small)
    first, second = train_one_batch(settings, number), train_one_batch(settings, number)
    assert (first.batch, first.epoch, first.batch_of_epoch, first.batches_per_epoch) == (1, 1, 1, 8)
    assert (second.batch, second.rate, second.digits) == (2, 0.001, 32)
    assert second.loss_after < second.loss_before
    chunks = multistep.BatchChunks(digits.x_train[:240], digits.y_train[:240], small, 6400)
    images, labels, _count = chunks.chunk(0)
    assert np.array_equal(second.images, images[1])
    assert np.array_equal(second.labels, labels[1])
    assert [layer.layer for layer in second.layers] == ["hidden", "digits"]
    assert [layer.weights for layer in second.layers] == [100_480, 1290]
    assert all(layer.gradient_norm > 0 and 0 < layer.share_moved < 0.1 for layer in second.layers)
    run = store.run(number)
    assert (run.state, run.progress.epoch, run.progress.batch) == (RunState.PAUSED, 1, 2)


# Every kind of layer that learns, or that behaves differently in a training.
ALL_KINDS = (
    Conv2D(filters=4, kernel_size=5, stride=2, l2=0.01, activation="gelu"),
    BatchNormalization(),
    SeparableConv2D(filters=4),
    DepthwiseConv2D(),
    LayerNormalization(),
    Dropout(rate=0.3),
    Skip(over=2),
    Activation(),
    Flatten(),
    Dense(units=16, l2=0.01),
    Dropout(rate=0.4),
)


def test_a_step_of_sgd_moves_weights_by_rate_times_gradient(settings, store):
    config = TrainingConfig(layers=ALL_KINDS, epochs=1, training_digits=100, optimizer="sgd", learning_rate=0.001)
    step = train_one_batch(settings, paused(store, config))
    assert len(step.layers) == 7
    gain = 0.001 * sum(layer.gradient_norm**2 for layer in step.layers)
    assert step.loss_before - step.loss_after == pytest.approx(gain, rel=0.3)  # the same units are dropped again
    for layer in step.layers:
        assert layer.moved == pytest.approx(0.001 * layer.gradient_norm, rel=2e-3, abs=1e-7)


@pytest.fixture
def few_at_once(monkeypatch):
    """Have synthetic digits drawn 25 at a time, not 250: as many parts of fewer digits."""
    for module in (handwriting, training_digits):
        monkeypatch.setattr(module, "CHUNK", 25)


def test_a_stepped_run_ends_as_one_that_was_not(settings, store, small, few_at_once):
    """One with synthetic digits, too; test_steering.py has plain trainings."""
    changed = {"written_digits": 40, "batch_size": 100, "augmentation": Augmentation(shift=2, erasing=0.5)}
    config = dataclasses.replace(small, **changed)
    stepped = paused(store, config)
    step_to_the_end(settings, stepped, 5)  # one of the second epoch among them
    assert [epoch.epoch for epoch in store.epochs.all(stepped)] == [1]
    run, other = finish(settings, store, stepped), finish(settings, store, paused(store, config))
    assert run.state is RunState.FINISHED
    assert (run.test_loss, run.test_accuracy) == (other.test_loss, other.test_accuracy)
    figures = [
        [(e.epoch, e.loss, e.validation_loss) for e in store.epochs.all(number)] for number in (stepped, other.number)
    ]
    assert figures[0] == figures[1]
    assert store.epochs.losses(stepped)[-1].batch == 8


def test_a_step_draws_the_synthetic_digits_of_its_batch_alone(settings, store, few_at_once, monkeypatch):
    drawn = []
    draw = handwriting.synthetic_digits
    monkeypatch.setattr(handwriting, "synthetic_digits", lambda *given: drawn.append(given[2]) or draw(*given))
    config = TrainingConfig(training_digits=200, written_digits=10_000, batch_size=8, optimizer="sgd")
    number = paused(store, config)
    step = train_one_batch(settings, number)
    assert 1 <= len(drawn) == len(set(drawn)) <= 8  # parts of 25
    assert all(image.any() for image in step.images)
    assert set(step.labels.tolist()) <= {*range(handwriting.NO_DIGIT + 1)}
    for layer in step.layers:  # the loss is that of a training with drawings of no digit
        assert layer.moved == pytest.approx(config.learning_rate * layer.gradient_norm, rel=2e-3, abs=1e-7)
    train_one_batch(settings, number)
    assert len(drawn) == len(set(drawn))  # what is drawn is kept for the next step


def test_a_requested_rate_is_taken_by_a_step(settings, store, small):
    number = paused(store, small)
    train_one_batch(settings, number)
    store.request_rate(number, 0.02)
    assert train_one_batch(settings, number).rate == 0.02
    run = store.run(number)
    assert (run.config.learning_rate_changes, run.wanted_rate) == ((RateChange(batch=1, rate=0.02),), None)
    card = ModelFiles(settings).card(finish(settings, store, number).model)
    assert card.config == run.config
    assert "--learning-rate-changes 1:0.02" in card.command


def test_only_a_paused_run_is_stepped(settings, store, small):
    number = store.create(small).number
    with pytest.raises(RunIsActive, match=f"Run {number} is queued or running. Pause it first"):
        train_one_batch(settings, number)
    store.request_pause(number)
    store.claim_paused(number, "another tab's")
    with pytest.raises(RunIsActive):
        train_one_batch(settings, number)
    stopped = store.create(small).number
    store.request_stop(stopped)
    with pytest.raises(RunIsOver, match="it is stopped"):
        train_one_batch(settings, stopped)
    assert not checkpoint_of(settings, store.run(number)).exists()


def test_a_step_that_diverges_loses_nothing(settings, store, small):
    layers = (Flatten(), *[Dense(units=16, activation="none")] * 4)  # whose product overflows soon
    number = paused(store, dataclasses.replace(small, optimizer="sgd", layers=layers))
    train_one_batch(settings, number)
    store.request_rate(number, 1000.0)
    with pytest.raises(Diverged):
        step_to_the_end(settings, number, 7)
    before = trained(settings, store, number)
    assert store.run(number).state is RunState.PAUSED
    store.request_rate(number, 0.001)  # too late for this network, but the newest request counts
    with pytest.raises(Diverged, match=r"learning rate was 0\.001"):
        train_one_batch(settings, number)
    assert trained(settings, store, number) == before
    assert store.run(number).config.learning_rate_changes[-1] == RateChange(batch=before, rate=0.001)


def test_a_step_whose_run_was_taken_away_writes_nothing(settings, store, small, monkeypatch):
    number = paused(store, small)
    train_one_batch(settings, number)
    monkeypatch.setattr(Store, "is_trained_by", lambda *_: False)
    with pytest.raises(RunIsActive, match="Nothing was trained"):
        train_one_batch(settings, number)
    assert trained(settings, store, number) == 1


def test_where_a_training_ends_no_batch_is_left(settings, store):
    number = paused(store, TrainingConfig(epochs=1, training_digits=100, batch_size=80))
    train_one_batch(settings, number)
    with pytest.raises(RunIsOver, match=r"All batches of run \d+ are trained"):
        train_one_batch(settings, number)
    assert finish(settings, store, number).state is RunState.FINISHED


def test_early_stopping_ends_a_run_not_by_a_step(settings, store):
    config = TrainingConfig(epochs=40, training_digits=200, batch_size=160, learning_rate=0.5, early_stopping=1)
    number = paused(store, config)
    with pytest.raises(RunIsOver, match="Early stopping ends run"):
        step_to_the_end(settings, number, 40)
    batches = trained(settings, store, number)
    assert len(store.epochs.all(finish(settings, store, number).number)) == batches < 40
