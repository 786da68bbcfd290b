"""Converts an imported network into one of the lab's, in a process of its own.

The process gets a folder with `config.json` and `weights.h5`, as `keras_archive` took them from the file, and digits.
It writes `network.keras` and `network.tflite`, their answers, and `outcome.json`, or only the reason for a rejection.
"""

import json
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from digitlab.uploads import sandbox

if __name__ == "__main__":
    sandbox.leave_network()  # before NumPy and TensorFlow start threads

import keras
import numpy as np
from numpy.typing import NDArray

from digitlab.data.archives import printable
from digitlab.errors import DigitLabError, ModelRejected
from digitlab.uploads.layer_allowlist import NAMED
from digitlab.uploads.weights_file import copy_weights
from digitlab.worker.export import export, versions

OUTCOME, ANSWERS, NETWORK = "outcome.json", "answers.npy", "network.keras"
_BATCH = 500  # digits
_MAX_OUTPUT = 200_000  # numbers in one layer's output for a digit
_MAX_DEPTH = 8  # networks within networks
_SHAPES = [(28, 28), (28, 28, 1), (784,)]
_ROUNDING = 1e-3  # by which the sum of ten probabilities may differ from 1
_NEAR = 0.01  # accuracies this close count as equal, and the lower loss decides
_MIN_ACCURACY = 0.5  # of a network for digits
# What Keras and TensorFlow raise for layers that do not fit together.
_UNFIT = (ValueError, TypeError, KeyError, AttributeError, IndexError, ArithmeticError, NotImplementedError,
          RuntimeError, OSError, AssertionError)  # fmt: skip
_SUMS = {"linear", "softmax", "log_softmax", "sigmoid"}  # activations of a last layer that softmax may replace


@dataclass(frozen=True, slots=True)
class PixelRange:
    """The pixel values that a network was trained on: `factor` times the ink, 0 to 1, plus `offset`.

    Example:
        >>> PixelRange("0 to 255", 255, 0).factor
        255
    """

    title: str
    factor: float
    offset: float


_PIXEL_RANGES = (
    PixelRange("0 to 1", 1, 0),
    PixelRange("0 to 255", 255, 0),
    PixelRange("-1 to 1", 2, -1),
    PixelRange("standardized", 1 / 0.3081, -0.1307 / 0.3081),
    PixelRange("1 to 0, dark on light", -1, 1),
    PixelRange("255 to 0, dark on light", -255, 255),
    PixelRange("1 to -1, dark on light", -2, 1),
)


def convert(folder: Path, max_weights: int) -> dict[str, Any]:
    """Load the network in a folder, find out how it takes digits, and export it.

    Args:
        folder: Holds `config.json`, `weights.h5`, and `trial.npz` with `images`, uint8 (n, 28, 28), their `labels`, and
            `test`, uint8 (m, 28, 28).
        max_weights: Numbers that a network may hold.

    Returns:
        What was found.

    Raises:
        ModelRejected: With the reason.
    """
    with np.load(folder / "trial.npz", allow_pickle=False) as trial:
        images, labels, test = trial["images"], trial["labels"], trial["test"]
    imported = _open(folder, max_weights)
    shape = _shape_of(imported)
    try:
        flat = _flatten(imported, shape)
        pixel_range, accuracy = _best_pixel_range(flat, shape, images, labels)
        model, is_softmax_added = _to_own_form(flat, shape, pixel_range, images)
    except _UNFIT as error:
        raise ModelRejected(f"It cannot read a digit: {_first_line(error)}") from error
    export(model, folder / NETWORK, images[:64])
    answers = model.predict(test, batch_size=_BATCH, verbose=0)
    np.save(folder / ANSWERS, answers.astype(np.float32), allow_pickle=False)
    return {
        "parameters": int(model.count_params()),
        "layers": len(imported.layers),
        "shape": list(shape),
        "scale": pixel_range.title,
        "is_softmax_added": is_softmax_added,
        "trial_accuracy": accuracy,
        "versions": versions(),
    }


def _open(folder: Path, max_weights: int) -> keras.Model:
    copy_weights(folder / "weights.h5", folder / "model.weights.h5", 2 * max_weights)
    clean = folder / "clean.keras"
    with zipfile.ZipFile(clean, "w") as archive:
        archive.writestr("metadata.json", json.dumps({"keras_version": keras.__version__, "date_saved": ""}))
        archive.write(folder / "config.json", "config.json")
        archive.write(folder / "model.weights.h5", "model.weights.h5")
    with _Budget(max_weights):
        try:
            model = keras.saving.load_model(clean, compile=False, safe_mode=True)
        except _UNFIT as error:
            raise ModelRejected(f"Keras cannot build it: {_first_line(error)}") from error
    if not isinstance(model, keras.Model) or not model.built:
        raise ModelRejected("It was saved before it was built. Call it on a digit once, then save it again.")
    return model


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
                raise ModelRejected(f"Its layers would have more than {budget._limit:,} weights. Choose a smaller one.")
            return add_weight(layer, shape, *arguments, **named)

        keras.layers.Layer.add_weight = counted

    def __exit__(self, *_: object) -> None:
        keras.layers.Layer.add_weight = self._add_weight


def _shape_of(model: keras.Model) -> tuple[int, ...]:
    """Return the shape that the network takes; reject a network that does not map a digit to ten numbers."""
    try:
        taken, given = model.input_shape, model.output_shape
    except (AttributeError, ValueError) as error:
        raise ModelRejected("It was saved before it was built. Call it on a digit once, then save it again.") from error
    if given != (None, 10):
        raise ModelRejected(f"Its output is {_as_shape(given)} for each picture; a network for digits has 10 numbers.")
    for shape in _SHAPES:
        if len(taken) == len(shape) + 1 and all(a in (None, b) for a, b in zip(taken[1:], shape, strict=True)):
            return shape
    raise ModelRejected(
        f"Its input is {_as_shape(taken)}; a network for digits takes 28 x 28, 28 x 28 x 1 or 784 numbers."
    )


def _as_shape(shape: Any) -> str:
    if isinstance(shape, tuple) and all(size is None or isinstance(size, int) for size in shape):
        return " x ".join(str(size or "any") for size in shape[1:]) or "one number"
    return "several things at once"


def _best_pixel_range(
    model: keras.Model, shape: tuple[int, ...], images: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> tuple[PixelRange, float]:
    """Try each range on digits, and return the most accurate one; among about equal ones, that of the lowest loss."""
    shares = (images.astype(np.float32) / np.float32(255)).reshape(len(images), *shape)
    tried = []
    for pixel_range in _PIXEL_RANGES:
        pictures = shares * np.float32(pixel_range.factor) + np.float32(pixel_range.offset)
        outputs = np.asarray(model.predict(pictures, batch_size=_BATCH, verbose=0), np.float32)
        if not np.isfinite(outputs).all():
            continue
        rows = outputs if _are_probabilities(outputs) else _softmax(outputs)
        loss = -np.log(np.maximum(rows[np.arange(len(labels)), labels], 1e-7)).mean()
        tried.append((float((rows.argmax(axis=1) == labels).mean()), float(loss), pixel_range))
    if not tried:
        raise ModelRejected("Its answers are infinite or not a number (NaN). Train it again.")
    best = max(accuracy for accuracy, _, _ in tried)
    if best < _MIN_ACCURACY:
        raise ModelRejected(
            f"It reads only {best:.0%} of {len(labels):,} digits correctly, however they are scaled: it is not a "
            "network for handwritten digits, or is not trained enough."
        )
    accuracy, _, pixel_range = min((trial for trial in tried if trial[0] >= best - _NEAR), key=lambda trial: trial[1])
    return pixel_range, accuracy


def _are_probabilities(outputs: NDArray[np.float32]) -> bool:
    return bool(outputs.min() >= -_ROUNDING and np.abs(outputs.sum(axis=1) - 1).max() <= _ROUNDING)


def _softmax(sums: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _flatten(imported: keras.Model, shape: tuple[int, ...]) -> keras.Model:
    """Return the same network in float32, with the layers of nested networks in one flat network."""
    picture = keras.Input(shape, name="picture")
    model = keras.Model(picture, imported.call(picture), name="network")
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
    output = layer(*arguments, **named)
    size = int(np.prod([size or 1 for size in output.shape[1:]], dtype=object))
    if size > _MAX_OUTPUT:
        raise ModelRejected(
            f"A layer's output has {size:,} numbers for each digit; at most {_MAX_OUTPUT:,} are allowed."
        )
    return output


def _rebuild(model: keras.Model) -> keras.Model:
    """Return the same network with new layers, and names of the lab's kind."""
    made: dict[int, keras.layers.Layer] = {}

    def rebuild(layer: Any) -> Any:
        if not isinstance(layer, keras.layers.Layer):
            return layer
        if id(layer) not in made:
            config = layer.get_config() | {"dtype": "float32"}
            if layer.name.startswith(NAMED):
                config["name"] = f"{type(layer).__name__.lower()}_{len(made) + 1}"
            made[id(layer)] = type(layer).from_config(config)
        return made[id(layer)]

    clone = keras.models.clone_model(model, clone_function=rebuild, call_function=_call)
    for layer in model.layers:
        if id(layer) in made:
            made[id(layer)].set_weights(layer.get_weights())
    return clone


def _to_own_form(
    model: keras.Model, shape: tuple[int, ...], pixel_range: PixelRange, images: NDArray[np.uint8]
) -> tuple[keras.Model, bool]:
    """Return the network in the form of the lab's own, and whether a softmax was added.

    Its first layer divides by 255; the last, where it is dense, is called "digits".
    """
    pixels = keras.Input((28, 28), dtype="uint8", name="pixels")
    x = keras.layers.Rescaling(1 / 255, name="scale")(pixels)
    if (pixel_range.factor, pixel_range.offset) != (1, 0):
        x = keras.layers.Rescaling(pixel_range.factor, pixel_range.offset, name="own_scale")(x)
    if shape != (28, 28):
        x = keras.layers.Reshape(shape, name="form")(x)
    front = len(keras.Model(pixels, x).layers)
    own = _rebuild(keras.Model(pixels, model.call(x), name="network"))
    is_softmax_added = not _are_probabilities(own.predict(images, batch_size=_BATCH, verbose=0))
    return _end_with_softmax(own, front, is_softmax_added=is_softmax_added), is_softmax_added


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


def _main(folder: Path, max_weights: int, memory: int, seconds: int) -> None:
    sandbox.limit(memory, seconds)
    sandbox.confine(folder)
    try:
        outcome = convert(folder, max_weights)
    except DigitLabError as error:
        outcome = {"refusal": str(error)}
    except MemoryError:
        outcome = {"refusal": "It needs more memory than allowed. Choose a smaller network."}
    (folder / OUTCOME).write_text(json.dumps(outcome), encoding="utf-8")


if __name__ == "__main__":
    _main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
