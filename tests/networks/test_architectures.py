import numpy as np
import pytest

from digitlab.networks.architectures import build
from digitlab.networks.config import PRESETS


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
