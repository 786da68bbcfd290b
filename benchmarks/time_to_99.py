"""Seconds to 99 % on MNIST's test set: Keras' example `mnist_convnet` against the preset "99 % fast".

    python benchmarks/time_to_99.py [--seeds 5]

The example (https://keras.io/examples/vision/mnist_convnet/, 34,826 weights, batches of 128, up to 15 epochs) is scored
after each epoch, and training stops at the first epoch above 99 %; the time for scoring does not count. The preset
trains its two epochs, which both count. Each turn is a new process; compilation counts. The last line is a JSON object;
`ratio` says how many times sooner the preset gets there, `min_accuracy` the lowest accuracy of all seeds.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation

from _sides import Result, compare, conclude, parser, preset

from digitlab.data import mnist

GOAL = 0.99


def example(seed: int) -> Result:
    """Train as the example does."""
    import keras

    digits = mnist.load()
    keras.utils.set_random_seed(seed)
    started = time.monotonic()
    x_train, x_test = (x[..., None].astype("float32") / 255 for x in (digits.x_train, digits.x_test))
    y_train, y_test = (keras.utils.to_categorical(y, 10) for y in (digits.y_train, digits.y_test))
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    seconds = time.monotonic() - started
    accuracy, epochs = 0.0, 0
    while accuracy < GOAL and epochs < 15:
        epochs += 1
        started = time.monotonic()
        model.fit(x_train, y_train, batch_size=128, epochs=1, validation_split=0.1, verbose=0)
        seconds += time.monotonic() - started
        accuracy = float(model.evaluate(x_test, y_test, verbose=0)[1])
    return {"seconds": seconds, "accuracy": accuracy, "epochs": epochs}


if __name__ == "__main__":
    options = parser(__doc__, seeds=5).parse_args()
    sides = {"example": example, "preset": lambda seed: preset("fast", seed)}
    conclude(compare(options, sides), "example", "preset")
