"""Converts an imported network into one of the lab's, in a process of its own.

The process gets a folder with `config.json` and `weights.h5`, as `keras_archive` took them from the file, and digits.
The config is `null` for an HDF5 file, which holds it, too.
It writes `network.keras` and `network.tflite`, their answers, and `outcome.json`, or only the reason for a rejection.
"""

import json
import math
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from digitlab import sandbox

if __name__ == "__main__":
    sandbox.leave_network()  # before NumPy and TensorFlow start threads

import keras
import numpy as np
from numpy.typing import NDArray

from digitlab.data.archives import printable
from digitlab.errors import DigitLabError, ModelRejected
from digitlab.translation import Text
from digitlab.uploads import h5_network
from digitlab.uploads.layer_allowlist import NAMED, check_layers
from digitlab.uploads.legacy_config import modernized
from digitlab.uploads.pixel_scales import SCALES, ImportChoices, PixelScale
from digitlab.uploads.weights_file import copy_weights
from digitlab.worker import input_search
from digitlab.worker.export import export, versions
from digitlab.worker.input_adapters import InputAdapter, adapters_for, as_text
from digitlab.worker.input_search import InputSearchResult

OUTCOME, ANSWERS, NETWORK = "outcome.json", "answers.npy", "network.keras"
_BATCH = 500  # digits
_MAX_OUTPUT = 200_000  # numbers in one layer's output for a digit
_MAX_STEPS = 64  # time steps of a recurrent layer
_WRAPPED = ("layer", "backward_layer")  # settings of Bidirectional and TimeDistributed
_MAX_DEPTH = 8  # networks within networks
_NOT_BUILT = Text("It was saved before it was built. Call it on a digit once, then save it again.")
_DIGITS = 10  # numbers that a network gives for a picture
# What Keras and TensorFlow raise for layers that do not fit together.
_UNFIT = (ValueError, TypeError, KeyError, AttributeError, IndexError, ArithmeticError, NotImplementedError,
          RuntimeError, OSError, AssertionError)  # fmt: skip
_SUMS = {"linear", "softmax", "log_softmax", "sigmoid"}  # activations of a last layer that softmax may replace


def convert(folder: Path, max_weights: int) -> dict[str, Any]:
    """Load the network in a folder, find out how it takes digits, and export it.

    Args:
        folder: Holds `config.json`, `weights.h5`, and `trial.npz` with `images`, uint8 (n, 28, 28), their `labels`,
            `statistics` of all training digits, `test`, uint8 (m, 28, 28), and the choices `scale` and `is_corrected`.
        max_weights: Numbers that a network may hold.

    Returns:
        What was found.

    Raises:
        ModelRejected: With the reason.
    """
    with np.load(folder / "trial.npz", allow_pickle=False) as trial:
        images, labels, statistics, test = (trial[name] for name in ("images", "labels", "statistics", "test"))
        choices = ImportChoices(str(trial["scale"]), is_corrected=bool(trial["is_corrected"]))
    model, outcome = adapt(open_network(folder, max_weights), images, labels, statistics, choices)
    export(model, folder / NETWORK, images[:64])
    answers = model.predict(test, batch_size=_BATCH, verbose=0)
    np.save(folder / ANSWERS, answers.astype(np.float32), allow_pickle=False)
    return outcome | {"versions": versions()}


def adapt(
    imported: keras.Model,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    statistics: NDArray[np.float64],
    choices: ImportChoices,
) -> tuple[keras.Model, dict[str, Any]]:
    """Find out how a network takes digits, and return it in the form of the lab's own, and what was found.

    Args:
        imported: The network as it came.
        images: Training digits, uint8 (n, 28, 28).
        labels: uint8 (n,).
        statistics: Mean and variance of each pixel, as `pixel_statistics` returns them.
        choices: What a person decided.

    Raises:
        ModelRejected: It reads no digits.
    """
    scales = [scale.with_statistics(statistics) for scale in SCALES if choices.scale in ("", scale.title)]
    adapters, place = _adapters(imported, scales), _place_of_answer(imported)
    try:
        flat = _flatten(imported, adapters[0].shape, place)
        found = input_search.search(flat, adapters, images, labels, is_corrected=choices.is_corrected)
        model = _to_own_form(flat, found)
    except _UNFIT as error:
        raise ModelRejected(Text("It cannot read a digit: {reason}", reason=_first_line(error))) from error
    return model, {
        "parameters": int(flat.count_params()),
        "layers": len(imported.layers),
        "scale": found.adapter.scale.title,
        "adaptation": _adaptation(found, imported, place),
        "alternatives": list(found.alternatives),
        "is_softmax_added": not found.is_probability,
        "trial_accuracy": found.accuracy,
    }


def open_network(folder: Path, max_weights: int) -> keras.Model:
    """Return the network in a folder as it came, after all checks.

    Args:
        folder: Holds `config.json` and `weights.h5`; copies are written there, too.
        max_weights: Numbers that it may hold.

    Raises:
        ModelRejected: With the reason.
    """
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    with _Budget(max_weights):
        try:
            model = _open_archive(folder, max_weights) if config else _open_h5(folder, max_weights)
        except _UNFIT as error:
            raise ModelRejected(Text("Keras cannot build it: {reason}", reason=_first_line(error))) from error
    if not isinstance(model, keras.Model) or not model.built:
        raise ModelRejected(_NOT_BUILT)
    return model


def _open_archive(folder: Path, max_weights: int) -> keras.Model:
    copy_weights(folder / "weights.h5", folder / "model.weights.h5", 2 * max_weights)
    clean = folder / "clean.keras"
    with zipfile.ZipFile(clean, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": keras.__version__, "date_saved": ""}))
        archive.write(folder / "config.json", "config.json")
        archive.write(folder / "model.weights.h5", "model.weights.h5")
    return keras.saving.load_model(clean, compile=False, safe_mode=True)


def _open_h5(folder: Path, max_weights: int) -> keras.Model:
    """Open an HDF5 file: build the network from its checked config, and set the weights of each layer."""
    network = h5_network.read(folder / "weights.h5", folder / "clean.h5", 2 * max_weights)
    described = modernized(network.config)
    checked = check_layers(described)
    pairs = zip(described["config"]["layers"], checked["config"]["layers"], strict=True)
    new_names = {old["config"]["name"]: new["config"]["name"] for old, new in pairs}  # before Keras empties the config
    model = keras.saving.deserialize_keras_object(checked, safe_mode=True)
    if not model.built:
        raise ModelRejected(_NOT_BUILT)
    layers = {layer.name: layer for layer in model.layers}
    for old, new in new_names.items():
        if new in layers:  # an InputLayer need not be
            _set_weights(layers[new], network.weights.get(old, []))
    return model


def _set_weights(layer: keras.layers.Layer, arrays: Sequence[NDArray[Any]]) -> None:
    """Set weights in the order of HDF5 files: the trainable ones first."""
    variables = [*layer.trainable_weights, *layer.non_trainable_weights]
    if [tuple(variable.shape) for variable in variables] != [array.shape for array in arrays]:
        raise ModelRejected(Text("Its weights do not fit its layers. Save it again with model.save('NAME.keras')."))
    for variable, array in zip(variables, arrays, strict=True):
        variable.assign(array)
    _finalize(layer)


def _finalize(layer: keras.layers.Layer) -> None:
    """Have normalizations use the statistics that they were given as weights."""
    for inner in layer._flatten_layers():
        if isinstance(inner, keras.layers.Normalization):
            inner.finalize_state()


class _Budget:
    """Limits the weights that layers create: too many are rejected before memory is allocated."""

    def __init__(self, limit: int) -> None:
        self._limit, self._made = limit, 0
        self._add_weight = keras.layers.Layer.add_weight

    def __enter__(self) -> None:
        budget, add_weight = self, self._add_weight

        def counted(layer: keras.layers.Layer, shape: Any = None, *arguments: Any, **named: Any) -> Any:
            sizes = shape if isinstance(shape, Sequence) else (shape or 1,)
            budget._made += int(np.prod([int(size) for size in sizes], dtype=object))
            if budget._made > budget._limit:
                raise ModelRejected(
                    Text(
                        "Its layers would have more than {limit:,} weights. Choose a smaller one.", limit=budget._limit
                    )
                )
            return add_weight(layer, shape, *arguments, **named)

        keras.layers.Layer.add_weight = counted

    def __exit__(self, *_: object) -> None:
        keras.layers.Layer.add_weight = self._add_weight


def _adapters(model: keras.Model, scales: Sequence[PixelScale]) -> list[InputAdapter]:
    """Return the ways in which a network may take its pictures, each with one of several scales."""
    try:
        taken = model.input_shape
    except (AttributeError, ValueError) as error:
        raise ModelRejected(_NOT_BUILT) from error
    if not isinstance(taken, tuple):
        raise ModelRejected(Text("It has several inputs; a network for digits takes one picture."))
    return adapters_for(taken[1:], scales)


def _place_of_answer(model: keras.Model) -> int:
    """Return which of a network's outputs gives ten numbers; reject a network that has none, or several."""
    shapes = [tuple(output.shape[1:]) for output in keras.tree.flatten(model.outputs)]
    places = [place for place, shape in enumerate(shapes) if None not in shape and math.prod(shape) == _DIGITS]
    if len(places) == 1:
        return places[0]
    outputs = "; ".join(as_text(shape) for shape in shapes[:4])
    raise ModelRejected(
        Text(
            "Its output is {outputs} for each picture; a network for digits has one output of {digits} numbers.",
            outputs=outputs,
            digits=_DIGITS,
        )
    )


def _adaptation(found: InputSearchResult, imported: keras.Model, place: int) -> str:
    """Say in a few words what was put in front of a network and behind it."""
    parts = [found.adapter.description()]
    if found.order:
        digits = ", ".join(map(str, np.argsort(found.order)))
        parts.append(Text("outputs, which stood for {digits}, reordered", digits=digits))
    if (count := len(imported.outputs)) > 1:
        parts.append(Text("output {place} of {count} used", place=place + 1, count=count))
    return ", ".join(filter(None, parts))


def _flatten(imported: keras.Model, shape: tuple[int, ...], place: int) -> keras.Model:
    """Return the same network in float32, with one output and the layers of nested networks in one flat network."""
    picture = keras.Input(shape, name="picture")
    answer = keras.tree.flatten(imported.call(picture))[place]
    if answer.shape != (None, _DIGITS):
        answer = keras.layers.Flatten(name="flat_answer")(answer)
    model = keras.Model(picture, answer, name="network")
    for _ in range(_MAX_DEPTH):
        if not any(isinstance(layer, keras.Model) for layer in model.layers):
            break
        model = keras.models.clone_model(model, clone_function=lambda layer: layer, call_function=_call)
    return _rebuild(model)


def _call(layer: Any, *arguments: Any, **named: Any) -> Any:
    """Return the symbolic output of a layer, network or operation; it takes no memory yet."""
    if isinstance(layer, keras.Model):
        return layer.call(*arguments)
    if not isinstance(layer, keras.layers.Layer):  # Keras' own conversion of a nested network's input
        return arguments[0]
    if isinstance(layer, keras.layers.Identity):
        return arguments[0]
    output = layer(*arguments, **named)
    size = max(_size(part.shape[1:]) for part in keras.tree.flatten(output))
    if isinstance(layer, keras.layers.MultiHeadAttention):
        query, value = arguments[0], named.get("value", arguments[-1])
        size = max(size, layer.num_heads * _size(query.shape[1:-1]) * _size(value.shape[1:-1]))
    if size > _MAX_OUTPUT:
        raise ModelRejected(
            Text(
                "A layer's output has {size:,} numbers for each digit; at most {allowed:,} are allowed.",
                size=size,
                allowed=_MAX_OUTPUT,
            )
        )
    return output


def _unrolled(config: dict[str, Any]) -> dict[str, Any]:
    """Return a layer's config; recurrent layers in it write their steps one by one, for LiteRT knows no such loops."""
    wrapped = {key: config[key] | {"config": _unrolled(config[key]["config"])} for key in _WRAPPED if config.get(key)}
    return config | wrapped | ({"unroll": True} if "unroll" in config else {})


def _check_steps(layer: keras.layers.Layer) -> None:
    if any(isinstance(inner, keras.layers.RNN) for inner in layer._flatten_layers()):
        steps = layer.input.shape[1] or 0
        if steps > _MAX_STEPS:
            raise ModelRejected(
                Text(
                    "Its recurrent layer reads {steps:,} steps; at most {allowed} are allowed.",
                    steps=steps,
                    allowed=_MAX_STEPS,
                )
            )


def _size(shape: Sequence[int | None]) -> int:
    return math.prod(size or 1 for size in shape)


def _rebuild(model: keras.Model) -> keras.Model:
    """Return the same network with new layers, and names of the lab's kind."""
    made: dict[int, keras.layers.Layer] = {}

    def rebuild(layer: Any) -> Any:
        if not isinstance(layer, keras.layers.Layer):
            return layer
        if id(layer) not in made:
            _check_steps(layer)
            config = _unrolled(layer.get_config() | {"dtype": "float32"})
            if layer.name.startswith(NAMED):
                config["name"] = f"{type(layer).__name__.lower()}_{len(made) + 1}"
            made[id(layer)] = type(layer).from_config(config)
        return made[id(layer)]

    clone = keras.models.clone_model(model, clone_function=rebuild, call_function=_call)
    for layer in model.layers:
        if id(layer) in made:
            made[id(layer)].set_weights(layer.get_weights())
            _finalize(made[id(layer)])
    return clone


def _to_own_form(model: keras.Model, found: InputSearchResult) -> keras.Model:
    """Return the network in the form of the lab's own, with a softmax at its end.

    Its first layer divides by 255; the last, where it is dense, is called "digits".
    """
    pixels = keras.Input((28, 28), dtype="uint8", name="pixels")
    x = found.adapter(keras.layers.Rescaling(1 / 255, name="scale")(pixels))
    front = len(keras.Model(pixels, x).layers)
    own = _rebuild(keras.Model(pixels, model.call(x), name="network"))
    own = _end_with_softmax(own, front, is_softmax_added=not found.is_probability)
    return _reordered(own, found.order) if found.order else own


def _reordered(model: keras.Model, order: Sequence[int]) -> keras.Model:
    """Return a network whose outputs are those of the digits 0 to 9; `order` gives the present output of each."""
    last = model.layers[-1]
    if last.name == "digits":
        last.set_weights([weights[..., list(order)] for weights in last.get_weights()])
        return model
    sorting = keras.layers.Dense(_DIGITS, use_bias=False, name="sorting")
    sorted_output = sorting(model.output)
    sorting.set_weights([np.eye(_DIGITS)[:, list(order)]])
    return keras.Model(model.input, sorted_output, name="network")


def _end_with_softmax(model: keras.Model, front: int, *, is_softmax_added: bool) -> keras.Model:
    """Make softmax the last dense layer's activation, as in the lab's own networks; else add it as a layer."""
    last, output = model.layers[-1], model.output
    is_softmax = isinstance(last, keras.layers.Softmax) or (
        isinstance(last, keras.layers.Activation) and last.activation is keras.activations.softmax
    )
    dense = model.layers[-2] if is_softmax else last
    activation = getattr(getattr(dense, "activation", None), "__name__", "")
    is_chain = len(model.layers) > front + 1 and dense.output is (last.input if is_softmax else output)
    if isinstance(dense, keras.layers.Dense) and is_chain and activation in ({"linear"} if is_softmax else _SUMS):
        dense.activation, dense.name = keras.activations.softmax, "digits"
        return _rebuild(keras.Model(model.input, dense.output, name="network"))
    if is_softmax_added:
        return keras.Model(model.input, keras.layers.Softmax(name="probabilities")(output), name="network")
    return model


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = (lines or [type(error).__name__])[0][:200]
    return printable(text)


def _main(folder: Path, max_weights: int, memory: int, seconds: int, cpu_seconds: int) -> None:
    sandbox.limit(memory, seconds, cpu_seconds)
    sandbox.confine(folder)
    try:
        outcome = convert(folder, max_weights)
    except DigitLabError as error:
        outcome = {"refusal": str(error)}
    except MemoryError:
        outcome = {"refusal": Text("It needs more memory than allowed. Choose a smaller network.")}
    (folder / OUTCOME).write_text(json.dumps(outcome), encoding="utf-8")


if __name__ == "__main__":
    _main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
