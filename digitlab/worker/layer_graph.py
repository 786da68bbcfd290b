"""How the layers of a network are connected; they need not be in a row."""

from collections.abc import Sequence

import keras

from digitlab.translation import Text


class LayerGraph:
    """The layers of one network, each of which is called once; an input from outside is the image.

    Example:
        >>> image = keras.Input((4,))
        >>> hidden = keras.layers.Dense(4, name="hidden")(image)
        >>> model = keras.Model(image, keras.layers.Add(name="sum")([image, hidden]))
        >>> LayerGraph(model.layers[1:]).describe_merge(model.get_layer("sum"))
        'sum adds its inputs: image, hidden.'
    """

    def __init__(self, layers: Sequence[keras.Layer]) -> None:
        self._layers = layers

    def sources(self, layer: keras.Layer) -> list[keras.Layer | None]:
        """Return the layers whose outputs are a layer's inputs, in their order; None for the image."""
        return [
            next((source for source in self._layers if source.output is tensor), None)
            for tensor in keras.tree.flatten(layer.input)
        ]

    def follower(self, layer: keras.Layer) -> keras.Layer | None:
        """Return the layer that takes a layer's output; None if there is none, or more than one."""
        found = [follower for follower in self._layers if layer in self.sources(follower)]
        return found[0] if len(found) == 1 else None

    def before(self, layer: keras.Layer) -> list[keras.Layer]:
        """Return all layers that lead from the image to a layer, it among them, each after its sources."""
        found: dict[keras.Layer, None] = {}
        waiting = [layer]
        while waiting:
            sources = [source for source in self.sources(waiting[-1]) if source is not None and source not in found]
            if sources:
                waiting += sources
            else:
                found[waiting.pop()] = None
        return list(found)

    def describe_merge(self, layer: keras.Layer) -> Text | None:
        """Say in a sentence which outputs a layer merges; None if it has one input."""
        names = ["image" if source is None else source.name for source in self.sources(layer)]
        if len(names) < 2:
            return None
        return _merge(type(layer).__name__, layer=layer.name, inputs=", ".join(names))


def _merge(kind: str, **named: str) -> Text:
    match kind:
        case "Add":
            return Text("{layer} adds its inputs: {inputs}.", **named)
        case "Subtract":
            return Text("{layer} subtracts the second of its inputs from the first: {inputs}.", **named)
        case "Multiply":
            return Text("{layer} multiplies its inputs: {inputs}.", **named)
        case "Average":
            return Text("{layer} averages its inputs: {inputs}.", **named)
        case "Maximum":
            return Text("{layer} takes the maximum of its inputs: {inputs}.", **named)
        case "Minimum":
            return Text("{layer} takes the minimum of its inputs: {inputs}.", **named)
        case "Concatenate":
            return Text("{layer} concatenates its inputs: {inputs}.", **named)
        case _other:
            return Text("{layer} combines its inputs: {inputs}.", **named)
