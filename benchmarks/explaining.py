"""How fast a network's reading is explained: the lab's answers against the usual code with Keras.

    python benchmarks/explaining.py [--model handwriting] [--pictures 5]

The lab asks a worker process, which keeps the network and its compiled functions loaded; occlusion runs in the lab's
own process, on LiteRT. The other side does what tutorials do: it loads the network, computes gradients with an eager
GradientTape, and calls `model.predict` for each covered picture. Its times with the network kept loaded and with all
covered pictures in one batch are shown as well. Both sides explain the same digits of MNIST's test set, in turn.
The last line is a JSON object: medians in milliseconds for each question (`milliseconds`), the slowest of them
(`slowest`), and how many times faster gradient, integrated gradients and occlusion are together (`ratio`; against the
other side with its network kept loaded and one batch `ratio_to_loaded`).
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation

import numpy as np
from numpy.typing import NDArray

from digitlab.data import mnist
from digitlab.data.distortions import Amounts
from digitlab.lab import Lab
from digitlab.runs.services.explanation_service import ExplanationService
from digitlab.settings import ROOT, Settings

WARM_UP = 1  # pictures that do not count
POINTS = 50  # on the path from an empty picture, as in tutorials
TRAINING = 500  # digits among which the page finds those that activate a filter most
PATCH, STEP = 5, 2  # pixels, as in the lab's occlusion
Image = NDArray[np.uint8]


def ours(explained: ExplanationService, training: Image) -> dict[str, Callable[[Image, int], object]]:
    """Return the questions of the page Explain by name; top activations are asked for some training digits."""
    layers = [layer.layer for layer in explained.activations(training[0]).layers if layer.kind == "Conv2D"]
    of_filters: dict[str, Callable[[Image, int], object]] = {
        "top activations": lambda _, __: explained.top_activations(training[:TRAINING], layers[-1])
    }
    return {
        "activations": lambda image, _: explained.activations(image),
        "heat maps": explained.heat_maps,
        "occlusion": explained.occlusion,
        "pixel evidence": lambda image, _: explained.pixel_evidence(image),
        "counterfactuals": lambda image, _: explained.counterfactuals(image),
        "distorted": lambda image, _: explained.distorted(image, Amounts(rotation=10, thicker=1, noise=20)),
        **(of_filters if layers else {}),
    }


def theirs(path: Path) -> dict[str, Callable[[Image, int], object]]:
    """Return the usual code for the same questions, by name."""
    import keras
    import tensorflow as tf

    loaded = keras.saving.load_model(path, compile=False)

    def gradients(model: Any, image: Image, digit: int) -> NDArray[np.float32]:
        inner = keras.Model(model.get_layer("scale").output, model.output)
        shares = np.linspace(0, 1, POINTS + 1, dtype=np.float32)[:, None, None]
        pictures = tf.constant(np.concatenate([shares * image / np.float32(255), image[np.newaxis] / np.float32(255)]))
        with tf.GradientTape() as tape:
            tape.watch(pictures)
            log_probability = tf.math.log(inner(pictures, training=False)[:, digit])
        return np.asarray(tape.gradient(log_probability, pictures))

    def covered(image: Image) -> Image:
        pictures = np.repeat(image[np.newaxis], len(range(0, 28, STEP)) ** 2, 0)
        for number, (top, left) in enumerate(np.ndindex(28 // STEP, 28 // STEP)):
            pictures[number, top * STEP : top * STEP + PATCH, left * STEP : left * STEP + PATCH] = 0
        return pictures

    return {
        "load, GradientTape": lambda image, digit: gradients(
            keras.saving.load_model(path, compile=False), image, digit
        ),
        "GradientTape": lambda image, digit: gradients(loaded, image, digit),
        "predict each": lambda image, _: [loaded.predict(picture[np.newaxis], verbose=0) for picture in covered(image)],
        "predict batch": lambda image, _: loaded.predict(covered(image), verbose=0),
    }


def measure(questions: dict[str, Callable[[Image, int], object]], pictures: Image, labels: Image) -> dict[str, float]:
    """Return the median time of each question, in milliseconds."""
    times: dict[str, list[float]] = {name: [] for name in questions}
    for number, (image, label) in enumerate(zip(pictures, labels, strict=True)):
        for name, ask in questions.items():
            started = time.perf_counter()
            ask(image, int(label))
            if number >= WARM_UP:
                times[name].append(1000 * (time.perf_counter() - started))
    return {name: round(statistics.median(taken), 2) for name, taken in times.items()}


def main() -> None:
    """Measure both sides, print the figures, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="handwriting", help="name of a network in models/")
    parser.add_argument("--pictures", type=int, default=5)
    options = parser.parse_args()
    digits, count = mnist.load(), options.pictures + WARM_UP
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            data=Path(folder), models=Path(folder) / "models", database_url=f"sqlite:///{folder}/digitlab.db"
        )
        with Lab(settings) as lab:
            lab.open()
            lab.wait_until_open()
            asked = ours(lab.explain(options.model), digits.x_train)
            questions = {**asked, **theirs(ROOT / "models" / f"{options.model}.keras")}
            times = measure(questions, digits.x_test[:count], digits.y_test[:count])
    for name, value in times.items():
        print(f"{name:20}{value:10.1f} ms")
    lab_s = times["heat maps"] + times["occlusion"]
    print(
        json.dumps(
            {
                "ratio": (times["load, GradientTape"] + times["predict each"]) / lab_s,
                "ratio_to_loaded": (times["GradientTape"] + times["predict batch"]) / lab_s,
                "slowest": max(times[name] for name in asked),
                "milliseconds": times,
                "model": options.model,
            }
        )
    )


if __name__ == "__main__":
    main()
