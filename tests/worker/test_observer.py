import dataclasses

import keras
import numpy as np
import pytest

from digitlab.networks.config import TrainingConfig
from digitlab.storage.folder import Folder
from digitlab.storage.storage import StoredFile
from digitlab.worker import build, training
from digitlab.worker.observer import Observer, digits_for
from digitlab.worker.snapshot_models import SnapshotReader

SMALL = TrainingConfig(epochs=3, training_digits=1000)


def observed(digits, config=SMALL, **asked):
    """Train, and return the training, what was seen, and the snapshots."""
    seen, shots = [], []

    def observe(observation, shot):
        seen.append(observation)
        shots.extend([shot] if shot else [])

    return training.train(config, digits.x_train, digits.y_train, observe=observe, **asked), seen, shots


def test_each_epoch_is_seen_and_the_state_before_the_first(digits):
    trained, seen, shots = observed(digits)
    assert [observation.epoch for observation in seen] == [shot.epoch for shot in shots] == [0, 1, 2, 3]
    assert [layer.layer for layer in seen[0].layers] == ["hidden", "digits"]
    assert seen[0].digits == 200  # all that validate
    last = shots[-1]
    expected = trained.model.predict(digits.x_train[800:1000], verbose=0).argmax(axis=1)
    assert (last.answers == expected).all()
    assert (last.answers == digits.y_train[800:1000]).mean() == pytest.approx(trained.epochs[-1].validation_accuracy)


def test_being_looked_at_changes_no_figure(digits):
    looked_at, _, _ = observed(digits)
    alone = training.train(SMALL, digits.x_train, digits.y_train)
    assert [dataclasses.replace(epoch, seconds=0) for epoch in looked_at.epochs] == [
        dataclasses.replace(epoch, seconds=0) for epoch in alone.epochs
    ]


def test_norms_changes_and_histograms_are_those_of_the_weights(digits):
    _, seen, shots = observed(digits)
    before, after = (shot.weights[0].astype(np.float64) for shot in shots[1:3])
    layer = seen[2].layers[0]
    steps = np.abs(after - before)
    assert layer.weight_norm == pytest.approx(np.linalg.norm(after), rel=1e-4)
    assert layer.change == pytest.approx(np.linalg.norm(steps) / np.linalg.norm(before), rel=1e-3)
    assert layer.moved == pytest.approx((steps > 0.01 * np.sqrt((before**2).mean())).mean(), abs=0.01)
    assert sum(layer.histogram) == layer.weights == 784 * 128
    assert seen[0].layers[0].change is None


@pytest.mark.parametrize("preset", ["tutorial", "fast"])
def test_the_gradient_norm_is_that_of_the_loss(digits, preset):
    config = TrainingConfig.from_preset(preset, epochs=1, training_digits=500)
    _, seen, _ = observed(digits, config)
    model = build.build(preset, config.seed)
    last = model.get_layer("digits")
    labels = keras.ops.one_hot(digits.y_train[:250], 10)
    hidden = keras.Model(model.input, last.input)(digits.x_train[:250], training=False).numpy()
    errors = model(digits.x_train[:250], training=False).numpy() - labels.numpy()
    assert seen[0].layers[-1].gradient_norm == pytest.approx(np.linalg.norm(hidden.T @ errors / 250), rel=1e-3)


def test_units_that_are_silent_for_all_digits_are_counted(digits):
    model = build.build("tutorial", 1)
    model.stop_evaluating = False
    kernel, bias = model.get_layer("hidden").get_weights()
    bias[:5] = -1000
    model.get_layer("hidden").set_weights([kernel, bias])
    seen = []
    observer = Observer(
        digits_for(digits.x_train, digits.y_train, 800, 1000),
        lambda observation, _: seen.append(observation),
        lambda _: False,
        [],
    )
    observer.set_model(model)
    observer.on_epoch_begin(0)
    assert (seen[0].layers[0].units, seen[0].layers[0].dead) == (128, 5)
    assert (seen[0].layers[1].units, seen[0].layers[1].dead) == (0, 0)


def test_an_unfinished_epoch_is_not_observed(digits, tmp_path):
    config = TrainingConfig(epochs=2, training_digits=30_000, batch_size=100)
    file = StoredFile(Folder(tmp_path), "checkpoint")
    asked = iter([True, True, False])
    _, seen, _ = observed(digits, config, checkpoint=file, wanted=lambda: next(asked, False), is_pause=lambda: True)
    assert [observation.epoch for observation in seen] == [0]
    _, seen, _ = observed(digits, config, checkpoint=file)
    assert [(observation.epoch, observation.layers[0].change is None) for observation in seen] == [
        (1, True),
        (2, False),
    ]


@pytest.mark.parametrize("preset", ["tutorial", "fast"])
def test_a_picture_is_read_again_as_it_was_after_each_epoch(digits, preset):
    config = TrainingConfig.from_preset(preset, epochs=2, training_digits=1000, averaging=False)
    trained, _, shots = observed(digits, config)
    readings = SnapshotReader(preset).readings_by_epoch(shots, digits.x_test[3])
    assert readings.epochs == (0, 1, 2)
    expected = trained.model.predict(digits.x_test[3:4], verbose=0)[0]
    assert readings.probabilities[-1] == pytest.approx(expected, abs=0.01)
    first = build.build(preset, config.seed).predict(digits.x_test[3:4], verbose=0)[0]
    assert readings.probabilities[0] == pytest.approx(first, abs=0.01)
    assert readings.points.shape == (3, 2)


def test_without_validation_training_digits_are_observed(digits):
    chosen = digits_for(digits.x_train, digits.y_train, 700, 700)
    assert (chosen.first, len(chosen.images), len(chosen.learned)) == (0, 700, 250)
