import keras
import numpy as np
import pytest
import tensorflow as tf

from digitlab.worker import build, filters, keras_files
from digitlab.worker.explainer import Explainer
from digitlab.worker.layer_graph import LayerGraph


def test_a_field_is_what_the_gradient_reaches():
    model = build.build("handwriting", 1)
    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    for number in (1, 2, 3, 4):
        seen = filters.receptive_field(LayerGraph(model.layers[2:-1]), layers[number - 1])
        inner = keras.Model(model.get_layer("scale").output, layers[number - 1].output)
        pixels = tf.constant(np.random.default_rng(number).random((1, 28, 28)), tf.float32)
        with tf.GradientTape() as tape:
            tape.watch(pixels)
            value = inner(pixels, training=False)[0, 3, 3, 0]
        reached = np.nonzero(tape.gradient(value, pixels).numpy()[0])
        start = seen.start + 3 * seen.step
        assert [(int(part.min()), int(part.max())) for part in reached] == [(max(start, 0), start + seen.side - 1)] * 2


@pytest.mark.parametrize("layer", ["convolution_1", "convolution_3"])
def test_top_activations_are_the_largest_outputs(ready_made, digits, layer):
    model = keras_files.load(ready_made / "convolutional.keras")
    images = digits.x_train[:130]
    relu = keras.Model(model.input, model.get_layer(layer.replace("convolution", "relu")).output)
    maps = relu.predict(images, verbose=0)
    found = Explainer(model).top_activations(images, layer)
    for unit in (0, 5):
        tops = maps[..., unit].max(axis=(1, 2))
        assert found.values[unit] == pytest.approx(np.sort(tops)[:-13:-1], abs=1e-4)
        assert tops[found.indices[unit]] == pytest.approx(found.values[unit], abs=1e-4)


def test_what_a_filter_does_not_see_changes_nothing(ready_made, digits):
    path, unit = ready_made / "handwriting.keras", 7
    explainer = Explainer(keras_files.load(path))
    found = explainer.top_activations(digits.x_train[:60], "convolution_2")
    image = digits.x_train[found.indices[unit][0]]
    rows, columns = (slice(max(at, 0), at + found.side) for at in (found.tops[unit][0], found.lefts[unit][0]))
    alone = np.zeros_like(image)
    alone[rows, columns] = image[rows, columns]
    stage = next(shown for shown in explainer.activations(alone).layers if shown.layer == "relu_2")
    assert stage.values[..., unit].max() >= found.values[unit][0] - 1e-4
