"""Results of explanations, ready to be shown: what `digitlab.worker.explainer` and `occlusion` find out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class LayerOutput:
    """The output of one layer for a picture.

    Attributes:
        layer: The layer's name in Keras.
        kind: The name of its class in Keras.
        values: float32 (height, width, maps) for feature maps, (n,) for a vector.
    """

    layer: str
    kind: str
    values: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ActivationTrace:
    """The outputs of all layers for a picture.

    Attributes:
        layers: In their order; layers that only move numbers are left out.
        hidden: float32 (n,), the input of the last layer.
        weights: float32 (n, 10), of the last layer.
        bias: float32 (10,), of the last layer.
        logits: float32 (10,), before the softmax: `hidden @ weights + bias`.
        views: How many views of each picture the network averages, shifted by half a pixel; `layers` are those of the
            first view, and `hidden` is the mean over all.

    Example:
        >>> trace = ActivationTrace((), np.ones(1), np.eye(1, 10), np.zeros(10), np.eye(10)[0], 1)
        >>> trace.probabilities.round(2).tolist()[:3]
        [0.23, 0.09, 0.09]
    """

    layers: tuple[LayerOutput, ...]
    hidden: Floats
    weights: Floats
    bias: Floats
    logits: Floats
    views: int

    @property
    def exponentials(self) -> NDArray[np.float64]:
        """float64 (10,): e to each logit, less the largest one first, which changes no probability."""
        logits = self.logits.astype(np.float64)
        return np.asarray(np.exp(logits - logits.max()))

    @property
    def probabilities(self) -> NDArray[np.float64]:
        """float64 (10,), sum to 1: the softmax of the logits."""
        return np.asarray(self.exponentials / self.exponentials.sum())


@dataclass(frozen=True, slots=True, eq=False)
class HeatMaps:
    """Which pixels a digit's logit depends on.

    Attributes:
        digit: The digit in question.
        gradient: float32 (28, 28): by how much the logit would grow if the pixel became brighter, a full 255 counted as
            1 (K. Simonyan, A. Vedaldi and A. Zisserman, "Deep inside convolutional networks", 2013).
        integrated_gradients: float32 (28, 28): what each pixel adds to the logit on the way from an empty picture to
            this one (M. Sundararajan, A. Taly and Q. Yan, "Axiomatic attribution for deep networks", 2017).
        gain: The logit for this picture minus that for an empty one. `integrated_gradients` sums to this.
        grad_cam: float32 (28, 28), 0 or more: where the last convolution saw what raises the logit (R. R. Selvaraju et
            al., "Grad-CAM", 2017); None for a network without convolutions.

    Example:
        >>> zeros = np.zeros((28, 28), np.float32)
        >>> HeatMaps(7, zeros, zeros + 0.125, 100.0, None).completeness_error
        0.02
    """

    digit: int
    gradient: Floats
    integrated_gradients: Floats
    gain: float
    grad_cam: Floats | None

    @property
    def completeness_error(self) -> float:
        """The share of the gain by which the sum of the integrated gradients misses it."""
        total = float(self.integrated_gradients.sum(dtype=np.float64))
        return abs(total - self.gain) / max(abs(self.gain), 1e-6)


@dataclass(frozen=True, slots=True, eq=False)
class Counterfactual:
    """A small change that turns a picture into another digit.

    Attributes:
        digit: What the network reads in the changed picture.
        image: uint8 (28, 28), the changed picture.
        distance: The Euclidean length of the change, a full 255 counted as 1.
    """

    digit: int
    image: NDArray[np.uint8]
    distance: float


@dataclass(frozen=True, slots=True, eq=False)
class TopActivations:
    """The digits that activate each map of a layer most; of each digit, only the place with the highest activation.

    Attributes:
        indices: int64 (maps, count), of the digits in the set that was searched, the strongest first.
        tops: int64 (maps, count), the first row of the map's receptive field there; negative outside the picture.
        lefts: int64 (maps, count), its first column, likewise.
        side: Height and width of the receptive field, in pixels.
        values: float32 (maps, count), the activation there.
    """

    indices: NDArray[np.int64]
    tops: NDArray[np.int64]
    lefts: NDArray[np.int64]
    side: int
    values: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Neuron:
    """The arithmetic of one neuron: `output = f(scale * (sum of inputs * weights + bias) + shift)`.

    Attributes:
        inputs: float32 (height, width, maps) or (n,).
        weights: float32, of the same shape.
        bias: What is added to the sum.
        scale: Of the batch normalization that follows; 1 without one.
        shift: Likewise; 0 without one.
        is_rectified: Whether negative results become 0.
        activation: The name of another function that follows; empty: none does.
        output: What the network itself computed.
        source: A sentence on what comes in, where several layers come together before it; else empty.

    Example:
        >>> neuron = Neuron(np.array([1, 2]), np.array([3, 4]), 5.0, 1.0, 0.0, True, "", 16.0)
        >>> neuron.products.tolist(), neuron.total
        ([3, 8], 16.0)
    """

    inputs: Floats
    weights: Floats
    bias: float
    scale: float
    shift: float
    is_rectified: bool
    activation: str
    output: float
    source: str = ""

    @property
    def products(self) -> Floats:
        """float32, of the inputs' shape: input times weight."""
        return self.inputs * self.weights

    @property
    def total(self) -> float:
        """The sum of all products and the bias."""
        return float(self.products.sum(dtype=np.float64)) + self.bias


@dataclass(frozen=True, slots=True, eq=False)
class ReadingsByEpoch:
    """How a network read a picture after each epoch of its training.

    Attributes:
        epochs: Which epochs; 0 is before the first.
        probabilities: float32 (epochs, 10).
        points: float32 (epochs, 2): where the picture lay on each epoch's map.
    """

    epochs: tuple[int, ...]
    probabilities: Floats
    points: Floats
