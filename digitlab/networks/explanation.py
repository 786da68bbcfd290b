"""What a look into a network brings to light: results of `explanation` and `probing`, made to be shown. No Keras."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class LayerOutput:
    """What one layer makes of a picture.

    Attributes:
        layer: The layer's name in Keras.
        kind: Its class: "Conv2D", "BatchNormalization", "ReLU", "Dense".
        values: float32 (height, width, maps) of what has a place in the picture, (n,) of what has none.
    """

    layer: str
    kind: str
    values: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ActivationTrace:
    """A picture's way through a network.

    Attributes:
        stages: The layers in their order; those that only put numbers elsewhere are left out.
        hidden: float32 (n,), what the last layer works with.
        weights: float32 (n, 10), the last layer's.
        bias: float32 (10,), the last layer's.
        sums: float32 (10,), before the softmax: `hidden @ weights + bias`.
        looks: How often the network looks at each picture, moved by half a pixel; the stages are those of the first
            look, and `hidden` is the mean of all.
    """

    stages: tuple[LayerOutput, ...]
    hidden: Floats
    weights: Floats
    bias: Floats
    sums: Floats
    looks: int

    @property
    def powers(self) -> NDArray[np.float64]:
        """float64 (10,): e to each sum; the largest sum is taken off first, which changes no share."""
        sums = self.sums.astype(np.float64)
        return np.asarray(np.exp(sums - sums.max()))

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """float64 (10,), sum to 1: the powers' shares, which is the softmax."""
        return np.asarray(self.powers / self.powers.sum())


@dataclass(frozen=True, slots=True, eq=False)
class HeatMaps:
    """Which pixels a digit's sum before the softmax hangs on.

    Attributes:
        digit: The digit in question.
        gradient: float32 (28, 28): by how much the sum would grow if the pixel became brighter, a full 255 counted as 1
            (K. Simonyan, A. Vedaldi and A. Zisserman, "Deep inside convolutional networks", 2013).
        integrated: float32 (28, 28): what each pixel adds to the sum on the way from an empty picture to this one
            (M. Sundararajan, A. Taly and Q. Yan, "Axiomatic attribution for deep networks", 2017).
        gain: By how much the sum for this picture is above that for an empty one. All of `integrated` sum to this.
        grad_cam: float32 (28, 28), 0 or more: where the last convolution saw what raises the sum (R. R. Selvaraju et
            al., "Grad-CAM", 2017); None for a network without convolutions.
    """

    digit: int
    gradient: Floats
    integrated: Floats
    gain: float
    grad_cam: Floats | None

    @property
    def gap(self) -> float:
        """By which share of the gain the integrated gradients miss it."""
        return abs(float(self.integrated.sum(dtype=np.float64)) - self.gain) / max(abs(self.gain), 1e-6)


@dataclass(frozen=True, slots=True, eq=False)
class Counterfactual:
    """A small change that makes another digit of a picture.

    Attributes:
        digit: What the network reads then.
        image: uint8 (28, 28), the changed picture.
        length: The Euclidean length of the change, a full 255 counted as 1.
    """

    digit: int
    image: NDArray[np.uint8]
    length: float


@dataclass(frozen=True, slots=True, eq=False)
class TopActivations:
    """Which digits excite each map of a layer most, each digit by the one place where it does so most.

    Attributes:
        numbers: int64 (maps, count), indices of the digits among those that were looked through, the strongest first.
        tops: int64 (maps, count), first row of what the map sees of the picture there; below 0 outside of it.
        lefts: Likewise, the first column.
        side: How many pixels it sees in height and width: its receptive field.
        values: float32 (maps, count), its output there.
    """

    numbers: NDArray[np.int64]
    tops: NDArray[np.int64]
    lefts: NDArray[np.int64]
    side: int
    values: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Neuron:
    """The arithmetic of one neuron: `output = f(scale * (sum of inputs * weights + bias) + shift)`.

    Attributes:
        inputs: float32 (height, width, maps) or (n,): the numbers that it sees.
        weights: float32, of the same shape.
        bias: What is added to the sum.
        scale: Of the normalization that follows; 1 without one.
        shift: Likewise; 0 without one.
        is_rectified: Whether what is below 0 becomes 0.
        output: What the network itself computed.
        source: A sentence on what comes in, where several layers come together before it; else empty.
    """

    inputs: Floats
    weights: Floats
    bias: float
    scale: float
    shift: float
    is_rectified: bool
    output: float
    source: str = ""

    @property
    def products(self) -> Floats:
        """float32, of the inputs' shape."""
        return self.inputs * self.weights

    @property
    def total(self) -> float:
        """The sum of all products, and the bias."""
        return float(self.products.sum(dtype=np.float64)) + self.bias


@dataclass(frozen=True, slots=True, eq=False)
class ReadingsByEpoch:
    """How a picture was read while a network learned.

    Attributes:
        epochs: After which epochs; 0 is before the first.
        probabilities: float32 (epochs, 10).
        places: float32 (epochs, 2): where it lay on each epoch's map.
    """

    epochs: tuple[int, ...]
    probabilities: Floats
    places: Floats
