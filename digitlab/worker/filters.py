"""Receptive fields of a network's filters, and the digits that activate them most."""

from collections.abc import Iterable
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from digitlab.networks.explanation import Floats, TopActivations

_SHOWN = 12  # digits for each map
_POOLINGS = (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """The receptive field of a place in a map; height and width are equal.

    Example:
        >>> ReceptiveField().side
        1

    Attributes:
        side: Pixels.
        step: Pixels between two neighbouring places' fields.
        start: First pixel of the first place's field; negative outside the image.
    """

    side: int = 1
    step: int = 1
    start: int = 0

    def behind(self, layer: keras.Layer) -> "ReceptiveField":
        """Return the field of a place in the output of one more layer."""
        if isinstance(layer, keras.layers.Conv2D):
            size = (layer.kernel_size[0] - 1) * layer.dilation_rate[0] + 1
        elif isinstance(layer, _POOLINGS):
            size = layer.pool_size[0]
        else:
            return self
        length, stride = layer.input.shape[1], layer.strides[0]
        missing = max((-(-length // stride) - 1) * stride + size - length, 0) if layer.padding == "same" else 0
        return ReceptiveField(
            self.side + (size - 1) * self.step, self.step * stride, self.start - missing // 2 * self.step
        )


def receptive_field(layers: Iterable[keras.Layer], *, views: int = 1) -> ReceptiveField:
    """Return the field of a place after some layers; a network that averages four views blurs the image first."""
    seen = ReceptiveField(2, 1, -1) if views > 1 else ReceptiveField()
    for layer in layers:
        seen = seen.behind(layer)
    return seen


def top_activations(best: Floats, places: NDArray[np.int64], width: int, seen: ReceptiveField) -> TopActivations:
    """Find the digits that activate each map most.

    Args:
        best: float32 (n, maps), each digit's largest activation in a map.
        places: int64 (n, maps), where it is, counted row by row.
        width: Places in a row.
        seen: The field of a place.
    """
    numbers = np.argsort(-best, axis=0, kind="stable")[:_SHOWN]
    chosen = np.take_along_axis(places, numbers, axis=0)
    tops, lefts = (seen.start + part * seen.step for part in np.divmod(chosen, width))
    return TopActivations(numbers.T, tops.T, lefts.T, seen.side, np.take_along_axis(best, numbers, axis=0).T)
