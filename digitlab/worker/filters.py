"""Receptive fields of a network's filters, and the digits that activate them most."""

from dataclasses import dataclass
from functools import reduce

import keras
import numpy as np
from numpy.typing import NDArray

from digitlab.errors import ModelDamaged
from digitlab.networks.explanation import Floats, TopActivations
from digitlab.translation import Text, sentences
from digitlab.worker.kernels import is_convolution
from digitlab.worker.layer_graph import LayerGraph

_SHOWN = 12  # digits for each map
_POOLINGS = keras.layers.MaxPooling2D | keras.layers.AveragePooling2D


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
        if is_convolution(layer):
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

    def beside(self, other: "ReceptiveField") -> "ReceptiveField":
        """Return the smallest field that contains both, of the same step."""
        start, end = min(self.start, other.start), max(self.start + self.side, other.start + other.side)
        return ReceptiveField(end - start, self.step, start)


def receptive_field(graph: LayerGraph, layer: keras.Layer, *, views: int = 1) -> ReceptiveField:
    """Return the field of a place after a layer; a network that averages four views blurs the image first.

    Raises:
        ModelDamaged: Paths lead there on which the places are not the same.
    """
    image = ReceptiveField(2, 1, -1) if views > 1 else ReceptiveField()
    known: dict[keras.Layer | None, ReceptiveField] = {None: image}
    for place in graph.before(layer):
        fields = [known[source] for source in graph.sources(place)]
        if len(fields) > 1 and not _have_the_same_places(place, fields):
            reason = Text(
                "More than one path leads from the image to {name}, so its receptive field cannot be shown.",
                name=layer.name,
            )
            raise ModelDamaged(sentences(reason, *filter(None, [graph.describe_merge(place)])))
        known[place] = reduce(ReceptiveField.beside, fields).behind(place)
    return known[layer]


def _have_the_same_places(merge: keras.Layer, fields: list[ReceptiveField]) -> bool:
    inputs = [tensor.shape for tensor in keras.tree.flatten(merge.input)]
    are_maps = all(len(shape) == 4 and shape[1:3] == merge.output.shape[1:3] for shape in inputs)
    return are_maps and len({field.step for field in fields}) == 1


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
