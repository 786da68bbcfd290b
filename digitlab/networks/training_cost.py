"""How long an epoch of a training takes, from a table of what was measured for each type of layer.

`scripts/measure_layers.py` makes the table, `training_costs.json`: it trains random networks for a moment each, and
fits the cost of each kind of work to the times. The error of the table is measured on other networks.
"""

import json
import math
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from digitlab.data.augmentation import Augmentation
from digitlab.networks.config import TrainingConfig
from digitlab.networks.execution_plans import plan
from digitlab.networks.layers.base import Layer, Shape
from digitlab.networks.layers.kinds import Dense
from digitlab.networks.layers.layer_figures import DIGITS, IMAGE, Stack, describe

PATH = Path(__file__).with_name("training_costs.json")
_SAME = 1.3  # the factor by which a training may be off that is estimated from another of the same network
_BY_YARDSTICK = 1.6  # factor by which an estimate may be off where only a moment of arithmetic was measured
_SIDE, _TIMES = 256, 30  # rows and columns of the arrays for that; repetitions
PLAIN, COMPILED = "plain", "compiled"  # what TensorFlow runs operation by operation, and what XLA compiles


_ALIKE = {  # what costs so much alike that it is measured together
    "BatchNormalization": "normalization",
    "LayerNormalization": "normalization",
    "Activation": "rectifier",
    "Skip": "rectifier",
    "relu": "rectifier values",
    "leaky_relu": "rectifier values",
}


@dataclass(frozen=True, slots=True)
class Passes:
    """How often a network is called, and with how many digits in all.

    Attributes:
        chunks: Calls from Python.
        steps: Batches in them.
        digits: Digits in those.

    Example:
        >>> Passes(chunks=1, steps=16, digits=512).digits
        512
    """

    chunks: float
    steps: float
    digits: float


def training_work(stack: Stack, passes: Passes, augmentation: Augmentation | None = None) -> dict[str, float]:
    """Return what a training has to compute, by the names of the table.

    Args:
        stack: The layers, which are a network.
        passes: The calls.
        augmentation: How the digits are changed before.

    Returns:
        Chunks; steps, and those of each type of layer; millions of multiplications, and thousands of numbers that come
        in and out or are looked at in windows, by type of layer; thousands of numbers by kind of activation function;
        millions of weights that are changed; thousands of digits that are augmented, by how.

    Example:
        >>> from digitlab.networks.layers.kinds import Flatten
        >>> work = training_work((Flatten(), Dense(units=100)), Passes(chunks=1, steps=2, digits=1000))
        >>> work["step"], work["Dense step"], round(work["Dense multiplications"], 1), work["rectifier values"]
        (2, 4.0, 79.4, 100.0)
    """
    work: defaultdict[str, float] = defaultdict(float)
    layers = describe(stack).layers
    shapes = [IMAGE, *(layer.shape for layer in layers)]
    for layer, (source, shape) in zip((*stack, Dense(units=DIGITS, activation="none")), pairwise(shapes), strict=True):
        work[f"{layer.kind} step"] += passes.steps
        for name, amount in _amounts(layer, source, shape):
            work[name] += passes.digits * amount
    work["weights"] = passes.steps * sum(layer.parameters for layer in layers) / 1e6
    for name in _changes(augmentation or Augmentation()):
        work[name] = passes.digits / 1e3
    return {"chunk": passes.chunks, "step": passes.steps, **work}


def _amounts(layer: Layer, source: Shape, shape: Shape) -> Iterator[tuple[str, float]]:
    """Return what a layer computes for a digit."""
    values = math.prod(shape) / 1e3
    yield f"{_ALIKE.get(layer.kind, layer.kind)} values", math.prod(source) / 1e3 + values
    if layer.kernels:
        yield f"{layer.kind} multiplications", layer.multiplications(source) / 1e6
    if layer.window is not None:
        yield f"{layer.kind} windows", layer.window.size**2 * math.prod(shape[:2]) * source[2] / 1e3
    activation = getattr(layer, "activation", "none")
    if activation != "none":
        yield _ALIKE.get(activation, "function"), values


def _changes(augmentation: Augmentation) -> Iterator[str]:
    """Return which kinds of changes the digits go through: an elastic one replaces the plain warp."""
    if augmentation.elastic:
        yield "elastic"
    elif augmentation:
        yield "warp"
    if augmentation.erasing:
        yield "erasing"


@dataclass(frozen=True, slots=True, kw_only=True)
class CostTable:
    """What trainings cost on the machine where that was measured.

    Attributes:
        machine: That machine, in words.
        costs: Seconds by name of work, for what is compiled and what is not.
        reading_share: What reading a digit takes, of what learning from it does without compilation.
        epoch: Seconds of an epoch that are neither.
        networks: By the keys of networks that were measured themselves: how many times longer than by the costs.
        spreads: The factors within which four of five networks lie that the table was not fitted to, plain or compiled.
        own_spread: The same for networks that were measured themselves, with other settings.
        yardstick: Seconds of `yardstick` there.

    Example:
        >>> table = CostTable(machine="", costs={PLAIN: {"step": 0.001}, COMPILED: {"step": 0.0001}}, epoch=0.1)
        >>> table.seconds(TrainingConfig(validation_split=0.0, batch_size=60))
        0.2
    """

    machine: str
    costs: Mapping[str, Mapping[str, float]]
    reading_share: float = 0.3
    epoch: float = 0.0
    networks: Mapping[str, float] = field(default_factory=dict)
    spreads: Mapping[str, float] = field(default_factory=lambda: {PLAIN: 2.0, COMPILED: 2.0})
    own_spread: float = 2.0
    yardstick: float = 1.0

    def seconds(self, config: TrainingConfig) -> float:
        """Return how long an epoch of a training takes there, validation included; the first compiles besides."""
        planned = plan(config.stack, config.steps)
        steps = math.ceil(config.pictures_per_epoch / config.batch_size)
        per_chunk = max(planned.digits // config.batch_size, 1)
        passes = Passes(math.ceil(steps / per_chunk), steps, config.pictures_per_epoch)
        learning = self.cost(training_work(config.stack, passes, config.augmentation), way_of(config))
        reading = self.reading(config.stack, config.validation_digits, per_chunk * config.batch_size)
        return (self.epoch + learning + reading) * self.networks.get(config.network_key, 1.0)

    def reading(self, stack: Stack, digits: int, chunk: int) -> float:
        """Return how long a network takes to read so many digits, so many at once, without learning from them."""
        calls = math.ceil(digits / chunk)
        work = training_work(stack, Passes(calls, calls, digits * self.reading_share))
        return self.cost({name: amount for name, amount in work.items() if name != "weights"}, PLAIN)

    def cost(self, work: Mapping[str, float], way: str) -> float:
        """Return the seconds of work, done plainly or compiled."""
        costs = self.costs[way]
        return sum(costs.get(name, 0.0) * amount for name, amount in work.items())

    def spread_of(self, config: TrainingConfig) -> float:
        """Return the factor by which a training may be off here."""
        return self.own_spread if config.network_key in self.networks else self.spreads[way_of(config)]


def way_of(config: TrainingConfig) -> str:
    """Return how a training is computed: `COMPILED` or `PLAIN`."""
    return COMPILED if plan(config.stack, config.steps).uses_xla else PLAIN


class Basis(Enum):
    """What an estimate is based on."""

    SAME = "trainings of this network here"
    OTHERS = "the table, and trainings of other networks here"
    YARDSTICK = "the table, and a moment's arithmetic here"


@dataclass(frozen=True, slots=True)
class EpochEstimate:
    """How long an epoch will take.

    Attributes:
        seconds: The most likely duration.
        low: It will hardly be shorter.
        high: It will hardly be longer.
        basis: What it is based on.

    Example:
        >>> EpochEstimate(3.0, 2.0, 4.5, Basis.OTHERS).high
        4.5
    """

    seconds: float
    low: float
    high: float
    basis: Basis


def estimate(
    config: TrainingConfig,
    measured: Sequence[tuple[TrainingConfig, float]],
    yardstick_here: Callable[[], float],
    table: CostTable,
) -> EpochEstimate:
    """Estimate how long an epoch of a training takes on this machine.

    Args:
        config: The training's settings.
        measured: Settings of trainings here, and how many seconds an epoch of each took.
        yardstick_here: Returns the seconds of `yardstick` here; called only if nothing was measured.
        table: The table.

    Example:
        >>> table = CostTable(machine="", costs={PLAIN: {"step": 0.001}, COMPILED: {"step": 0.001}})
        >>> other = TrainingConfig.from_preset("small", written_digits=0)
        >>> twice_as_slow = [(other, 2 * table.seconds(other))]
        >>> config = TrainingConfig(validation_split=0.0, batch_size=60)
        >>> estimate(config, twice_as_slow, lambda: 1.0, table).seconds
        2.0
    """
    same = [run for run in measured if run[0].network_key == config.network_key]
    if found := same or measured:
        errors = [math.log(seconds / table.seconds(other)) for other, seconds in found]
        factor = math.exp(statistics.median(errors))
        spreads = [_SAME] if same else [table.spread_of(config), _mean_spread([table.spread_of(c) for c, _s in found])]
    else:
        factor, spreads = yardstick_here() / table.yardstick, [table.spread_of(config), _BY_YARDSTICK]
    seconds, spread = factor * table.seconds(config), math.exp(math.hypot(*map(math.log, spreads)))
    basis = Basis.SAME if same else Basis.OTHERS if measured else Basis.YARDSTICK
    return EpochEstimate(seconds, seconds / spread, seconds * spread, basis)


def _mean_spread(spreads: Sequence[float]) -> float:
    """Return the spread of a mean: errors of several networks even out."""
    return math.exp(math.hypot(*map(math.log, spreads)) / len(spreads))


def yardstick() -> float:
    """Return the seconds that a little arithmetic takes here: the shortest of several times, all within 20 ms."""
    numbers = np.linspace(0, 1, _SIDE * _SIDE, dtype=np.float32).reshape(_SIDE, _SIDE)

    def once() -> float:
        started = time.perf_counter()
        for _time in range(4):
            np.tanh(numbers).sum()
        sum(range(20_000))
        return time.perf_counter() - started

    return min(once() for _time in range(_TIMES))


@cache
def table() -> CostTable:
    """Return the table."""
    return CostTable(**json.loads(PATH.read_text(encoding="utf-8")))
