"""The graph of an ONNX file while it is written: its operators and constants. It knows nothing of Keras."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike
from onnx import TensorProto, helper, numpy_helper

_OPSET = 21  # version of ONNX' operators


class OnnxGraph:
    """The operators and constants of one network. Methods write something, and return the name of its output.

    Example:
        >>> graph = OnnxGraph()
        >>> graph.affine("pixels", scale=2, offset=1)
        'Add_1'
        >>> [node.op_type for node in graph.nodes], [constant.name for constant in graph.constants]
        (['Mul', 'Add'], ['constant_0', 'constant_1'])
    """

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def save(self, name: str, answer: str, path: Path) -> None:
        """Write a file: "pixels", uint8 (n, 28, 28), comes in, and `answer`, float32 (n, 10), goes out."""
        pixels = helper.make_tensor_value_info("pixels", TensorProto.UINT8, [None, 28, 28])
        probabilities = helper.make_tensor_value_info(answer, TensorProto.FLOAT, [None, 10])
        graph = helper.make_graph(self.nodes, name, [pixels], [probabilities], self.constants)
        onnx.save(helper.make_model_gen_version(graph, opset_imports=[helper.make_opsetid("", _OPSET)]), path)

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add an operator."""
        name = f"{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def constant(self, values: ArrayLike, dtype: type = np.float32) -> str:
        """Add a constant."""
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype), f"constant_{len(self.constants)}"))
        return str(self.constants[-1].name)

    def integers(self, values: Iterable[int]) -> str:
        """Add a constant of whole numbers, as operators take sizes and axes."""
        return self.constant(list(values), np.int64)

    def affine(self, x: str, scale: ArrayLike, offset: ArrayLike) -> str:
        """Multiply by a constant, and add another."""
        return self.add("Add", self.add("Mul", x, self.constant(scale)), self.constant(offset))

    def reshape(self, x: str, shape: Iterable[int]) -> str:
        """Give each digit of a batch another shape."""
        return self.add("Reshape", x, self.integers([-1, *shape]))

    def pad(self, x: str, pairs: Any, sign: int) -> str:
        """Add margins, (before, after) for each spatial axis, or cut them off where `sign` is -1."""
        return self.add("Pad", x, self.integers(sign * np.pad(np.reshape(pairs, (-1, 2)).T, ((0, 0), (1, 1))).ravel()))

    def channels_first(self, operator: str, x: str, rank: int, *inputs: str, **attributes: Any) -> str:
        """Add an operator that takes channels first, between two transpositions."""
        x = self.add("Transpose", x, perm=[0, rank - 1, *range(1, rank - 1)])
        return self.add("Transpose", self.add(operator, x, *inputs, **attributes), perm=[0, *range(2, rank), 1])
