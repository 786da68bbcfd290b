"""Rewrites the config of a network that Keras 2 saved into that of Keras 3.

Nothing is checked here: what comes out is checked against the allow-list like any other config, and what is not as
Keras writes it stays as it is, to be rejected there.
"""

from collections.abc import Collection, Mapping
from typing import Any

from digitlab.uploads import plain_operations
from digitlab.uploads.layer_allowlist import NETWORKS, ONLY_FOR_TRAINING, Json

_MAX_DEPTH = 20  # of entries within entries; what is deeper is rejected by the allow-list
_MODULES = ("keras", "tf_keras")  # of Keras 2's own classes, with what follows a dot
_OBSOLETE = {"batch_input_shape", "input_dtype", "implementation", "time_major", "ragged", "sparse", "optional"}
_OBSOLETE_OF = {
    **{name: {"groups"} for name in ("SeparableConv1D", "SeparableConv2D", "DepthwiseConv2D", "Conv2DTranspose")},
    "MultiHeadAttention": {"query_shape", "key_shape", "value_shape", "softmax_robust_masking"},
}
_INPUT = {"batch_input_shape": "batch_shape"}
_RENAMED = {"InputLayer": _INPUT, "LeakyReLU": {"alpha": "negative_slope"}}
_SINGLE_AXIS = ("BatchNormalization",)  # in whose config Keras 2 wrote one axis as a list


def modernized(entry: Json) -> Json:
    """Return the config of a network as Keras 3 writes it."""
    return _modernized(entry, frozenset(), 0)


def _modernized(entry: Json, networks: Collection[Json], depth: int) -> Json:
    """Return the entry of a network or layer; `networks` are the names of those beside it."""
    if not isinstance(entry, Mapping) or not isinstance(entry.get("class_name"), str) or depth > _MAX_DEPTH:
        return entry
    name = "Functional" if entry["class_name"] == "Model" else entry["class_name"]
    rewrite = _network if name in NETWORKS else _layer
    new = {**entry, "class_name": name, "config": rewrite(name, entry.get("config"), depth + 1)}
    if plain_operations.is_operation(entry):
        new.setdefault("module", plain_operations.MODULE)  # HDF5 files leave it out
    elif str(entry.get("module", "keras")).split(".")[0] in _MODULES and entry.get("registered_name") in (None, name):
        new |= {"module": NETWORKS[name][-1] if name in NETWORKS else "keras.layers", "registered_name": None}
    if isinstance(nodes := entry.get("inbound_nodes"), list):
        new["inbound_nodes"] = [_node(node, networks) for node in nodes]
    return new


def _network(name: str, config: Json, depth: int) -> Json:
    if isinstance(config, list):  # before Keras 2.2.3
        config = {"name": "sequential", "layers": config}
    if not isinstance(config, Mapping) or not isinstance(layers := config.get("layers"), list):
        return config
    if name == "Sequential" and layers and (shape := _first_shape(config, layers[0])) is not None:
        settings = {"name": "input_of_the_network", "batch_shape": shape, "dtype": "float32"}
        layers = [{"class_name": "InputLayer", "config": settings}, *layers]
    networks = [_name(layer) for layer in layers if isinstance(layer, Mapping) and _is_network(layer)]
    return {**config, "layers": [_modernized(layer, networks, depth) for layer in layers]}


def _first_shape(config: Mapping[str, Json], first: Json) -> Json:
    """Return the input shape of a Sequential network that has no InputLayer."""
    if not isinstance(first, Mapping) or first.get("class_name") == "InputLayer":
        return None
    own = first.get("config")
    return (own.get("batch_input_shape") if isinstance(own, Mapping) else None) or config.get("build_input_shape")


def _is_network(entry: Mapping[str, Json]) -> bool:
    return entry.get("class_name") in (*NETWORKS, "Model")


def _name(entry: Mapping[str, Json]) -> Json:
    config = entry.get("config")
    return entry.get("name") or (config.get("name") if isinstance(config, Mapping) else None)


def _layer(name: str, config: Json, depth: int) -> Json:
    if not isinstance(config, Mapping):
        return config
    renamed: Mapping[str, str] = _RENAMED.get(name, {})
    obsolete = _OBSOLETE | _OBSOLETE_OF.get(name, set())
    new: dict[str, Any] = {}
    for key, value in config.items():
        if key in renamed or not (key in obsolete or str(key).endswith(ONLY_FOR_TRAINING)):
            new[str(renamed.get(key, key))] = _modernized(value, (), depth)
    if name in _SINGLE_AXIS and isinstance(axis := new.get("axis"), list) and len(axis) == 1:
        new["axis"] = axis[0]
    return new


def _node(node: Json, networks: Collection[Json]) -> Json:
    """Return a call of a layer: Keras 2 wrote `[[name, node, tensor, arguments], ...]`."""
    if not isinstance(node, list) or not node:
        return node
    inputs = [node] if isinstance(node[0], str) else node
    if not all(isinstance(call, list) and len(call) >= 3 for call in inputs):
        return node
    named = inputs[0][3] if len(inputs[0]) > 3 else {}
    tensors = [_tensor(call, networks) for call in inputs]
    kwargs = {key: _tensor(value, networks) for key, value in named.items()} if isinstance(named, Mapping) else named
    return {"args": tensors if len(tensors) == 1 else [tensors], "kwargs": kwargs}


def _tensor(value: Json, networks: Collection[Json]) -> Json:
    """Return the output of a layer as Keras 3 writes it; anything else as it is."""
    if not (isinstance(value, list) and len(value) >= 3 and isinstance(value[0], str)):
        return value
    name, node, place = value[:3]
    if name in networks and isinstance(node, int):
        node = max(node - 1, 0)  # Keras 2 counted the calls of a network within another from 1
    config = {"shape": [None], "dtype": "float32", "keras_history": [name, node, place]}
    return {"class_name": "__keras_tensor__", "config": config}
