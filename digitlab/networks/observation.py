"""What is seen in a network while it learns: gradients, weights, silent units. No Keras here: pages read these, too."""

import dataclasses
import json
from dataclasses import dataclass

BINS = 31  # of a histogram; an odd number has one in the middle, around 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerObservation:
    """One layer's weights (its kernel; biases are left out) after an epoch.

    Attributes:
        layer: The layer's name in Keras.
        weights: How many there are.
        gradient_norm: Euclidean norm of the loss' gradient, on some digits that are learned.
        weight_norm: Euclidean norm of the weights.
        change: Norm of what the epoch changed, as a share of `weight_norm` before it; None before the first epoch, and
            where a training went on within this one.
        moved: Share of the weights that the epoch changed by more than 1 % of their root mean square; likewise.
        units: How many neurons or filters are rectified after this layer; 0 where none is.
        dead: How many of them are silent for each of the digits that were looked at.
        histogram: Counts of the weights in `BINS` equal parts of -limit to limit.
        limit: The largest distance of a weight from 0.
    """

    layer: str
    weights: int
    gradient_norm: float
    weight_norm: float
    change: float | None = None
    moved: float | None = None
    units: int = 0
    dead: int = 0
    histogram: tuple[int, ...] = ()
    limit: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A network after an epoch.

    Attributes:
        epoch: 1 for the first; 0 before it.
        digits: On how many digits units were found silent.
        layers: Those with weights, from the picture on.
    """

    epoch: int
    digits: int
    layers: tuple[LayerObservation, ...]

    def to_json(self) -> str:
        """Return it as the record keeps it."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Observation":
        """The other way round."""
        values = json.loads(text)
        layers = [LayerObservation(**layer | {"histogram": tuple(layer["histogram"])}) for layer in values["layers"]]
        return cls(epoch=values["epoch"], digits=values["digits"], layers=tuple(layers))
