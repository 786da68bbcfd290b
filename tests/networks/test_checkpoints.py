import dataclasses
import itertools

import numpy as np
import pytest

from digitlab.digits.augmentation import Augmentation
from digitlab.errors import CheckpointDamaged
from digitlab.networks import checkpoints
from digitlab.networks.config import TrainingConfig
from digitlab.networks.training import train

CONFIGS = {
    "tutorial": TrainingConfig(epochs=3, training_digits=1000, batch_size=8),
    "convolutional": TrainingConfig(
        preset="convolutional",
        epochs=2,
        training_digits=1500,
        schedule="cosine",
        augmentation=Augmentation(shift=1, elastic=1),
    ),
    "patient": TrainingConfig(epochs=8, training_digits=300, learning_rate=0.05, early_stopping=2),
    "no validation": TrainingConfig(epochs=3, training_digits=300, validation_split=0),
}


def outcome(trained):
    figures = [(e.epoch, e.loss, e.accuracy, e.validation_loss, e.validation_accuracy) for e in trained.epochs]
    return figures, np.concatenate([values.ravel() for values in trained.model.get_weights()])


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("after", [1, 2, 3])  # calls: in an epoch, in its validation, in a later one
def test_a_training_that_went_on_ends_as_one_that_never_paused(digits, tmp_path, name, after):
    config, file = CONFIGS[name], tmp_path / "run.npz"
    calls = itertools.count(1)
    paused = train(config, digits.x_train, digits.y_train, wanted=lambda: next(calls) < after, checkpoint=file)
    assert paused.was_stopped
    went_on = outcome(train(config, digits.x_train, digits.y_train, checkpoint=file))
    never = outcome(train(config, digits.x_train, digits.y_train))
    assert went_on[0] == never[0]
    assert np.array_equal(went_on[1], never[1])


def test_a_finished_training_goes_on_for_more_epochs(digits, small, tmp_path):
    file = tmp_path / "run.npz"
    train(small, digits.x_train, digits.y_train, checkpoint=file)
    longer = dataclasses.replace(small, epochs=4)
    went_on = outcome(train(longer, digits.x_train, digits.y_train, checkpoint=file))
    assert went_on[0] == outcome(train(longer, digits.x_train, digits.y_train))[0]


def test_other_settings_are_refused(digits, small, tmp_path):
    file = tmp_path / "run.npz"
    train(small, digits.x_train, digits.y_train, checkpoint=file)
    with pytest.raises(CheckpointDamaged, match="other settings"):
        train(dataclasses.replace(small, seed=7), digits.x_train, digits.y_train, checkpoint=file)


@pytest.mark.parametrize("keep", [0, 10, 5000])
def test_half_a_file_is_told_as_such(digits, small, tmp_path, keep):
    file = tmp_path / "run.npz"
    train(small, digits.x_train, digits.y_train, checkpoint=file)
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(CheckpointDamaged, match=r"run\.npz"):
        train(small, digits.x_train, digits.y_train, checkpoint=file)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_crash_while_writing_leaves_the_old_checkpoint(digits, small, tmp_path, monkeypatch, step):
    file = tmp_path / "run.npz"
    train(small, digits.x_train, digits.y_train, checkpoint=file)
    before = checkpoints.read(file)

    def crash(*_):
        raise OSError("no space left")

    monkeypatch.setattr(*(checkpoints.os, "fsync") if step == "fsync" else (checkpoints.Path, "replace"), crash)
    with pytest.raises(OSError, match="no space"):
        checkpoints.write(dataclasses.replace(before, epoch=99), file)
    assert checkpoints.read(file).epoch == before.epoch
    assert [path.name for path in tmp_path.iterdir()] == ["run.npz"]


def test_a_full_disk_does_not_end_the_training(digits, small, tmp_path, monkeypatch):
    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr(checkpoints, "write", full)
    trained = train(small, digits.x_train, digits.y_train, checkpoint=tmp_path / "run.npz")
    assert len(trained.epochs) == small.epochs


def test_going_on_with_no_epoch_left_keeps_what_was_learned(digits, small, tmp_path):
    file = tmp_path / "run.npz"
    first = outcome(train(small, digits.x_train, digits.y_train, checkpoint=file))
    again = outcome(train(small, digits.x_train, digits.y_train, checkpoint=file))
    assert again[0] == first[0]
    assert np.array_equal(again[1], first[1])
    assert checkpoints.read(file).epoch == small.epochs


def test_pausing_again_at_once_loses_no_place(digits, tmp_path):
    config, file = CONFIGS["convolutional"], tmp_path / "run.npz"
    calls = itertools.count(1)
    train(config, digits.x_train, digits.y_train, wanted=lambda: next(calls) < 3, checkpoint=file)
    train(config, digits.x_train, digits.y_train, wanted=lambda: False, checkpoint=file)
    went_on = outcome(train(config, digits.x_train, digits.y_train, checkpoint=file))
    never = outcome(train(config, digits.x_train, digits.y_train))
    assert went_on[0] == never[0]
    assert np.array_equal(went_on[1], never[1])
