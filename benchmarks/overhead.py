"""The overhead that the app adds to a training (Dask, SQL, reports), against `train` called directly.

    python benchmarks/overhead.py [--rounds 5] [--epochs 20]

One side submits the tutorial's preset to the app's worker, as the Train page does, and measures from the click until
the last epoch is stored. The other side calls `train` in a separate process. Both processes are warm, because the app
keeps its worker running, and they take turns. Then two trainings are submitted at once, to one worker and to two. The
last line is a JSON object: `ratio` says how many times longer a training through the app takes, `first_point` is the
time from the click to the point of the first epoch in seconds, and `two_workers` says how many times sooner two workers
finish two trainings than one worker.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from digitlab.data import mnist_source
from digitlab.lab import Lab
from digitlab.networks.config import TrainingConfig
from digitlab.runs.records.people import Person
from digitlab.settings import Settings

_PATIENCE = 600  # seconds, for a training
_PERSON = Person(id="benchmark")


def direct(config: TrainingConfig) -> float:
    """Train in this process; return the seconds."""
    from digitlab.worker.training import train

    digits = mnist_source.load(Settings().data)
    started = time.monotonic()
    train(config, digits.x_train, digits.y_train)
    return time.monotonic() - started


def by_the_app(lab: Lab, configs: Sequence[TrainingConfig]) -> tuple[float, float]:
    """Submit trainings; return the seconds to the first epoch of the first one, and to the last epoch of all."""
    started = time.monotonic()
    runs = [lab.start_training(config, "", _PERSON) for config in configs]
    first = 0.0
    while time.monotonic() - started < _PATIENCE:
        counts = [len(lab.epochs(run.number)) for run in runs]
        first = first or (time.monotonic() - started if counts[0] else 0.0)
        if all(count == config.epochs for count, config in zip(counts, configs, strict=True)):
            break
        time.sleep(0.02)
    seconds = time.monotonic() - started
    while not all(lab.run(run.number).state.is_over() for run in runs):  # saving counts for neither side
        time.sleep(0.1)
    return first, seconds


def warm_lab(folder: Path, workers: int, config: TrainingConfig) -> Lab:
    """Start a lab with its own data, and let its workers train once."""
    settings = Settings(
        data=folder / "data",
        models=folder / "models",
        database_url=f"sqlite:///{folder / 'digitlab.db'}",
        workers=workers,
    )
    lab = Lab(settings)
    lab.open()
    lab.wait_until_open()
    by_the_app(lab, [config] * workers)
    return lab


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=20)
    options = parser.parse_args()
    config = TrainingConfig(epochs=options.epochs)
    with tempfile.TemporaryDirectory() as name, ProcessPoolExecutor(1, get_context("spawn")) as process:
        folder = Path(name)
        process.submit(direct, TrainingConfig(epochs=1)).result()
        direct_seconds, app_seconds, first_points = [], [], []
        with warm_lab(folder / "one", 1, TrainingConfig(epochs=1)) as lab:
            for number in range(options.rounds):
                direct_seconds.append(process.submit(direct, config).result())
                first, seconds = by_the_app(lab, [config])
                first_points.append(first)
                app_seconds.append(seconds)
                print(
                    f"round {number + 1}  direct {direct_seconds[-1]:.2f} s  app {seconds:.2f} s  first {first:.2f} s"
                )
            alone = [by_the_app(lab, [config, config])[1] for _ in range(options.rounds)]
        with warm_lab(folder / "two", 2, TrainingConfig(epochs=1)) as lab:
            two = [by_the_app(lab, [config, config])[1] for _ in range(options.rounds)]
    print(f"two trainings: {statistics.median(alone):.2f} s by one worker, {statistics.median(two):.2f} s by two")
    print(
        json.dumps(
            {
                "ratio": statistics.median(a / d for a, d in zip(app_seconds, direct_seconds, strict=True)),
                "direct": statistics.median(direct_seconds),
                "app": statistics.median(app_seconds),
                "first_point": statistics.median(first_points),
                "two_workers": statistics.median(alone) / statistics.median(two),
            }
        )
    )
