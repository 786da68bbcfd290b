"""Improve, writer by writer: fine-tune on half of a writer's digits, and read the other half before and after.

    python benchmarks/improve.py STROKES_PATH [--models handwriting convolutional tutorial] [--writers odd]

Both halves take turns. Settings were chosen on the writers at even places in the order of their names; those at odd
places had no influence. Each network is fine-tuned as in the app: once for every half in which it misreads something,
and for some halves in which it does not, to check that it does no harm. The last line is a JSON object; `ratio` says
how many times fewer of the held-back drawings are misread, over all networks, `fall` which share of the mistakes is
gone.
"""

import argparse
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation

import keras
import numpy as np
from _drawings import Sample, load, singles
from numpy.typing import NDArray

from digitlab.data import mnist
from digitlab.networks.config import fine_tuning_config
from digitlab.networks.fine_tuning_source import FineTuning
from digitlab.networks.scores import Scores
from digitlab.preprocessing import normalization
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.records.drawing import Drawing
from digitlab.settings import Settings
from digitlab.worker import fine_tuning_run, keras_files

PEN = 20  # pixels, on a canvas of 280
SEED = 7
CONTROLS = 10  # of the halves without a mistake, every tenth is fine-tuned on as a control
_WRITERS = {"all": slice(None), "even": slice(0, None, 2), "odd": slice(1, None, 2)}


@dataclass(slots=True)
class Figures:
    """Results of fine-tuning one network: misread drawings, MNIST's error rate in percent, seconds."""

    halves: int = 0
    before: int = 0
    after: int = 0
    newly_misread: int = 0
    correct_before: int = 0
    mnist_before: float = 0.0
    mnist: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def as_dict(self) -> dict[str, float]:
        """Return the figures, with shares and medians."""
        lost = [after - self.mnist_before for after in self.mnist]
        return {
            "halves": self.halves,
            "misread_before": self.before,
            "misread_after": self.after,
            "fall": 1 - self.after / max(self.before, 1),
            "correct_before": self.correct_before,
            "newly_misread": self.newly_misread,
            "mnist_points_lost": float(np.mean(lost)),
            "max_mnist_points_lost": max(lost),
            "seconds": float(np.median(self.seconds)),
            "max_seconds": max(self.seconds),
        }


def halves(drawings: list[Drawing], places: slice = _WRITERS["all"]) -> list[tuple[list[Drawing], list[Drawing]]]:
    """Return (training half, held-back half) for each writer with two or more drawings, and with the halves swapped."""
    rng = np.random.default_rng(SEED)
    pairs = []
    for writer in sorted({drawing.owner for drawing in drawings})[places]:
        own = [drawing for drawing in drawings if drawing.owner == writer]
        order = [own[k] for k in rng.permutation(len(own))]
        middle = len(own) // 2
        pairs += [(order[:middle], order[middle:]), (order[middle:], order[:middle])]
    return [(learned, held_back) for learned, held_back in pairs if learned and held_back]


def to_drawings(samples: list[Sample]) -> list[Drawing]:
    """Draw the samples, and normalize them as the app does."""
    images = [normalization.normalize(canvas) for canvas in singles(samples, PEN, SEED)]
    return [
        Drawing(number=number, owner=sample.writer, label=sample.label, image=image, source="import")
        for number, (sample, image) in enumerate(zip(samples, images, strict=True), start=1)
        if image is not None
    ]


def misread(network: keras.Model, drawings: list[Drawing]) -> NDArray[np.bool_]:
    """Return which drawings are misread."""
    images = np.stack([drawing.image for drawing in drawings])
    answers = network.predict(images, batch_size=500, verbose=0).argmax(axis=1)
    return np.array(answers != [drawing.label for drawing in drawings])


def improve(name: str, pairs: list[tuple[list[Drawing], list[Drawing]]], digits: mnist.Mnist) -> Figures:
    """Fine-tune a network on each half that needs it, and on some that do not."""
    files, figures, flawless = ModelFiles(Settings.from_environment()), Figures(), 0
    card = files.card(name)
    base = keras_files.load(files.keras_file(name))

    def error_rate(network: keras.Model) -> float:
        return 100 * (1 - Scores(digits.y_test, network.predict(digits.x_test, batch_size=500, verbose=0)).accuracy)

    figures.mnist_before = error_rate(base)
    for learned, held_back in pairs:
        before = misread(base, held_back)
        flawless += not before.any()
        if not before.any() and flawless % CONTROLS:
            continue
        tuning = FineTuning(base=name, learned=tuple(drawing.number for drawing in learned))
        config = fine_tuning_config(card.config, tuning)
        started = time.monotonic()
        tuned = fine_tuning_run.fine_tune_run(
            files, config, learned, digits, report=lambda _: None, wanted=lambda: True
        )
        figures.mnist.append(error_rate(tuned.model))
        figures.seconds.append(time.monotonic() - started)
        after = misread(tuned.model, held_back)
        figures.halves += 1
        figures.correct_before += int((~before).sum())
        figures.newly_misread += int((after & ~before).sum())
        if before.any():
            figures.before += int(before.sum())
            figures.after += int(after.sum())
    return figures


def main() -> None:
    """Measure each network, print its figures, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("strokes", type=Path, metavar="STROKES_PATH")
    parser.add_argument("--models", nargs="+", default=["handwriting", "convolutional", "tutorial"])
    parser.add_argument(
        "--writers",
        choices=_WRITERS,
        default="all",
        help="the places of the writers to use, in the order of their names",
    )
    options = parser.parse_args()
    pairs = halves(to_drawings(load(options.strokes)), _WRITERS[options.writers])
    digits, results = mnist.load(), {}
    for name in options.models:
        results[name] = improve(name, pairs, digits).as_dict()
        print(name, "  ".join(f"{key} {value:.3g}" for key, value in results[name].items()), flush=True)
    before, after = (sum(result[key] for result in results.values()) for key in ("misread_before", "misread_after"))
    print(json.dumps({"ratio": before / max(after, 1), "fall": 1 - after / max(before, 1), **results}))


if __name__ == "__main__":
    main()
