"""Random stacks of layers that are networks, small ones, the same for the same seed."""

import random
from dataclasses import replace

from digitlab.fields import settings_of
from digitlab.networks.layers.base import Layer
from digitlab.networks.layers.figures import Stack, describe
from digitlab.networks.layers.kinds import KINDS, Dense, Flatten, GlobalAveragePooling2D, Skip

_MOST = {"filters": 12, "units": 40, "kernel_size": 5, "multiplier": 3, "over": 5, "l2": 0.01, "pool_size": 3}
_MAX_MULTIPLICATIONS, _MAX_WEIGHTS = 1_500_000, 60_000


def random_layer(rng: random.Random, kind: type[Layer]) -> Layer:
    """A layer of a type, with any settings that are not large."""
    values = {}
    for name, setting in settings_of(kind).items():
        high = min(_MOST.get(name, setting.high), setting.high)
        if setting.choices:
            values[name] = rng.choice(setting.choices)
        elif setting.kind is bool:
            values[name] = rng.random() < 0.5
        elif setting.kind is int:
            values[name] = rng.randint(int(setting.low), int(high))
        else:
            values[name] = round(rng.uniform(setting.low, high), 3)
    return kind(**values)


def random_stack(seed: int) -> Stack:
    """A stack of up to 14 layers from which a network can be built."""
    rng = random.Random(seed)
    stack: Stack = ()
    for _ in range(rng.randint(1, 12)):
        stack = _extended(rng, stack)
    if any(p and p.position is None for p in [describe(stack).problem]):  # it ends with maps
        stack = (*stack, rng.choice([Flatten(), GlobalAveragePooling2D()]))
        if rng.random() < 0.5 and _is_fine((*stack, Dense(units=16))):
            stack = (*stack, Dense(units=16))
    assert describe(stack).problem is None, stack
    return stack


def _extended(rng: random.Random, stack: Stack) -> Stack:
    for _ in range(20):
        layer = random_layer(rng, rng.choice(list(KINDS.values())))
        if isinstance(layer, Flatten | GlobalAveragePooling2D) and rng.random() < 0.6:
            continue
        made = (*stack, layer)
        if isinstance(layer, Skip):  # around as many layers as can be
            overs = [over for over in range(layer.over, 0, -1) if _is_fine((*stack, replace(layer, over=over)))]
            made = (*stack, replace(layer, over=overs[0])) if overs else made
        if _is_fine(made):
            return made
    return stack


def _is_fine(stack: Stack) -> bool:
    figures = describe(stack)
    is_network = figures.problem is None or figures.problem.position is None
    return is_network and figures.multiplications < _MAX_MULTIPLICATIONS and figures.parameters < _MAX_WEIGHTS
