"""The layers of each preset, written once. Imports Keras: for worker processes only."""

from collections.abc import Callable

import keras
import numpy as np
from keras import layers


def build(preset: str, seed: int) -> keras.Model:
    """Build an untrained, uncompiled network.

    Args:
        preset: A key of `digitlab.networks.config.PRESETS`.
        seed: Decides the first weights and what dropout leaves out. Keras' own default is Python's global generator,
            which other threads of a worker use, too, so that the same seed would not always give the same network.

    Returns:
        A model from uint8 (n, 28, 28), 0 to 255, to float32 (n, 10), probabilities that sum to 1. Its first layer
        divides by 255.
    """
    pixels = keras.Input((28, 28), dtype="uint8", name="pixels")
    scaled = layers.Rescaling(1 / 255, name="scale")(pixels)
    return keras.Model(pixels, _LAYERS[preset](scaled, _Seeds(seed)), name=preset)


def averaged(model: keras.Model) -> keras.Model:
    """Let a trained network look at each digit four times, half a pixel to each side, and average what it thinks.

    A pixel moved by half is the mean of its neighbours: about as soft as augmentation, which moves by parts of a pixel,
    makes the digits that it learns from.

    Returns:
        A network from and to the same, with the same weights; its layer "digits" gives sums before the softmax.
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
    """Gives each random part of a network a seed of its own, all following from one."""

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def next(self) -> int:
        return int(self._generator.integers(2**31))

    def weights(self) -> keras.initializers.Initializer:
        """Keras' default for dense and convolutional layers: X. Glorot and Y. Bengio (2010), uniform."""
        return keras.initializers.GlorotUniform(self.next())


def _tutorial(scaled: keras.KerasTensor, seeds: _Seeds) -> keras.KerasTensor:
    """The tutorial's network, to the letter."""
    flat = layers.Flatten(name="flatten")(scaled)
    hidden = layers.Dense(128, activation="relu", kernel_initializer=seeds.weights(), name="hidden")(flat)
    return _digits(hidden, seeds)


def _fast(scaled: keras.KerasTensor, seeds: _Seeds) -> keras.KerasTensor:
    """As little arithmetic as two epochs to 99 % allow."""
    return _convolutions(scaled, seeds, [(16, 5, 2), (24, 5, 2), (48, 3, 2)], dropout=0, momentum=0.9)


def _convolutional(scaled: keras.KerasTensor, seeds: _Seeds) -> keras.KerasTensor:
    """Three convolutions; the strides do the work of pooling, at a quarter of its arithmetic."""
    return _convolutions(scaled, seeds, [(24, 5, 2), (48, 5, 2), (64, 3, 1)])


def _handwriting(scaled: keras.KerasTensor, seeds: _Seeds) -> keras.KerasTensor:
    """Four convolutions, wide enough for the handwriting of many regions."""
    return _convolutions(scaled, seeds, [(32, 5, 2), (64, 3, 1), (128, 3, 2), (128, 3, 1)])


def _convolutions(
    scaled: keras.KerasTensor,
    seeds: _Seeds,
    sizes: list[tuple[int, int, int]],
    *,
    dropout: float = 0.4,
    momentum: float = 0.99,
) -> keras.KerasTensor:
    """Convolutions of (filters, side, stride), each normalised over the batch; then ten digits.

    `momentum` is how much of the mean that normalization keeps is left after a batch: of few batches, less.
    """
    x = layers.Reshape((28, 28, 1), name="image")(scaled)
    for number, (filters, size, stride) in enumerate(sizes, start=1):
        x = layers.Conv2D(
            filters,
            size,
            strides=stride,
            padding="same",
            use_bias=False,
            kernel_initializer=seeds.weights(),
            name=f"convolution_{number}",
        )(x)
        x = layers.BatchNormalization(momentum=momentum, name=f"normalization_{number}")(x)
        x = layers.ReLU(name=f"relu_{number}")(x)
    x = layers.Flatten(name="flatten")(x)
    if dropout:
        x = layers.Dropout(dropout, seed=seeds.next(), name="dropout")(x)
    return _digits(x, seeds)


def _digits(x: keras.KerasTensor, seeds: _Seeds) -> keras.KerasTensor:
    return layers.Dense(10, activation="softmax", kernel_initializer=seeds.weights(), name="digits")(x)


_LAYERS: dict[str, Callable[[keras.KerasTensor, _Seeds], keras.KerasTensor]] = {
    "tutorial": _tutorial,
    "fast": _fast,
    "convolutional": _convolutional,
    "handwriting": _handwriting,
}
