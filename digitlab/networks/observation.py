"""Gradients, weights and dead units of a network while it trains."""

import dataclasses
import json
from dataclasses import dataclass

BINS = 31  # bars of a histogram: an odd number, so that the middle one is centred on 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerObservation:
    """The weights of one layer (its kernel, without biases) after an epoch.

    Attributes:
        layer: The layer's name in Keras.
        weights: Number of weights.
        gradient_norm: Euclidean norm of the loss' gradient, on some of the training digits.
        weight_norm: Euclidean norm of the weights.
        change: Norm of the epoch's update, as a share of `weight_norm` before it; None before the first epoch, and
            where a training was resumed within this one.
        moved: Share of the weights that the epoch changed by more than 1 % of their root mean square; likewise.
        units: Number of neurons or filters with a ReLU after this layer; 0 without one.
        dead: How many of them are 0 for all digits that were observed.
        histogram: Counts of the weights in `BINS` equal bins from -limit to limit.
        limit: The largest absolute value of a weight.
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
    """The weights of a network after an epoch.

    Attributes:
        epoch: 1 for the first; 0 before it.
        digits: The number of digits on which dead units were looked for.
        layers: The layers with weights, from the input on.

    Example:
        >>> layer = LayerObservation(layer="dense", weights=100, gradient_norm=0.5, weight_norm=2.0)
        >>> observation = Observation(epoch=1, digits=500, layers=(layer,))
        >>> Observation.from_json(observation.to_json()) == observation
        True
    """

    epoch: int
    digits: int
    layers: tuple[LayerObservation, ...]

    def to_json(self) -> str:
        """Return it as JSON, which the record stores."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Observation":
        """Make one from what `to_json` returns."""
        values = json.loads(text)
        layers = [LayerObservation(**layer | {"histogram": tuple(layer["histogram"])}) for layer in values["layers"]]
        return cls(epoch=values["epoch"], digits=values["digits"], layers=tuple(layers))
