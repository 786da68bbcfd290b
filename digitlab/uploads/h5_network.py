"""Reads a whole network from an HDF5 file, as Keras 1 to 3 wrote them: its config is a text, its weights are numbers.

Like all weights the file is only opened in the sandbox. No code in it is run: the config is checked against the
allow-list, and training settings, which may hold pickles, are not read.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from digitlab.data.archives import printable
from digitlab.errors import ModelRejected
from digitlab.translation import Text
from digitlab.uploads.weights_file import copy_weights

_MAX_CONFIG = 4_000_000  # characters
_MAX_NAMES = 5000
_WEIGHTS = "model_weights"
# What h5py raises for a file that is damaged or has other parts.
_DAMAGES = (OSError, RuntimeError, KeyError, ValueError, TypeError, AttributeError, UnicodeError, RecursionError)


@dataclass(frozen=True, slots=True)
class H5Network:
    """A network in an HDF5 file.

    Attributes:
        config: What Keras wrote about its layers, not checked yet.
        weights: The arrays of each layer by its name in the config, the trainable ones first.
    """

    config: Any
    weights: dict[str, list[NDArray[Any]]]


def read(source: Path, clean: Path, max_count: int) -> H5Network:
    """Read a network.

    Args:
        source: A hostile HDF5 file.
        clean: A new file for a copy of its weights.
        max_count: How many numbers it may hold.

    Raises:
        ModelRejected: It has no network, or anything but a text and plain numbers.
    """
    try:
        with h5py.File(source, "r") as file:
            config = _config(file)
            copy_weights(source, clean, max_count)
            with h5py.File(clean, "r") as copy:
                weights = _weights(file[_WEIGHTS], copy[_WEIGHTS])
    except _DAMAGES as error:
        raise ModelRejected(
            Text("It is an HDF5 file that can't be read: it is damaged. Download or save it again.")
        ) from error
    return H5Network(config, weights)


def _config(file: h5py.File) -> Any:
    if "model_config" not in file.attrs:
        if "layer_names" in file.attrs or "layers" in file or "_layer_checkpoint_dependencies" in file:
            raise ModelRejected(
                Text(
                    "It holds only the weights, not the layers. Build the network where you have its code, load "
                    "the weights into it, and save all of it with model.save('NAME.keras')."
                )
            )
        raise ModelRejected(Text("It is an HDF5 file without a network of Keras. Save the network with model.save."))
    version = _text(file.attrs.get("keras_version", "2"))
    if version.startswith(("0", "1")):
        raise ModelRejected(
            Text(
                "It was saved by Keras {version}, whose layers had other settings. Open it with Keras 2.2.4 "
                "and save it again with model.save('NAME.h5'): files of Keras 2 are opened here.",
                version=printable(version[:20]),
            )
        )
    if len(text := _text(file.attrs["model_config"])) > _MAX_CONFIG:
        raise ModelRejected(
            Text("Its layers take more than {allowed:.0f} MB. Choose a smaller network.", allowed=_MAX_CONFIG / 1e6)
        )
    return json.loads(text)


def _weights(described: h5py.Group, copy: h5py.Group) -> dict[str, list[NDArray[Any]]]:
    """Return the numbers of each layer; the names are those of the described group, the numbers those of the copy."""
    weights = {}
    for layer in _names(described, "layer_names"):
        group = copy[layer]
        weights[layer] = [np.asarray(group[name]) for name in _names(described[layer], "weight_names")]
    return weights


def _names(group: h5py.Group, attribute: str) -> list[str]:
    """Return a list of names, which Keras writes in several pieces where it is long."""
    pieces = [attribute] if attribute in group.attrs else []
    while f"{attribute}{len(pieces)}" in group.attrs and len(pieces) < _MAX_NAMES:
        pieces.append(f"{attribute}{len(pieces)}")
    names = [_text(name) for piece in pieces for name in np.ravel(group.attrs[piece])]
    if len(names) > _MAX_NAMES:
        raise ModelRejected(
            Text("Its weights are in more than {allowed:,} parts. Choose a smaller network.", allowed=_MAX_NAMES)
        )
    return names


def _text(value: Any) -> str:
    text = value.decode() if isinstance(value, bytes) else value
    if not isinstance(text, str):
        raise TypeError(f"{type(value).__name__} is no text")
    return text
