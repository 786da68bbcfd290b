"""The allow-list of layers in an uploaded network: Keras' own layers that only compute.

A `.keras` file names the classes of its layers, and Keras imports and calls what is named. So each layer is checked
against a list before Keras sees it, and Keras gets a config that is rewritten from the checked values alone.
"""

from collections.abc import Mapping
from typing import Any, NoReturn

from digitlab.data.archives import printable
from digitlab.errors import ModelRejected
from digitlab.networks.layers.base import ACTIVATIONS as FUNCTIONS
from digitlab.networks.layers.kinds import KERAS_CLASSES
from digitlab.translation import Text
from digitlab.uploads import plain_operations

Json = Any  # what json.loads returns

MAX_LAYERS = 400
MAX_UNITS = 8192  # units or filters of one layer
_MAX_INTEGER = 65_536  # any other integer
_MAX_LENGTH = 200  # characters of a text, or items of a list
NAMED = "layer_"  # and a number: the new names of the layers
_UNCONNECTED = Text("Its config.json connects the layers in an unknown way. Save the network again with Keras 3.")
_MAX_DEPTH = 6  # networks within networks

NETWORKS = {
    "Sequential": ("keras", "keras.models", "keras.src.models.sequential"),
    "Functional": ("keras", "keras.models", "keras.src.models.functional"),
}
_POOLING = [f"{mean}Pooling{n}D" for n in (1, 2) for mean in ("Max", "Average", "GlobalMax", "GlobalAverage")]
LAYERS = {
    *KERAS_CLASSES,  # of the networks that can be built here
    "InputLayer", "Reshape", "Permute", "RepeatVector", "Conv1D", "Conv2DTranspose", "SeparableConv1D",
    *_POOLING, "ZeroPadding1D", "ZeroPadding2D", "Cropping1D", "Cropping2D", "UpSampling1D", "UpSampling2D",
    "LeakyReLU", "PReLU", "ELU", "Softmax", "GroupNormalization", "UnitNormalization", "Rescaling",
    "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "ActivityRegularization",
    "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate",
    "Identity", "Normalization", "Resizing", "LSTM", "GRU", "SimpleRNN", "Bidirectional", "TimeDistributed",
    "MultiHeadAttention",
}  # fmt: skip
INERT = {  # layers that only do something in a training: "Identity" takes their place, and their settings are left out
    *(f"Random{change}" for change in ("Flip", "Rotation", "Zoom", "Translation", "Shear", "Contrast", "Brightness",
        "Hue", "Saturation", "Sharpness", "Grayscale", "Invert", "Posterization", "ColorJitter", "ColorDegeneration",
        "GaussianBlur", "Erasing", "Perspective", "ElasticTransform")),
    "AlphaDropout", "SpatialDropout3D",
}  # fmt: skip
ACTIVATIONS = {
    *FUNCTIONS,  # of the networks that can be built here
    "linear", "relu6", "elu", "selu", "celu", "silu", "swish", "mish", "softplus",
    "softsign", "hard_sigmoid", "hard_silu", "hard_swish", "exponential", "softmax", "log_softmax",
}  # fmt: skip
_TYPES = {"float16", "bfloat16", "float32", "float64", "uint8", "int32", "int64"}
ONLY_FOR_TRAINING = ("_initializer", "_regularizer", "_constraint")  # suffixes of settings that only training needs
_ONLY_TRAINING = (
    "keras.initializers",
    "keras.regularizers",
    "keras.constraints",
)  # a tuple, because the value tested may be unhashable
# "unroll" copies a recurrent layer for each step, "stateful" remembers the digits before.
_DROPPED = {"dtype", "quantization_config", "trainable", "unroll", "stateful"}
_MAX_STATISTICS = 1024  # means of a Normalization that were given, not learned


def check_layers(config: Json) -> dict[str, Json]:
    """Return the content of a `config.json`, rewritten from checked values.

    Raises:
        ModelRejected: It has anything but allowed layers, or too many of them.
    """
    if not isinstance(config, Mapping) or not isinstance(config.get("config"), Mapping):
        raise ModelRejected(Text("The file's config.json does not describe a network. Save it again with Keras 3."))
    return _ConfigReader().network(config, 0)


class _ConfigReader:
    """Reads one config, counts its layers and renames them: names in a file may collide, or worse."""

    def __init__(self) -> None:
        self._layers = self._names = 0

    def network(self, entry: Mapping[str, Json], depth: int, own_name: str = "network") -> dict[str, Json]:
        """Return the config of a network, the outermost or one within another."""
        name = _class(entry)
        if name not in NETWORKS or entry.get("module") not in NETWORKS[name]:
            _reject(entry)
        if entry.get("registered_name") not in (None, name, "Model"):
            _reject(entry)
        if depth > _MAX_DEPTH:
            raise ModelRejected(
                Text(
                    "It has networks within networks, more than {allowed} deep. Use plain layers instead.",
                    allowed=_MAX_DEPTH,
                )
            )
        config, layers = entry["config"], entry["config"].get("layers")
        if not isinstance(layers, list) or not layers:
            raise ModelRejected(
                Text("Its {name} network has no layers. Call it on a digit once, then save it again.", name=name)
            )
        names = {_name_of(layer): self._new_name() for layer in layers}
        checked = {"name": own_name, "layers": [self._layer(layer, depth, names) for layer in layers]}
        if name == "Functional":
            checked |= {key: _history(config.get(key), names) for key in ("input_layers", "output_layers")}
        module = "keras" if name == "Sequential" else "keras.src.models.functional"
        return {"module": module, "class_name": name, "config": checked, "registered_name": None}

    def _new_name(self) -> str:
        self._names += 1
        return f"{NAMED}{self._names}"

    def _layer(self, entry: Json, depth: int, names: Mapping[str, str] | None = None) -> dict[str, Json]:
        own_name = names[_name_of(entry)] if names else self._new_name()
        entry = plain_operations.as_layer(entry)
        self._layers += 1
        if self._layers > MAX_LAYERS:
            raise ModelRejected(
                Text("It has more than {allowed} layers. Choose a smaller network.", allowed=MAX_LAYERS)
            )
        name = _class(entry)
        if name in NETWORKS:
            checked = self.network(entry, depth + 1, own_name)
        elif name in INERT and entry.get("module") == "keras.layers" and entry.get("registered_name") is None:
            checked = _entry("Identity", {"name": own_name})
        elif name not in LAYERS or entry.get("module") != "keras.layers" or entry.get("registered_name") is not None:
            _reject(entry)
        else:
            config = self._settings(entry["config"], name, depth) | {"name": own_name}
            checked = _entry(name, config)
        if names and "inbound_nodes" in entry:
            checked |= {"name": own_name, "inbound_nodes": _nodes(entry["inbound_nodes"], names)}
        return checked

    def _settings(self, config: Mapping[str, Json], layer: str, depth: int) -> dict[str, Json]:
        checked = {}
        for key, value in config.items():
            _text("name of a setting", key)
            is_of_training = key.endswith(ONLY_FOR_TRAINING)
            if is_of_training:
                _check_of_training(value)
            if key == "quantization_config" and value is not None:
                raise ModelRejected(
                    Text(
                        "Its layer {layer} is quantized. Save the network as it was before the quantization.",
                        layer=layer,
                    )
                )
            if not is_of_training and (key not in _DROPPED or (layer == "InputLayer" and key == "dtype")):
                checked[key] = self._value(key, value, layer, depth)
        if layer == "InputLayer":
            checked["batch_shape"] = _any_batch(checked.get("batch_shape"))
        return checked

    def _value(self, key: str, value: Json, layer: str, depth: int) -> Json:
        if key.endswith("activation") and isinstance(value, str) and value not in ACTIVATIONS:
            raise ModelRejected(
                Text(
                    "Its layer {layer} has the activation {value!r}, which is not on the allow-list.",
                    layer=layer,
                    value=value[:40],
                )
            )
        if key == "dtype":
            return _type(value)
        if isinstance(value, Mapping):
            if _class(value) not in LAYERS or depth >= _MAX_DEPTH:
                _reject(value)
            _name_of(value)
            return self._layer(value, depth + 1)
        if isinstance(value, list):
            if len(value) > (_MAX_STATISTICS if layer == "Normalization" else _MAX_LENGTH):
                raise ModelRejected(
                    Text(
                        "Its layer {layer} has {count:,} values of {setting}; at most {allowed} are allowed.",
                        layer=layer,
                        count=len(value),
                        setting=key[:40],
                        allowed=_MAX_LENGTH,
                    )
                )
            return [self._value(key, item, layer, depth) for item in value]
        if isinstance(value, str):
            return _text(key, value)
        maximum = MAX_UNITS if key in ("units", "filters") else 2**63 if key == "seed" else _MAX_INTEGER
        return _number(key, value, maximum, layer)


def _entry(name: str, config: dict[str, Json]) -> dict[str, Json]:
    return {"module": "keras.layers", "class_name": name, "config": config, "registered_name": None}


def _class(entry: Mapping[str, Json]) -> str:
    name = entry.get("class_name")
    return name if isinstance(name, str) else ""


def _reject(entry: Mapping[str, Json]) -> NoReturn:
    name, module, registered = (entry.get(key) for key in ("class_name", "module", "registered_name"))
    if name in ("Lambda", "__lambda__"):
        raise ModelRejected(
            Text(
                "It has a Lambda layer, which contains Python code, and uploaded code is never run here. "
                "Build the network with plain layers instead."
            )
        )
    if name == "function":
        raise ModelRejected(
            Text(
                "It calls the function {function} of {module}, and functions are not allowed. Build the "
                "network with Keras' plain layers.",
                function=_short(entry.get("config")),
                module=_short(module),
            )
        )
    if registered not in (None, name) or not str(module).startswith("keras"):
        package = module or str(registered).rpartition(">")[0]
        if not package:  # a class without `register_keras_serializable`
            raise ModelRejected(
                Text("It needs custom code: {name}. Build the network with Keras' plain layers.", name=_short(name))
            )
        raise ModelRejected(
            Text(
                "It needs custom code: {name} of {module}. Build the network with Keras' plain layers.",
                name=_short(name),
                module=_short(package),
            )
        )
    raise ModelRejected(
        Text(
            "It has a layer {name} of {module}, which is not on the allow-list: dense, convolutional, "
            "pooling, recurrent, attention, normalization, reshaping and merging layers, activations, "
            "dropout and plain arithmetic.",
            name=_short(name),
            module=_short(module),
        )
    )


def _check_of_training(value: Json) -> None:
    if isinstance(value, Mapping) and (
        value.get("module") not in _ONLY_TRAINING or value.get("registered_name") is not None
    ):
        _reject(value)


def _nodes(nodes: Json, names: Mapping[str, str]) -> list[Json]:
    if not isinstance(nodes, list) or len(nodes) > _MAX_LENGTH or not all(isinstance(node, Mapping) for node in nodes):
        raise ModelRejected(_UNCONNECTED)
    return [{part: _argument(node[part], names, 0) for part in ("args", "kwargs") if part in node} for node in nodes]


def _argument(value: Json, names: Mapping[str, str], depth: int) -> Json:
    """Return an argument of a layer's call: the outputs of other layers."""
    if isinstance(value, list) and depth < _MAX_DEPTH and len(value) <= _MAX_LENGTH:
        return [_argument(item, names, depth + 1) for item in value]
    if isinstance(value, Mapping) and value.get("class_name") == "__keras_tensor__":
        config = value.get("config")
        if isinstance(config, Mapping):
            checked = {"shape": _any_batch(config.get("shape")), "dtype": _type(config.get("dtype"))}
            checked["keras_history"] = _history(config.get("keras_history"), names)
            return {"class_name": "__keras_tensor__", "config": checked}
    if isinstance(value, Mapping) and "class_name" in value:
        _reject(value)
    if isinstance(value, Mapping) and depth == 0:
        return {_text("argument", key): _argument(item, names, 1) for key, item in value.items()}
    return _number("argument", value, _MAX_INTEGER, "call")


def _history(value: Json, names: Mapping[str, str]) -> Json:
    """Return names of layers and numbers, in nested lists."""
    if isinstance(value, list) and len(value) <= _MAX_LENGTH:
        return [_history(item, names) if isinstance(item, list) else _name_or_number(item, names) for item in value]
    raise ModelRejected(_UNCONNECTED)


def _name_or_number(value: Json, names: Mapping[str, str]) -> Json:
    if isinstance(value, str) and value not in names:
        raise ModelRejected(_UNCONNECTED)
    return names[value] if isinstance(value, str) else _number("place", value, _MAX_INTEGER, "connection")


def _name_of(entry: Json) -> str:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("config"), Mapping):
        raise ModelRejected(Text("Its config.json has a layer without settings. Save the network again with Keras 3."))
    return _text("name", entry.get("name") or entry["config"].get("name"))


def _any_batch(shape: Json) -> list[Json]:
    """Return a shape for any number of digits, whatever batch size the network was built with."""
    if not isinstance(shape, list) or not 1 <= len(shape) <= 6:
        raise ModelRejected(
            Text("One of its inputs has no shape. Call the network on a digit once, then save it again.")
        )
    return [None, *(_number("shape", size, _MAX_INTEGER, "input") for size in shape[1:])]


def _type(value: Json) -> str:
    if isinstance(value, Mapping) and value.get("class_name") == "DTypePolicy":
        policy = value.get("config")
        value = policy.get("name") if isinstance(policy, Mapping) else None
    if not isinstance(value, str) or value not in _TYPES:
        raise ModelRejected(Text("It has values of type {value}. Use float32.", value=_short(value)))
    return str(value)


def _text(key: str, value: Json) -> str:
    if not isinstance(value, str) or len(value) > _MAX_LENGTH or not value.isprintable():
        raise ModelRejected(
            Text(
                "Its config.json has an invalid {setting}: {value}. Save it again with Keras 3.",
                setting=key[:40],
                value=_short(value),
            )
        )
    return value


def _number(key: str, value: Json, maximum: int, layer: str) -> Json:
    if value is None or isinstance(value, bool):
        return value
    if not isinstance(value, int | float) or not -maximum <= value <= maximum:  # nor is NaN
        raise ModelRejected(
            Text(
                "Its layer {layer} has {setting} {value}; at most {allowed:,} is allowed.",
                layer=layer,
                setting=key[:40],
                value=_short(value),
                allowed=maximum,
            )
        )
    return value


def _short(value: object) -> str:
    """Return a value from a file, printable and short enough for a sentence."""
    text = f"{value:,}" if isinstance(value, int) and abs(value) < 10**30 else str(value)[:60]
    return printable(text)
