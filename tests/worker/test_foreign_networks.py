"""Networks of the kinds that people bring: the accuracy shown is the true one, or the sentence says why not."""

from functools import partial

import foreignnetworks
import keras
import numpy as np
import pytest
from foreignnetworks import network, shares
from keras import layers

from digitlab.errors import ModelRejected
from digitlab.uploads.pixel_scales import SCALES, ImportChoices
from digitlab.worker.model_conversion import adapt

TRAINED = 3000  # digits
MAX_DIFFERENCE = 0.001  # between the accuracy shown and the true one


@pytest.fixture(scope="module")
def pictures(digits):
    return digits.x_train[:TRAINED], digits.y_train[:TRAINED]


@pytest.fixture(scope="module")
def perceptron(pictures):
    images, labels = pictures
    return foreignnetworks.train(shares(images), labels)


@pytest.fixture
def adapted(digits):
    """Adapt a network, compare the accuracy shown with the true one, and return what was found."""

    def adapted(model, prepare, order=range(10), **choices):
        own, found = adapt(model, digits.x_train[::20], digits.y_train[::20], ImportChoices(**choices))
        images, labels = digits.x_test[:2000], digits.y_test[:2000]
        shown = own.predict(images, batch_size=500, verbose=0).argmax(1)
        answers = keras.tree.flatten(model.predict(prepare(images), batch_size=500, verbose=0))
        true = next(answer for answer in answers if answer[0].size == 10).reshape(-1, 10).argmax(1)
        assert (shown == labels).mean() == pytest.approx((np.array(order)[true] == labels).mean(), abs=MAX_DIFFERENCE)
        assert (shown == labels).mean() > 0.7
        return found

    return adapted


@pytest.mark.parametrize("scale", [one for one in SCALES if all(kind == "Rescaling" for kind, _ in one.steps)],
                         ids=lambda scale: scale.title)  # fmt: skip
def test_a_linear_scale_is_found_out(adapted, perceptron, scale):
    settings = scale.steps[0][1] if scale.steps else {"scale": 1, "offset": 0}
    factor, offset = settings["scale"], settings["offset"]
    found = adapted(network(perceptron.scaled(factor, offset)), lambda images: shares(images) * factor + offset)
    assert found["scale"] == scale.title
    assert not found["adaptation"]


def normalized(images, axis):
    return keras.utils.normalize(shares(images), axis=axis)


def binarized(images, sign=1):
    return (images > 127) * sign + (sign < 0)


NOT_LINEAR = {
    "each column normalized, as by normalize(x, axis=1)": partial(normalized, axis=1),
    "each row normalized, as by normalize(x, axis=2)": partial(normalized, axis=2),
    "0 or 1, binarized at half": binarized,
    "1 or 0, binarized at half, dark on light": partial(binarized, sign=-1),
}


@pytest.mark.parametrize("title", NOT_LINEAR)
def test_a_scale_that_is_not_linear_is_found_out(adapted, pictures, digits, title):
    prepare, (images, labels) = NOT_LINEAR[title], pictures
    if "normalized" in title:
        model = network(foreignnetworks.train(prepare(images), labels))
        assert adapted(model, prepare)["scale"] == title
        return
    trained = foreignnetworks.train(binarized(images), labels)
    model = network(trained.scaled(-1, 1) if "dark" in title else trained)
    # It reads shades between 0 and 1 about as well, or even better, so a person has to choose.
    _, found = adapt(model, digits.x_train[::20], digits.y_train[::20], ImportChoices())
    assert title in (found["scale"], *found["alternatives"])
    assert adapted(model, prepare, scale=title)["scale"] == title


def padded(images, margin=2):
    return np.pad(shares(images), ((0, 0), (margin, margin), (margin, margin)))


def resized(images, side):
    return np.asarray(layers.Resizing(side, side)(shares(images)[..., None]))


CROP = layers.Cropping2D(2)
GREY = layers.Conv2D(1, 1, use_bias=False, kernel_initializer=keras.initializers.Constant(1 / 3))
SHAPES = {
    "coloured": ((28, 28, 3), [GREY],
                 lambda images: np.repeat(shares(images)[..., None], 3, axis=-1), "grey repeated in 3 channels"),
    "padded": ((32, 32, 1), [CROP], lambda images: padded(images)[..., None], "padded to 32 x 32 pixels"),
    "channels first": ((1, 28, 28), [], lambda images: shares(images)[:, None], "channels first"),
    "in rows": ((784, 1), [], lambda images: shares(images).reshape(-1, 784, 1), ""),
    "one row": ((1, 784), [], lambda images: shares(images).reshape(-1, 1, 784), ""),
    "flat": ((784,), [], lambda images: shares(images).reshape(-1, 784), ""),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_another_shape_is_adapted(adapted, perceptron, name):
    shape, before, prepare, told = SHAPES[name]
    assert adapted(network(perceptron, shape, *before), prepare)["adaptation"] == told


def test_unknown_sides_are_those_of_a_digit(adapted, perceptron):
    inputs = keras.Input((None, None, 1))
    small = layers.Reshape((784,))(layers.Resizing(28, 28)(inputs))
    inner = network(perceptron, (784,))
    adapted(keras.Model(inputs, inner(small)), lambda images: shares(images)[..., None])


def test_of_two_outputs_the_one_with_ten_is_used(adapted, perceptron):
    inner = network(perceptron)
    other = layers.Dense(2, name="parity")(layers.Flatten()(inner.inputs[0]))
    found = adapted(keras.Model(inner.inputs[0], [other, inner.outputs[0]]), shares)
    assert found["adaptation"] == "output 2 of 2 used"


def test_an_output_of_one_row_is_flattened(adapted, perceptron):
    inner = network(perceptron)
    adapted(keras.Model(inner.inputs[0], layers.Reshape((1, 10))(inner.outputs[0])), shares)


def test_another_order_is_offered_and_then_applied(adapted, perceptron, digits):
    order = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]
    other = foreignnetworks.Perceptron(
        perceptron.kernel, perceptron.bias, perceptron.kernel_2[:, order], perceptron.bias_2[order]
    )
    with pytest.raises(ModelRejected, match=r"order 1, 2, 3, 4, 5, 6, 7, 8, 9, 0\. Switch on “Correct order"):
        adapted(network(other), shares)
    found = adapted(network(other), shares, order, is_corrected=True)
    assert found["adaptation"] == "outputs, which stood for 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, reordered"


def test_transposed_pictures_are_offered_and_then_applied(adapted, perceptron):
    other = network(perceptron.reordered(np.arange(784).reshape(28, 28).T.ravel()))
    with pytest.raises(ModelRejected, match=r"rows and columns are exchanged, as in EMNIST's files\. Switch on"):
        adapted(other, shares)
    found = adapted(other, lambda images: shares(images).transpose(0, 2, 1), is_corrected=True)
    assert found["adaptation"] == "rows and columns exchanged"


def test_an_untrained_network_is_refused(adapted):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10)])
    with pytest.raises(ModelRejected, match=r"reads only .* however they are scaled or turned"):
        adapted(model, shares)


def test_a_scale_that_a_person_chose_is_taken(adapted, perceptron):
    assert (
        adapted(network(perceptron.scaled(255, 0)), lambda x: x.astype("f4"), scale="0 to 255")["scale"] == "0 to 255"
    )
