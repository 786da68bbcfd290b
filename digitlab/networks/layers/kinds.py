"""The types of layers, a class for each. The last layer of a network, Dense 10 with softmax, is not in its stack.

To add a type, add its class here, and to `KINDS`: builder, checks, shapes, Keras, Keras code, links and files follow.
"""

import math
from dataclasses import dataclass, replace

from digitlab.fields import SettingSpec, declare
from digitlab.networks.layers.base import (
    ACTIVATION,
    ACTIVATIONS,
    FIRST,
    ConvolutionLayer,
    KerasCall,
    Layer,
    Need,
    PoolingLayer,
    Shape,
    WeightedLayer,
)
from digitlab.translation import Text

_FILTERS = SettingSpec(
    default=16, label=Text("Filters"), help=Text("How many maps come out, each with weights of its own."), low=1,
    high=512, position=FIRST,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Dense(WeightedLayer):
    """Weighted sums of all numbers.

    Example:
        >>> Dense(units=64).shape((784,)), Dense(units=64).weights((784,))
        ((64,), 50240)
    """

    summary = Text("Each unit computes a weighted sum of all numbers that come in.")
    needs, stem, kernels = Need.LIST, "hidden", ("kernel",)

    units: int = declare(SettingSpec(default=64, label=Text("Units"), low=1, high=4096, position=FIRST))

    def shape(self, source: Shape) -> Shape:
        return (self.units,)

    def weights(self, source: Shape) -> int:
        return (source[0] + self.use_bias) * self.units

    def multiplications(self, source: Shape) -> int:
        return source[0] * self.units

    def call(self) -> KerasCall:
        return KerasCall("Dense", (self.units,), self.arguments())


@dataclass(frozen=True, slots=True, kw_only=True)
class Conv2D(ConvolutionLayer):
    """A convolution.

    Example:
        >>> Conv2D(filters=8, kernel_size=3).shape((28, 28, 3)), Conv2D(filters=8, kernel_size=3).weights((28, 28, 3))
        ((28, 28, 8), 224)
    """

    summary = Text("Each filter slides over all maps together, and looks for one pattern at every place.")
    stem, kernels = "convolution", ("kernel",)

    filters: int = declare(_FILTERS)

    def shape(self, source: Shape) -> Shape:
        return self.window.shape_after(source, self.filters)

    def weights(self, source: Shape) -> int:
        return (self.kernel_size**2 * source[2] + self.use_bias) * self.filters

    def multiplications(self, source: Shape) -> int:
        return self.kernel_size**2 * source[2] * math.prod(self.shape(source))

    def call(self) -> KerasCall:
        return KerasCall("Conv2D", (self.filters, self.kernel_size), self.arguments())


@dataclass(frozen=True, slots=True, kw_only=True)
class DepthwiseConv2D(ConvolutionLayer):
    """A convolution of each map by itself."""

    summary = Text("Filters slide over each map by itself: few weights, but the maps do not meet.")
    stem, kernels = "depthwise", ("depthwise",)

    multiplier: int = declare(SettingSpec(default=1, label=Text("Filters per map"), low=1, high=8, position=FIRST))

    def shape(self, source: Shape) -> Shape:
        return self.window.shape_after(source, source[2] * self.multiplier)

    def weights(self, source: Shape) -> int:
        return (self.kernel_size**2 + self.use_bias) * source[2] * self.multiplier

    def multiplications(self, source: Shape) -> int:
        return self.kernel_size**2 * math.prod(self.shape(source))

    def call(self) -> KerasCall:
        multiplier = {"depth_multiplier": self.multiplier} if self.multiplier > 1 else {}
        return KerasCall("DepthwiseConv2D", (self.kernel_size,), multiplier | self.arguments())


@dataclass(frozen=True, slots=True, kw_only=True)
class SeparableConv2D(ConvolutionLayer):
    """A convolution of each map by itself, then weighted sums of the maps.

    Example:
        >>> SeparableConv2D(filters=8, kernel_size=3).weights((28, 28, 3))
        59
    """

    summary = Text("A filter for each map by itself, then weighted sums of the maps at each place: a cheap Conv2D.")
    stem, kernels = "separable", ("depthwise", "pointwise")

    filters: int = declare(_FILTERS)

    def shape(self, source: Shape) -> Shape:
        return self.window.shape_after(source, self.filters)

    def weights(self, source: Shape) -> int:
        return (self.kernel_size**2 + self.filters) * source[2] + self.use_bias * self.filters

    def multiplications(self, source: Shape) -> int:
        height, width, maps = self.shape(source)
        return (self.kernel_size**2 + maps) * source[2] * height * width

    def call(self) -> KerasCall:
        return KerasCall("SeparableConv2D", (self.filters, self.kernel_size), self.arguments())


class MaxPooling2D(PoolingLayer):
    """The largest number of each window."""

    __slots__ = ()
    summary = Text("Takes the largest number of each window: smaller maps, less arithmetic.")
    stem = "max_pooling"


class AveragePooling2D(PoolingLayer):
    """The mean of each window."""

    __slots__ = ()
    summary = Text("Takes the mean of each window: smaller maps, less arithmetic.")
    stem = "average_pooling"


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalAveragePooling2D(Layer):
    """The mean of each map.

    Example:
        >>> GlobalAveragePooling2D().shape((28, 28, 3)), GlobalAveragePooling2D().weights((28, 28, 3))
        ((3,), 0)
    """

    summary = Text("Takes the mean of each map: a list of numbers, one a map.")
    needs, stem, is_spatial = Need.MAPS, "global_average", True

    def shape(self, source: Shape) -> Shape:
        return (source[2],)

    def call(self) -> KerasCall:
        return KerasCall("GlobalAveragePooling2D")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flatten(Layer):
    """All numbers in a list.

    Example:
        >>> Flatten().shape((28, 28, 3)), Flatten().weights((28, 28, 3))
        ((2352,), 0)
    """

    summary = Text("Writes all numbers of all maps into one list.")
    stem = "flatten"

    def shape(self, source: Shape) -> Shape:
        return (math.prod(source),)

    def call(self) -> KerasCall:
        return KerasCall("Flatten")


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchNormalization(Layer):
    """Normalization over the digits of a batch.

    Example:
        >>> BatchNormalization().shape((28, 28, 3)), BatchNormalization().weights((28, 28, 3))
        ((28, 28, 3), 12)
    """

    summary = Text("Brings each map or unit to mean 0 and spread 1 over the batch, then scales and shifts it.")
    stem = "normalization"

    momentum: float = declare(
        SettingSpec(
            default=0.99, label=Text("Momentum"), low=0.5, high=0.999, step=0.01,
            help=Text("How much of the moving mean remains after a batch. Lower it for short trainings."),
        )
    )  # fmt: skip

    def weights(self, source: Shape) -> int:
        return 4 * source[-1]

    def multiplications(self, source: Shape) -> int:
        return math.prod(source)

    def call(self) -> KerasCall:
        return KerasCall("BatchNormalization", (), {} if self.momentum == 0.99 else {"momentum": self.momentum})


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerNormalization(Layer):
    """Normalization over the maps or units of a digit."""

    summary = Text("Brings the numbers at each place to mean 0 and spread 1, digit by digit, then scales and shifts.")
    stem = "layer_normalization"

    def weights(self, source: Shape) -> int:
        return 2 * source[-1]

    def multiplications(self, source: Shape) -> int:
        return 2 * math.prod(source)

    def call(self) -> KerasCall:
        return KerasCall("LayerNormalization")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropout(Layer):
    """Numbers dropped at random in training.

    Example:
        >>> Dropout(rate=0.25).shape((28, 28, 3)), Dropout(rate=0.25).weights((28, 28, 3))
        ((28, 28, 3), 0)
    """

    summary = Text("Sets a random share of the numbers to 0, in training only: the network must not rely on a few.")
    stem, is_random = "dropout", True

    rate: float = declare(
        SettingSpec(
            default=0.25,
            label=Text("Dropped share"),
            high=0.9,
            step=0.05,
            form_format="percent",
            position=FIRST,
            help=Text("How many are 0."),
        )
    )

    def call(self) -> KerasCall:
        return KerasCall("Dropout", (self.rate,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation(Layer):
    """An activation function by itself.

    Example:
        >>> Activation(activation="gelu").call().positional, Activation(activation="gelu").own_stem
        (('gelu',), 'gelu')
    """

    summary = Text("Applies a function to each number by itself.")
    stem = "activation"

    activation: str = declare(replace(ACTIVATION, choices=tuple(ACTIVATIONS), help="", position=FIRST))

    @property
    def own_stem(self) -> str:
        return self.activation

    def call(self) -> KerasCall:
        return KerasCall("ReLU") if self.activation == "relu" else KerasCall("Activation", (self.activation,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip(Layer):
    """A skip connection around a block.

    Example:
        >>> Skip(over=3).call().name
        'Add'
    """

    summary = Text("Adds what went into the layers before it to what came out of them, so that gradients pass by them.")
    stem = "skip"

    over: int = declare(
        SettingSpec(
            default=2, label=Text("Layers"), help=Text("How many layers before it the connection goes around."),
            low=1, high=16,
            position=FIRST,
        )
    )  # fmt: skip

    def call(self) -> KerasCall:
        return KerasCall("Add")


KINDS: dict[str, type[Layer]] = {
    kind.__name__: kind
    for kind in (
        Dense, Conv2D, DepthwiseConv2D, SeparableConv2D, MaxPooling2D, AveragePooling2D, GlobalAveragePooling2D,
        Flatten, BatchNormalization, LayerNormalization, Dropout, Activation, Skip,
    )
}  # fmt: skip
# The classes of Keras that they become.
KERAS_CLASSES = {kind().call().name for kind in KINDS.values()} | {
    Activation(activation=activation).call().name for activation in ACTIVATIONS
}
