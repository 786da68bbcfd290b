"""Real handwriting: the ready-made network and DigitLab's preprocessing against the usual recipe.

    python benchmarks/handwriting.py STROKES_PATH [--model handwriting] [--numbers 500]

The other side is what a user would build: a convolutional network trained on MNIST (`models/convolutional.keras`) and
MNIST's own preprocessing (crop to the ink, scale to 20 pixels, centre by mass), without a change to the pen's width.
Both read the same drawings: each sample of the file, at a random place and size. The last line is a JSON object;
`ratio` says how many times fewer drawings with a pen of 20 pixels are misread.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation

import numpy as np
from _drawings import Line, Sample, letters, load, numbers, on_black, singles
from _rejection import rejection
from numpy.typing import NDArray

from digitlab.data import mnist
from digitlab.networks.calibration import entropy, expected_calibration_error
from digitlab.networks.reading import Reading
from digitlab.networks.recognition import Recogniser
from digitlab.preprocessing import normalization
from digitlab.preprocessing.foreground import extract_foreground
from digitlab.settings import ROOT
from digitlab.synthesis import handwriting

PENS = (8, 12, 20, 30, 40)  # pixels, on a canvas of 280
SEED = 7


def figures(readings: list[Reading], labels: NDArray[np.uint8]) -> dict[str, float]:
    """Return accuracy, confidence and calibration of readings, as shares from 0 to 1."""
    probabilities = np.array([reading.probabilities for reading in readings])
    correct = np.array([reading.digit for reading in readings]) == labels
    confident = np.array([reading.is_sure for reading in readings])
    return {
        "accuracy": float(correct.mean()),
        "confidently_wrong": float(((probabilities.max(axis=1) > 0.9) & ~correct).mean()),
        "confident": float(confident.mean()),
        "accuracy_when_confident": float(correct[confident].mean()) if confident.any() else 0.0,
        "calibration_error": expected_calibration_error(probabilities, labels),
        "false_alarms": float(np.mean([not reading.is_digit for reading in readings])),
    }


def usual_recipe(network: Recogniser, drawing: NDArray[np.uint8]) -> Reading:
    """Read with MNIST's own preprocessing only."""
    return network.read_digit(
        next(step.without for step in normalization.steps(extract_foreground(drawing)) if step.name == "thickness")
    )


def as_number(network: Recogniser, drawing: NDArray[np.uint8]) -> Reading:
    """Read as the Draw page does, which may split a drawing into several digits; then the reading counts as wrong."""
    return network.read_number(drawing).single


def on_strokes(network: Recogniser, usual: Recogniser, samples: list[Sample]) -> dict[str, dict[str, float]]:
    """Score both sides for each pen."""
    labels = np.array([sample.label for sample in samples], np.uint8)
    results = {}
    for pen in PENS:
        canvases = list(singles(samples, pen, SEED))
        results[f"pen {pen}"] = figures([network.read(canvas) for canvas in canvases], labels)
        results[f"pen {pen}, as a number"] = figures([as_number(network, canvas) for canvas in canvases], labels)
        results[f"pen {pen}, usual recipe"] = figures([usual_recipe(usual, canvas) for canvas in canvases], labels)
    return results


def on_mnist(network: Recogniser) -> dict[str, float]:
    """Score on MNIST's test set, without preprocessing."""
    digits = mnist.load()
    answers = network.probabilities(digits.x_test)
    readings = [network.interpret(image, row) for image, row in zip(digits.x_test, answers, strict=True)]
    return figures(readings, digits.y_test)


def caught(network: Recogniser, drawings: Iterable[NDArray[np.uint8]]) -> float:
    """Return the share of drawings that are read neither as a digit nor, split, as a number."""
    return float(np.mean([not network.read(d).is_digit and not is_number(network, d) for d in drawings]))


def is_number(network: Recogniser, drawing: NDArray[np.uint8]) -> bool:
    """Whether the Draw page would show only digits."""
    return all(part.reading.is_digit for part in network.read_number(drawing).digits)


def on_no_digits(network: Recogniser, n: int = 1000) -> dict[str, float]:
    """Return which share of letters, signs, scribbles and dots is rejected. Training never saw the printed letters."""
    images, _ = handwriting.non_digits(n, seed=2**20)
    limit = network.calibration.max_entropy
    return {
        "printed letters": caught(network, letters()),
        "drawn letters, signs and scribbles": float((entropy(network.probabilities(images)) > limit).mean()),
        "scribble over the canvas": caught(network, (scribble(seed) for seed in range(50))),
        "dots": caught(network, (dot(size) for size in range(4, 44, 2))),
    }


def scribble(seed: int) -> NDArray[np.uint8]:
    """Draw lines through random points all over a canvas, with a pen of 12 to 30 pixels."""
    rng = np.random.default_rng(seed)
    return on_black(handwriting.draw([rng.uniform(0, 1, (40, 2))], rng.uniform(5, 13)))


def dot(size: int) -> NDArray[np.uint8]:
    """Draw a round dot of `size` pixels, as one touch of the pen makes it."""
    down, right = np.mgrid[:280, :280]
    return on_black(np.asarray(255 * np.clip(size / 2 + 0.5 - np.hypot(down - 140, right - 140), 0, 1), np.uint8))


def on_numbers(network: Recogniser, samples: list[Sample], n: int) -> dict[str, float]:
    """Return the share of numbers of 2 to 5 digits in which every digit is read correctly."""
    lines = {"apart": Line(), "nearly touching": Line(gap=(0.0, 0.05)), "touching": Line(gap=(-0.1, 0.0))}
    results = {}
    for name, line in lines.items():
        drawn = list(numbers(samples, n if name == "apart" else n // 2, line, SEED))
        read = [network.read_number(drawing).text for drawing, _ in drawn]
        results[name] = float(np.mean([text == number for text, (_, number) in zip(read, drawn, strict=True)]))
        results[f"{name}, correct count"] = float(
            np.mean([len(text) == len(number) for text, (_, number) in zip(read, drawn, strict=True)])
        )
    return results


def milliseconds(network: Recogniser, samples: list[Sample]) -> dict[str, float]:
    """Return the median times of reading a canvas, of the network alone, and of reading a number."""
    canvases = list(singles(samples[:200], 20, SEED))
    images = [network.read(canvas).image for canvas in canvases]
    return {
        "read a canvas": _median(network.read, canvases),
        "network alone": _median(network.read_digit, images),
        "read a number": _median(network.read_number, canvases),
    }


def _median(read: object, items: list[NDArray[np.uint8]]) -> float:
    times = []
    for item in items:
        started = time.perf_counter()
        read(item)  # type: ignore[operator]
        times.append(1000 * (time.perf_counter() - started))
    return statistics.median(times)


def main() -> None:
    """Measure both sides, print the figures, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("strokes", type=Path, metavar="STROKES_PATH")
    parser.add_argument("--model", default="handwriting", help="name of a network in models/")
    parser.add_argument("--numbers", type=int, default=500)
    options = parser.parse_args()
    samples = load(options.strokes)
    network = Recogniser.load(ROOT / "models" / f"{options.model}.keras")
    usual = Recogniser.load(ROOT / "models" / "convolutional.keras")
    strokes = on_strokes(network, usual, samples)
    results: dict[str, dict[str, Any]] = {
        "strokes": strokes,
        "mnist_test": on_mnist(network),
        "caught_no_digits": on_no_digits(network),
        "rejection": rejection(network, [letter[..., 0] for letter in letters()]),
        "numbers": on_numbers(network, samples, options.numbers),
        "milliseconds": milliseconds(network, samples),
    }
    for title, rows in results.items():
        print(title)
        for name, row in rows.items():
            values = row if isinstance(row, dict) else {"": row}
            shown = [
                f"{key} {value:.2f}" if title == "milliseconds" else f"{key} {value:.2%}"
                for key, value in values.items()
            ]
            print(f"  {name:36}" + "  ".join(shown))
    ours, theirs = (1 - strokes[name]["accuracy"] for name in ("pen 20", "pen 20, usual recipe"))
    print(
        json.dumps(
            {
                "ratio": theirs / max(ours, 1e-9),
                "calibration": {"min_confidence": network.calibration.min_confidence},
                **results,
            }
        )
    )


if __name__ == "__main__":
    main()
