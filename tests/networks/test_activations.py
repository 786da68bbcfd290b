import numpy as np
import pytest

from digitlab.networks.activations import MAX_LAYERS, MAX_MAPS, LayerReader, layer_name
from digitlab.networks.recognition import Recogniser
from digitlab.settings import ROOT

NAMES = ("tutorial", "convolutional", "handwriting", "small")
ONE = np.zeros((28, 28), np.uint8)
ONE[4:24, 13:16] = 255
SHAPES = {
    "tutorial": [(128,)],
    "convolutional": [(14, 14, 24), (7, 7, 48), (7, 7, 64)],
    "handwriting": [(28, 28, 24), (14, 14, 32), (14, 14, 64), (7, 7, 96), (7, 7, 96), (7, 7, 96)],
    "small": [(28, 28, 8), (14, 14, 12), (14, 14, 14), (7, 7, 16), (4, 4, 16)],
}


@pytest.mark.parametrize("name", NAMES)
def test_the_last_layer_is_the_probabilities(name):
    recogniser = Recogniser.load(ROOT / "models" / name)
    inside = recogniser.activations(ONE)
    np.testing.assert_allclose(inside.probabilities, recogniser.probabilities(ONE[np.newaxis])[0], atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_the_hidden_layers_are_found_once_each(name):
    layers = LayerReader(ROOT / "models" / f"{name}.tflite").layers
    assert [layer.shape for layer in layers] == SHAPES[name]
    assert len(layers) <= MAX_LAYERS
    assert len({layer.name for layer in layers}) == len(layers)


def test_a_few_maps_of_each_are_shown_as_grey_levels():
    inside = LayerReader(ROOT / "models" / "convolutional.tflite").read(ONE)
    assert [part.values.shape for part in inside.hidden] == [(MAX_MAPS, 14, 14), (MAX_MAPS, 7, 7), (MAX_MAPS, 7, 7)]
    assert all(part.values.dtype == np.uint8 and part.values.any() for part in inside.hidden)
    assert LayerReader(ROOT / "models" / "tutorial.tflite").read(ONE).hidden[0].values.max() == 255


def test_a_tensor_without_a_layer_keeps_its_name():
    assert layer_name("StatefulPartitionedCall_1:0") == "StatefulPartitionedCall_1:0"
