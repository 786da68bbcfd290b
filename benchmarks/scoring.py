"""How long a network takes to read MNIST's test set: DigitLab's scoring against Keras' `model.predict`.

    python benchmarks/scoring.py [--repetitions 5]

Both sides open the network's file, read 10,000 digits and take turns. Opening counts, importing Keras does not. The
networks are the ready-made ones, and a dense one with 4.8 million weights, as somebody might import. The last line is a
JSON object: medians in seconds, how many times faster DigitLab is for each network (`ratios`), the smallest of these
(`ratio`), and the largest difference between two probabilities.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from numpy.typing import NDArray

from digitlab.data import mnist
from digitlab.networks.evaluation import evaluate
from digitlab.settings import Settings
from digitlab.worker import keras_files
from digitlab.worker.export import export

Read = Callable[[Path, mnist.Mnist], NDArray[np.float32]]
READY_MADE = ("tutorial", "convolutional", "handwriting")


def wide(path: Path, digits: mnist.Mnist) -> Path:
    """Write a dense network with untrained weights."""
    layers = [
        keras.Input((28, 28), dtype="uint8"),
        keras.layers.Rescaling(1 / 255),
        keras.layers.Flatten(),
        keras.layers.Dense(1700, activation="relu"),
        keras.layers.Dense(2000, activation="relu"),
        keras.layers.Dense(10, activation="softmax"),
    ]
    export(keras.Sequential(layers), path, digits.x_test[:64])
    return path


def by_keras(file: Path, digits: mnist.Mnist) -> NDArray[np.float32]:
    """Return the probabilities, float32 (10000, 10), as a user of Keras computes them."""
    return np.asarray(keras_files.load(file).predict(digits.x_test, batch_size=500, verbose=0), np.float32)


def by_digitlab(file: Path, digits: mnist.Mnist) -> NDArray[np.float32]:
    """Return the probabilities, float32 (10000, 10), as the Evaluate page computes them."""
    return evaluate(file, digits.x_test, digits.y_test, Settings.from_environment().threads).probabilities


def timed(read: Read, file: Path, digits: mnist.Mnist) -> tuple[float, NDArray[np.float32]]:
    """Return the seconds that a side takes, and its probabilities."""
    started = time.monotonic()
    probabilities = read(file, digits)
    return time.monotonic() - started, probabilities


def main() -> None:
    """Measure both sides, print the figures, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=5)
    options = parser.parse_args()
    digits, settings = mnist.load(), Settings.from_environment()
    seconds: dict[str, dict[str, float]] = {}
    max_difference = 0.0
    with tempfile.TemporaryDirectory() as folder:
        files = {name: settings.ready_made / f"{name}.keras" for name in READY_MADE}
        files["wide"] = wide(Path(folder, "wide.keras"), digits)
        for name, file in files.items():
            times = defaultdict(list)
            for _ in range(options.repetitions):
                theirs, expected = timed(by_keras, file, digits)
                ours, found = timed(by_digitlab, file, digits)
                times["keras"].append(theirs)
                times["digitlab"].append(ours)
                max_difference = max(max_difference, float(np.abs(found - expected).max()))
            seconds[name] = {side: statistics.median(values) for side, values in times.items()}
            print(name, "  ".join(f"{side} {value:.3f} s" for side, value in seconds[name].items()), flush=True)
    ratios = {name: medians["keras"] / medians["digitlab"] for name, medians in seconds.items()}
    print(
        json.dumps({"ratio": min(ratios.values()), "ratios": ratios, "seconds": seconds, "difference": max_difference})
    )


if __name__ == "__main__":
    main()
