"""Exports a network as `.keras`, as `.tflite` to read without Keras, and as `.onnx`."""

import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from digitlab.errors import ModelDamaged
from digitlab.networks.file_formats import FORMATS, TOLERANCE, ExportedFile
from digitlab.networks.recognition import SUFFIX, Recogniser
from digitlab.translation import Text
from digitlab.worker import keras_files


def versions() -> dict[str, str]:
    """Return the versions of what a network depends on."""
    return {
        "python": platform.python_version(),
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
    }


def export(model: keras.Model, path: Path, samples: NDArray[np.uint8]) -> None:
    """Write `path` (ends in `.keras`) and the `.tflite` beside it.

    Args:
        model: The network.
        path: Where to; nobody may read there yet.
        samples: uint8 (n, 28, 28), digits on which both files must agree.

    Raises:
        ModelDamaged: The exported file reads the samples differently.
    """
    reader = path.with_suffix(SUFFIX)
    model.save(path)
    with _convertible(model):
        model.export(reader, format="litert", verbose=False)
    _difference(_by_litert(reader, samples), model.predict(samples, verbose=0), reader.name)


@contextmanager
def _convertible(model: keras.Model) -> Iterator[None]:
    """Let two kinds of layers do the same in a way that LiteRT knows, too.

    LiteRT's converter merges a ReLU with a multiplication before it, and then does not know the GELU that ended in it:
    each GELU ends in a maximum that changes nothing, as it is never below -0.17. On some processors LiteRT's reciprocal
    square root of 0 is not a number (NaN): unit normalization takes none of 0.
    """
    gelus = [layer for layer in _layers(model) if getattr(layer, "activation", None) is keras.activations.gelu]
    norms = [layer for layer in _layers(model) if isinstance(layer, keras.layers.UnitNormalization)]
    for layer in gelus:
        layer.activation = lambda x: keras.ops.maximum(keras.activations.gelu(x), -1.0)
    for layer in norms:
        layer.call = partial(_normalize, axis=layer.axis)
    try:
        yield
    finally:
        for layer in gelus:
            layer.activation = keras.activations.gelu
        for layer in norms:
            del layer.call


def _normalize(inputs: Any, *, axis: int | list[int]) -> Any:
    """Divide by the L2 norm, or by 1e-12 where that is larger, as Keras' UnitNormalization does."""
    square_sum = keras.ops.sum(keras.ops.square(inputs), axis=axis, keepdims=True)
    return inputs * keras.ops.rsqrt(keras.ops.maximum(square_sum, 1e-24))


def _layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Return the layers of a network, and of networks within it."""
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _layers(layer)


def export_as(path: Path, kind: str, samples: NDArray[np.uint8]) -> ExportedFile:
    """Return a saved network as a file, after its own runtime has read it and agreed with the network.

    Args:
        path: The network's `.keras` file, the `.tflite` beside it.
        kind: A key of `FORMATS`.
        samples: uint8 (n, 28, 28), digits on which the file and the network must agree.

    Raises:
        ModelNotFound, ModelDamaged: There is no such network, or the file reads the samples differently.
    """
    model = keras_files.load(path)
    expected = model.predict(samples, verbose=0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, path.stem).with_suffix(FORMATS[kind].suffix)
        if kind == "onnx":
            _write_onnx(model, file)
        else:
            shutil.copy(path.with_suffix(file.suffix), file)
        # A Keras file is compared with the other file: it would agree with itself in any case.
        against = _by_litert(path, samples) if kind == "keras" else expected
        difference = _difference(_READERS[kind](file, samples), against, file.name)
        return ExportedFile(file.read_bytes(), len(samples), difference)


def _write_onnx(model: keras.Model, file: Path) -> None:
    import onnx.checker  # half a second, only for those who ask for this format

    from digitlab.worker import onnx_writer

    try:
        onnx_writer.write(model, file)
        onnx.checker.check_model(file, full_check=True)
    except (ValueError, KeyError, onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise ModelDamaged(
            Text(
                "{network} has a layer that cannot be written as ONNX. Download it as Keras' or LiteRT file.",
                network=file.stem,
            )
        ) from error


def _by_keras(file: Path, samples: NDArray[np.uint8]) -> NDArray[np.float32]:
    return np.asarray(keras_files.load(file).predict(samples, verbose=0), np.float32)


def _by_litert(file: Path, samples: NDArray[np.uint8]) -> NDArray[np.float32]:
    return Recogniser.load(file).probabilities(samples)


def _by_onnx(file: Path, samples: NDArray[np.uint8]) -> NDArray[np.float32]:
    import onnxruntime

    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {session.get_inputs()[0].name: samples})[0], np.float32)


_READERS: dict[str, Callable[[Path, NDArray[np.uint8]], NDArray[np.float32]]] = {
    "keras": _by_keras,
    "tflite": _by_litert,
    "onnx": _by_onnx,
}


def _difference(read: NDArray[np.float32], expected: NDArray[np.float32], name: str) -> float:
    """Return the largest difference of a probability; `ModelDamaged` if it is too large, or not a number."""
    difference = float(np.abs(read - expected).max())
    if not difference <= TOLERANCE:
        raise ModelDamaged(
            Text(
                "The exported {file} differs from the network by {difference:.2g} in a probability (at most "
                "{tolerance:g} is allowed), so it was discarded.",
                file=name,
                difference=difference,
                tolerance=TOLERANCE,
            )
        )
    return difference
