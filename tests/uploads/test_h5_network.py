"""Whole networks in HDF5 files, as Keras 2 and 3 wrote them, and hostile ones; made by hand, without Keras."""

import json

import h5py
import numpy as np
import pytest
from foreignfiles import h5_file, weights

from digitlab.errors import ModelRejected
from digitlab.uploads import h5_network


@pytest.fixture
def read(tmp_path):
    def read(content, most=100_000):
        (tmp_path / "old.h5").write_bytes(content)
        return h5_network.read(tmp_path / "old.h5", tmp_path / "clean.h5", most)

    return read


def test_the_config_and_the_weights_of_each_layer_are_read(read):
    network = read(h5_file())
    assert network.config["class_name"] == "Sequential"
    kernel, bias = network.weights["dense"]
    assert (kernel.shape, bias.shape) == ((784, 10), (10,))
    assert network.weights["flatten"] == []


def test_a_long_list_of_names_is_in_several_pieces(read):
    def split(file):
        group = file["model_weights"]
        names = group.attrs["layer_names"]
        del group.attrs["layer_names"]
        group.attrs["layer_names0"], group.attrs["layer_names1"] = names[:1], names[1:]

    assert set(read(h5_file(split)).weights) == {"flatten", "dense"}


def test_the_training_and_its_optimizer_are_not_read(read):
    def add_training(file):
        file.attrs["training_config"] = b"\x80\x04K\x01."
        file["optimizer_weights/m"] = np.zeros(99_999, "f4")

    assert set(read(h5_file(add_training)).weights) == {"flatten", "dense"}


def without_layers(file):
    del file.attrs["model_config"]
    file.attrs["layer_names"] = ["dense"]


def without_weights(file):
    del file["model_weights"]


def something_else(file):
    del file.attrs["model_config"]


def of_keras_1(file):
    file.attrs["keras_version"] = "1.2.0"


def not_json(file):
    file.attrs["model_config"] = "{"


def too_long(file):
    file.attrs["model_config"] = json.dumps("x" * 4_000_001)


def numbers(file):
    file.attrs["model_config"] = np.zeros(3)


def elsewhere(file):
    file["model_weights/dense"].attrs["weight_names"] = ["/model_weights/nowhere"]


def by_link(file):
    file["model_weights/dense/linked"] = h5py.ExternalLink("/etc/passwd", "/x")


def many_names(file):
    file["model_weights"].attrs["layer_names"] = np.array(["dense"] * 6000, "S5")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (without_layers, "holds only the weights, not the layers"),
        (without_weights, "can't be read"),
        (something_else, "without a network of Keras"),
        (of_keras_1, r"Keras 1\.2\.0.*Open it with Keras 2"),
        (not_json, "can't be read"),
        (too_long, "more than 4 MB|can't be read"),
        (numbers, "can't be read"),
        (elsewhere, "can't be read"),
        (by_link, "another file or place"),
        (many_names, "parts"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_no_network_is_rejected(read, change, match):
    with pytest.raises(ModelRejected, match=match):
        read(h5_file(change))


def test_weights_alone_are_named(read):
    with pytest.raises(ModelRejected, match="holds only the weights"):
        read(weights())


@pytest.mark.parametrize("cut", [900, 3000, 20_000])
def test_a_damaged_file_is_rejected(read, cut):
    with pytest.raises(ModelRejected):
        read(h5_file()[:cut])


def test_too_many_weights_are_rejected(read):
    with pytest.raises(ModelRejected, match="more than 1,000 weights"):
        read(h5_file(), most=1000)
