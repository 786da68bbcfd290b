"""How long an epoch of a training takes, from a table of what was measured for each type of layer.

`scripts/measure_layers.py` makes the table, `training_costs.json`: it trains random networks for some seconds each, and
fits the seconds of each kind of work to them. How far the table is off is measured on networks that it was not fitted
to.
"""

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from digitlab.data.augmentation import Augmentation
from digitlab.networks.config import TrainingConfig
from digitlab.networks.execution_plans import plan
from digitlab.networks.layers.base import Layer, Shape
from digitlab.networks.layers.figures import DIGITS, IMAGE, Stack, describe
from digitlab.networks.layers.kinds import Dense

PATH = Path(__file__).with_name("training_costs.json")
PLAIN, COMPILED = "plain", "compiled"  # what TensorFlow runs operation by operation, and what XLA compiles
Work = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Passes:
    """How often a network is called, and with how many digits in all.

    Attributes:
        chunks: Calls from Python.
        steps: Batches in them.
        digits: Digits in all batches.

    Example:
        >>> Passes(chunks=1, steps=16, digits=512)
        Passes(chunks=1, steps=16, digits=512)
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

    Example:
        >>> from digitlab.networks.layers.kinds import Flatten
        >>> work = training_work((Flatten(), Dense(units=100)), Passes(chunks=1, steps=2, digits=64))
        >>> work["step"], work["Dense step"], work["Dense multiplications"]
        (2, 4, 5.0816)
    """
    work: Counter[str] = Counter()
    figures = describe(stack)
    shapes = [IMAGE, *(layer.shape for layer in figures.layers)]
    for layer, (source, shape) in zip((*stack, Dense(units=DIGITS, activation="none")), pairwise(shapes), strict=True):
        work[f"{layer.kind} step"] += passes.steps
        for name, amount in _amounts(layer, source, shape).items():
            work[name] += passes.digits * amount
    work["weights"] += passes.steps * figures.parameters / 1e6
    for name, is_used in _changes(augmentation or Augmentation()).items():
        work[name] += passes.digits / 1e3 * is_used
    return {"chunk": passes.chunks, "step": passes.steps, **work}


def reading_work(stack: Stack, chunks: float, digits: float) -> dict[str, float]:
    """Return what reading digits without learning has to compute: about a third of it, as no gradients are."""
    work = training_work(stack, Passes(chunks, chunks, digits * _READING))
    return {name: amount for name, amount in work.items() if name != "weights"}


_READING = 1 / 3


def _amounts(layer: Layer, source: Shape, shape: Shape) -> Iterable[tuple[str, float]] | dict[str, float]:
    """Return what a layer computes for a digit: millions of multiplications, thousands of other numbers."""
    values = math.prod(shape) / 1e3
    amounts = {f"{layer.kind} values": values}
    if layer.kernels:
        amounts[f"{layer.kind} multiplications"] = layer.multiplications(source) / 1e6
    if layer.window is not None:
        amounts[f"{layer.kind} windows"] = layer.window.size**2 * math.prod((*shape[:2], source[2])) / 1e3
    activation = getattr(layer, "activation", "none")
    if activation != "none":
        amounts[activation] = values
    return amounts
