"""Random stacks of layers that are networks, small ones unless larger ones are asked for; the same for a seed."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from digitlab.fields import settings_of
from digitlab.networks.layers.base import Layer
from digitlab.networks.layers.kinds import KINDS, Dense, Flatten, GlobalAveragePooling2D, Skip
from digitlab.networks.layers.layer_figures import Stack, describe

_MOST = {"filters": 12, "units": 40, "kernel_size": 5, "multiplier": 3, "over": 5, "l2": 0.01, "pool_size": 3}


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large the networks may be; `most` are the largest values of settings by their names."""

    multiplications: int = 1_500_000
    weights: int = 60_000
    most: Mapping[str, float] = field(default_factory=lambda: _MOST)


def random_layer(rng: random.Random, kind: type[Layer], bounds: Bounds) -> Layer:
    """A layer of a type, with any settings that are not large."""
    values: dict[str, Any] = {}
    for name, setting in settings_of(kind).items():
        high = min(bounds.most.get(name, setting.high), setting.high)
        if setting.choices:
            values[name] = rng.choice(setting.choices)
        elif setting.kind is bool:
            values[name] = rng.random() < 0.5
        elif setting.kind is int:
            values[name] = rng.randint(int(setting.low), int(high))
        else:
            values[name] = round(rng.uniform(setting.low, high), 3)
    return kind(**values)


def random_stack(seed: int, bounds: Bounds = Bounds()) -> Stack:
    """A stack of up to 14 layers from which a network can be built."""
    rng = random.Random(seed)
    stack: Stack = ()
    for _ in range(rng.randint(1, 12)):
        stack = _extended(rng, stack, bounds)
    if any(p and p.position is None for p in [describe(stack).problem]):  # it ends with maps
        ended = (*stack, rng.choice([Flatten(), GlobalAveragePooling2D()]))
        stack = ended if describe(ended).problem is None else (*stack, GlobalAveragePooling2D())  # of fewer numbers
        if rng.random() < 0.5 and _is_fine((*stack, Dense(units=16)), bounds):
            stack = (*stack, Dense(units=16))
    assert describe(stack).problem is None, stack
    return stack


def _extended(rng: random.Random, stack: Stack, bounds: Bounds) -> Stack:
    for _ in range(20):
        layer = random_layer(rng, rng.choice(list(KINDS.values())), bounds)
        if isinstance(layer, Flatten | GlobalAveragePooling2D) and rng.random() < 0.6:
            continue
        made = (*stack, layer)
        if isinstance(layer, Skip):  # around as many layers as can be
            overs = [over for over in range(layer.over, 0, -1) if _is_fine((*stack, replace(layer, over=over)), bounds)]
            made = (*stack, replace(layer, over=overs[0])) if overs else made
        if _is_fine(made, bounds):
            return made
    return stack


def _is_fine(stack: Stack, bounds: Bounds) -> bool:
    figures = describe(stack)
    problem = figures.problem
    is_network = problem is None or (problem.position is None and len(figures.layers[-1].shape) == 3)
    return is_network and figures.multiplications < bounds.multiplications and figures.parameters < bounds.weights
