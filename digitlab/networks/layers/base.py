"""The base class of all layers, and the settings that several of them share."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, ClassVar

from digitlab.fields import SettingSpec, check_settings, declare
from digitlab.translation import Text

Shape = tuple[int, ...]  # of one digit: (height, width, maps), or (numbers,)

ACTIVATIONS = {"relu": "ReLU", "gelu": "GELU", "tanh": "tanh", "sigmoid": "sigmoid", "leaky_relu": "leaky ReLU"}
FIRST = 2  # the position of the setting that says most about a layer
_NONE = "none"
_INITIALIZERS = {
    "glorot_uniform": "Glorot, uniform",
    "glorot_normal": "Glorot, normal",
    "he_uniform": "He, uniform",
    "he_normal": "He, normal",
    "lecun_normal": "LeCun, normal",
    "zeros": Text("zeros"),
}
PADDINGS = {"same": Text("same size"), "valid": Text("no padding")}


class Need(Enum):
    """What a layer needs to come in."""

    ANYTHING = "anything"
    MAPS = "height and width"
    LIST = "a list of numbers"


@dataclass(frozen=True, slots=True)
class Window:
    """A window that slides over maps.

    Example:
        >>> Window(3, 2, "same").side_after(28), Window(3, 2, "valid").side_after(28)
        (14, 13)
    """

    size: int
    stride: int
    padding: str

    def side_after(self, side: int) -> int:
        """Return the height or width that is left of one."""
        return -(-side // self.stride) if self.padding == "same" else (side - self.size) // self.stride + 1

    def shape_after(self, shape: Shape, maps: int) -> Shape:
        """Return the shape of so many maps over which it slid."""
        return self.side_after(shape[0]), self.side_after(shape[1]), maps


@dataclass(frozen=True, slots=True)
class KerasCall:
    """The call of a class of `keras.layers` that makes a layer.

    Attributes:
        name: Of the class.
        positional: Its first arguments.
        named: Those that differ from Keras' defaults, except for seeds, initialisers and regularisers.
    """

    name: str
    positional: tuple[int | float | str, ...] = ()
    named: Mapping[str, Any] = field(default_factory=dict)


class Layer(ABC):
    """A layer of a network. Its subclasses are frozen dataclasses, whose fields are its settings.

    A default never changes: files and links leave out what is the default.

    Attributes:
        summary: What it does, in a sentence.
        needs: What must come in.
        stem: Its name in a network, which gets a number where there are several.
        kernels: Which weights are initialised at random and held small by L2, as in Keras' `kernel_initializer`.
        is_spatial: Whether it computes with the neighbours of a place.
        is_convolution: Whether it is a convolution.
        is_random: Whether it draws random numbers in training.

    Example:
        >>> from digitlab.networks.layers.kinds import KINDS
        >>> layer = KINDS["Conv2D"](filters=8, stride=2)
        >>> layer.shape((28, 28, 1)), layer.weights((28, 28, 1)), layer.multiplications((28, 28, 1))
        ((14, 14, 8), 80, 14112)
    """

    __slots__ = ()
    summary: ClassVar[Text]
    needs: ClassVar[Need] = Need.ANYTHING
    stem: ClassVar[str]
    kernels: ClassVar[tuple[str, ...]] = ()
    is_spatial: ClassVar[bool] = False
    is_convolution: ClassVar[bool] = False
    is_random: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_settings(self)

    @property
    def kind(self) -> str:
        """The name of its type."""
        return type(self).__name__

    @property
    def own_stem(self) -> str:
        """Its stem, where that depends on its settings."""
        return self.stem

    @property
    def window(self) -> Window | None:
        """The window that it slides over its maps; None if there is none."""
        return None

    def shape(self, source: Shape) -> Shape:
        """Return the shape of its output for that of its input."""
        return source

    def weights(self, source: Shape) -> int:
        """Return how many weights it has, moving means among them."""
        return 0

    def multiplications(self, source: Shape) -> int:
        """Return how many multiplications it takes to read a digit."""
        return 0

    @abstractmethod
    def call(self) -> KerasCall:
        """Return how Keras makes it."""


ACTIVATION = SettingSpec(
    default="relu",
    label=Text("Activation"),
    help=Text("The function that follows each sum."),
    choices=(*ACTIVATIONS, _NONE),
    choice_labels={**ACTIVATIONS, _NONE: Text("none")},
    position=10,
)
_BIAS = SettingSpec(default=True, label=Text("Bias"), help=Text("Whether a learned number is added to each sum."))
_INITIALIZER = SettingSpec(
    default="glorot_uniform",
    label=Text("First weights"),
    help=Text("How the first weights are drawn. With zeros, all units of a layer learn the same."),
    choices=tuple(_INITIALIZERS),
    choice_labels=_INITIALIZERS,
)
_L2 = SettingSpec(
    default=0.0,
    label="L2",
    help=Text("Adds so many times the sum of all squared weights to the loss, which keeps them small. 0: off."),
    high=1,
    step=0.0001,
    form_format="%g",
    is_typed=True,
)
STRIDE = SettingSpec(
    default=1,
    label=Text("Stride"),
    help=Text("How many pixels the window moves from one place to the next."),
    low=1,
    high=4,
    position=4,
)
PADDING = SettingSpec(
    default="same",
    label=Text("Padding"),
    help=Text("Whether zeros around the maps keep their size (for stride 1), or the maps lose their margin."),
    choices=tuple(PADDINGS),
    choice_labels=PADDINGS,
    position=5,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedLayer(Layer):
    """A layer that computes weighted sums.

    Example:
        >>> from digitlab.networks.layers.kinds import KINDS
        >>> KINDS["Dense"](units=32, activation="none", use_bias=False).arguments()
        {'use_bias': False}
    """

    activation: str = declare(ACTIVATION)
    use_bias: bool = declare(_BIAS)
    initializer: str = declare(_INITIALIZER)
    l2: float = declare(_L2)

    def arguments(self) -> dict[str, Any]:
        """Return the named arguments of its call in Keras."""
        return self._end_arguments()

    def _end_arguments(self) -> dict[str, Any]:
        named: dict[str, Any] = {} if self.activation == _NONE else {"activation": self.activation}
        return named if self.use_bias else {**named, "use_bias": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConvolutionLayer(WeightedLayer):
    """A layer that computes weighted sums of the window around each place.

    Example:
        >>> from digitlab.networks.layers.kinds import KINDS
        >>> KINDS["Conv2D"](filters=8, kernel_size=5, padding="valid").window.shape_after((28, 28, 1), maps=8)
        (24, 24, 8)
    """

    needs = Need.MAPS
    is_spatial = True
    is_convolution = True

    kernel_size: int = declare(
        SettingSpec(
            default=3,
            label=Text("Kernel size"),
            help=Text("Height and width of the window, in pixels."),
            low=1,
            high=11,
            position=3,
        )
    )
    stride: int = declare(STRIDE)
    padding: str = declare(PADDING)

    @property
    def window(self) -> Window:
        """The window that it slides over its maps."""
        return Window(self.kernel_size, self.stride, self.padding)

    def arguments(self) -> dict[str, Any]:
        """Return the named arguments of its call in Keras."""
        return window_arguments(self.window, usual_stride=1) | self._end_arguments()


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolingLayer(Layer):
    """A layer that makes one number of all in a window.

    Example:
        >>> from digitlab.networks.layers.kinds import KINDS
        >>> KINDS["MaxPooling2D"](pool_size=2).shape((28, 28, 8))
        (14, 14, 8)
    """

    needs = Need.MAPS
    is_spatial = True

    pool_size: int = declare(
        SettingSpec(
            default=2,
            label=Text("Window"),
            help=Text("Height and width of the window, in pixels."),
            low=2,
            high=7,
            position=FIRST,
        )
    )
    stride: int = declare(replace(STRIDE, default=2))
    padding: str = declare(replace(PADDING, default="valid"))

    @property
    def window(self) -> Window:
        """The window that it slides over its maps."""
        return Window(self.pool_size, self.stride, self.padding)

    def shape(self, source: Shape) -> Shape:
        """Return the shape of its output for that of its input."""
        return self.window.shape_after(source, source[2])

    def call(self) -> KerasCall:
        """Return how Keras makes it."""
        return KerasCall(self.kind, (self.pool_size,), window_arguments(self.window, usual_stride=self.pool_size))


def window_arguments(window: Window, *, usual_stride: int) -> dict[str, Any]:
    """Return a window's named arguments in Keras."""
    named: dict[str, Any] = {} if window.stride == usual_stride else {"strides": window.stride}
    return named if window.padding == "valid" else {**named, "padding": window.padding}
