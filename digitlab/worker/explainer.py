"""Explains a network's readings by gradients and activations."""

import math

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
from digitlab.networks.layers.base import ACTIVATIONS
from digitlab.translation import Text, sentences
from digitlab.worker import filters
from digitlab.worker.kernels import kernels
from digitlab.worker.layer_graph import LayerGraph

_BATCH = 100  # digits; their activations take up to 30 MB
_POINTS = (16, 48, 144)  # between an empty image and the image; three times as many until the sums agree
_MAX_GAP = 0.005  # share of the gain that integrated gradients may miss
_FOLLOWING = (  # they belong to the convolution before them
    keras.layers.BatchNormalization,
    keras.layers.LayerNormalization,
    keras.layers.ReLU,
    keras.layers.Activation,
)
_POOLINGS = (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D, keras.layers.GlobalAveragePooling2D)
_PLAIN = (*_FOLLOWING, *_POOLINGS, keras.layers.Reshape, keras.layers.Flatten, keras.layers.Dropout, keras.layers.Add)
_SHOWN = (*_FOLLOWING, *_POOLINGS, keras.layers.Add)
_FUNCTIONS = ("linear", "relu", "softmax", *ACTIVATIONS)  # activations that can be told by their name


class Explainer:
    """Explains the readings of one network. Its functions are compiled with the first question; threads may share it.

    A network is split into views (one, or four where it averages), the layers that each view passes, and the last
    layer, "digits". Pixels range from 0 to 1 here, as after the network's first layer.

    Example:
        >>> from digitlab.worker.build import build
        >>> explainer = Explainer(build("tutorial", seed=1))
        >>> explainer.first_weights().shape  # what each of the hidden units looks for
        (128, 28, 28)
    """

    def __init__(self, model: keras.Model) -> None:
        """Split a network.

        Raises:
            ModelDamaged: It is not built like the lab's networks.
        """
        try:
            scaled, last = model.get_layer("scale").output, model.get_layer("digits")
            inner = next((layer for layer in model.layers if isinstance(layer, keras.Model)), None)
            layers = inner.layers[1:] if inner else model.layers[2:-1]
            views = [layer.output for layer in model.layers if layer.name.startswith("look_")] if inner else [scaled]
            start = inner.input if inner else scaled
            self._views = keras.Model(scaled, views) if inner else None
            self._traced = keras.Model(start, [layer.output for layer in layers])
        except (ValueError, AttributeError) as error:
            raise ModelDamaged(
                Text(
                    "{network} is not built like the networks that are trained here, and cannot be explained.",
                    network=model.name,
                )
            ) from error
        self._layers, self._view_count, self._start, self._graph = layers, len(views), start, LayerGraph(layers)
        kernel, *bias = last.get_weights()
        self._kernel, self._bias = np.asarray(kernel), np.asarray(bias[0]) if bias else np.zeros(10, np.float32)
        places = [place for place, layer in enumerate(layers) if len(layer.output.shape) == 4]
        maps = [p for p in places if isinstance(layers[p], (*_FOLLOWING, keras.layers.Add)) or kernels(layers[p])]
        self._last_map: int | None = max(maps, default=None)
        self._peaks: dict[int, tf.types.experimental.PolymorphicFunction] = {}
        pictures = tf.TensorSpec((None, 28, 28), tf.float32)
        chosen = tf.TensorSpec((None, 10), tf.float32)
        self._through = tf.function(self._pass, input_signature=[pictures])
        self._end = tf.function(lambda scaled: self._pass(scaled)[1:], input_signature=[pictures])
        self._slopes = tf.function(self._differentiate, input_signature=[pictures, chosen])
        self._leads = tf.function(self._lead, input_signature=[pictures, chosen])
        self._cam = tf.function(self._localise, input_signature=[pictures, chosen])

    def _pass(self, scaled: tf.Tensor) -> tuple[list[tf.Tensor], tf.Tensor, tf.Tensor]:
        """Return each layer's output, all first views before all second ones; the hidden layer; and the logits."""
        views = tf.concat(self._views(scaled, training=False), 0) if self._views else scaled
        outputs = tf.nest.flatten(self._traced(views, training=False))
        hidden = tf.reduce_mean(tf.reshape(outputs[-1], (self._view_count, -1, self._kernel.shape[0])), 0)
        return outputs, hidden, hidden @ self._kernel + self._bias

    def _differentiate(self, scaled: tf.Tensor, weights: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the gradient of each image's logits, weighted by (n, 10), as (n, 28, 28); and the logits, (n, 10)."""
        with tf.GradientTape() as tape:
            tape.watch(scaled)
            logits = self._pass(scaled)[2]
            weighted = tf.reduce_sum(logits * weights)
        return tape.gradient(weighted, scaled), logits

    def _lead(self, scaled: tf.Tensor, digits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Return by how much the logit of each image's digit, one-hot, exceeds all others: gradient and lead, (n,)."""
        with tf.GradientTape() as tape:
            tape.watch(scaled)
            logits = self._pass(scaled)[2]
            lead = tf.reduce_sum(logits * digits, 1) - tf.reduce_max(logits - 1e9 * digits, 1)
        return tape.gradient(lead, scaled), lead

    def _localise(self, scaled: tf.Tensor, digits: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(scaled)
            outputs, _, logits = self._pass(scaled)
            logit = tf.reduce_sum(logits * digits)
        assert self._last_map is not None
        maps = outputs[self._last_map]
        importance = tf.reduce_mean(tape.gradient(logit, maps) * self._view_count, (1, 2), keepdims=True)
        cam = tf.nn.relu(tf.reduce_sum(importance * maps, -1, keepdims=True))
        cam = tf.reduce_mean(tf.reshape(cam, (self._view_count, -1, *cam.shape[1:])), 0)
        return tf.image.resize(cam, (28, 28))[..., 0]

    def _peaks_at(self, place: int) -> tf.types.experimental.PolymorphicFunction:
        """Return a function from images to each map's largest activation in a layer, and its place: (n, maps) each."""
        if place not in self._peaks:
            traced = keras.Model(self._start, self._layers[place].output)

            def peaks(scaled: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
                view = tf.nest.flatten(self._views(scaled, training=False))[0] if self._views else scaled
                maps = traced(view, training=False)
                flat = tf.reshape(maps, (-1, maps.shape[1] * maps.shape[2], maps.shape[3]))
                return tf.reduce_max(flat, 1), tf.argmax(flat, 1)

            self._peaks[place] = tf.function(peaks, input_signature=[tf.TensorSpec((None, 28, 28), tf.float32)])
        return self._peaks[place]

    def activations(self, image: NDArray[np.uint8]) -> ActivationTrace:
        """Follow an image, uint8 (28, 28), through all layers."""
        outputs, hidden, logits = self._through(_scaled(image[np.newaxis]))
        layers = tuple(
            LayerOutput(layer.name, type(layer).__name__, output.numpy()[0])
            for layer, output in zip(self._layers, outputs, strict=True)
            if isinstance(layer, _SHOWN) or kernels(layer)
        )
        return ActivationTrace(layers, hidden.numpy()[0], self._kernel, self._bias, logits.numpy()[0], self._view_count)

    def hidden(self, images: NDArray[np.uint8]) -> Floats:
        """Return the inputs of the last layer, float32 (n, width), for uint8 (n, 28, 28)."""
        parts = range(0, len(images), _BATCH)
        return np.concatenate([self._end(_scaled(images[start : start + _BATCH]))[0].numpy() for start in parts])

    def map_axes(self, images: NDArray[np.uint8], count: int) -> MapAxes:
        """Find the directions in which many digits, uint8 (n, 28, 28), differ most in the hidden layer."""
        return principal_axes(self.hidden(images), count)

    def map_points(self, images: NDArray[np.uint8], axes: MapAxes) -> Floats:
        """Return where digits, uint8 (n, 28, 28), lie along such axes, float32 (n, count)."""
        return axes.project(self.hidden(images))

    def heat_maps(self, image: NDArray[np.uint8], digit: int) -> HeatMaps:
        """Say which pixels of an image, uint8 (28, 28), a digit's logit depends on."""
        scaled, chosen = _scaled(image[np.newaxis]), _one_hot([digit])
        gradient, logits = (part.numpy()[0] for part in self._slopes(scaled, chosen))
        gain = float(logits[digit] - self._slopes(np.zeros_like(scaled), chosen)[1].numpy()[0, digit])
        cam = None if self._last_map is None else self._cam(scaled, chosen).numpy()[0]
        slopes = np.zeros_like(gradient)
        for number, points in enumerate(_POINTS):
            # The middles of three times as many parts include the previous ones.
            parts = [part for part in range(points) if number == 0 or part % 3 != 1]
            slopes += self._slopes_between(scaled, digit, (np.array(parts) + 0.5) / points)
            maps = HeatMaps(digit, gradient, slopes / points * scaled[0], gain, cam)
            if maps.completeness_error <= _MAX_GAP:
                break
        return maps

    def _slopes_between(self, scaled: Floats, digit: int, shares: NDArray[np.float64]) -> Floats:
        """Return the sum of a digit's gradients at images between an empty one (0) and the image (1)."""
        pictures = shares.astype(np.float32)[:, None, None] * scaled
        return np.asarray(self._slopes(pictures, _one_hot([digit] * len(shares)))[0].numpy().sum(axis=0))

    def pixel_evidence(self, image: NDArray[np.uint8]) -> Floats:
        """Return float32 (10, 28, 28): the gradient of each digit's logit, as `HeatMaps.gradient`.

        Where all layers are dense with ReLU, a logit is exactly these numbers times the pixels plus a constant, for as
        long as the same neurons are active.
        """
        return np.asarray(self._slopes(np.repeat(_scaled(image[np.newaxis]), 10, 0), _one_hot(range(10)))[0])

    def first_weights(self) -> Floats:
        """Return the first layer's weights, float32 (neurons, 28, 28) or (filters, height, width)."""
        place = next((place for place, layer in enumerate(self._layers) if kernels(layer)), len(self._layers))
        is_last = place == len(self._layers)
        kernel = self._kernel if is_last else np.asarray(kernels(self._layers[place])[0])
        side = math.isqrt(len(kernel))  # of the image, which may have been pooled before
        takes_image = side == 28 or all(isinstance(layer, _PLAIN) for layer in self._layers[:place])
        if kernel.ndim != 4 and not (takes_image and side**2 == len(kernel)):
            raise ModelDamaged(
                Text("The first layer of this network does not take the image itself, so its weights cannot be shown.")
            )
        return np.moveaxis(kernel[:, :, 0] if kernel.ndim == 4 else kernel.reshape(side, side, -1), -1, 0)

    def top_activations(self, images: NDArray[np.uint8], layer: str) -> TopActivations:
        """Find the digits, uint8 (n, 28, 28), that activate each filter of a convolution most."""
        end = self._layer(layer)
        seen = filters.receptive_field(self._graph, end, views=self._view_count)
        while isinstance(after := self._graph.follower(end), _FOLLOWING):
            end = after
        place = self._layers.index(end)
        parts = (images[start : start + _BATCH] for start in range(0, len(images), _BATCH))
        found = [[part.numpy() for part in self._peaks_at(place)(_scaled(part))] for part in parts]
        best, places = (np.concatenate(part) for part in zip(*found, strict=True))
        return filters.top_activations(best, places, self._layers[place].output.shape[2], seen)

    def neuron(self, image: NDArray[np.uint8], layer: str, unit: int, row: int = 0, column: int = 0) -> Neuron:
        """Return the arithmetic of one neuron, in a convolution at one place, for an image's first view."""
        asked, graph = self._layer(layer), self._graph
        made = self._through(_scaled(image[np.newaxis]))[0]
        outputs = {traced.name: output.numpy()[0] for traced, output in zip(self._layers, made, strict=True)}
        (source,), after = graph.sources(asked)[:1], graph.follower(asked)
        is_flat = not isinstance(asked, keras.layers.Dense) or outputs[layer].ndim == 1
        if source is None or not is_flat or not _is_usual(asked, after):
            other = Text(
                "The arithmetic of {layer} cannot be shown: this imported layer computes in another way than those of "
                "networks that are trained here.",
                layer=layer,
            )
            raise ModelDamaged(sentences(other, *filter(None, [graph.describe_merge(asked)])))
        before, merge = outputs[source.name], graph.describe_merge(source) or ""
        kernel, bias = asked.get_weights()[0], asked.get_weights()[1] if asked.use_bias else None
        own_bias = 0.0 if bias is None else float(bias[unit])
        if not isinstance(asked, keras.layers.Conv2D):
            output = float(outputs[layer][unit])
            return Neuron(before, kernel[:, unit], own_bias, 1.0, 0.0, *_function(asked), output, merge)
        patch = _patch(before, asked, row, column)
        scale, shift, end, function = 1.0, 0.0, asked, _function(asked)
        if asked.activation is keras.activations.linear:
            if isinstance(after, keras.layers.BatchNormalization):
                scale, shift = _normalization(after, unit)
                end, after = after, graph.follower(after)
            if _is_rectifier(after) or (isinstance(after, keras.layers.Activation) and _is_known(after)):
                end, function = after, _function(after)
        output = float(outputs[end.name][row, column, unit])
        return Neuron(patch, kernel[..., unit], own_bias, scale, shift, *function, output, merge)

    def _layer(self, name: str) -> keras.Layer:
        return next(layer for layer in self._layers if layer.name == name)

    def counterfactuals(self, image: NDArray[np.uint8]) -> list[Counterfactual]:
        """Change an image, uint8 (28, 28), into each other digit by as little as possible; smallest change first."""

        def classify(pictures: Floats) -> NDArray[np.int64]:
            return np.asarray(self._end(pictures)[1].numpy().argmax(axis=1))

        def lead_gradient(pictures: Floats, targets: Floats) -> tuple[Floats, Floats]:
            gradient, lead = self._leads(pictures, targets)
            return gradient.numpy(), lead.numpy()

        return find_counterfactuals(image, classify, lead_gradient)


def _scaled(images: NDArray[np.uint8]) -> Floats:
    return images.astype(np.float32) / np.float32(255)


def _one_hot(digits: "NDArray[np.int64] | list[int] | range") -> Floats:
    return np.eye(10, dtype=np.float32).take(np.asarray(digits), axis=0)


def _is_usual(layer: keras.layers.Layer, after_it: keras.layers.Layer | None) -> bool:
    """Whether a layer and the next one compute as those of `build` do."""
    if not _is_known(layer):
        return False
    if not isinstance(layer, keras.layers.Conv2D):
        return isinstance(layer, keras.layers.Dense)
    is_plain = layer.padding in ("same", "valid") and layer.groups == 1 and set(layer.dilation_rate) == {1}
    if isinstance(after_it, keras.layers.BatchNormalization):
        is_plain = is_plain and after_it.center and after_it.scale
    return is_plain


def _is_known(layer: keras.layers.Layer) -> bool:
    """Whether a layer's activation can be told by its name."""
    return getattr(getattr(layer, "activation", None), "__name__", "") in _FUNCTIONS


def _function(layer: keras.layers.Layer) -> tuple[bool, str]:
    """Return whether a layer's activation is ReLU, and the name of another one; empty for none."""
    name = "relu" if isinstance(layer, keras.layers.ReLU) else layer.activation.__name__
    return name == "relu", "" if name in ("relu", "linear", "softmax") else name


def _is_rectifier(layer: keras.layers.Layer | None) -> bool:
    """Whether a layer is a plain ReLU."""
    return (
        isinstance(layer, keras.layers.ReLU)
        and layer.max_value is None
        and not layer.negative_slope
        and not layer.threshold
    )


def _patch(before: Floats, layer: keras.layers.Conv2D, row: int, column: int) -> Floats:
    """Cut out the inputs of a convolution at a place; outside the image they are 0."""
    starts, pads = [], []
    for length, size, stride, place in zip(before.shape, layer.kernel_size, layer.strides, (row, column), strict=False):
        missing = max((-(-length // stride) - 1) * stride + size - length, 0) if layer.padding == "same" else 0
        pads.append((missing // 2, missing - missing // 2))
        starts.append(place * stride)
    padded = np.pad(before, (*pads, (0, 0)))
    height, width = layer.kernel_size
    return padded[starts[0] : starts[0] + height, starts[1] : starts[1] + width]


def _normalization(layer: keras.layers.BatchNormalization, unit: int) -> tuple[float, float]:
    """Return the factor and the offset of one map."""
    gamma, beta, mean, variance = (float(part[unit]) for part in layer.get_weights())
    scale = gamma / float(np.sqrt(variance + layer.epsilon))
    return scale, beta - mean * scale
