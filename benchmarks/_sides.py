"""Two sides of a comparison that take turns, each in a new process, so that neither warms up the other."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_PATIENCE = 1800  # seconds, for one side's turn
Result = dict[str, Any]


def parser(description: str | None, seeds: int) -> argparse.ArgumentParser:
    """Return a parser with the options of all such benchmarks."""
    result = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    result.add_argument("--seeds", type=int, default=seeds, help="number of turns of each side")
    result.add_argument("--side", help=argparse.SUPPRESS)
    result.add_argument("--seed", type=int, help=argparse.SUPPRESS)
    return result


def preset(name: str, seed: int, epochs: int | None = None) -> Result:
    """Train a preset, starting from the arrays, and score it; by default for the preset's own number of epochs."""
    import dataclasses

    from digitlab.data import mnist
    from digitlab.networks.config import TrainingConfig
    from digitlab.networks.scores import Scores
    from digitlab.worker import training

    digits = mnist.load()
    config = TrainingConfig.from_preset(name)
    config = dataclasses.replace(config, seed=seed, epochs=epochs or config.epochs)
    started = time.monotonic()
    trained = training.train(config, digits.x_train, digits.y_train)
    seconds = time.monotonic() - started
    accuracy = Scores(digits.y_test, trained.model.predict(digits.x_test, batch_size=500, verbose=0)).accuracy
    return {"seconds": seconds, "accuracy": accuracy, "epochs": config.epochs}


def compare(
    options: argparse.Namespace, sides: Mapping[str, Callable[[int], Result]], pythons: Mapping[str, str] | None = None
) -> dict[str, list[Result]]:
    """Let each side take its turn with each seed; a side returns `seconds` and other figures.

    In the process of a side's turn this prints the result and exits.
    """
    if options.side:
        print(json.dumps(sides[options.side](options.seed)))
        sys.exit()
    results: dict[str, list[Result]] = {name: [] for name in sides}
    for seed in range(1, options.seeds + 1):
        for name in sides:
            python = (pythons or {}).get(name, sys.executable)
            command = [python, *sys.argv, "--side", name, "--seed", str(seed)]
            environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=_PATIENCE, env=environment)
            if done.returncode:
                sys.exit(f"{name} failed: {' '.join(command)}")
            result = json.loads(done.stdout.splitlines()[-1])
            results[name].append(result)
            figures = "  ".join(f"{key} {value:.4g}" for key, value in result.items())
            print(f"seed {seed}  {name:10}  {figures}", flush=True)
    return results


def conclude(results: dict[str, list[Result]], other: str, ours: str) -> None:
    """Print medians and spread, and one line of JSON; its `ratio` says how many times faster our side is."""
    seconds = {name: sorted(result["seconds"] for result in turns) for name, turns in results.items()}
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    for name, values in seconds.items():
        print(f"{Path(sys.argv[0]).stem}: {name} {medians[name]:.2f} s, {values[0]:.2f} to {values[-1]:.2f}")
    accuracies = {
        name: [result["accuracy"] for result in turns] for name, turns in results.items() if "accuracy" in turns[0]
    }
    means = {name: statistics.fmean(values) for name, values in accuracies.items()}
    print(
        json.dumps(
            {
                "ratio": medians[other] / medians[ours],
                "seconds": medians,
                "accuracy": means,
                "min_accuracy": {name: min(values) for name, values in accuracies.items()},
            }
        )
    )
