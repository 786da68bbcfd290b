"""How the layers of a network are joined, which need not be in a row. Imports Keras: for worker processes only."""

from collections.abc import Sequence

import keras

from digitlab.errors import ModelDamaged

_MERGED = {
    "Add": "added up",
    "Subtract": "the second taken from the first",
    "Multiply": "multiplied",
    "Average": "averaged",
    "Maximum": "the largest of each place",
    "Minimum": "the smallest of each place",
    "Concatenate": "side by side",
}


class LayerGraph:
    """The layers of one network, each of which is used once; what comes from outside of them is the picture."""

    def __init__(self, layers: Sequence[keras.Layer]) -> None:
        self._layers = layers

    def sources(self, layer: keras.Layer) -> list[keras.Layer | None]:
        """Return the layers whose outputs a layer gets, in their order; None stands for the picture."""
        return [
            next((one for one in self._layers if one.output is tensor), None)
            for tensor in keras.tree.flatten(layer.input)
        ]

    def follower(self, layer: keras.Layer) -> keras.Layer | None:
        """Return the layer that gets a layer's output; None if that is none of these, or they are several."""
        found = [one for one in self._layers if layer in self.sources(one)]
        return found[0] if len(found) == 1 else None

    def way_to(self, layer: keras.Layer) -> list[keras.Layer]:
        """Return all layers from the picture to a layer, in their order.

        Raises:
            ModelDamaged: Several ways lead there.
        """
        way = [layer]
        while (sources := self.sources(way[0])) != [None]:
            if len(sources) > 1 or sources[0] is None:
                raise ModelDamaged(
                    f"{self.told(way[0])} Several ways lead from the picture to {layer.name}, and what it sees of it "
                    "is not shown."
                )
            way.insert(0, sources[0])
        return way

    def told(self, layer: keras.Layer) -> str:
        """Say which layers come together in a layer, in a sentence; empty if it has one source."""
        names = ["the picture" if one is None else one.name for one in self.sources(layer)]
        if len(names) < 2:
            return ""
        how = _MERGED.get(type(layer).__name__, "put together")
        return f"{layer.name} is made of {', '.join(names[:-1])} and {names[-1]}, {how}."
