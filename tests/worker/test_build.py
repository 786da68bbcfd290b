import numpy as np
import pytest
from small_networks import CONVOLUTIONAL

from digitlab.networks.presets import PRESETS
from digitlab.worker import keras_files
from digitlab.worker.build import averaged, build
from digitlab.worker.export import export


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_maps_uint8_digits_to_probabilities(preset, digits):
    probabilities = build(preset, 1).predict(digits.x_test[:4], verbose=0)
    assert probabilities.shape == (4, 10)
    assert probabilities.sum(axis=1) == pytest.approx(np.ones(4), abs=1e-5)


def test_the_tutorial_s_layers_are_the_tutorial_s():
    model = build("tutorial", 1)
    assert [layer.__class__.__name__ for layer in model.layers[1:]] == ["Rescaling", "Flatten", "Dense", "Dense"]
    assert model.get_layer("scale").scale == pytest.approx(1 / 255)
    assert model.get_layer("hidden").activation.__name__ == "relu"
    assert model.count_params() == 101_770


@pytest.mark.parametrize("preset", ["tutorial", "handwriting"])
def test_an_averaging_network_gives_the_mean_of_four_looks(preset, digits, tmp_path):
    model = build(preset, 1)
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, 8:20, 10:18] = digits.x_test[0, 8:20, 10:18] // 4 * 4  # so that a mean of four is a whole number
    image = image // 16 * 16
    padded = np.pad(image[0].astype(int), 1)
    means = (padded[:-1, :-1] + padded[1:, :-1] + padded[:-1, 1:] + padded[1:, 1:]) // 4
    looks = np.array([means[a : a + 28, b : b + 28] for a in (0, 1) for b in (0, 1)], np.uint8)
    logs = np.log(model.predict(looks, verbose=0)).mean(axis=0)
    expected = np.exp(logs) / np.exp(logs).sum()
    assert averaged(model).predict(image, verbose=0)[0] == pytest.approx(expected, abs=1e-5)


def test_an_averaging_network_can_be_saved_exported_and_loaded(digits, tmp_path):
    model = averaged(build("tutorial", 1, CONVOLUTIONAL))
    export(model, tmp_path / "one.keras", digits.x_test[:8])
    loaded = keras_files.load(tmp_path / "one.keras")
    before, after = (network.predict(digits.x_test[:8], verbose=0) for network in (model, loaded))
    assert after == pytest.approx(before, abs=1e-6)
