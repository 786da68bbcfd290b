"""Small networks of the kinds that people bring, each with its own way of taking a digit, trained in a second."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import layers

Prepare = Callable[[Any], Any]  # uint8 (n, 28, 28) -> what the network takes


@dataclass(frozen=True)
class Perceptron:
    """Weights of a network of one hidden layer: (784, 32), (32,), (32, 10), (10,)."""

    kernel: np.ndarray
    bias: np.ndarray
    kernel_2: np.ndarray
    bias_2: np.ndarray

    def scaled(self, factor: float, offset: float) -> "Perceptron":
        """The same network for inputs of `factor * x + offset`."""
        kernel = self.kernel / factor
        return Perceptron(kernel, self.bias - offset * kernel.sum(0), self.kernel_2, self.bias_2)

    def reordered(self, rows: np.ndarray) -> "Perceptron":
        """The same network for inputs in another order."""
        return Perceptron(self.kernel[rows], self.bias, self.kernel_2, self.bias_2)


def train(pictures: np.ndarray, labels: np.ndarray, epochs: int = 10) -> Perceptron:
    """Train by stochastic gradient descent with momentum."""
    rng = np.random.default_rng(1)
    x, wanted = pictures.reshape(len(pictures), -1).astype("f4"), np.eye(10, dtype="f4")[labels]
    weights = [rng.normal(0, 0.05, (x.shape[1], 32)).astype("f4"), np.zeros(32, "f4"),
               rng.normal(0, 0.2, (32, 10)).astype("f4"), np.zeros(10, "f4")]  # fmt: skip
    speeds = [np.zeros_like(weight) for weight in weights]
    for _ in range(epochs):
        for rows in np.array_split(rng.permutation(len(x)), len(x) // 50):
            hidden = np.maximum(x[rows] @ weights[0] + weights[1], 0)
            powers = np.exp((sums := hidden @ weights[2] + weights[3]) - sums.max(1, keepdims=True))
            error = (powers / powers.sum(1, keepdims=True) - wanted[rows]) / len(rows)
            before = error @ weights[2].T * (hidden > 0)
            for place, slope in enumerate((x[rows].T @ before, before.sum(0), hidden.T @ error, error.sum(0))):
                speeds[place] = 0.9 * speeds[place] - 0.05 * slope
                weights[place] = weights[place] + speeds[place]
    return Perceptron(*weights)


def network(perceptron: Perceptron, shape: Any = (28, 28), *before: Any, last: str = "softmax") -> keras.Model:
    """A network that flattens its pictures after the layers of `before`."""
    dense = [layers.Dense(32, activation="relu"), layers.Dense(10, activation=last)]
    model = keras.Sequential([keras.Input(shape), *before, layers.Flatten(), *dense])
    dense[0].set_weights([perceptron.kernel, perceptron.bias])
    dense[1].set_weights([perceptron.kernel_2, perceptron.bias_2])
    return model


def shares(images: np.ndarray) -> np.ndarray:
    return images.astype("f4") / 255
