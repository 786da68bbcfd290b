"""Each layer of the allow-list, written as ONNX and read again: the file gives the network's probabilities."""

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
from keras import layers

from digitlab.networks.file_formats import TOLERANCE
from digitlab.uploads.layer_allowlist import ACTIVATIONS, LAYERS
from digitlab.worker import onnx_writer
from digitlab.worker.build import averaged, build


def network(*stack, shape=(28, 28, 1)):
    """A network whose weights are all random."""
    pixels = keras.Input((28, 28), dtype="uint8", name="pixels")
    x = layers.Reshape(shape)(layers.Rescaling(1 / 255)(pixels))
    for layer in stack:
        x = layer(x)
    model = keras.Model(pixels, layers.Dense(10, activation="softmax")(layers.Flatten()(x)), name="network")
    rng = np.random.default_rng(1)
    for variable in model.weights:
        values = np.array(variable) + 0.1 * rng.standard_normal(variable.shape)
        variable.assign(np.abs(values) if "variance" in variable.name else values)
    return model


def difference(model, path, images):
    onnx_writer.write(model, path)
    onnx.checker.check_model(path, full_check=True)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    read = session.run(None, {"pixels": images})[0]
    return np.abs(read - model.predict(images, verbose=0)).max()


def merged(kind, **config):
    """Three convolutions side by side, or two where only two can be merged, one of them of a single place."""

    def merge(x):
        parts = [layers.Conv2D(4, 3)(x), layers.Conv2D(4, 3)(x), layers.Conv2D(4, 3)(x)]
        return getattr(layers, kind)(**config)(parts[: 2 if kind == "Subtract" else 3])

    return merge


def scaled(x):
    """Maps, each multiplied by a number that is computed from all of them."""
    maps = layers.Conv2D(4, 3)(x)
    return layers.Multiply()([maps, layers.Dense(4)(layers.GlobalMaxPooling2D(keepdims=True)(maps))])


def of_two_ranks(x):
    return layers.Add()([layers.Conv2D(4, 3)(x), layers.Dense(4)(layers.Flatten()(x))])


def within(x):
    inner = keras.Sequential([keras.Input((26, 26, 3)), layers.MaxPooling2D(), layers.Conv2D(2, 3)])
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Conv2D(3, 3), inner])(x)


STACKS = {
    "convolutions": [layers.Conv2D(4, 3, strides=2, padding="same", activation="relu"), layers.Conv2D(4, 2),
                     layers.Conv2D(6, 4, padding="same", dilation_rate=2), layers.Conv2D(6, 3, groups=2)],
    "transposed": [layers.MaxPooling2D(4), layers.Conv2DTranspose(4, 3, strides=2, padding="same"),
                   layers.Conv2DTranspose(3, 2, strides=3), layers.Conv2DTranspose(3, 5, strides=2)],
    "separable": [layers.SeparableConv2D(6, 3, strides=2, depth_multiplier=2, padding="same", activation="relu"),
                  layers.DepthwiseConv2D(3, depth_multiplier=2)],
    "pooling": [layers.MaxPooling2D(3, 2, padding="same"), layers.AveragePooling2D(2, 1, padding="same")],
    "margins": [layers.ZeroPadding2D(((1, 2), (3, 0))), layers.Cropping2D(((0, 1), (2, 2))), layers.Conv2D(2, 3)],
    "larger": [layers.MaxPooling2D(), layers.UpSampling2D((2, 3)), layers.Conv2D(2, 3),
               layers.UpSampling2D(2, interpolation="bilinear"), layers.MaxPooling2D(4)],
    "batches": [layers.Conv2D(4, 3), layers.BatchNormalization(), layers.ReLU(max_value=2, negative_slope=0.1),
                layers.BatchNormalization(center=False, scale=False, axis=1)],
    "normalizations": [layers.Conv2D(8, 3), layers.GroupNormalization(groups=4), layers.LayerNormalization(),
                       layers.LayerNormalization(axis=1), layers.UnitNormalization(axis=[1, 2])],
    "activations": [layers.Conv2D(4, 3, activation=layers.ReLU(threshold=0.1)), layers.LeakyReLU(), layers.ELU(0.7),
                    layers.PReLU(shared_axes=[1, 2]), layers.Softmax(axis=2), layers.Softmax(axis=[1, 2])],
    "training only": [layers.GaussianNoise(0.1), layers.GaussianDropout(0.1), layers.ActivityRegularization(0.1),
                      layers.Dropout(0.1), layers.SpatialDropout2D(0.1), layers.Permute((2, 1, 3)),
                      layers.Conv2D(2, 9)],
    "global": [layers.Conv2D(8, 3), layers.GlobalAveragePooling2D(), layers.RepeatVector(3), layers.Conv1D(4, 2)],
    "resized": [layers.Resizing(20, 35), layers.Normalization(mean=0.3, variance=0.5), layers.Identity(),
                layers.Normalization(mean=0.3, variance=0.5, invert=True), layers.Conv2D(2, 3)],
    "scaled": [scaled], "two ranks": [of_two_ranks], "within": [within],
    **{kind: [merged(kind)] for kind in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")},
    "Concatenate": [merged("Concatenate", axis=1)],
}  # fmt: skip
ROWS = {
    "rows": [layers.Conv1D(6, 3, padding="causal", dilation_rate=2), layers.SpatialDropout1D(0.1),
             layers.MaxPooling1D(2), layers.SeparableConv1D(4, 3), layers.AveragePooling1D(3, 1, padding="same"),
             layers.UpSampling1D(2), layers.ZeroPadding1D((1, 2)), layers.Cropping1D((0, 4)), layers.Dense(5)],
    "most of rows": [layers.GlobalMaxPooling1D()], "mean of rows": [layers.GlobalAveragePooling1D()],
}  # fmt: skip


@pytest.mark.parametrize("name", STACKS)
def test_layers_of_pictures(tmp_path, digits, name):
    assert difference(network(*STACKS[name]), tmp_path / "net.onnx", digits.x_test[:20]) < TOLERANCE


@pytest.mark.parametrize("name", ROWS)
def test_layers_of_rows(tmp_path, digits, name):
    assert difference(network(*ROWS[name], shape=(28, 28)), tmp_path / "net.onnx", digits.x_test[:20]) < TOLERANCE


def test_all_activations(tmp_path, digits):
    stack = [layers.Dense(16, activation=name) for name in sorted(ACTIVATIONS - {"exponential"})]
    stack.append(layers.Activation("exponential"))
    assert difference(network(*stack, shape=(784,)), tmp_path / "net.onnx", digits.x_test[:20]) < TOLERANCE


def test_a_network_that_averages(tmp_path, digits):
    assert difference(averaged(build("fast", 1)), tmp_path / "net.onnx", digits.x_test[:20]) < TOLERANCE


@pytest.mark.parametrize("layer", [layers.LSTM(2), layers.TimeDistributed(layers.Dense(2))], ids=lambda kind: kind.name)
def test_a_layer_of_several_operators_is_refused(tmp_path, layer):
    with pytest.raises(ValueError, match="cannot be written as ONNX"):
        onnx_writer.write(network(layer, shape=(28, 28)), tmp_path / "net.onnx")


def test_every_layer_of_the_allow_list_is_known():
    known = {*onnx_writer._LAYERS, *onnx_writer.NOT_WRITTEN, *onnx_writer._MERGES, "Concatenate", "InputLayer"}
    assert {name for name in LAYERS if name.removesuffix("1D").removesuffix("2D") not in known} == set()


@pytest.mark.parametrize(
    "layer",
    [layers.UpSampling2D(2, interpolation="bicubic"), layers.Dense(4, activation=keras.activations.sparse_plus),
     layers.Lambda(lambda x: x, output_shape=(28, 28, 1))],
    ids=["resizing", "activation", "layer"],
)  # fmt: skip
def test_what_is_not_known_is_refused(tmp_path, layer):
    with pytest.raises((ValueError, KeyError)):
        onnx_writer.write(network(layer), tmp_path / "net.onnx")
