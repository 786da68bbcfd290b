"""How a training's steps are computed: many of them in one compiled call, by XLA or operation by operation."""

import math
from dataclasses import dataclass

from digitlab.networks.layers.layer_figures import Stack, describe, is_spatial

_MIN_XLA_STEPS = 1000  # steps, from which XLA saves more time than its compiler takes; it takes longer for more layers
_FEW_LAYERS = 8
_MAX_RANDOM = 300  # random numbers for a digit; XLA draws one in 0.4 microseconds on one core, TensorFlow much faster
_MAX_CHUNK = 2_700_000_000  # multiplications of a chunk's forward passes, with convolutions of these alone


@dataclass(frozen=True, slots=True)
class ExecutionPlan:
    """How a network's chunks are computed.

    Attributes:
        uses_xla: Whether XLA compiles it; otherwise TensorFlow runs it operation by operation.
        digits: About how many digits a chunk has. Progress is reported, and a training stops, after each chunk.

    Example:
        >>> ExecutionPlan(uses_xla=True, digits=6400)
        ExecutionPlan(uses_xla=True, digits=6400)
    """

    uses_xla: bool
    digits: int


def plan(stack: Stack, steps: int) -> ExecutionPlan:
    """Choose by the network's layers and the number of its steps.

    Medians on two cores of a Xeon with AVX-512: the tutorial's dense network takes 0.44 s an epoch with XLA, 1.9 s
    without. XLA computes convolutions on one core and without oneDNN's kernels: seven times slower. Their arithmetic
    outweighs the calls, so their chunks may be small: what two cores train on in at most 0.2 s. Dropout of many numbers
    takes XLA longer than it saves elsewhere: with 355 of them, a dense network learns as fast without.
    """
    layers = describe(stack).layers
    if is_spatial(stack):
        arithmetic = sum(layer.multiplications for layer in layers if layer.is_convolution)
        return ExecutionPlan(uses_xla=False, digits=min(512, _MAX_CHUNK // max(arithmetic, 1)))
    arithmetic = sum(layer.multiplications for layer in layers)
    enough = _MIN_XLA_STEPS * max(1, len(stack) / _FEW_LAYERS)
    drawn = sum(math.prod(figures.shape) for layer, figures in zip(stack, layers, strict=False) if layer.is_random)
    return ExecutionPlan(uses_xla=steps >= enough and drawn <= _MAX_RANDOM, digits=min(6400, _MAX_CHUNK // arithmetic))
