"""Networks that somebody designed, trained here and by plain `model.fit`: dense, with dropout, convolutional, deep.

    python benchmarks/own_networks.py [--seeds 3] [--epochs 3] [--networks dense dropout convolutional deep]

Both sides train the same layers on the same arrays with the same batches, in turn and each in a new process; the plain
side runs the network's own Keras code. Everything after loading the arrays counts, compilation included. The last line
is a JSON object; `ratio` says by network how many times faster DigitLab is, `accuracy` is the mean accuracy on MNIST's
test set of each side.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation

from _sides import Result, compare, parser

from digitlab.data import mnist
from digitlab.networks.code import KerasCode
from digitlab.networks.config import TrainingConfig
from digitlab.networks.layers.kinds import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    SeparableConv2D,
    Skip,
)

_BLOCK = (
    SeparableConv2D(filters=24),
    BatchNormalization(),
    SeparableConv2D(filters=24),
    BatchNormalization(),
    Skip(over=4),
)
NETWORKS = {
    "dense": (Flatten(), Dense(units=128), Dense(units=64)),
    "dropout": (Flatten(), Dense(units=128), Dropout(rate=0.2), Dense(units=64)),  # XLA draws random numbers slowly
    "convolutional": (Conv2D(filters=8), MaxPooling2D(), Conv2D(filters=16), MaxPooling2D(), Flatten()),
    "deep": (Conv2D(filters=24, stride=2), *_BLOCK * 2, MaxPooling2D(), *_BLOCK * 2, GlobalAveragePooling2D()),
}


def config(network: str, seed: int) -> TrainingConfig:
    """Return the settings of both sides."""
    return TrainingConfig(layers=NETWORKS[network], epochs=options.epochs, seed=seed)


def plain(network: str, seed: int) -> Result:
    """Train by `model.fit`, as the network's Keras code does, with Keras' own defaults."""
    import keras

    digits, settings = mnist.load(), config(network, seed)
    keras.utils.set_random_seed(seed)
    names: dict[str, Any] = {"keras": keras, "layers": keras.layers}
    started = time.monotonic()
    exec(KerasCode(config=settings, title=network).sections()[1].code.replace("model.summary()\n", ""), names)  # noqa: S102
    model = names["model"]
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(
        digits.x_train,
        digits.y_train,
        batch_size=settings.batch_size,
        epochs=settings.epochs,
        validation_split=settings.validation_split,
        verbose=0,
    )
    seconds = time.monotonic() - started
    return {"seconds": seconds, "accuracy": float(model.evaluate(digits.x_test, digits.y_test, verbose=0)[1])}


def own(network: str, seed: int) -> Result:
    """Train in DigitLab."""
    from digitlab.networks.scores import Scores
    from digitlab.worker import training

    digits = mnist.load()
    started = time.monotonic()
    model = training.train(config(network, seed), digits.x_train, digits.y_train).model
    seconds = time.monotonic() - started
    probabilities = model.predict(digits.x_test, batch_size=500, verbose=0)
    return {"seconds": seconds, "accuracy": Scores(digits.y_test, probabilities).accuracy}


def conclude(results: dict[str, list[Result]]) -> None:
    """Print medians and spread of each side, and one line of JSON."""
    medians, accuracy = {}, {}
    for name, turns in results.items():
        seconds = sorted(turn["seconds"] for turn in turns)
        medians[name], accuracy[name] = statistics.median(seconds), statistics.fmean(turn["accuracy"] for turn in turns)
        print(f"own_networks: {name} {medians[name]:.2f} s, {seconds[0]:.2f} to {seconds[-1]:.2f}")
    ratio = {name: medians[f"{name}-plain"] / medians[f"{name}-own"] for name in options.networks}
    print(json.dumps({"ratio": ratio, "seconds": medians, "accuracy": accuracy}))


if __name__ == "__main__":
    arguments = parser(__doc__, seeds=3)
    arguments.add_argument("--epochs", type=int, default=3)
    arguments.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    options = arguments.parse_args()
    sides: dict[str, Callable[[int], Result]] = {
        f"{name}-{side.__name__}": partial(side, name) for name in options.networks for side in (plain, own)
    }
    conclude(compare(options, sides))
