"""Does more work take longer than its share? Training on more digits, and reading more digits in a call.

    python benchmarks/growth.py [--presets tutorial convolutional] [--epochs 4] [--rounds 50]

Training: `train` on the first 1,000, 10,000 and 60,000 of MNIST's digits, with each preset's own settings, a fifth of
the digits kept for validation. The first epoch compiles, and stands apart. Reading: `Recogniser.probabilities` with 1,
10 and 100 digits a call, by turns. Medians are shown with the fastest and the slowest; the fastest counts, since
whatever else a machine does can only slow it down.

The last line is a JSON object. `ratio` is the worst, over the presets and the reading, of digits a second at the
largest size over digits a second at the smallest: 1 is linear, above it the cost of a digit falls.
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


from digitlab.data import mnist
from digitlab.networks.config import TrainingConfig
from digitlab.networks.presets import PRESETS
from digitlab.networks.recognition import Recogniser
from digitlab.settings import ROOT
from digitlab.worker import training

DIGITS = (1_000, 10_000, 60_000)
AT_ONCE = (1, 10, 100)
PER_ROUND = 100  # digits read in a round of each size


def epochs(preset: str, digits: mnist.Mnist, n: int, count: int) -> dict[str, float]:
    """Train on n digits; return the seconds of the first epoch and of the later ones, and digits a second."""
    config = TrainingConfig.from_preset(preset, training_digits=n, epochs=count, validation_split=0.2)
    seconds = [epoch.seconds for epoch in training.train(config, digits.x_train, digits.y_train).epochs]
    return {
        "first": seconds[0],
        "later": statistics.median(seconds[1:]),
        "fastest": min(seconds[1:]),
        "slowest": max(seconds[1:]),
        "digits_per_second": config.pictures_per_epoch / min(seconds[1:]),
    }


def readings(network: Recogniser, digits: mnist.Mnist, rounds: int) -> dict[int, dict[str, float]]:
    """Read the same digits with each size of call; return digits a second, by rounds."""
    images = digits.x_test[:PER_ROUND]
    rates: dict[int, list[float]] = {size: [] for size in AT_ONCE}
    for number in range(rounds + 1):
        for size, taken in rates.items():
            started = time.perf_counter()
            for start in range(0, PER_ROUND, size):
                network.probabilities(images[start : start + size])
            if number:  # the first round warms up
                taken.append(PER_ROUND / (time.perf_counter() - started))
    return {
        size: {"digits_per_second": max(taken), "median": statistics.median(taken), "slowest": min(taken)}
        for size, taken in rates.items()
    }


def main() -> None:
    """Measure, print, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", nargs="+", default=["tutorial", "convolutional"], choices=sorted(PRESETS))
    parser.add_argument("--epochs", type=int, default=4, help="2 or more")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--model", default="handwriting", help="name of the network in models/ that reads")
    options = parser.parse_args()
    if options.epochs < 2:
        parser.error("--epochs is 2 or more: the first one is not counted")
    digits = mnist.load()

    reading = readings(Recogniser.load(ROOT / "models" / f"{options.model}.keras"), digits, options.rounds)
    for size, row in reading.items():
        print(
            f"reading {size:3} a call  {row['digits_per_second']:8,.0f} digits a second "
            f"(median {row['median']:,.0f}, slowest {row['slowest']:,.0f})",
            flush=True,
        )
    ratios = {"reading": reading[AT_ONCE[-1]]["digits_per_second"] / reading[AT_ONCE[0]]["digits_per_second"]}
    trained: dict[str, dict[int, dict[str, float]]] = {}
    for preset in options.presets:
        trained[preset] = {}
        for n in DIGITS:
            row = trained[preset][n] = epochs(preset, digits, n, options.epochs)
            print(
                f"{preset} on {n:6,}  first epoch {row['first']:6.2f} s  later {row['later']:6.3f} s "
                f"({row['fastest']:.3f} to {row['slowest']:.3f})  {row['digits_per_second']:8,.0f} digits a second",
                flush=True,
            )
        rates = [trained[preset][n]["digits_per_second"] for n in DIGITS]
        ratios[preset] = rates[-1] / rates[0]
    print(json.dumps({"ratio": min(ratios.values()), "ratios": ratios, "reading": reading, "training": trained}))


if __name__ == "__main__":
    main()
