"""The layers of each preset, written once. Imports Keras: for worker processes only."""

from collections.abc import Callable

import keras
from keras import layers


def build(preset: str) -> keras.Model:
    """Build an untrained, uncompiled network.

    Args:
        preset: A key of `digitlab.networks.config.PRESETS`.

    Returns:
        A model from uint8 (n, 28, 28), 0 to 255, to float32 (n, 10), probabilities that sum to 1. Its first layer
        divides by 255.
    """
    pixels = keras.Input((28, 28), dtype="uint8", name="pixels")
    scaled = layers.Rescaling(1 / 255, name="scale")(pixels)
    return keras.Model(pixels, _LAYERS[preset](scaled), name=preset)


def _tutorial(scaled: keras.KerasTensor) -> keras.KerasTensor:
    """The tutorial's network, to the letter."""
    hidden = layers.Dense(128, activation="relu", name="hidden")(layers.Flatten(name="flatten")(scaled))
    return layers.Dense(10, activation="softmax", name="digits")(hidden)


def _convolutional(scaled: keras.KerasTensor) -> keras.KerasTensor:
    """Three convolutions; the strides do the work of pooling, at a quarter of its arithmetic."""
    x = layers.Reshape((28, 28, 1), name="image")(scaled)
    for number, (filters, size, stride) in enumerate([(24, 5, 2), (48, 5, 2), (64, 3, 1)], start=1):
        x = layers.Conv2D(filters, size, strides=stride, padding="same", use_bias=False, name=f"convolution_{number}")(
            x
        )
        x = layers.BatchNormalization(name=f"normalization_{number}")(x)
        x = layers.ReLU(name=f"relu_{number}")(x)
    x = layers.Dropout(0.4, name="dropout")(layers.Flatten(name="flatten")(x))
    return layers.Dense(10, activation="softmax", name="digits")(x)


_LAYERS: dict[str, Callable[[keras.KerasTensor], keras.KerasTensor]] = {
    "tutorial": _tutorial,
    "convolutional": _convolutional,
}
