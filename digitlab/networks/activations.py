"""What the layers of a network answer to a digit, computed on the LiteRT runtime."""

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType
from numpy.typing import NDArray

MAX_LAYERS = 8  # hidden ones; of more, these are spread evenly from the first to the last
MAX_MAPS = 6  # maps of a layer that are shown
MAX_UNITS = 256  # units of a layer without maps that are shown
MAX_SIDE = 28  # pixels: the side of a map that is shown
_MAPS = frozenset({"CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "MAX_POOL_2D"})
_UNITS = "FULLY_CONNECTED"
# What a layer's activation may become where it is not part of the operation itself.
_FUNCTIONS = frozenset(
    {"RELU", "RELU6", "RELU_N1_TO_1", "LEAKY_RELU", "ELU", "PRELU", "GELU", "TANH", "LOGISTIC", "HARD_SWISH"}
)
# What layers with weights compute, by the ends of their tensors' names: such a name comes before a function's.
_COMPUTED = frozenset({"convolution", "Conv2D", "depthwise", "separable_conv2d", "conv_transpose", "MatMul"})
_MAX_NAME = 32  # characters


@dataclass(frozen=True, slots=True)
class ShownLayer:
    """A hidden layer as it is shown.

    Attributes:
        name: Its name in Keras.
        shape: (height, width, maps), or (units,).
        shown: The indices of the maps or units that are shown.
        step: How many pixels lie from one that is shown to the next.

    Example:
        >>> ShownLayer("convolution_1", (14, 14, 24), (0, 8, 15, 23)).has_maps
        True
    """

    name: str
    shape: tuple[int, ...]
    shown: tuple[int, ...]
    step: int = 1

    @property
    def has_maps(self) -> bool:
        """Whether it answers with maps, not with single units."""
        return len(self.shape) == 3


@dataclass(frozen=True, slots=True, eq=False)
class LayerActivation:
    """What a layer answers to a digit.

    Attributes:
        layer: The layer.
        values: uint8, 0 for the least and 255 for the greatest value of the layer, and in between by the square root,
            so that weak ones are seen: (maps, height, width) or (units,).
    """

    layer: ShownLayer
    values: NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class NetworkActivation:
    """What all layers answer to a digit: the hidden ones in order, and the probabilities, float32 (10,)."""

    hidden: tuple[LayerActivation, ...]
    probabilities: NDArray[np.float32]


class LayerReader:
    """A network that keeps what its layers answer. Threads may share it.

    Example:
        >>> from digitlab.networks.recognition import Recogniser
        >>> from digitlab.settings import ROOT
        >>> reader = LayerReader(ROOT / "models" / "convolutional.tflite")
        >>> activation = reader.read(np.zeros((28, 28), np.uint8))
        >>> [(layer.layer.name, layer.values.shape) for layer in activation.hidden][:1]
        [('convolution_1', (6, 14, 14))]
    """

    def __init__(self, file: Path) -> None:
        """Open a network's LiteRT file, which a `Recogniser` has opened before."""
        # The faster operators of its delegate are meant for networks of which only the output is asked.
        self._interpreter = Interpreter(
            str(file),
            num_threads=1,
            experimental_preserve_all_tensors=True,
            experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self._layers = self._find_layers()
        self._lock = threading.Lock()  # an interpreter owns one set of buffers

    @property
    def layers(self) -> tuple[ShownLayer, ...]:
        """The hidden layers that are shown."""
        return tuple(layer for layer, _tensor in self._layers)

    def read(self, image: NDArray[np.uint8]) -> NetworkActivation:
        """Return what the layers answer to a digit, uint8 (28, 28)."""
        with self._lock:
            self._interpreter.set_tensor(self._input, image[np.newaxis])
            self._interpreter.invoke()
            hidden = tuple(
                LayerActivation(layer, _shown(layer, self._interpreter.get_tensor(tensor)[0]))
                for layer, tensor in self._layers
            )
            return NetworkActivation(hidden, self._interpreter.get_tensor(self._output)[0])

    def _find_layers(self) -> list[tuple[ShownLayer, int]]:
        """Return the layers with the tensors of their answers; of layers that are used again, the first use."""
        tensors = {detail["index"]: detail for detail in self._interpreter.get_tensor_details()}
        operations = self._interpreter._get_ops_details()  # LiteRT has no public way to ask for them
        found: list[tuple[ShownLayer, int]] = []
        used: set[tuple[int, ...]] = set()
        for operation in operations:
            kind, output = operation["op_name"], int(operation["outputs"][0])
            if kind not in _MAPS and kind != _UNITS:
                continue
            weights = tuple(int(index) for index in operation["inputs"][1:])
            if weights and weights in used:
                continue
            used.add(weights)
            output = _with_function(output, operations)
            layer = _layer(tensors[output])
            if layer is not None and not _leads_to(output, self._output, operations):
                found.append((layer, output))
        places = sorted({round(place) for place in np.linspace(0, len(found) - 1, min(MAX_LAYERS, len(found)))})
        return [found[place] for place in places]


def _layer(tensor: dict[str, Any]) -> ShownLayer | None:
    """Return the layer that a tensor of one digit belongs to; None if it is of another form."""
    shape = tuple(int(side) for side in tensor["shape"][1:])
    if tensor["dtype"] != np.float32 or int(tensor["shape"][0]) != 1 or len(shape) not in (1, 3) or 0 in shape:
        return None
    most = MAX_MAPS if len(shape) == 3 else MAX_UNITS
    shown = tuple(np.linspace(0, shape[-1] - 1, min(most, shape[-1])).round().astype(int).tolist())
    step = -(-max(shape[:2]) // MAX_SIDE) if len(shape) == 3 else 1
    return ShownLayer(layer_name(tensor["name"]), shape, shown, step)


def layer_name(tensor: str) -> str:
    """Return the name of the Keras layer that a tensor is named after.

    Example:
        >>> layer_name("small_1/features_7/relu_2_1/Relu;small_1/features_7/convolution_2_1/convolution")
        'convolution_2'
    """
    parts = [part.split("/") for part in tensor.split(";")]
    own = next((part for part in parts if part[-1] in _COMPUTED), parts[0])
    return re.sub(r"_\d+$", "", own[-2] if len(own) > 1 else own[0])[:_MAX_NAME]


def _with_function(tensor: int, operations: Sequence[dict[str, Any]]) -> int:
    """Return the tensor after the activation function, if that is the only use of the tensor."""
    users = [operation for operation in operations if tensor in operation["inputs"]]
    return int(users[0]["outputs"][0]) if len(users) == 1 and users[0]["op_name"] in _FUNCTIONS else tensor


def _leads_to(tensor: int, output: int, operations: Sequence[dict[str, Any]]) -> bool:
    """Whether only an average and a softmax lie between a tensor and the output: it is the layer of the ten digits."""
    between = {"ADD", "ADD_N", "MUL", "DIV", "SOFTMAX"}
    while tensor != output:
        user = next((operation for operation in operations if tensor in operation["inputs"]), None)
        if user is None or user["op_name"] not in between:
            return False
        tensor = int(user["outputs"][0])
    return True


def _shown(layer: ShownLayer, values: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return what is shown of a layer's answer, as grey levels."""
    low, high = float(values.min()), float(values.max())
    chosen = values[..., list(layer.shown)]
    if layer.has_maps:
        chosen = chosen[:: layer.step, :: layer.step].transpose(2, 0, 1)
    if not np.isfinite(high - low) or high <= low:
        return np.zeros(chosen.shape, np.uint8)
    return np.asarray(255 * np.sqrt((chosen - low) / (high - low)) + 0.5, np.uint8)
