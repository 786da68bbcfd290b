"""Why a network reads what it reads: gradients and activations. Imports Keras: for worker processes only."""

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from digitlab.errors import ModelDamaged
from digitlab.networks.counterfactuals import find_counterfactuals
from digitlab.networks.digit_map import MapAxes, principal_axes
from digitlab.networks.explanation import (
    ActivationTrace,
    Counterfactual,
    Floats,
    HeatMaps,
    LayerOutput,
    Neuron,
    TopActivations,
)
from digitlab.worker import filters
from digitlab.worker.layer_graph import LayerGraph

_BATCH = 100  # digits; the largest network makes 30 MB of them on their way
_POINTS = (16, 48, 144)  # on the way from an empty picture; three times as many until the sums agree
_AGREE = 0.005  # share of the gain that integrated gradients may miss
_KINDS = (
    keras.layers.Conv2D,
    keras.layers.BatchNormalization,
    keras.layers.ReLU,
    keras.layers.Dense,
)

_FOLLOWING = (keras.layers.BatchNormalization, keras.layers.ReLU)  # a convolution, and belong to it


class Explainer:
    """One network, opened; its functions are compiled when they are first asked, and threads may share it.

    A network is taken apart into looks (one, or four where it averages), the layers that each look goes through, and
    the last layer, "digits". Pixels count from 0 to 1 here, as after the network's first layer.
    """

    def __init__(self, model: keras.Model) -> None:
        """Take a network apart.

        Raises:
            ModelDamaged: It is not built as the networks here are.
        """
        try:
            scaled, last = model.get_layer("scale").output, model.get_layer("digits")
            inner = next((layer for layer in model.layers if isinstance(layer, keras.Model)), None)
            layers = inner.layers[1:] if inner else model.layers[2:-1]
            looks = [layer.output for layer in model.layers if layer.name.startswith("look_")] if inner else [scaled]
            start = inner.input if inner else scaled
            self._looks = keras.Model(scaled, looks) if inner else None
            self._way = keras.Model(start, [layer.output for layer in layers])
        except (ValueError, AttributeError) as error:
            raise ModelDamaged(
                f"{model.name} is not built as the networks that are trained here, and cannot be explained."
            ) from error
        self._layers, self._count, self._start, self._wiring = layers, len(looks), start, LayerGraph(layers)
        kernel, *bias = last.get_weights()
        self._kernel, self._bias = np.asarray(kernel), np.asarray(bias[0]) if bias else np.zeros(10, np.float32)
        places = [place for place, layer in enumerate(layers) if len(layer.output.shape) == 4]
        self._last_map: int | None = max((p for p in places if isinstance(layers[p], _KINDS)), default=None)
        self._peaks: dict[int, tf.types.experimental.PolymorphicFunction] = {}
        pictures = tf.TensorSpec((None, 28, 28), tf.float32)
        wishes = tf.TensorSpec((None, 10), tf.float32)
        self._through = tf.function(self._pass, input_signature=[pictures])
        self._end = tf.function(lambda scaled: self._pass(scaled)[1:], input_signature=[pictures])
        self._slopes = tf.function(self._differentiate, input_signature=[pictures, wishes])
        self._leads = tf.function(self._lead, input_signature=[pictures, wishes])
        self._cam = tf.function(self._localise, input_signature=[pictures, wishes])

    # -- what is compiled

    def _pass(self, scaled: tf.Tensor) -> tuple[list[tf.Tensor], tf.Tensor, tf.Tensor]:
        """Return every layer's output, all first looks before all second ones; the hidden layer; and the sums."""
        looks = tf.concat(self._looks(scaled, training=False), 0) if self._looks else scaled
        outputs = tf.nest.flatten(self._way(looks, training=False))
        hidden = tf.reduce_mean(tf.reshape(outputs[-1], (self._count, -1, self._kernel.shape[0])), 0)
        return outputs, hidden, hidden @ self._kernel + self._bias

    def _differentiate(self, scaled: tf.Tensor, wishes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return each picture's gradient of its sums weighted by its wishes, (n, 28, 28), and its sums, (n, 10)."""
        with tf.GradientTape() as tape:
            tape.watch(scaled)
            sums = self._pass(scaled)[2]
            wished = tf.reduce_sum(sums * wishes)
        return tape.gradient(wished, scaled), sums

    def _lead(self, scaled: tf.Tensor, wishes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return by how much each picture's wished digit is ahead of all others: its gradient, and the lead, (n,)."""
        with tf.GradientTape() as tape:
            tape.watch(scaled)
            sums = self._pass(scaled)[2]
            lead = tf.reduce_sum(sums * wishes, 1) - tf.reduce_max(sums - 1e9 * wishes, 1)
        return tape.gradient(lead, scaled), lead

    def _localise(self, scaled: tf.Tensor, wishes: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(scaled)
            outputs, _, sums = self._pass(scaled)
            wished = tf.reduce_sum(sums * wishes)
        assert self._last_map is not None
        maps = outputs[self._last_map]
        importance = tf.reduce_mean(tape.gradient(wished, maps) * self._count, (1, 2), keepdims=True)
        cam = tf.nn.relu(tf.reduce_sum(importance * maps, -1, keepdims=True))
        cam = tf.reduce_mean(tf.reshape(cam, (self._count, -1, *cam.shape[1:])), 0)
        return tf.image.resize(cam, (28, 28))[..., 0]

    def _peaks_at(self, place: int) -> tf.types.experimental.PolymorphicFunction:
        """From pictures' first looks to the largest output in each map of one layer, and where: (n, maps) each."""
        if place not in self._peaks:
            way = keras.Model(self._start, self._layers[place].output)

            def peaks(scaled: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
                look = tf.nest.flatten(self._looks(scaled, training=False))[0] if self._looks else scaled
                maps = way(look, training=False)
                flat = tf.reshape(maps, (-1, maps.shape[1] * maps.shape[2], maps.shape[3]))
                return tf.reduce_max(flat, 1), tf.argmax(flat, 1)

            self._peaks[place] = tf.function(peaks, input_signature=[tf.TensorSpec((None, 28, 28), tf.float32)])
        return self._peaks[place]

    # -- what is asked

    def activations(self, image: NDArray[np.uint8]) -> ActivationTrace:
        """Follow a picture, uint8 (28, 28), through all layers."""
        outputs, hidden, sums = self._through(_scaled(image[np.newaxis]))
        stages = tuple(
            LayerOutput(layer.name, type(layer).__name__, output.numpy()[0])
            for layer, output in zip(self._layers, outputs, strict=True)
            if isinstance(layer, _KINDS)
        )
        return ActivationTrace(stages, hidden.numpy()[0], self._kernel, self._bias, sums.numpy()[0], self._count)

    def hidden(self, images: NDArray[np.uint8]) -> Floats:
        """Return what the last layer works with, float32 (n, width), for uint8 (n, 28, 28)."""
        parts = range(0, len(images), _BATCH)
        return np.concatenate([self._end(_scaled(images[start : start + _BATCH]))[0].numpy() for start in parts])

    def map_axes(self, images: NDArray[np.uint8], count: int) -> MapAxes:
        """Find the directions in which many digits, uint8 (n, 28, 28), differ most in the hidden layer."""
        return principal_axes(self.hidden(images), count)

    def map_points(self, images: NDArray[np.uint8], axes: MapAxes) -> Floats:
        """Return where digits, uint8 (n, 28, 28), lie along such axes, float32 (n, count)."""
        return axes.project(self.hidden(images))

    def heat_maps(self, image: NDArray[np.uint8], digit: int) -> HeatMaps:
        """Say which pixels of a picture, uint8 (28, 28), a digit's sum hangs on."""
        scaled, wish = _scaled(image[np.newaxis]), _wishes([digit])
        gradient, sums = (part.numpy()[0] for part in self._slopes(scaled, wish))
        gain = float(sums[digit] - self._slopes(np.zeros_like(scaled), wish)[1].numpy()[0, digit])
        cam = None if self._last_map is None else self._cam(scaled, wish).numpy()[0]
        slopes = np.zeros_like(gradient)
        for number, points in enumerate(_POINTS):
            # Among the middles of three times as many parts are those of before.
            parts = [part for part in range(points) if number == 0 or part % 3 != 1]
            slopes += self._slopes_on_the_way(scaled, digit, (np.array(parts) + 0.5) / points)
            maps = HeatMaps(digit, gradient, slopes / points * scaled[0], gain, cam)
            if maps.completeness_error <= _AGREE:
                break
        return maps

    def _slopes_on_the_way(self, scaled: Floats, digit: int, shares: NDArray[np.float64]) -> Floats:
        """Return the sum of a digit's gradients at shares of a picture."""
        pictures = shares.astype(np.float32)[:, None, None] * scaled
        return np.asarray(self._slopes(pictures, _wishes([digit] * len(shares)))[0].numpy().sum(axis=0))

    def pixel_evidence(self, image: NDArray[np.uint8]) -> Floats:
        """Return float32 (10, 28, 28): the gradient of each digit's sum, as `HeatMaps.gradient`.

        Where all layers are dense and rectified, and this picture's pixels change without another neuron waking or
        falling silent, a sum is exactly these numbers times the pixels, and a constant.
        """
        return np.asarray(self._slopes(np.repeat(_scaled(image[np.newaxis]), 10, 0), _wishes(range(10)))[0])

    def first_weights(self) -> Floats:
        """Return the first layer's weights, float32 (neurons, 28, 28) or (filters, height, width)."""
        kinds = keras.layers.Conv2D | keras.layers.Dense
        layer = next((layer for layer in self._layers if isinstance(layer, kinds)), None)
        kernel = self._kernel if layer is None else np.asarray(layer.get_weights()[0])
        if kernel.ndim != 4 and len(kernel) != 784:
            raise ModelDamaged("The first layer of this network does not see the picture itself: it cannot be shown.")
        return np.moveaxis(kernel[:, :, 0] if kernel.ndim == 4 else kernel.reshape(28, 28, -1), -1, 0)

    def top_activations(self, images: NDArray[np.uint8], layer: str) -> TopActivations:
        """Find what excites each filter of a convolution most, among digits, uint8 (n, 28, 28)."""
        end = self._layer(layer)
        seen = filters.field(self._wiring.way_to(end), looks=self._count)
        while isinstance(after := self._wiring.follower(end), _FOLLOWING):
            end = after
        place = self._layers.index(end)
        parts = (images[start : start + _BATCH] for start in range(0, len(images), _BATCH))
        found = [[part.numpy() for part in self._peaks_at(place)(_scaled(part))] for part in parts]
        best, places = (np.concatenate(part) for part in zip(*found, strict=True))
        return filters.excitement(best, places, self._layers[place].output.shape[2], seen)

    def neuron(self, image: NDArray[np.uint8], layer: str, unit: int, row: int = 0, column: int = 0) -> Neuron:
        """Lay open the arithmetic of one neuron, of a convolution at one place, for a picture's first look."""
        asked, wiring = self._layer(layer), self._wiring
        made = self._through(_scaled(image[np.newaxis]))[0]
        outputs = {one.name: output.numpy()[0] for one, output in zip(self._layers, made, strict=True)}
        (source,), after = wiring.sources(asked)[:1], wiring.follower(asked)
        is_flat = not isinstance(asked, keras.layers.Dense) or outputs[layer].ndim == 1
        if source is None or not is_flat or not _is_usual(asked, after):
            raise ModelDamaged(
                f"{layer} came from elsewhere, and computes in another way than the layers of the networks that are "
                f"trained here: its arithmetic is not shown. {wiring.told(asked)}".rstrip()
            )
        before, told = outputs[source.name], wiring.told(source)
        kernel, bias = asked.get_weights()[0], asked.get_weights()[1] if asked.use_bias else None
        own_bias = 0.0 if bias is None else float(bias[unit])
        if not isinstance(asked, keras.layers.Conv2D):
            is_rectified = asked.activation is keras.activations.relu
            return Neuron(before, kernel[:, unit], own_bias, 1.0, 0.0, is_rectified, float(outputs[layer][unit]), told)
        patch = _patch(before, asked, row, column)
        scale, shift, end = 1.0, 0.0, asked
        if isinstance(after, keras.layers.BatchNormalization):
            scale, shift = _normalization(after, unit)
            end, after = after, wiring.follower(after)
        if is_rectified := _is_rectifier(after):
            end = after
        output = float(outputs[end.name][row, column, unit])
        return Neuron(patch, kernel[..., unit], own_bias, scale, shift, is_rectified, output, told)

    def _layer(self, name: str) -> keras.Layer:
        return next(layer for layer in self._layers if layer.name == name)

    def counterfactuals(self, image: NDArray[np.uint8]) -> list[Counterfactual]:
        """Make each other digit of a picture, uint8 (28, 28), by as small a change as can be found, shortest first."""

        def classify(pictures: Floats) -> NDArray[np.int64]:
            return np.asarray(self._end(pictures)[1].numpy().argmax(axis=1))

        def lead_gradient(pictures: Floats, targets: Floats) -> tuple[Floats, Floats]:
            gradient, lead = self._leads(pictures, targets)
            return gradient.numpy(), lead.numpy()

        return find_counterfactuals(image, classify, lead_gradient)


def _scaled(images: NDArray[np.uint8]) -> Floats:
    return images.astype(np.float32) / np.float32(255)


def _wishes(digits: "NDArray[np.int64] | list[int] | range") -> Floats:
    return np.eye(10, dtype=np.float32).take(np.asarray(digits), axis=0)


def _is_usual(layer: keras.layers.Layer, after_it: keras.layers.Layer | None) -> bool:
    """Whether a layer and the next compute as those of `architectures` do."""
    if isinstance(layer, keras.layers.Dense):
        usual = keras.activations.relu, keras.activations.linear, keras.activations.softmax
        return layer.activation in usual
    if not isinstance(layer, keras.layers.Conv2D):
        return False
    is_plain = layer.padding == "same" and layer.groups == 1 and set(layer.dilation_rate) == {1}
    if isinstance(after_it, keras.layers.BatchNormalization):
        is_plain = is_plain and after_it.center and after_it.scale
    return is_plain and layer.activation is keras.activations.linear


def _is_rectifier(layer: keras.layers.Layer | None) -> bool:
    """Whether a layer does nothing but let what is below 0 be 0."""
    return (
        isinstance(layer, keras.layers.ReLU)
        and layer.max_value is None
        and not layer.negative_slope
        and not layer.threshold
    )


def _patch(before: Floats, layer: keras.layers.Conv2D, row: int, column: int) -> Floats:
    """Cut out what a convolution with the padding "same" sees at a place; outside the picture there is 0."""
    starts, pads = [], []
    for length, size, stride, place in zip(before.shape, layer.kernel_size, layer.strides, (row, column), strict=False):
        missing = max((-(-length // stride) - 1) * stride + size - length, 0)
        pads.append((missing // 2, missing - missing // 2))
        starts.append(place * stride)
    padded = np.pad(before, (*pads, (0, 0)))
    height, width = layer.kernel_size
    return padded[starts[0] : starts[0] + height, starts[1] : starts[1] + width]


def _normalization(layer: keras.layers.BatchNormalization, unit: int) -> tuple[float, float]:
    """Return by what one map is multiplied, and what is added then."""
    gamma, beta, mean, variance = (float(part[unit]) for part in layer.get_weights())
    scale = gamma / float(np.sqrt(variance + layer.epsilon))
    return scale, beta - mean * scale
