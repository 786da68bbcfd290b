"""Networks, built from their layers: a preset's, or those that somebody designed."""

import keras
import numpy as np
from keras import layers

from digitlab.networks.config import OWN
from digitlab.networks.layers.base import Layer, WeightedLayer
from digitlab.networks.layers.kinds import Skip
from digitlab.networks.layers.layer_figures import LAST, Stack, names, starts_with_maps
from digitlab.networks.presets import PRESETS


def build(preset: str, seed: int, stack: Stack | None = None) -> keras.Model:
    """Build an untrained, uncompiled network.

    Args:
        preset: A key of `digitlab.networks.presets.PRESETS`.
        seed: Decides the first weights and what dropout drops. Keras' default is Python's global generator, which
            other threads of a worker use, too: the same seed would not always give the same network.
        stack: The layers of a network that somebody designed; None: the preset's.

    Returns:
        A model from uint8 (n, 28, 28), 0 to 255, to float32 (n, 10), probabilities that sum to 1. Its first layer
        divides by 255.
    """
    pixels = keras.Input((28, 28), dtype="uint8", name="pixels")
    scaled = layers.Rescaling(1 / 255, name="scale")(pixels)
    if stack is None:
        return keras.Model(pixels, _layers(scaled, PRESETS[preset].layers, _Seeds(seed)), name=preset)
    return keras.Model(pixels, _layers(scaled, stack, _Seeds(seed)), name=OWN)


def averaged(model: keras.Model) -> keras.Model:
    """Return a trained network that averages its answers to four copies of a digit, shifted by half a pixel each.

    A pixel shifted by half is the mean of its neighbours. That is about as soft as the digits it was trained on, which
    augmentation shifts by parts of a pixel.

    Returns:
        A model with the same input, output and weights; its layer "digits" gives logits, before the softmax.
    """
    features = keras.Model(model.get_layer("scale").output, model.get_layer("digits").input, name="features")
    digits = layers.Dense(10, name="digits")
    pixels = keras.Input((28, 28), dtype="uint8", name="pixels")
    image = layers.Reshape((28, 28, 1), name="image")(layers.Rescaling(1 / 255, name="scale")(pixels))
    means = layers.AveragePooling2D(2, strides=1, name="half_a_pixel")(layers.ZeroPadding2D(1, name="margin")(image))
    sums = []
    for down in (0, 1):
        for right in (0, 1):
            cut = layers.Cropping2D(((down, 1 - down), (right, 1 - right)), name=f"cut_{down}{right}")(means)
            sums.append(digits(features(layers.Reshape((28, 28), name=f"look_{down}{right}")(cut))))
    mean = layers.Average(name="average")(sums)
    digits.set_weights(model.get_layer("digits").get_weights())
    return keras.Model(pixels, layers.Softmax(name="probabilities")(mean), name=model.name)


class _Seeds:
    """Derives a seed for each random part of a network from one seed."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def next(self) -> int:
        return int(self._generator.integers(2**31))

    def weights(self, initializer: str = "glorot_uniform") -> keras.initializers.Initializer:
        """Keras' default for dense and convolutional layers is X. Glorot and Y. Bengio (2010), uniform."""
        seed = {} if initializer == "zeros" else {"seed": self.next()}
        return keras.initializers.get({"class_name": initializer, "config": seed})


def _layers(x: keras.KerasTensor, stack: Stack, seeds: _Seeds) -> keras.KerasTensor:
    outputs = [layers.Reshape((28, 28, 1), name="image")(x) if starts_with_maps(stack) else x]
    for layer, name in zip(stack, names(stack), strict=True):
        if isinstance(layer, Skip):
            outputs.append(layers.Add(name=name)([outputs[-1 - layer.over], outputs[-1]]))
        else:
            outputs.append(_layer(layer, name, seeds)(outputs[-1]))
    return layers.Dense(10, activation="softmax", kernel_initializer=seeds.weights(), name=LAST)(outputs[-1])


def _layer(layer: Layer, name: str, seeds: _Seeds) -> keras.layers.Layer:
    call = layer.call()
    named = dict(call.named)
    if isinstance(layer, WeightedLayer):
        for kernel in layer.kernels:
            named[f"{kernel}_initializer"] = seeds.weights(layer.initializer)
            if layer.l2:
                named[f"{kernel}_regularizer"] = keras.regularizers.L2(layer.l2)
    if layer.is_random:
        named["seed"] = seeds.next()
    return getattr(layers, call.name)(*call.positional, **named, name=name)
