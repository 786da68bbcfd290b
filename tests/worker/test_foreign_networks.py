"""Networks of the kinds that people bring: the accuracy shown is the true one, or the sentence says why not."""

import dataclasses
import json
from functools import partial

import foreignnetworks
import keras
import numpy as np
import pytest
from foreignnetworks import network, shares
from keras import layers, ops

from digitlab.errors import ModelRejected
from digitlab.uploads import keras_archive
from digitlab.uploads.pixel_scales import SCALES, ImportChoices, pixel_statistics
from digitlab.worker import model_conversion
from digitlab.worker.explainer import Explainer
from digitlab.worker.input_adapters import TURNS
from digitlab.worker.model_conversion import open_network

TRAINED = 2000  # digits
MAX_DIFFERENCE = 0.001  # between the accuracy shown and the true one


@pytest.fixture(scope="module")
def pictures(digits):
    return digits.x_train[:TRAINED], digits.y_train[:TRAINED]


@pytest.fixture(scope="module")
def perceptron(pictures):
    images, labels = pictures
    return foreignnetworks.train(shares(images), labels)


@pytest.fixture(scope="module")
def binary_perceptron(pictures):
    images, labels = pictures
    return foreignnetworks.train(binarized(images), labels)


@pytest.fixture
def opened(tmp_path):
    """Save a network as a file, and open it as an uploaded one."""

    def opened(model, suffix=".keras"):
        file = tmp_path / f"theirs{suffix}"
        model.save(file)
        parts = keras_archive.parse(file.read_bytes())
        (tmp_path / "config.json").write_text(json.dumps(parts.config))
        (tmp_path / "weights.h5").write_bytes(parts.weights)
        return open_network(tmp_path, 100_000)

    return opened


@pytest.fixture(scope="module")
def statistics(digits):
    return pixel_statistics(digits.x_train)


@pytest.fixture
def adapt(digits, statistics):
    def adapt(model, **choices):
        images, labels = digits.x_train[::40], digits.y_train[::40]
        return model_conversion.adapt(model, images, labels, statistics, ImportChoices(**choices))

    return adapt


@pytest.fixture
def adapted(digits, opened, adapt):
    """Adapt a network, compare the accuracy shown with the true one, and return what was found."""

    def adapted(model, prepare, order=range(10), suffix=".keras", **choices):
        own, found = adapt(opened(model, suffix), **choices)
        images, labels = digits.x_test[:2000], digits.y_test[:2000]
        shown = np.asarray(own(images)).argmax(1)
        answers = keras.tree.flatten(model(prepare(images), training=False))
        true = next(np.ravel(answer) for answer in answers if np.size(answer[0]) == 10).reshape(-1, 10).argmax(1)
        assert (shown == labels).mean() == pytest.approx((np.array(order)[true] == labels).mean(), abs=MAX_DIFFERENCE)
        assert (shown == labels).mean() > 0.7
        return found

    return adapted


@pytest.mark.parametrize("scale", [known for known in SCALES if all(kind == "Rescaling" for kind, _ in known.steps)
                                   and not known.is_by_pixel], ids=lambda scale: scale.title)  # fmt: skip
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
def test_a_scale_that_is_not_linear_is_found_out(adapted, adapt, pictures, binary_perceptron, title):
    prepare, (images, labels) = NOT_LINEAR[title], pictures
    if "normalized" in title:
        model = network(foreignnetworks.train(prepare(images), labels))
        assert adapted(model, prepare)["scale"] == title
        return
    model = network(binary_perceptron.scaled(-1, 1) if "dark" in title else binary_perceptron)
    # It reads shades between 0 and 1 about as well, or even better, so a person has to choose.
    _, found = adapt(model)
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
    shape, before, prepare, adaptation = SHAPES[name]
    assert adapted(network(perceptron, shape, *before), prepare)["adaptation"] == adaptation


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
    inner = network(other)
    without_dense_end = keras.Model(inner.inputs[0], layers.Reshape((10,))(inner.outputs[0]))
    for model in (inner, without_dense_end):
        found = adapted(model, shares, order, is_corrected=True)
        assert found["adaptation"] == "outputs, which stood for 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, reordered"


TURNED = {
    "rows and columns exchanged": lambda images: images.transpose(0, 2, 1),
    "turned left by 90 degrees": lambda images: np.rot90(images, 1, (1, 2)),
    "turned right by 90 degrees": lambda images: np.rot90(images, 3, (1, 2)),
    "turned by 180 degrees": lambda images: np.rot90(images, 2, (1, 2)),
    "mirrored from left to right": lambda images: images[:, :, ::-1],
    "mirrored from top to bottom": lambda images: images[:, ::-1],
    "rows and columns exchanged and turned by 180 degrees": lambda images: np.rot90(images, 2, (1, 2)).transpose(
        0, 2, 1
    ),
}


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.title)
def test_a_turn_does_what_it_says(turn):
    images = np.arange(2 * 28 * 28, dtype="f4").reshape(2, 28, 28)
    assert np.array_equal(np.asarray(turn(images)), TURNED[turn.title](images))


@pytest.mark.parametrize(
    ("title", "match"),
    [
        ("rows and columns exchanged", r"rows and columns are exchanged, as in EMNIST's files\. Switch on"),
        ("turned left by 90 degrees", r"like this: turned left by 90 degrees\. Switch on"),
        ("turned by 180 degrees", r"like this: turned by 180 degrees\. Switch on"),  # some digits look alike
    ],
)
def test_turned_pictures_are_offered_and_then_applied(adapted, perceptron, title, match):
    other = network(perceptron.reordered(TURNED[title](np.arange(784).reshape(1, 28, 28)).ravel()))
    with pytest.raises(ModelRejected, match=match):
        adapted(other, shares)
    assert adapted(other, lambda images: TURNED[title](shares(images)), is_corrected=True)["adaptation"] == title


def test_turned_pictures_and_another_order_are_offered_together(adapted, perceptron):
    turn, order = TURNED["turned left by 90 degrees"], [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]
    turned = perceptron.reordered(turn(np.arange(784).reshape(1, 28, 28)).ravel())
    other = network(
        dataclasses.replace(turned, kernel_2=turned.kernel_2[:, order], bias_2=turned.bias_2[order]), last="softmax"
    )
    with pytest.raises(ModelRejected, match=r"turned left by 90 degrees\. And it gives the digits in the order 1, 2"):
        adapted(other, shares)
    found = adapted(other, lambda images: turn(shares(images)), order, is_corrected=True)
    assert "turned left by 90 degrees" in found["adaptation"]
    assert "reordered" in found["adaptation"]


@pytest.mark.parametrize("title", ["mirrored from left to right", "turned by 180 degrees"])
def test_a_turned_network_is_explained_without_its_turn(adapt, perceptron, title, digits):
    theirs = perceptron.reordered(TURNED[title](np.arange(784).reshape(1, 28, 28)).ravel())
    explainer = Explainer(adapt(network(theirs), is_corrected=True)[0])
    assert explainer.first_weights().shape == (32, 28, 28)
    names = [layer.layer for layer in explainer.activations(digits.x_test[0]).layers]
    assert not [name for name in names if name.startswith("turned")]


def test_pixels_that_were_standardized_one_by_one_are_found_out(adapted, pictures, statistics, perceptron):
    mean, variance = statistics
    prepare, (images, labels) = (lambda images: (shares(images) - mean) / np.sqrt(variance)), pictures
    found = adapted(network(foreignnetworks.train(prepare(images), labels)), prepare)
    assert found["scale"] == "standardized pixel by pixel, as by StandardScaler()"
    with pytest.raises(ModelRejected, match="32 x 32 pixels, and the statistics"):
        adapted(network(perceptron, (32, 32, 1), CROP), prepare, scale=found["scale"])


def test_an_untrained_network_is_refused(adapted):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((28, 28)), layers.Flatten(), layers.Dense(10)])
    with pytest.raises(ModelRejected, match=r"reads only .* however they are scaled or turned"):
        adapted(model, shares)


def test_a_scale_that_a_person_chose_is_taken(adapted, perceptron):
    assert (
        adapted(network(perceptron.scaled(255, 0)), lambda x: x.astype("f4"), scale="0 to 255")["scale"] == "0 to 255"
    )


def augmented():
    """Layers that only do something in a training, one network of them within another."""
    return [
        layers.RandomRotation(0.1),
        keras.Sequential([layers.RandomZoom(0.1), layers.RandomTranslation(0.1, 0.1), layers.RandomContrast(0.2)]),
        layers.GaussianNoise(0.1),
        layers.AlphaDropout(0.1),
        layers.RandomFlip(),
    ]


def learned_scale(digits):
    normalization = layers.Normalization(axis=None)
    normalization.adapt(shares(digits.x_train[:500]))
    return normalization


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("name", ["augmented", "normalized", "resized", "divided", "reshaped", "nested", "batches"])
def test_harmless_layers_change_nothing(adapted, perceptron, digits, name, suffix):
    prepare, inputs = shares, keras.Input((28, 28, 1))
    match name:
        case "augmented":
            model = network(perceptron, (28, 28, 1), *augmented())
        case "normalized":
            normalization = learned_scale(digits)
            mean, deviation = float(np.ravel(normalization.mean)[0]), float(np.ravel(normalization.variance)[0]) ** 0.5
            model = network(perceptron.scaled(1 / deviation, -mean / deviation), (28, 28, 1), normalization)
        case "resized":
            model, prepare = network(perceptron, (56, 56, 1), layers.Resizing(28, 28)), partial(resized, side=56)
        case "divided":
            model = keras.Model(inputs, network(perceptron)(layers.Reshape((28, 28))(1.0 - (255.0 - inputs) / 255.0)))
            prepare = pixels
        case "reshaped":
            x = ops.transpose(ops.squeeze(ops.expand_dims(ops.reshape(inputs, (-1, 28, 28)), 1), axis=1), (0, 2, 1))
            model = keras.Model(inputs, network(perceptron)(layers.Permute((2, 1))(x)))
        case "nested":
            inner = keras.Sequential([keras.Input((28, 28, 1)), layers.Reshape((28, 28)), network(perceptron)])
            model = keras.Model(inputs, inner(inputs))
        case "batches":
            model = network(perceptron, (28, 28, 1), normalization := layers.BatchNormalization(epsilon=1e-6))
            normalization.set_weights([np.full(1, value) for value in (1, 0, 0, 1)])
    adapted(model, lambda images: prepare(images).reshape(-1, *model.input_shape[1:]), suffix=suffix)


def pixels(images):
    return images.astype("f4")


def recurrent():
    return [
        layers.Bidirectional(layers.LSTM(8, return_sequences=True)),
        layers.GRU(8, return_sequences=True),
        layers.TimeDistributed(layers.Dense(4)),
    ]


def attentive(pictures):
    patches = layers.Reshape((49, 16))(pictures)
    return layers.Add()([patches, layers.MultiHeadAttention(2, 4)(patches, patches)])


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.parametrize("name", ["recurrent", "attentive"])
def test_recurrent_and_attention_layers_read_as_before(opened, digits, name, suffix):
    """They learn nothing in a test's time, so their outputs are compared."""
    keras.utils.set_random_seed(1)
    inputs = x = keras.Input((28, 28))
    for layer in recurrent() if name == "recurrent" else [attentive]:
        x = layer(x)
    model = keras.Model(inputs, layers.Dense(10)(layers.Flatten()(x)))
    expected = model.predict(shares(digits.x_test[:20]), verbose=0)
    assert np.allclose(opened(model, suffix).predict(shares(digits.x_test[:20]), verbose=0), expected, atol=1e-5)


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
@pytest.mark.parametrize(
    ("stack", "match"),
    [
        ([layers.Reshape((196, 4)), layers.LSTM(4)], "reads 196 steps; at most 64"),
        ([layers.Reshape((784, 1)), None], "numbers for each digit"),
    ],
    ids=["steps", "attention"],
)
def test_what_would_take_too_long_is_refused(adapted, stack, match):
    inputs = x = keras.Input((28, 28))
    for layer in stack:
        x = layer(x) if layer else layers.MultiHeadAttention(1, 1)(x, x)
    with pytest.raises(ModelRejected, match=match):
        adapted(keras.Model(inputs, layers.Dense(10)(layers.Flatten()(x))), shares)


def test_a_short_training_with_batches_keeps_its_own_scale(adapt, digits):
    """Its moving averages are far from those of the digits, and the standardized scale makes up for it."""
    keras.utils.set_random_seed(1)
    stack = [layers.Conv2D(8, 3, strides=2), layers.BatchNormalization(), layers.ReLU(), layers.Flatten()]
    model = keras.Sequential([keras.Input((28, 28, 1)), *stack, layers.Dense(10)])
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    model.fit(shares(digits.x_train[:6000])[..., None], digits.y_train[:6000], batch_size=64, verbose=0)
    _, found = adapt(model)
    assert found["scale"] == "0 to 1"
