"""Does the time grow linearly with the work? Training on more digits, and reading more digits per call.

    python benchmarks/growth.py [--presets tutorial convolutional] [--epochs 4] [--rounds 50]

Training: `train` on MNIST's first 1,000, 10,000 and 60,000 digits, with each preset's own settings and a fifth of the
digits for validation. The first epoch compiles, and is shown separately. Reading: `Recogniser.probabilities` with 1, 10
and 100 digits per call, in turn. Medians are shown with the fastest and the slowest time; the fastest counts, because
other work on a machine can only slow it down.

The last line is a JSON object. Each of its `ratios` is digits per second at the largest size divided by digits per
second at the smallest: 1 is linear, and above 1 the cost of a digit falls. `ratio` is the smallest of them.
"""

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation


from digitlab.data import mnist
from digitlab.networks.config import TrainingConfig
from digitlab.networks.presets import PRESETS
from digitlab.networks.recognition import Recogniser
from digitlab.settings import ROOT
from digitlab.worker import training

DIGITS = (1_000, 10_000, 60_000)
BATCHES = (1, 10, 100)  # digits per call
PER_ROUND = 100  # digits read per round and size


def epochs(preset: str, digits: mnist.Mnist, n: int, count: int) -> dict[str, float]:
    """Train on n digits; return the seconds of the first and of the later epochs, and digits per second."""
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
    """Read the same digits with each number of digits per call; return digits per second."""
    images = digits.x_test[:PER_ROUND]
    rates: dict[int, list[float]] = {size: [] for size in BATCHES}
    for number in range(rounds + 1):
        for size, rate in rates.items():
            started = time.perf_counter()
            for start in range(0, PER_ROUND, size):
                network.probabilities(images[start : start + size])
            if number:  # the first round is a warm-up
                rate.append(PER_ROUND / (time.perf_counter() - started))
    return {
        size: {"digits_per_second": max(rate), "median": statistics.median(rate), "slowest": min(rate)}
        for size, rate in rates.items()
    }


def main() -> None:
    """Measure reading and training, print the figures, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", nargs="+", default=["tutorial", "convolutional"], choices=sorted(PRESETS))
    parser.add_argument("--epochs", type=int, default=4, help="2 or more")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--model", default="handwriting", help="name of the network in models/ that reads the digits")
    options = parser.parse_args()
    if options.epochs < 2:
        parser.error("--epochs must be 2 or more, because the first epoch does not count.")
    digits = mnist.load()

    reading = readings(Recogniser.load(ROOT / "models" / f"{options.model}.keras"), digits, options.rounds)
    for size, row in reading.items():
        print(
            f"reading {size:3} per call  {row['digits_per_second']:8,.0f} digits per second "
            f"(median {row['median']:,.0f}, slowest {row['slowest']:,.0f})",
            flush=True,
        )
    ratios = {"reading": reading[BATCHES[-1]]["digits_per_second"] / reading[BATCHES[0]]["digits_per_second"]}
    trained: dict[str, dict[int, dict[str, float]]] = {}
    for preset in options.presets:
        trained[preset] = {}
        for n in DIGITS:
            row = trained[preset][n] = epochs(preset, digits, n, options.epochs)
            print(
                f"{preset} on {n:6,}  first epoch {row['first']:6.2f} s  later {row['later']:6.3f} s "
                f"({row['fastest']:.3f} to {row['slowest']:.3f})  {row['digits_per_second']:8,.0f} digits per second",
                flush=True,
            )
        rates = [trained[preset][n]["digits_per_second"] for n in DIGITS]
        ratios[preset] = rates[-1] / rates[0]
    print(json.dumps({"ratio": min(ratios.values()), "ratios": ratios, "reading": reading, "training": trained}))


if __name__ == "__main__":
    main()
