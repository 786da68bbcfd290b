"""Rewrites plain operations between the layers of a network as Keras' own layers: a division by 255, another shape.

Keras 3 writes `x / 255` in a functional network as an operation of `keras.src.ops`, Keras 2 as a TFOpLambda with the
name of a function. Neither is ever given to Keras: what is not one of these few is rejected by the allow-list. A shape
is only changed within a digit: the first axis, which counts digits, must stay as it is.
"""

import math
from collections.abc import Mapping
from typing import Any

Json = Any  # what json.loads returns

MODULE = "keras.src.ops.numpy"
_FUNCTIONS = {  # of TensorFlow: the operation
    "math.truediv": "Divide",
    "math.divide": "Divide",
    "math.multiply": "Multiply",
    "math.add": "Add",
    "__operators__.add": "Add",
    "math.subtract": "Subtract",
    "math.negative": "Negative",
    "cast": "Cast",
    "reshape": "Reshape",
    "transpose": "Transpose",
}
_SHAPES = ("Reshape", "ExpandDims", "Squeeze", "Transpose")
_CLASSES = {
    "TFOpLambda", "TrueDivide", "Divide", "Negative", "Cast", "ExpandDims", "Squeeze", "Transpose",
}  # fmt: skip  # no layer has the same name
_MERGES = ("Add", "Subtract", "Multiply")  # which are layers for two inputs, too
_OPERANDS = 2
_FLOATS = ("float16", "bfloat16", "float32", "float64")
_MAX_RANK = 8  # axes


def is_operation(entry: Mapping[str, Json]) -> bool:
    """Return whether an entry is an operation, and no layer of the same name, which has one argument."""
    if entry.get("class_name") in _MERGES and isinstance(nodes := entry.get("inbound_nodes"), list):
        return all(isinstance(node, Mapping) and len(_arguments(node)) == _OPERANDS for node in nodes) and bool(nodes)
    config = entry.get("config")
    if entry.get("class_name") == "Reshape":  # the layer has a `target_shape`
        return isinstance(config, Mapping) and "newshape" in config
    return entry.get("class_name") in _CLASSES


def as_layer(entry: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return the layer that does the same as an operation; the entry itself if it is none, or none of the plain ones.

    Args:
        entry: Of a functional network, with its `inbound_nodes` as Keras 3 writes them.
    """
    operation, nodes, config = _operation(entry), entry.get("inbound_nodes"), entry.get("config")
    if operation is None or not isinstance(config, Mapping) or not isinstance(nodes, list) or len(nodes) != 1:
        return entry
    arguments = _arguments(nodes[0])
    tensors = [value for value in arguments if _is_tensor(value)]
    if operation in _MERGES and len(tensors) == len(arguments) == 2:
        return _layer(entry, operation, {}, [tensors])
    if operation in _SHAPES:
        shaped = _shaped(operation, tensors[0], _settings(nodes[0], config)) if len(tensors) == 1 else None
        return entry if shaped is None else _layer(entry, *shaped, tensors)
    affine = _affine(operation, arguments, config) if len(tensors) == 1 else None
    if affine is None or not all(map(math.isfinite, affine)):
        return entry
    return _layer(entry, "Rescaling", {"scale": affine[0], "offset": affine[1]}, tensors)


def _operation(entry: Mapping[str, Json]) -> str | None:
    name, module, config = entry.get("class_name"), entry.get("module"), entry.get("config")
    if name == "TFOpLambda" and isinstance(config, Mapping):
        function = config.get("function")
        return _FUNCTIONS.get(function) if isinstance(function, str) else None
    if name == "Cast" and module == "keras.src.ops.core":
        return "Cast"
    if module == MODULE and isinstance(name, str):
        return {"TrueDivide": "Divide"}.get(name, name)
    return None


def _arguments(node: Json) -> list[Json]:
    """Return the operands of a call, by place or by the names that TensorFlow gives them."""
    if not isinstance(node, Mapping) or not isinstance(node.get("args"), list):
        return []
    named = node.get("kwargs")
    others = [named[key] for key in ("x1", "x2", "y") if key in named] if isinstance(named, Mapping) else []
    return [*node["args"], *others]


def _is_tensor(value: Json) -> bool:
    return isinstance(value, Mapping) and value.get("class_name") == "__keras_tensor__"


def _affine(operation: str, arguments: list[Json], config: Mapping[str, Json]) -> tuple[float, float] | None:
    """Return the factor and the offset of an operation on one tensor and at most one number."""
    numbers = [float(value) for value in arguments if isinstance(value, int | float) and abs(value) < 1e9]
    is_tensor_first = _is_tensor(arguments[0])
    match operation, numbers, len(arguments):
        case "Negative", [], 1:
            return -1, 0
        case "Cast", [], _ if config.get("dtype") in (*_FLOATS, None):
            return 1, 0
        case "Divide", [number], 2 if number and is_tensor_first:
            return 1 / number, 0
        case "Multiply", [number], 2:
            return number, 0
        case "Add", [number], 2:
            return 1, number
        case "Subtract", [number], 2:
            return (1, -number) if is_tensor_first else (-1, number)
    return None


def _settings(node: Mapping[str, Json], config: Mapping[str, Json]) -> dict[str, Json]:
    """Return the settings of an operation on a shape: of Keras in its config, of TensorFlow in its call."""
    named = node.get("kwargs")
    return {**config, **(named if isinstance(named, Mapping) else {})}


def _shaped(
    operation: str, tensor: Mapping[str, Json], settings: Mapping[str, Json]
) -> tuple[str, dict[str, Json]] | None:
    """Return the name and the settings of the layer that changes a shape; None where the first axis would change."""
    if operation == "Reshape":
        return _reshape(settings.get("newshape", settings.get("shape")))
    if operation == "Transpose":
        axes = settings.get("axes", settings.get("perm"))
        order = _axes(axes, len(axes)) if isinstance(axes, list) else None
        return None if not order or order[0] or len(order) < _OPERANDS else ("Permute", {"dims": order[1:]})
    config = tensor.get("config")
    shape = config.get("shape") if isinstance(config, Mapping) else None
    if not isinstance(shape, list) or not 1 <= len(shape) <= _MAX_RANK:
        return None
    return _reshape(_widened(shape, settings) if operation == "ExpandDims" else _squeezed(shape, settings))


def _reshape(shape: Json) -> tuple[str, dict[str, Json]] | None:
    """Return a Reshape to a shape whose first size is any, and of whose others at most one is."""
    if not isinstance(shape, list) or not _OPERANDS <= len(shape) <= _MAX_RANK or shape[0] not in (-1, None):
        return None
    sizes = [-1 if size is None else size for size in shape[1:]]
    is_plain = all(type(size) is int and (size > 0 or size == -1) for size in sizes)
    return ("Reshape", {"target_shape": sizes}) if is_plain and sizes.count(-1) <= (shape[0] is None) else None


def _widened(shape: list[Json], settings: Mapping[str, Json]) -> list[Json] | None:
    """Return a shape with further axes of size 1."""
    axis = settings.get("axis")
    count = len(axis) if isinstance(axis, list) else 1
    places, sizes = _axes(axis, len(shape) + count), iter([None, *shape[1:]])
    if not places or 0 in places:
        return None
    return [1 if place in places else next(sizes) for place in range(len(shape) + count)]


def _squeezed(shape: list[Json], settings: Mapping[str, Json]) -> list[Json] | None:
    """Return a shape without certain axes of size 1, or without all of them."""
    axis = settings.get("axis")
    ones = [place for place, size in enumerate(shape) if size == 1]
    places = ones if axis is None else _axes(axis, len(shape))
    if places is None or 0 in places or not set(places) <= set(ones):
        return None
    return [None, *(size for place, size in enumerate(shape) if place and place not in places)]


def _axes(axes: Json, rank: int) -> list[int] | None:
    """Return one axis or several different ones, counted from the first; None where these are no axes."""
    axes = axes if isinstance(axes, list) else [axes]
    if not all(type(axis) is int and -rank <= axis < rank for axis in axes) or rank > _MAX_RANK:
        return None
    places = [axis % rank for axis in axes]
    return places if len({*places}) == len(places) else None


def _layer(entry: Mapping[str, Json], kind: str, settings: dict[str, Json], args: list[Json]) -> dict[str, Json]:
    config = {"name": entry["config"].get("name"), **settings}
    nodes = [{"args": args, "kwargs": {}}]
    module: dict[str, Json] = {"module": "keras.layers", "registered_name": None}
    return {**entry, **module, "class_name": kind, "config": config, "inbound_nodes": nodes}
