"""What a process of its own does with a file, done here: files that are let in or refused are real, and small."""

import functools
import json

import foreignnetworks
import keras
import numpy as np
import pytest
from foreignfiles import FLATTEN, PIXELS, dense, h5_file, layer, packed, plain, sequential, weights
from keras import layers

from digitlab.data import mnist
from digitlab.errors import ModelDamaged, ModelRejected
from digitlab.networks.recognition import Recogniser
from digitlab.uploads import keras_archive
from digitlab.uploads.pixel_scales import pixel_statistics
from digitlab.worker import model_conversion
from digitlab.worker.explainer import Explainer

MAX_COUNT = 200_000


@pytest.fixture
def take_in(tmp_path, digits):
    def take_in(content, most=MAX_COUNT):
        parts = keras_archive.parse(content)
        (tmp_path / "config.json").write_text(json.dumps(parts.config))
        (tmp_path / "weights.h5").write_bytes(parts.weights)
        images, labels, test = digits.x_train[-1000:], digits.y_train[-1000:], digits.x_test[:300]
        trial = {"images": images, "labels": labels, "statistics": pixel_statistics(images), "test": test}
        np.savez(tmp_path / "trial.npz", **trial, scale="", is_corrected=False)
        return model_conversion.convert(tmp_path, most)

    return take_in


@functools.cache
def perceptron():
    """A network that takes the pixels as they are."""
    digits = mnist.load()
    return foreignnetworks.train(foreignnetworks.shares(digits.x_train[:3000]), digits.y_train[:3000])


def trained(tmp_path, digits, *inner, shape=(28, 28), factor=1 / 255, offset=0.0, last="softmax", functional=False):
    """A small network for pixels of somebody's own scale, trained after its first layers, as a file."""
    keras.utils.set_random_seed(1)
    reader = perceptron()
    if inner:
        pixels = foreignnetworks.shares(digits.x_train[:3000]).reshape(-1, *shape)
        features = keras.Sequential([keras.Input(shape), *inner]).predict(pixels, verbose=0)
        reader = foreignnetworks.train(features, digits.y_train[:3000])
    model = foreignnetworks.network(reader.scaled(255 * factor, offset), shape, *inner, last=last)
    if functional:
        inputs = x = keras.Input(shape)
        for part in model.layers:
            x = part(x)
        model = keras.Model(inputs, x)
    model.save(tmp_path / "theirs.keras")
    return (tmp_path / "theirs.keras").read_bytes()


@pytest.mark.parametrize(
    ("made", "scale"),
    [
        ({}, "0 to 1"),
        ({"shape": (784,), "factor": 1}, "0 to 255"),
        ({"factor": -1 / 255, "offset": 1, "last": "linear"}, "1 to 0, dark on light"),
        ({"shape": (28, 28, 1), "factor": 2 / 255, "offset": -1, "last": "linear", "functional": True}, "-1 to 1"),
    ],
    ids=str,
)
def test_how_a_network_takes_its_pixels_is_found_out(take_in, tmp_path, digits, made, scale):
    outcome = take_in(trained(tmp_path, digits, **made))
    assert outcome["scale"] == scale
    assert outcome["is_softmax_added"] == (made.get("last") == "linear")
    reader = Recogniser.load(tmp_path / model_conversion.NETWORK)
    answers = np.load(tmp_path / model_conversion.ANSWERS)
    assert np.allclose(reader.probabilities(digits.x_test[:300]), answers, atol=1e-4)
    assert np.allclose(answers.sum(axis=1), 1, atol=1e-3)
    assert (answers.argmax(axis=1) == digits.y_test[:300]).mean() > 0.5


def test_nested_networks_are_flattened_and_can_be_explained(take_in, tmp_path, digits):
    def convolutional():
        return [
            layers.Conv2D(4, 3, dilation_rate=2, name="scale"),
            layers.BatchNormalization(momentum=0.5),
            layers.Activation("relu"),
            layers.MaxPooling2D(),
        ]

    inner = keras.Sequential([keras.Input((28, 28, 1)), *convolutional(), layers.Dropout(0.1)], name="scale")
    take_in(trained(tmp_path, digits, inner, shape=(28, 28, 1), functional=True))
    own = keras.saving.load_model(tmp_path / model_conversion.NETWORK, compile=False)
    assert not any(isinstance(layer, keras.Model) for layer in own.layers)
    assert own.layers[-1].name == "digits"
    assert Explainer(own).activations(digits.x_test[0]).logits.argmax() == 7
    assert keras_archive.parse((tmp_path / model_conversion.NETWORK).read_bytes())
    convolution = next(part.name for part in own.layers if isinstance(part, layers.Conv2D))
    with pytest.raises(ModelDamaged, match="cannot be shown: this imported layer"):  # its window has gaps
        Explainer(own).neuron(digits.x_test[0], convolution, 0, 1, 1)


def named(*arrays):
    return weights({f"layers/{name}/vars/{place}": np.zeros(shape, "f4") for name, place, shape in arrays})


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (packed(), "reads only .* correctly"),
        (packed(h5=named(("dense", 0, (784, 11)), ("dense", 1, (10,)))), "Keras cannot build it"),
        (packed(h5=named(("dense", 0, (784, 10)))), "Keras cannot build it"),
        (packed(sequential(PIXELS, FLATTEN, dense(11)), h5=named(("dense", 0, (784, 11)), ("dense", 1, (11,)))),
         "output is 11 for each picture"),
        (packed(sequential(layer("InputLayer", batch_shape=[None, 32, 32, 4], dtype="float32"), FLATTEN, dense()),
                h5=named(("dense", 0, (4096, 10)), ("dense", 1, (10,)))), "input is 32 x 32 x 4"),
        (packed(plain(dense(8000), dense(8000))), "more than 200,000 weights"),
        (packed(plain(*[dense(200)] * 50)), "more than 200,000 weights"),
        (packed(sequential(FLATTEN, dense())), "built"),
        (packed(plain(layer("Reshape", target_shape=[5, 5]))), "Keras cannot build it"),
        (packed(sequential(PIXELS, layer("Reshape", target_shape=[28, 28, 1]), layer("UpSampling2D", size=[60, 60]),
                           layer("GlobalMaxPooling2D"), dense()),
                h5=named(("dense", 0, (1, 10)), ("dense", 1, (10,)))), "numbers for each digit"),
        (packed(sequential(PIXELS, layer("Reshape", target_shape=[28, 28, 1]),
                           layer("Resizing", height=3000, width=3000), layer("GlobalMaxPooling2D"), dense()),
                h5=named(("dense", 0, (1, 10)), ("dense", 1, (10,)))), "9,000,000 numbers for each digit"),
        (packed(plain(layer("RepeatVector", n=1000), layer("LSTM", units=1))), "reads 1,000 steps|Keras cannot build"),
        (packed(sequential(PIXELS, layer("Bidirectional", layer=layer("LSTM", name="x", units=2000)), dense())),
         "more than 200,000 weights"),
        (packed(sequential(PIXELS, layer("TimeDistributed", layer=dense(8000) | {"name": "x"}), FLATTEN, dense())),
         "more than 200,000 weights"),
        (packed(sequential(PIXELS, layer("Normalization", axis=[1, 2]), FLATTEN, dense())), "Keras cannot build it"),
        (h5_file(), "reads only .* correctly"),
        (h5_file(lambda file: file["model_weights/dense"].attrs.update(weight_names=[])), "do not fit its layers"),
    ],
    ids=["untrained", "wide", "missing", "eleven", "coloured", "huge", "many", "unbuilt", "unfit", "swollen",
         "resized", "steps", "recurrent", "distributed", "no statistics", "h5", "h5 without weights"],
)  # fmt: skip
def test_what_does_not_read_digits_or_is_too_large_is_refused(take_in, content, match):
    with pytest.raises(ModelRejected, match=match):
        take_in(content)
    assert keras.layers.Layer.add_weight.__name__ == "add_weight"
