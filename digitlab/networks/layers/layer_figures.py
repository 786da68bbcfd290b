"""Shapes, weights and cost of a stack of layers, and what is wrong with it, without Keras.

Example:
    >>> from digitlab.networks.layers.kinds import Conv2D, Dense, Flatten
    >>> stack = Conv2D(filters=8, stride=2), Flatten(), Dense(units=32)
    >>> [layer.shape for layer in describe(stack).layers]
    [(14, 14, 8), (1568,), (32,), (10,)]
    >>> describe(stack).parameters, describe(stack).receptive_field
    (50618, 3)
    >>> describe((Flatten(), Conv2D())).problem.text
    'Conv2D needs height and width; it comes after Flatten. Move it up.'
"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from digitlab.networks.layers.base import Layer, Need, Shape
from digitlab.networks.layers.kinds import Dense, Flatten, Skip
from digitlab.translation import Text

Stack = tuple[Layer, ...]
IMAGE: Shape = (28, 28, 1)
DIGITS = 10
LAST = "digits"  # the name of the last layer, which no stack has
MAX_LAYERS = 64
MAX_WEIGHTS = 2_000_000  # snapshots of each epoch and checkpoints hold all of them
MAX_MULTIPLICATIONS = 100_000_000  # multiplications for a digit: some minutes an epoch on two cores
MAX_VALUES = 400_000  # numbers that all layers return for a digit; a training keeps those of a batch
MAX_LAST = 20_000  # numbers that the ten digits are computed from; explanations keep those of 2,000 digits


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFigures:
    """The figures of a layer.

    Attributes:
        name: Its name in the network.
        kind: The name of its type.
        shape: Of its output for a digit.
        parameters: How many weights it has.
        multiplications: How many it takes to read a digit.
        receptive_field: Height and width of what one place of its maps sees of the image; None where there is no place.
        is_convolution: Whether it is a convolution.
    """

    name: str
    kind: str
    shape: Shape
    parameters: int
    multiplications: int
    receptive_field: int | None
    is_convolution: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a stack is no network.

    Attributes:
        position: Of the layer where it shows, 0 for the first; None: the stack as a whole.
        text: What is wrong and what to do, in a sentence or two.

    Example:
        >>> describe((Flatten(), Flatten(), Skip(over=3))).problem.sentence
        'Layer 3: Skip goes around 3 layers; layers before it: 2. Choose fewer, or move it down.'
    """

    position: int | None
    text: Text

    @property
    def sentence(self) -> Text:
        """The text, with the layer's number."""
        if self.position is None:
            return self.text
        return Text("Layer {number}: {problem}", number=self.position + 1, problem=self.text)


@dataclass(frozen=True, slots=True)
class StackFigures:
    """The figures of a stack.

    Attributes:
        layers: Those of each layer, the last one, of the ten digits, among them; up to the first problem.
        problem: What is wrong first; None: nothing.

    Example:
        >>> describe((Flatten(), Dense(units=128))).parameters
        101770
    """

    layers: tuple[LayerFigures, ...]
    problem: Problem | None

    @property
    def parameters(self) -> int:
        """How many weights the network has."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def multiplications(self) -> int:
        """How many multiplications it takes to read a digit."""
        return sum(layer.multiplications for layer in self.layers)

    @property
    def values(self) -> int:
        """How many numbers all layers return for a digit."""
        return sum(math.prod(layer.shape) for layer in self.layers)

    @property
    def receptive_field(self) -> int | None:
        """Height and width of what one place of the last convolution sees, its margin included; None without one."""
        fields = [layer.receptive_field for layer in self.layers if layer.is_convolution]
        return fields[-1] if fields else None


def starts_with_maps(stack: Stack) -> bool:
    """Whether a network's first layer takes maps, (28, 28, 1): all do but `Flatten`, which takes plain pixels."""
    return not stack or not isinstance(stack[0], Flatten)


def is_spatial(stack: Stack) -> bool:
    """Whether any layer computes with neighbouring pixels: XLA makes such networks slower, and others faster."""
    return any(layer.is_spatial for layer in stack)


def names(stack: Stack) -> tuple[str, ...]:
    """Return the names of the layers in the network: numbered where there are several of a kind.

    Example:
        >>> names((Flatten(), Dense(), Dense()))
        ('flatten', 'hidden_1', 'hidden_2')
    """
    counts, seen = Counter(layer.own_stem for layer in stack), Counter[str]()
    made = []
    for layer in stack:
        stem = layer.own_stem
        seen[stem] += 1
        made.append(f"{stem}_{seen[stem]}" if counts[stem] > 1 else stem)
    return tuple(made)


@lru_cache(maxsize=256)
def describe(stack: Stack) -> StackFigures:
    """Return the figures of a stack."""
    if len(stack) > MAX_LAYERS:
        return StackFigures((), Problem(None, too_many(len(stack))))
    found, problem = [], None
    for step in _follow(stack):
        if isinstance(step, Problem):
            problem = step
            break
        found.append(step)
    return StackFigures(tuple(found), problem)


def too_many(count: int) -> Text:
    """Say that a stack has too many layers."""
    return Text(
        "This network has {count:,} layers; at most {allowed} are allowed. Remove some.",
        count=count,
        allowed=MAX_LAYERS,
    )


@dataclass(frozen=True, slots=True)
class _Output:
    """What a layer returns: its shape, and how many pixels a place sees and how far apart two of them are."""

    shape: Shape
    side: int = 1
    step: int = 1


class _Totals:
    """What all layers so far take, against what is allowed."""

    def __init__(self) -> None:
        self.weights = self.multiplications = self.values = 0

    def add(self, layer: LayerFigures) -> Text | None:
        """Add a layer; return what is too much, if anything."""
        self.weights += layer.parameters
        self.multiplications += layer.multiplications
        self.values += math.prod(layer.shape)
        if self.weights > MAX_WEIGHTS:
            return Text(
                "With {layer}, the network has {count:,} weights; at most {allowed:,} are allowed. Make it smaller, or "
                "pool before it.",
                layer=layer.kind,
                count=self.weights,
                allowed=MAX_WEIGHTS,
            )
        if self.multiplications > MAX_MULTIPLICATIONS:
            return Text(
                "With {layer}, a digit takes {count:,} multiplications; at most {allowed:,} are allowed. Choose fewer "
                "filters, or pool before it.",
                layer=layer.kind,
                count=self.multiplications,
                allowed=MAX_MULTIPLICATIONS,
            )
        if self.values > MAX_VALUES:
            return Text(
                "With {layer}, the layers return {count:,} numbers for a digit; at most {allowed:,} are allowed. "
                "Choose fewer filters, or pool before it.",
                layer=layer.kind,
                count=self.values,
                allowed=MAX_VALUES,
            )
        return None


def _follow(stack: Stack) -> Iterator[LayerFigures | Problem]:
    """Go through the layers, to the last one of the ten digits or the first problem."""
    outputs, totals = [_Output(IMAGE)], _Totals()
    for position, (layer, name) in enumerate(zip(stack, names(stack), strict=True)):
        source = outputs[-1]
        problem = _problem(stack, position, outputs)
        if problem is None:
            outputs.append(_after(layer, outputs))
            figures = _figures(layer, name, source.shape, outputs[-1])
            problem = totals.add(figures)
        if problem is not None:
            yield Problem(position, problem)
            return
        yield figures
    source = outputs[-1]
    if len(source.shape) > 1:
        text = Text(
            "The network ends with {shape}, and the ten digits need a list of numbers. Add Flatten or {pooling}.",
            shape=in_words(source.shape),
            pooling="GlobalAveragePooling2D",
        )
        yield Problem(None, text)
        return
    if source.shape[0] > MAX_LAST:
        text = Text(
            "The ten digits would be computed from {count:,} numbers; at most {allowed:,} are allowed. Choose fewer "
            "filters, or pool at the end.",
            count=source.shape[0],
            allowed=MAX_LAST,
        )
        yield Problem(None, text)
        return
    last = Dense(units=DIGITS)
    yield _figures(last, LAST, source.shape, _Output((DIGITS,)))


def _after(layer: Layer, outputs: list[_Output]) -> _Output:
    source = outputs[-1]
    side, step, window = source.side, source.step, layer.window
    if window is not None:
        side, step = side + (window.size - 1) * step, step * window.stride
    if isinstance(layer, Skip):
        side = max(side, outputs[-1 - layer.over].side)
    return _Output(layer.shape(source.shape), side, step)


def _figures(layer: Layer, name: str, source: Shape, output: _Output) -> LayerFigures:
    return LayerFigures(
        name=name,
        kind=layer.kind,
        shape=output.shape,
        parameters=layer.weights(source),
        multiplications=layer.multiplications(source),
        receptive_field=output.side if len(output.shape) == 3 else None,
        is_convolution=layer.is_convolution,
    )


def _problem(stack: Stack, position: int, outputs: list[_Output]) -> Text | None:
    """Return why a layer cannot take what comes in; None if it can."""
    layer, shape = stack[position], outputs[-1].shape
    if isinstance(layer, Skip):
        return _skip_problem(layer, outputs)
    if layer.needs is Need.MAPS and len(shape) == 1:
        return Text(
            "{layer} needs height and width; it comes after {before}. Move it up.",
            layer=layer.kind,
            before=_end_of_maps(stack, outputs),
        )
    if layer.needs is Need.LIST and len(shape) == 3:
        return Text(
            "{layer} needs a list of numbers, and gets {shape}. Put Flatten or {pooling} before it.",
            layer=layer.kind,
            shape=in_words(shape),
            pooling="GlobalAveragePooling2D",
        )
    window = layer.window
    if window is not None and window.padding == "valid" and window.size > min(shape[:2]):
        return Text(
            "The window of {layer}, {size} x {size}, is larger than the maps that come in, {height} x {width}. Choose "
            "a smaller one, or the padding that keeps the size.",
            layer=layer.kind,
            size=window.size,
            height=shape[0],
            width=shape[1],
        )
    return None


def _skip_problem(layer: Skip, outputs: list[_Output]) -> Text | None:
    before = len(outputs) - 1
    if not before:
        return Text("Skip goes around layers before it, and there are none. Move it down.")
    if layer.over > before:
        return Text(
            "Skip goes around {over} layers; layers before it: {before}. Choose fewer, or move it down.",
            over=layer.over,
            before=before,
        )
    source, after = outputs[-1 - layer.over].shape, outputs[-1].shape
    if source != after:
        return Text(
            "Skip adds what goes into the block, {source}, to what comes out, {after}; both must be of one shape. Go "
            "around fewer layers, or keep size and number of maps within the block.",
            source=in_words(source),
            after=in_words(after),
        )
    return None


def _end_of_maps(stack: Stack, outputs: list[_Output]) -> str:
    """Return the type of the layer behind which there are no maps."""
    return next(layer.kind for layer, output in zip(stack, outputs[1:], strict=False) if len(output.shape) == 1)


def in_words(shape: Shape) -> Text:
    """Return a shape in words."""
    if len(shape) == 1:
        return Text("{count:,} numbers", count=shape[0])
    return Text("maps of {height} x {width} x {maps}", height=shape[0], width=shape[1], maps=shape[2])
