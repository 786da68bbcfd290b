"""Trainings whose learning rate a person changes, and single batches of paused ones."""

import dataclasses
import functools
import itertools
import json

import keras
import numpy as np
import pytest
from small_networks import CONVOLUTIONAL

from digitlab.data import mnist
from digitlab.data.augmentation import Augmentation
from digitlab.errors import CheckpointDamaged, Diverged
from digitlab.networks import execution_plans
from digitlab.networks.config import TrainingConfig
from digitlab.networks.layers.kinds import Dense, Flatten
from digitlab.networks.rate_changes import RateChange
from digitlab.storage.address import open_storage
from digitlab.storage.storage import StoredFile
from digitlab.worker import build, checkpoints, model_pool, multistep
from digitlab.worker.training import train

SMALL = {
    "dense": TrainingConfig(epochs=3, training_digits=1000, batch_size=30),  # the last batch is smaller
    "dense, compiled": TrainingConfig(epochs=4, training_digits=1600, batch_size=5),
    "convolutional": TrainingConfig(
        layers=CONVOLUTIONAL, epochs=2, training_digits=1500, schedule="cosine",
        augmentation=Augmentation(shift=1, elastic=1),
    ),
}  # fmt: skip


@pytest.fixture(params=SMALL)
def config(request):
    return SMALL[request.param]


@pytest.fixture
def file(tmp_path):
    return StoredFile(open_storage(tmp_path), "run.npz")


def outcome(trained):
    figures = [(e.epoch, e.loss, e.accuracy, e.validation_loss, e.validation_accuracy) for e in trained.epochs]
    return figures, np.concatenate([values.ravel() for values in trained.model.get_weights()])


@functools.cache
def unsteered(config):
    """What comes of a training that nobody steers, pauses or steps; the same settings give the same."""
    digits = mnist.load()
    return outcome(train(config, digits.x_train, digits.y_train))


def assert_alike(first, other):
    assert first[0] == other[0]
    assert np.array_equal(first[1], other[1])


def pause(config, digits, file, after=2):
    """Pause a training when it has trained so many chunks."""
    calls = itertools.count(1)
    wanted = lambda: next(calls) < after  # noqa: E731
    train(config, digits.x_train, digits.y_train, wanted=wanted, is_pause=lambda: True, checkpoint=file)
    return checkpoints.read(file)


def step(config, digits, file, **options):
    """Train a single batch from a checkpoint."""
    start = checkpoints.read(file)
    last = start.trained + 1 if start else 1
    train(config, digits.x_train, digits.y_train, is_pause=lambda: True, checkpoint=file, last=last, **options)
    assert checkpoints.read(file).trained == last


def from_record(config, changes):
    """The settings of a steered run, as its record has them."""
    steered = dataclasses.replace(config, learning_rate_changes=changes)
    return TrainingConfig.from_dict(json.loads(json.dumps(steered.as_dict())))


def test_a_steered_training_is_repeated_from_its_record(digits, config):
    rates = iter([None, 0.003, None, 0.0002])
    recorded = []
    steered = train(
        config, digits.x_train, digits.y_train, take_rate=lambda: next(rates, None), report_changes=recorded.append
    )
    assert [change.rate for change in recorded[-1]] == [0.003, 0.0002]
    assert steered.learning_rate_changes == recorded[-1]
    again = train(from_record(config, recorded[-1]), digits.x_train, digits.y_train)
    assert_alike(outcome(again), outcome(steered))
    assert not np.array_equal(unsteered(config)[1], outcome(steered)[1])


def test_a_change_within_a_chunk_is_repeated_at_its_batch(digits, config, file):
    start = pause(config, digits, file)
    recorded = []
    step(config, digits, file)
    rates = iter([0.004])
    step(config, digits, file, take_rate=lambda: next(rates, None), report_changes=recorded.append)
    ((change,),) = recorded
    assert change == RateChange(batch=start.trained + 1, rate=0.004)
    steered = from_record(config, (change,))
    went_on = outcome(train(steered, digits.x_train, digits.y_train, checkpoint=file))
    assert_alike(outcome(train(steered, digits.x_train, digits.y_train)), went_on)


@pytest.mark.parametrize("after", [1, 2])  # chunks; the second may be that of validation
def test_single_batches_change_nothing_in_the_end(digits, config, file, after):
    pause(config, digits, file, after)
    for _batch in range(3):
        step(config, digits, file)
    assert_alike(outcome(train(config, digits.x_train, digits.y_train, checkpoint=file)), unsteered(config))


def test_single_batches_go_over_the_end_of_an_epoch(digits, file):
    config = TrainingConfig(epochs=2, training_digits=300, batch_size=100)  # 3 batches, of which the last is smaller
    for _batch in range(5):
        step(config, digits, file)
    kept = checkpoints.read(file)
    assert (kept.epoch, kept.batches, [epoch.epoch for epoch in kept.epochs]) == (1, 2, [1])
    assert [metrics.batch for metrics in kept.so_far] == [1, 2]
    went_on = outcome(train(config, digits.x_train, digits.y_train, checkpoint=file))
    assert_alike(went_on, outcome(train(config, digits.x_train, digits.y_train)))


def test_a_newer_wish_takes_the_place_of_later_changes(digits, small):
    planned = dataclasses.replace(
        small, learning_rate_changes=(RateChange(batch=0, rate=0.002), RateChange(batch=12, rate=0.1))
    )
    rates = iter([None, None, 0.0005])  # before batches 1 and 5, where an epoch is cut, and 8, which is smaller
    trained = train(planned, digits.x_train, digits.y_train, take_rate=lambda: next(rates, None))
    assert [change.rate for change in trained.learning_rate_changes] == [0.002, 0.0005]
    assert trained.learning_rate_changes[-1].batch == 7


def test_a_change_that_only_the_checkpoint_has_is_reported(digits, small, file):
    config = dataclasses.replace(small, epochs=3)
    rates = iter([0.002])
    calls = itertools.count(1)
    train(
        config, digits.x_train, digits.y_train, checkpoint=file, take_rate=lambda: next(rates, None),
        wanted=lambda: next(calls) < 2,
    )  # fmt: skip
    recorded = []
    went_on = train(config, digits.x_train, digits.y_train, checkpoint=file, report_changes=recorded.append)
    assert recorded == [(RateChange(batch=0, rate=0.002),)]
    again = train(from_record(config, recorded[0]), digits.x_train, digits.y_train)
    assert_alike(outcome(went_on), outcome(again))


def test_a_checkpoint_of_other_changes_is_refused(digits, small, file):
    steered = dataclasses.replace(small, learning_rate_changes=(RateChange(batch=0, rate=0.002),))
    train(steered, digits.x_train, digits.y_train, checkpoint=file)
    other = dataclasses.replace(small, learning_rate_changes=(RateChange(batch=0, rate=0.003),))
    with pytest.raises(CheckpointDamaged, match="other settings"):
        train(other, digits.x_train, digits.y_train, checkpoint=file)


def test_divergence_names_the_rate_that_was_chosen(digits, small):
    rates = iter([None, 1000.0])
    layers = (Flatten(), *[Dense(units=16, activation="none")] * 4)  # whose product overflows soon
    config = dataclasses.replace(small, optimizer="sgd", epochs=20, layers=layers)
    with pytest.raises(Diverged, match=r"learning rate was 1000"):
        train(config, digits.x_train, digits.y_train, take_rate=lambda: next(rates, None))


def test_a_chosen_rate_replaces_the_schedule_of_one_run():
    config = TrainingConfig(schedule="cosine", epochs=2, training_digits=200)
    model = model_pool.acquire(config)
    assert float(model.optimizer.learning_rate) == pytest.approx(0.001)
    model_pool.set_rate(model, 0.25)
    assert float(model.optimizer.learning_rate) == 0.25
    copy = model_pool.release(model, config)
    assert isinstance(copy.optimizer.get_config()["learning_rate"], dict)
    again = model_pool.acquire(config)
    assert again is model
    assert float(again.optimizer.learning_rate) == pytest.approx(0.001)


@pytest.mark.parametrize(("schedule", "batch_size"), [("cosine", 32), ("one-cycle", 5)])  # by TensorFlow, and by XLA
def test_a_schedule_is_the_same_as_keras_own(digits, schedule, batch_size):
    config = TrainingConfig(epochs=4, training_digits=1600, batch_size=batch_size, schedule=schedule)
    model = build.build(config.preset, config.seed)
    optimizer = keras.optimizers.Adam(model_pool._rate(config))
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"], jit_compile=False)
    plan = execution_plans.plan(config.stack, config.steps)
    data = digits.x_train[: config.fitted_digits], digits.y_train[: config.fitted_digits]
    chunks = multistep.BatchChunks(*data, config, plan.digits)
    multistep.fit(model, chunks, plan, epochs=config.epochs, validation=None, callbacks=[])
    ours = train(config, digits.x_train, digits.y_train)
    plain = np.concatenate([values.ravel() for values in model.get_weights()])
    assert np.array_equal(plain, outcome(ours)[1])
