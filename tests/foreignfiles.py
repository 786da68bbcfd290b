"""Networks as they come from elsewhere, benign and hostile, made by hand: no Keras is needed for the hostile ones."""

import io
import json
import zipfile
from collections.abc import Mapping

import h5py
import numpy as np

VERSION = {"keras_version": "3.15.1", "date_saved": "2026-05-04@09:15:00"}


def layer(kind, module="keras.layers", registered_name=None, **config):
    return {"module": module, "class_name": kind, "config": config, "registered_name": registered_name}


def sequential(*layers, **changes):
    """A description of layers, one after the other; each gets a name if it has none."""
    named = [config | {"config": {"name": f"l{number}"} | config["config"]} for number, config in enumerate(layers)]
    return layer("Sequential", "keras", name="sequential", layers=named) | changes


PIXELS = layer("InputLayer", batch_shape=[None, 28, 28], dtype="float32")
FLATTEN = layer("Flatten")


def dense(units=10, activation="linear", **config):
    return layer("Dense", units=units, activation=activation, **config)


def plain(*between):
    """The description of a small network, with further layers before the last."""
    return sequential(PIXELS, FLATTEN, *between, dense())


def weights(arrays: Mapping[str, np.ndarray] | None = None, change=lambda file: None) -> bytes:
    """An HDF5 file as Keras writes it, and changed after that."""
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        if arrays is None:
            arrays = {"layers/dense/vars/0": np.zeros((784, 10), "f4"), "layers/dense/vars/1": np.zeros(10, "f4")}
        for name, array in arrays.items():
            file[name] = array
        change(file)
    return content.getvalue()


def packed(config=None, *, h5=None, metadata=VERSION, more=(), compression=zipfile.ZIP_STORED) -> bytes:
    """A `.keras` file; `more` are further parts, as pairs of name and content."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        archive.writestr("metadata.json", json.dumps(metadata))
        config = plain() if config is None else config
        archive.writestr("config.json", config if isinstance(config, str) else json.dumps(config))
        archive.writestr("model.weights.h5", weights() if h5 is None else h5)
        for name, part in more:
            archive.writestr(name, part)
    return content.getvalue()


def h5_file(change=lambda file: None) -> bytes:
    """A network in an HDF5 file as Keras 2 writes it, and changed after that."""
    stack = [
        {"class_name": "Flatten", "config": {"name": "flatten", "batch_input_shape": [None, 28, 28]}},
        {"class_name": "Dense", "config": {"name": "dense", "units": 10, "activation": "linear"}},
    ]
    config = {"class_name": "Sequential", "config": {"name": "sequential", "layers": stack}}
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        file.attrs["model_config"], file.attrs["keras_version"] = json.dumps(config), "2.15.0"
        group = file.create_group("model_weights")
        group.attrs["layer_names"] = ["flatten", "dense"]
        group.create_group("flatten").attrs["weight_names"] = []
        group["dense/dense/kernel:0"], group["dense/dense/bias:0"] = np.zeros((784, 10), "f4"), np.zeros(10, "f4")
        group["dense"].attrs["weight_names"] = ["dense/kernel:0", "dense/bias:0"]
        change(file)
    return content.getvalue()
