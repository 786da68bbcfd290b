"""Measure how long networks train here, and make digitlab/networks/training_costs.json from it.

    python scripts/measure_layers.py [--networks 160] [--seconds 300] [--machine "two cores of a Xeon with AVX-512"]

Each network is compiled and then trained for a second or two; what counts is the fast quarter of its chunks, so that
other programs disturb little. What was measured is kept in tests/networks/measured_trainings.json, and a later call goes
on there, until there are as many networks. Delete that file to measure anew, on a machine that does nothing else.
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

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]  # the command runs without an installation

import keras
import numpy as np
from random_stacks import Bounds, random_stack

from digitlab.data import mnist
from digitlab.data.augmentation import Augmentation
from digitlab.data.mnist import Mnist
from digitlab.networks.config import TrainingConfig
from digitlab.networks.execution_plans import ExecutionPlan, plan
from digitlab.networks.layers.figures import describe, is_spatial
from digitlab.networks.layers.stacks import as_json
from digitlab.networks.presets import PRESETS
from digitlab.worker import model_pool, multistep

MEASURED = ROOT / "tests" / "networks" / "measured_trainings.json"
_CHUNKS = {True: 3, False: 6}  # of an epoch here, compiled by XLA or not
_READ = 2048  # digits that are read without learning
_SECONDS = {True: 1.5, False: 2.0}  # that a network is trained, after its first epoch
_MOST = {
    "filters": 64, "units": 512, "kernel_size": 7, "stride": 2, "multiplier": 3, "over": 5, "l2": 0.01, "pool_size": 3
}  # fmt: skip
_BOUNDS = Bounds(20_000_000, 1_000_000, _MOST)
_TRIES = 150  # random networks, of which the one that has about as much arithmetic as is wanted is chosen


def random_config(seed: int) -> TrainingConfig:
    """Return the settings of a random network's training; of three, one has no windows, so that XLA compiles it."""
    rng = random.Random(seed)
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
        usual = float(np.quantile(self._epoch_chunks[1:], 0.25))
        self.rests.append(now - self._began - self._read_for - usual * len(self._epoch_chunks))
        self.model.stop_training = now > self._until and epoch > 1


def measure(config: TrainingConfig, digits: Mnist) -> dict[str, Any]:
    """Train with some settings for a moment; return what it took."""
    planned: ExecutionPlan = plan(config.stack, config.steps)
    per_chunk = max(planned.digits // config.batch_size, 1)
    count = _CHUNKS[planned.uses_xla] * per_chunk * config.batch_size
    read = digits.x_train[-_READ:], digits.y_train[-_READ:]
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
        "seconds": float(f"{np.quantile(clock.chunks, 0.25):.4g}"),
        "reading": float(f"{np.quantile(clock.readings, 0.25):.4g}"),
        "rest": float(f"{np.median(clock.rests):.4g}"),
    }


def config_of(name: str) -> TrainingConfig:
    """Return the settings of what is measured under a name: a preset, or the number of a random network."""
    return TrainingConfig.from_preset(name, written_digits=0) if name in PRESETS else random_config(int(name))


def measure_missing(networks: int, seconds: float) -> dict[str, Any]:
    """Measure what was not measured yet, for so many seconds; return all that was measured."""
    found: dict[str, Any] = json.loads(MEASURED.read_text()) if MEASURED.is_file() else {}
    digits, until = mnist.load(), time.monotonic() + seconds
    for name in (*PRESETS, *map(str, range(networks))):
        if name not in found and time.monotonic() < until:
            began = time.monotonic()
            found[name] = measure(config_of(name), digits)
            print(name, f"{time.monotonic() - began:.1f} s", found[name]["seconds"], flush=True)
            MEASURED.write_text("{\n" + ",\n".join(f'"{k}": {json.dumps(v)}' for k, v in found.items()) + "\n}\n")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", type=int, default=160)
    parser.add_argument("--seconds", type=float, default=1e9)
    options = parser.parse_args()
    measure_missing(options.networks, options.seconds)
