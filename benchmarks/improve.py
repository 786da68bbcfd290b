"""Improve, writer by writer: half of a writer's digits to learn from, the other half to be read before and after.

    python benchmarks/improve.py STROKES_PATH [--models handwriting convolutional tutorial] [--writers odd]

Both halves take their turn. Settings were chosen on the writers at even places in the order of their names; those at
odd places had no say. Each network is tuned as the app does it, once for every half in which it misreads
something, and for some in which it does not, to see that it spoils nothing. The last line is a JSON object; `ratio`
says how many times fewer of the held-back drawings are misread, over all networks, `fall` by which share less.
"""

import argparse
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command is run as it is, without an installation

import keras
import numpy as np
from _drawings import Sample, load, singles
from numpy.typing import NDArray

from digitlab.data import mnist
from digitlab.networks.config import FineTuning, fine_tuning_config
from digitlab.networks.scores import Scores
from digitlab.preprocessing import normalization
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.records.drawing import Drawing
from digitlab.settings import Settings
from digitlab.worker import fine_tuning_run, keras_files

PEN = 20  # pixels, on a canvas of 280
SEED = 7
SPOILED = 10  # one of so many halves without a mistake is tuned to, too
_WRITERS = {"all": slice(None), "even": slice(0, None, 2), "odd": slice(1, None, 2)}


@dataclass(slots=True)
class Figures:
    """What tunings of one network came to: drawings misread, MNIST's share of mistakes in percent, seconds."""

    halves: int = 0
    before: int = 0
    after: int = 0
    spoiled: int = 0
    sound: int = 0
    mnist_before: float = 0.0
    mnist: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def as_dict(self) -> dict[str, float]:
        """The figures, and what follows from them."""
        lost = [after - self.mnist_before for after in self.mnist]
        return {
            "halves": self.halves,
            "misread_before": self.before,
            "misread_after": self.after,
            "fall": 1 - self.after / max(self.before, 1),
            "read_before": self.sound,
            "of_these_misread_after": self.spoiled,
            "mnist_points_lost": float(np.mean(lost)),
            "mnist_points_lost_at_most": max(lost),
            "seconds": float(np.median(self.seconds)),
            "seconds_at_most": max(self.seconds),
        }


def halves(drawings: list[Drawing], places: slice = _WRITERS["all"]) -> list[tuple[list[Drawing], list[Drawing]]]:
    """Return (to learn from, held back) for each writer with two drawings or more, and the other way round."""
    rng = np.random.default_rng(SEED)
    pairs = []
    for writer in sorted({one.owner for one in drawings})[places]:
        own = [one for one in drawings if one.owner == writer]
        order = [own[k] for k in rng.permutation(len(own))]
        middle = len(own) // 2
        pairs += [(order[:middle], order[middle:]), (order[middle:], order[:middle])]
    return [(learned, held_back) for learned, held_back in pairs if learned and held_back]


def drawn(samples: list[Sample]) -> list[Drawing]:
    """Draw the samples, and bring them into form as the app does."""
    images = [normalization.normalize(canvas) for canvas in singles(samples, PEN, SEED)]
    return [
        Drawing(number=number, owner=sample.writer, label=sample.label, image=image, source="import")
        for number, (sample, image) in enumerate(zip(samples, images, strict=True), start=1)
        if image is not None
    ]


def misread(network: keras.Model, drawings: list[Drawing]) -> NDArray[np.bool_]:
    """Whether each drawing is misread."""
    images = np.stack([one.image for one in drawings])
    answers = network.predict(images, batch_size=500, verbose=0).argmax(axis=1)
    return np.array(answers != [one.label for one in drawings])


def improved(name: str, pairs: list[tuple[list[Drawing], list[Drawing]]], digits: mnist.Mnist) -> Figures:
    """Tune a network to each half that needs it, and to some that do not."""
    files, found, sound = ModelFiles(Settings.from_environment()), Figures(), 0
    card = files.card(name)
    base = keras_files.load(files.keras_file(name))

    def lost(network: keras.Model) -> float:
        return 100 * (1 - Scores(digits.y_test, network.predict(digits.x_test, batch_size=500, verbose=0)).accuracy)

    found.mnist_before = lost(base)
    for learned, held_back in pairs:
        before = misread(base, held_back)
        sound += not before.any()
        if not before.any() and sound % SPOILED:
            continue
        tuning = FineTuning(base=name, learned=tuple(one.number for one in learned))
        config = fine_tuning_config(card.config, tuning)
        started = time.monotonic()
        tuned = fine_tuning_run.fine_tune_run(
            files, config, learned, digits, report=lambda _: None, wanted=lambda: True
        )
        found.mnist.append(lost(tuned.model))
        found.seconds.append(time.monotonic() - started)
        after = misread(tuned.model, held_back)
        found.halves += 1
        found.sound += int((~before).sum())
        found.spoiled += int((after & ~before).sum())
        if before.any():
            found.before += int(before.sum())
            found.after += int(after.sum())
    return found


def main() -> None:
    """Measure each network, print its figures, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("strokes", type=Path, metavar="STROKES_PATH")
    parser.add_argument("--models", nargs="+", default=["handwriting", "convolutional", "tutorial"])
    parser.add_argument("--writers", choices=_WRITERS, default="all", help="those at which places")
    options = parser.parse_args()
    pairs = halves(drawn(load(options.strokes)), _WRITERS[options.writers])
    digits, results = mnist.load(), {}
    for name in options.models:
        results[name] = improved(name, pairs, digits).as_dict()
        print(name, "  ".join(f"{key} {value:.3g}" for key, value in results[name].items()), flush=True)
    before, after = (sum(one[key] for one in results.values()) for key in ("misread_before", "misread_after"))
    print(json.dumps({"ratio": before / max(after, 1), "fall": 1 - after / max(before, 1), **results}))


if __name__ == "__main__":
    main()
