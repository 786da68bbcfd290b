"""The kernels of a network's layers: the weights by which they multiply what comes in."""

from collections.abc import Iterable

import keras

from digitlab.worker.input_adapters import TURNED

_CONVOLUTIONS = keras.layers.Conv2D | keras.layers.DepthwiseConv2D | keras.layers.SeparableConv2D


def kernels(layer: keras.layers.Layer) -> list[keras.Variable]:
    """Return a layer's kernels; none for layers that are neither dense nor convolutional, or only turn pictures."""
    if layer.name.startswith(TURNED) and not layer.trainable:
        return []
    if isinstance(layer, keras.layers.SeparableConv2D):
        return [layer.depthwise_kernel, layer.pointwise_kernel]
    return [layer.kernel] if isinstance(layer, keras.layers.Dense | _CONVOLUTIONS) else []


def is_convolution(layer: keras.layers.Layer) -> bool:
    """Whether a layer is a convolution of pictures, of any kind."""
    return isinstance(layer, _CONVOLUTIONS)


def with_kernels(layers: Iterable[keras.layers.Layer]) -> list[keras.layers.Layer]:
    """Return those layers that have kernels."""
    return [layer for layer in layers if kernels(layer)]
