import h5py
import numpy as np
import pytest
from foreignfiles import weights

from digitlab.errors import ModelRejected
from digitlab.uploads.weights_file import copy_weights


def copied(tmp_path, content, most=100_000):
    (tmp_path / "old.h5").write_bytes(content)
    return copy_weights(tmp_path / "old.h5", tmp_path / "new.h5", most)


def test_plain_numbers_are_copied_but_no_optimizer_state(tmp_path):
    def with_optimizer(file):
        file["optimizer/vars/0"] = np.zeros(99_999, "f4")
        file["layers/dense"].attrs["name"] = "../x"

    assert copied(tmp_path, weights(change=with_optimizer)) == 7850
    with h5py.File(tmp_path / "new.h5") as new:
        assert list(new) == ["layers"]
        assert new["layers/dense/vars/0"].shape == (784, 10)
        assert not new["layers/dense"].attrs


def test_layers_of_keras_2_13_get_the_names_of_keras_3(tmp_path):
    old = "_layer_checkpoint_dependencies"
    names = [f"{old}/dense", f"{old}/dense_2", f"{old}/sequential/{old}/conv2d_4", f"{old}/dense_10"]
    copied(tmp_path, weights({f"{name}/vars/0": np.full(3, place, "f4") for place, name in enumerate(names)}))
    with h5py.File(tmp_path / "new.h5") as new:
        assert [new[f"layers/{name}/vars/0"][0] for name in ("dense", "dense_1", "dense_2")] == [0, 1, 3]
        assert new["layers/sequential/layers/conv2d/vars/0"][0] == 2


def test_names_of_windows_are_separated(tmp_path):
    copied(tmp_path, weights({"layers\\dense/vars/0": np.zeros(3, "f4")}))
    with h5py.File(tmp_path / "new.h5") as new:
        assert new["layers/dense/vars/0"].shape == (3,)


def external_link(file):
    file["layers/dense/vars/2"] = h5py.ExternalLink("/etc/passwd", "/x")


def soft_link(file):
    file["layers/dense/vars/2"] = h5py.SoftLink("/layers/dense/vars/0")


def external_storage(file):
    file["layers/dense/vars"].create_dataset("2", (10,), "f4", external=[("/etc/passwd", 0, 40)])


def virtual(file):
    layout = h5py.VirtualLayout((10,), "f4")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (10,))
    file["layers/dense/vars"].create_virtual_dataset("2", layout)


def huge_but_empty(file):
    file["layers/dense/vars"].create_dataset("2", (10**7, 10**7), "f4", chunks=(10, 10))


def not_there(file):
    file["layers/dense/vars"].create_dataset("2", (1000,), "f4")


def compressed(file):
    file["layers/dense/vars"].create_dataset("2", data=np.zeros(1000), compression="gzip")


def objects(file):
    file["layers/dense/vars"].create_dataset("2", data="text", dtype=h5py.string_dtype())


def references(file):
    file["layers/dense/vars"].create_dataset("2", data=[file.ref], dtype=h5py.ref_dtype)


def compound(file):
    file["layers/dense/vars/2"] = np.zeros(3, [("a", "f4"), ("b", "i4")])


def named_type(file):
    file["layers/type"] = np.dtype("f4")


def endless(file):
    file["layers/dense/again"] = file["layers"]


def many(file):
    for number in range(6000):
        file.create_group(f"layers/x{number}")


def infinite(file):
    file["layers/dense/vars/1"][3] = np.inf


def not_a_number(file):
    file["layers/dense/vars/0"][3, 3] = np.nan


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (external_link, "another file or place"),
        (soft_link, "another file or place"),
        (external_storage, "another file"),
        (virtual, "another file"),
        (huge_but_empty, "more than 100,000 weights"),
        (not_there, "do not store them"),
        (compressed, "do not store them"),
        (objects, "Only plain numbers"),
        (references, "Only plain numbers"),
        (compound, "Only plain numbers"),
        (named_type, "something other than numbers"),
        (endless, "nested groups"),
        (many, "parts"),
        (infinite, "infinite or not a number"),
        (not_a_number, "infinite or not a number"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_whatever_is_no_plain_number_that_is_there_is_rejected(tmp_path, change, match):
    with pytest.raises(ModelRejected, match=match):
        copied(tmp_path, weights(change=change))


@pytest.mark.parametrize("cut", [100, 1000, 20_000])
def test_a_damaged_file_is_rejected(tmp_path, cut):
    with pytest.raises(ModelRejected):
        copied(tmp_path, weights()[:cut])
