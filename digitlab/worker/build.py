"""Networks, built from their presets' layers."""

import keras
import numpy as np
from keras import layers

from digitlab.networks.presets import PRESETS, Architecture


def build(preset: str, seed: int) -> keras.Model:
    """Build an untrained, uncompiled network.

    Args:
        preset: A key of `digitlab.networks.presets.PRESETS`.
        seed: Decides the first weights and what dropout drops. Keras' default is Python's global generator, which
            other threads of a worker use, too: the same seed would not always give the same network.

    Returns:
        A model from uint8 (n, 28, 28), 0 to 255, to float32 (n, 10), probabilities that sum to 1. Its first layer
        divides by 255.
    """
    pixels = keras.Input((28, 28), dtype="uint8", name="pixels")
    scaled = layers.Rescaling(1 / 255, name="scale")(pixels)
    return keras.Model(pixels, _layers(scaled, PRESETS[preset].architecture, _Seeds(seed)), name=preset)


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

    def weights(self) -> keras.initializers.Initializer:
        """Keras' default for dense and convolutional layers: X. Glorot and Y. Bengio (2010), uniform."""
        return keras.initializers.GlorotUniform(self.next())


def _layers(x: keras.KerasTensor, architecture: Architecture, seeds: _Seeds) -> keras.KerasTensor:
    if architecture.convolutions:
        x = layers.Reshape((28, 28, 1), name="image")(x)
    for number, (filters, kernel_size, stride) in enumerate(architecture.convolutions, start=1):
        x = layers.Conv2D(
            filters,
            kernel_size,
            strides=stride,
            padding="same",
            use_bias=False,
            kernel_initializer=seeds.weights(),
            name=f"convolution_{number}",
        )(x)
        x = layers.BatchNormalization(momentum=architecture.momentum, name=f"normalization_{number}")(x)
        x = layers.ReLU(name=f"relu_{number}")(x)
    x = layers.Flatten(name="flatten")(x)
    if architecture.hidden:
        x = layers.Dense(architecture.hidden, activation="relu", kernel_initializer=seeds.weights(), name="hidden")(x)
    if architecture.dropout:
        x = layers.Dropout(architecture.dropout, seed=seeds.next(), name="dropout")(x)
    return layers.Dense(10, activation="softmax", kernel_initializer=seeds.weights(), name="digits")(x)
