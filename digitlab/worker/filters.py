"""What the filters of a network see, and what excites them. Imports Keras: for worker processes only."""

from collections.abc import Iterable
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from digitlab.networks.explanation import Floats, TopActivations

_KEPT = 12  # digits a map
_POOLINGS = (keras.layers.MaxPooling2D, keras.layers.AveragePooling2D)


@dataclass(frozen=True, slots=True)
class Field:
    """What a place of a map sees of the picture, alike in height and width.

    Attributes:
        side: Pixels.
        step: Pixels between two neighbouring places' fields.
        start: First pixel of the first place's; below 0 outside of the picture.
    """

    side: int = 1
    step: int = 1
    start: int = 0

    def behind(self, layer: keras.Layer) -> "Field":
        """Return the field of a place behind one more layer."""
        if isinstance(layer, keras.layers.Conv2D):
            size = (layer.kernel_size[0] - 1) * layer.dilation_rate[0] + 1
        elif isinstance(layer, _POOLINGS):
            size = layer.pool_size[0]
        else:
            return self
        length, stride = layer.input.shape[1], layer.strides[0]
        missing = max((-(-length // stride) - 1) * stride + size - length, 0) if layer.padding == "same" else 0
        return Field(self.side + (size - 1) * self.step, self.step * stride, self.start - missing // 2 * self.step)


def field(layers: Iterable[keras.Layer], *, looks: int = 1) -> Field:
    """Return what a place behind some layers sees; a network that looks four times softens the picture first."""
    seen = Field(2, 1, -1) if looks > 1 else Field()
    for layer in layers:
        seen = seen.behind(layer)
    return seen


def excitement(best: Floats, places: NDArray[np.int64], width: int, seen: Field) -> TopActivations:
    """Find the digits that excite each map most.

    Args:
        best: float32 (n, maps), each digit's largest output in a map.
        places: int64 (n, maps), where that is, row by row.
        width: Places in a row.
        seen: What a place sees.
    """
    numbers = np.argsort(-best, axis=0, kind="stable")[:_KEPT]
    chosen = np.take_along_axis(places, numbers, axis=0)
    tops, lefts = (seen.start + part * seen.step for part in np.divmod(chosen, width))
    return TopActivations(numbers.T, tops.T, lefts.T, seen.side, np.take_along_axis(best, numbers, axis=0).T)
