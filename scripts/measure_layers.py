"""Measure how long networks train on this machine, and make digitlab/networks/training_costs.json from it.

    python scripts/measure_layers.py --machine "two cores of a Xeon with AVX-512" [--networks 110] [--seconds 300]

Each network is compiled and then trained for some seconds; its fastest chunks count, so that other
programs disturb little. The measurements are kept in tests/networks/measured_trainings.json. A later call
continues there until `--networks` random networks are measured. Delete that file to measure again.
"""

import argparse
import dataclasses
import json
import math
import random
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import keras
import numpy as np
from random_stacks import Bounds, random_stack
from training_cost_fit import READ, table_of

from digitlab.data import mnist
from digitlab.data.augmentation import Augmentation
from digitlab.data.mnist import Mnist
from digitlab.networks.config import TrainingConfig
from digitlab.networks.execution_plans import plan
from digitlab.networks.layers.layer_figures import describe, is_spatial
from digitlab.networks.layers.stacks import as_json
from digitlab.networks.presets import PRESETS
from digitlab.networks.training_cost import PATH, yardstick
from digitlab.settings import ROOT
from digitlab.worker import model_pool, multistep

MEASURED = ROOT / "tests" / "networks" / "measured_trainings.json"
_CHUNKS = {True: 8, False: 6}  # of an epoch here, compiled by XLA or not
_PART = {True: 0.25, False: 1.0}  # of a chunk as it is usually: a short one is more often undisturbed
_FAST = 0.1  # the share of chunks of which the slowest counts
_SECONDS = {True: 2.5, False: 2.0}  # that a network is trained, after its first epoch
_MOST = {
    "filters": 64, "units": 512, "kernel_size": 7, "stride": 2, "multiplier": 3, "over": 5, "l2": 0.01, "pool_size": 3
}  # fmt: skip
_BOUNDS = Bounds(20_000_000, 1_000_000, _MOST)
_BATCH_SIZES = (32, 200)  # with which presets are measured besides their own
_TRIES = 150  # random networks, of which the one that has about as much arithmetic as is wanted is chosen


def random_config(seed: int) -> TrainingConfig:
    """Return the settings of a random network's training; of three, one has no windows, so that XLA compiles it."""
    rng = random.Random(seed)  # noqa: S311 - nothing is secret
    is_compiled = seed % 3 == 0
    wanted = rng.uniform(4.0, 5.9 if is_compiled else 7.2)
    drawn = (random_stack(seed * _TRIES + number, _BOUNDS) for number in range(_TRIES))
    stacks = [stack for stack in drawn if is_spatial(stack) != is_compiled and len(stack) > 1]
    stack = min(stacks, key=lambda stack: abs(math.log10(describe(stack).multiplications + 1) - wanted))
    return TrainingConfig(
        layers=stack,
        batch_size=rng.choice((16, 32, 32, 64, 128, 256)),
        optimizer=rng.choice(("adam", "adam", "adamw", "rmsprop", "sgd")),
        augmentation=Augmentation(
            shift=rng.choice((0, 0, 2)), elastic=rng.choice((0, 0, 0, 0, 1.5)), erasing=rng.choice((0, 0, 0, 0, 0.1))
        ),
    )


class _Clock(keras.callbacks.Callback):  # type: ignore[misc]
    """Takes the seconds of chunks, of reading, and of the rest of an epoch; ends when the time is over."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._patience = seconds
        self._until = self._last = self._began = self._reading = 0.0
        self._epoch_chunks: list[float] = []
        self.chunks: list[float] = []
        self.readings: list[float] = []
        self.rests: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Begin an epoch, of which the first compiles."""
        self._began = self._last = time.perf_counter()
        self._epoch_chunks = []
        if epoch == 1:
            self._until = self._began + self._patience

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Take the seconds of a chunk."""
        now = time.perf_counter()
        self._epoch_chunks.append(now - self._last)
        self._last = now

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Begin to read."""
        self._reading = time.perf_counter()

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Take the seconds of reading."""
        self._read_for = time.perf_counter() - self._reading

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """End an epoch, and the training when the time is over."""
        if epoch == 0:
            return
        now = time.perf_counter()
        # The first chunk of an epoch is longer: part of that is the epoch's own.
        self.chunks += self._epoch_chunks[1:]
        self.readings.append(self._read_for)
        usual = float(np.quantile(self._epoch_chunks[1:], _FAST))
        self.rests.append(now - self._began - self._read_for - usual * len(self._epoch_chunks))
        self.model.stop_training = now > self._until and epoch > 1


def measure(config: TrainingConfig, digits: Mnist) -> dict[str, Any]:
    """Train with some settings for a moment; return what it took."""
    planned = plan(config.stack, config.steps)
    planned = dataclasses.replace(planned, digits=int(planned.digits * _PART[planned.uses_xla]))
    per_chunk = max(planned.digits // config.batch_size, 1)
    count = _CHUNKS[planned.uses_xla] * per_chunk * config.batch_size
    read = digits.x_train[-READ:], digits.y_train[-READ:]
    clock = _Clock(_SECONDS[planned.uses_xla])
    keras.backend.clear_session()
    multistep.fit(
        model_pool.acquire(config),
        multistep.BatchChunks(digits.x_train[:count], digits.y_train[:count], config, planned.digits),
        planned,
        epochs=1000,
        validation=read,
        callbacks=[clock],
    )
    return {
        "layers": as_json(config.stack),
        "batch_size": config.batch_size,
        "optimizer": config.optimizer,
        "augmentation": {name: value for name, value in dataclasses.asdict(config.augmentation).items() if value},
        "compiled": planned.uses_xla,
        "batches": per_chunk,
        "seconds": float(f"{np.quantile(clock.chunks, _FAST):.4g}"),
        "reading": float(f"{np.quantile(clock.readings, _FAST):.4g}"),
        "rest": float(f"{np.median(clock.rests):.4g}"),
    }


def config_of(name: str) -> TrainingConfig:
    """Return the settings of what is measured under a name: a preset, one with another batch size, or a number."""
    if name.isdecimal():
        return random_config(int(name))
    preset, *batch_size = name.split()
    changes: dict[str, Any] = {"batch_size": int(batch_size[0]), "augmentation": Augmentation()} if batch_size else {}
    return TrainingConfig.from_preset(preset, written_digits=0, **changes)


def names(networks: int) -> list[str]:
    """Return the names of all that is to be measured, with so many random networks."""
    variants = [f"{preset} {batch_size}" for preset in PRESETS for batch_size in _BATCH_SIZES]
    return [*PRESETS, *variants, *map(str, range(networks))]


def measure_missing(networks: int, seconds: float) -> dict[str, Any]:
    """Measure what was not measured yet, for so many seconds; return all that was measured."""
    found: dict[str, Any] = json.loads(MEASURED.read_text()) if MEASURED.is_file() else {}
    digits, until = mnist.load(), time.monotonic() + seconds
    for name in names(networks):
        if name not in found and time.monotonic() < until:
            began = time.monotonic()
            found[name] = measure(config_of(name), digits)
            print(name, f"{time.monotonic() - began:.1f} s", found[name]["seconds"], flush=True)
            MEASURED.write_text("{\n" + ",\n".join(f'"{k}": {json.dumps(v)}' for k, v in found.items()) + "\n}\n")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--machine", required=True, help="what measures, in words")
    parser.add_argument("--networks", type=int, default=110)
    parser.add_argument("--seconds", type=float, default=1e9)
    options = parser.parse_args()
    found = measure_missing(options.networks, options.seconds)
    if missing := set(names(options.networks)) - set(found):
        sys.exit(f"{len(missing)} networks are still to be measured: run it again")
    table = table_of(found, options.machine, float(f"{yardstick():.3g}"))
    PATH.write_text(json.dumps(dataclasses.asdict(table), indent=1) + "\n")
    print(f"{PATH}: {len(found)} networks, four of five within {table.spreads}")
