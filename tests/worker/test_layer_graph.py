import keras
import numpy as np
import pytest
from keras import layers

from digitlab.errors import ModelDamaged
from digitlab.worker.explainer import Explainer
from digitlab.worker.layer_graph import LayerGraph


@pytest.fixture(scope="module")
def branched():
    """A network whose layers, in the order in which Keras lists them, are not those that follow each other."""
    keras.utils.set_random_seed(1)
    pixels = keras.Input((28, 28), dtype="uint8")
    form = layers.Reshape((28, 28, 1), name="form")(layers.Rescaling(1 / 255, name="scale")(pixels))
    wide = layers.Conv2D(4, 5, padding="same", name="wide")(form)
    wide = layers.ReLU(name="relu_wide")(layers.BatchNormalization(name="normalization_wide")(wide))
    narrow = layers.ReLU(name="relu_narrow")(layers.Conv2D(4, 3, padding="same", name="narrow")(form))
    both = layers.Add(name="both")([wide, narrow])
    third = layers.ReLU(name="relu_third")(layers.Conv2D(3, 3, padding="same", name="third")(both))
    beside = layers.Flatten(name="flat_beside")(layers.MaxPooling2D(4, name="pool")(both))
    all_of_it = layers.Concatenate(name="all")([layers.Flatten(name="flat")(third), beside])
    hidden = layers.Dense(8, activation="relu", name="hidden")(all_of_it)
    return keras.Model(pixels, layers.Dense(10, activation="softmax", name="digits")(hidden))


def test_the_order_of_the_list_is_not_that_of_the_layers(branched):
    names = [layer.name for layer in branched.layers]
    assert names[names.index("narrow") - 1] != "form" or names[names.index("wide") - 1] != "form"


@pytest.mark.parametrize(
    ("layer", "after"),
    [("wide", "relu_wide"), ("narrow", "relu_narrow"), ("third", "relu_third"), ("hidden", "hidden")],
)
def test_a_neuron_in_a_branch_adds_up_what_really_comes_in(branched, digits, layer, after):
    image = digits.x_test[2]
    outputs = keras.Model(branched.input, branched.get_layer(after).output).predict(image[np.newaxis], verbose=0)[0]
    for unit, row, column in ((0, 10, 14), (1, 14, 9), (2, 0, 0)):
        neuron = Explainer(branched).neuron(image, layer, unit, row, column)
        own = outputs[unit] if outputs.ndim == 1 else outputs[row, column, unit]
        assert neuron.is_rectified
        assert max(neuron.scale * neuron.total + neuron.shift, 0) == pytest.approx(own, abs=1e-4)
        assert neuron.output == pytest.approx(own, abs=1e-5)


def test_where_layers_come_together_a_sentence_says_how(branched, digits):
    explainer = Explainer(branched)
    assert explainer.neuron(digits.x_test[0], "third", 0).source == ("both adds its inputs: relu_wide, relu_narrow.")
    assert explainer.neuron(digits.x_test[0], "hidden", 0).source == "all concatenates its inputs: flat, flat_beside."
    assert explainer.neuron(digits.x_test[0], "wide", 0).source == ""
    with pytest.raises(ModelDamaged, match="both adds its inputs: relu_wide, relu_narrow"):
        explainer.neuron(digits.x_test[0], "both", 0)


def test_a_receptive_field_is_the_union_of_all_paths(branched, digits):
    explainer = Explainer(branched)
    sides = [explainer.top_activations(digits.x_test[:5], name).side for name in ("wide", "narrow", "third")]
    assert sides == [5, 3, 7]


def test_a_receptive_field_needs_the_same_places_on_all_paths(digits):
    pixels = keras.Input((28, 28), dtype="uint8")
    form = layers.Reshape((28, 28, 1))(layers.Rescaling(1 / 255, name="scale")(pixels))
    maps = layers.Conv2D(4, 3, name="first")(form)
    scaled = layers.Multiply()([maps, layers.Dense(4)(layers.GlobalMaxPooling2D(keepdims=True)(maps))])
    second = layers.Conv2D(2, 3, name="second")(scaled)
    model = keras.Model(pixels, layers.Dense(10, activation="softmax", name="digits")(layers.Flatten()(second)))
    with pytest.raises(ModelDamaged, match="More than one path leads from the image to second"):
        Explainer(model).top_activations(digits.x_test[:5], "second")


def test_what_several_layers_get_has_no_follower(branched):
    graph = LayerGraph(branched.layers[2:-1])
    assert graph.follower(branched.get_layer("both")) is None
    assert graph.follower(branched.get_layer("wide")).name == "normalization_wide"
    assert [layer.name for layer in graph.before(branched.get_layer("wide"))] == ["form", "wide"]
    before = [layer.name for layer in graph.before(branched.get_layer("third"))]
    assert set(before[:-2]) == {"form", "wide", "normalization_wide", "relu_wide", "narrow", "relu_narrow"}
    assert before[-2:] == ["both", "third"]
