"""The tutorial's own script against DigitLab's preset: same network, same data, same accuracy?

    python benchmarks/tutorial_training.py [--seeds 3] [--epochs 10]

Both sides train on the same arrays, in turn and each in a new process, and are scored on MNIST's test set. Everything
after loading the arrays counts, compilation included. The last line is a JSON object; `ratio` says how many times
faster the preset is, `accuracy` is the mean accuracy of each side.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation

from _sides import Result, compare, conclude, parser, preset

from digitlab.data import mnist


def tutorial(seed: int) -> Result:
    """Train as the tutorial does."""
    import keras

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
    model.fit(x_train, digits.y_train, validation_split=0.2, epochs=options.epochs, verbose=0)
    seconds = time.monotonic() - started
    return {"seconds": seconds, "accuracy": float(model.evaluate(x_test, digits.y_test, verbose=0)[1])}


if __name__ == "__main__":
    arguments = parser(__doc__, seeds=3)
    arguments.add_argument("--epochs", type=int, default=10)
    options = arguments.parse_args()
    conclude(
        compare(options, {"tutorial": tutorial, "preset": lambda seed: preset("tutorial", seed, options.epochs)}),
        "tutorial",
        "preset",
    )
