"""The tutorial's own script against DigitLab's preset: same network, same data, same accuracy?

    python benchmarks/tutorial_training.py [--seeds 3] [--epochs 10]

Both sides train from the same arrays, one after the other, seed by seed, and are scored on MNIST's test set. The last
line is a JSON object; `ratio` says how many times faster the preset is, `difference` by how many percentage points its
mean test accuracy is higher.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command is run as it is, without an installation

import keras
import numpy as np

from digitlab.digits import mnist
from digitlab.networks import evaluation, training
from digitlab.networks.config import TrainingConfig


def tutorial(seed: int, epochs: int) -> tuple[float, float]:
    """Train as the tutorial says; returns (test accuracy, seconds)."""
    digits = mnist.load()
    keras.utils.set_random_seed(seed)
    started = time.monotonic()
    x_train, x_test = digits.x_train / 255.0, digits.x_test / 255.0
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, digits.y_train, validation_split=0.2, epochs=epochs, verbose=0)
    seconds = time.monotonic() - started
    return float(model.evaluate(x_test, digits.y_test, verbose=0)[1]), seconds


def preset(seed: int, epochs: int) -> tuple[float, float]:
    """Train DigitLab's preset; returns (test accuracy, seconds)."""
    digits = mnist.load()
    started = time.monotonic()
    trained = training.train(TrainingConfig(seed=seed, epochs=epochs), digits.x_train, digits.y_train)
    seconds = time.monotonic() - started
    return evaluation.evaluate(trained.model, digits.x_test, digits.y_test).accuracy, seconds


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=10)
    options = parser.parse_args()
    results: dict[str, list[tuple[float, float]]] = {"tutorial": [], "preset": []}
    for seed in range(1, options.seeds + 1):
        for name, side in (("tutorial", tutorial), ("preset", preset)):
            accuracy, seconds = side(seed, options.epochs)
            results[name].append((accuracy, seconds))
            print(f"seed {seed}  {name:8}  test accuracy {accuracy:.2%}  {seconds:5.1f} s", flush=True)
    accuracies = {name: float(np.mean([accuracy for accuracy, _ in pairs])) for name, pairs in results.items()}
    medians = {name: statistics.median(seconds for _, seconds in pairs) for name, pairs in results.items()}
    print(
        json.dumps(
            {
                "ratio": medians["tutorial"] / medians["preset"],
                "accuracy": accuracies,
                "difference": 100 * (accuracies["preset"] - accuracies["tutorial"]),
                "seconds": medians,
            }
        )
    )
