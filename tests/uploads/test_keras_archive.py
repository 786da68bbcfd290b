import io
import pickle
import struct
import zipfile

import pytest
from foreignfiles import FLATTEN, dense, layer, packed, plain, sequential, weights

from digitlab.errors import ModelNotFound, ModelRejected
from digitlab.uploads import keras_archive

POLICY = {"class_name": "DTypePolicy", "config": "x"}


class Evil:
    """What writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def refused(content, match):
    with pytest.raises(ModelRejected, match=match):
        keras_archive.parse(content)


def test_a_plain_network_is_taken_apart():
    parts = keras_archive.parse(packed())
    assert len(parts.sha256) == 64
    assert [entry["class_name"] for entry in parts.config["config"]["layers"]] == ["InputLayer", "Flatten", "Dense"]
    assert parts.weights == weights()


def test_ready_made_networks_are_plain(ready_made):
    for path in ready_made.glob("*.keras"):
        assert keras_archive.parse(keras_archive.read(path)).config["class_name"] == "Functional"


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "is empty"),
        (b"hello", "not a .keras file"),
        (b"\x89HDF\r\n\x1a\n", "HDF5 file without content"),
        (b"\x08\x01\x12\xd4\x01", "SavedModel of TensorFlow.*tf_keras.models.load_model"),
        (b"\x08\x09\x12\x07pytorch", "ONNX file"),
        (b"\x1c\x00\x00\x00TFL3", "LiteRT"),
        (b'{"class_name": "Sequential"}', "holds no weights"),
        (pickle.dumps([1]), "pickle"),
        (packed()[:-30], "incomplete"),
        (packed()[:2000], "incomplete"),
        (packed() + b"more", "after its end"),
        (b"PK\x03\x04" + packed(), "list of parts"),
    ],
    ids=[
        "empty",
        "text",
        "h5",
        "saved model",
        "onnx",
        "litert",
        "json",
        "pickle",
        "cut",
        "half",
        "appended",
        "prepended",
    ],
)
def test_what_is_no_whole_archive_is_rejected(content, match):
    refused(content, match)


def test_an_hdf5_file_is_only_opened_in_the_sandbox():
    parts = keras_archive.parse(weights())
    assert parts.config is None
    assert parts.weights == weights()


@pytest.mark.parametrize(
    ("part", "match"),
    [
        ("mine/saved_model.pb", "SavedModel of TensorFlow"),
        ("archive/data.pkl", "PyTorch or a Python pickle"),
        ("arr_0.npy", "NumPy arrays"),
        ("theirs/net.keras", "ZIP with a .keras file in it. Unpack it"),
        ("net/model.weights.h5", "packed again as a folder. Import the original"),
    ],
)
def test_an_archive_of_another_kind_is_named(part, match):
    with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
        archive.writestr(part, "x")
    refused(file.getvalue(), match)


def test_a_folder_of_tensorflow_is_named(tmp_path):
    (tmp_path / "saved_model.pb").touch()
    with pytest.raises(ModelRejected, match=r"SavedModel of TensorFlow.*save\('NAME.h5'\)"):
        keras_archive.read(tmp_path)


def test_a_pickle_is_not_opened(tmp_path):
    refused(pickle.dumps(Evil(tmp_path / "marker")), "pickle")
    refused(packed(more=[("data.pkl", pickle.dumps(Evil(tmp_path / "marker")))]), "pickle")
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize("name", ["../../evil.py", "/etc/cron.d/evil", "assets/x.txt", "inner.zip", "a\x07b", "C:\\x"])
def test_a_part_of_another_name_is_rejected(name, tmp_path):
    refused(packed(more=[(name, "x")]), "has a part")


def test_a_part_that_is_there_twice_or_not_at_all_is_rejected():
    with pytest.warns(UserWarning, match="Duplicate"):
        content = packed(more=[("config.json", "{}")])
    refused(content, "two parts with the same name")
    with zipfile.ZipFile(file := io.BytesIO(), "w") as archive:
        archive.writestr("config.json", "{}")
    refused(file.getvalue(), "has no metadata.json")


def test_a_bomb_is_not_unpacked():
    bomb = packed(h5=bytes(60_000_000), compression=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 100_000
    refused(bomb, "would unpack from")
    refused(packed(h5=bytes(81_000_000), compression=zipfile.ZIP_DEFLATED), "would unpack from")


def test_a_size_that_is_declared_wrongly_is_noticed():
    content = bytearray(packed(h5=bytes(60_000_000), compression=zipfile.ZIP_DEFLATED))
    at = content.rfind(b"PK\x01\x02")  # of the directory's last entry, the weights'
    struct.pack_into("<L", content, at + 24, 5_000_000)
    refused(bytes(content), r"would unpack|declared size|damaged")
    small = bytearray(packed())
    struct.pack_into("<L", small, small.rfind(b"PK\x01\x02") + 24, 4_000_000_000)
    refused(bytes(small), "would unpack from .* to 4,000,000,000")


def test_a_huge_directory_is_not_read():
    refused(packed(more=[(f"part{number}", "") for number in range(1000)]), "list of parts")


def test_a_flipped_bit_is_noticed():
    content = bytearray(packed())
    content[len(content) // 2] ^= 255
    refused(bytes(content), "damaged")


def test_an_encrypted_or_strangely_packed_part_is_rejected():
    content = bytearray(packed())
    struct.pack_into("<H", content, content.find(b"PK\x01\x02") + 8, 1)
    struct.pack_into("<H", content, 6, 1)
    refused(bytes(content), "damaged")
    refused(packed(compression=zipfile.ZIP_BZIP2)[:-1], "incomplete")


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path):
    path = tmp_path / "large.keras"
    with path.open("wb") as file:
        file.truncate(5_000_000_000)
    content = keras_archive.read(path)
    assert len(content) == keras_archive.MAX_FILE_SIZE + 1
    refused(content, "more than 64 MB")


@pytest.mark.parametrize(
    "config",
    ["{", "[" * 100_000, '{"a": NaN}', '{"a": 1, "a": 2}', "\x00", '{"a": ' + "9" * 5000 + "}"],
    ids=["cut", "deep", "nan", "twice", "zero", "long number"],
)
def test_what_is_no_json_is_rejected(config):
    refused(packed(config), "not valid JSON|does not describe")


@pytest.mark.parametrize("version", ["1.2.0", "4.0", None, 3, "3.x; import os", "3." + "9" * 100])
def test_another_version_of_keras_is_named(version):
    refused(packed(metadata={"keras_version": version}), "saved by Keras")


def test_weights_that_are_something_else_are_rejected():
    refused(packed(h5=pickle.dumps([1])), "not an HDF5 file")


def test_keras_is_given_nothing_straight_from_the_file():
    config = plain() | {"compile_config": {"optimizer": {"module": "os", "class_name": "system"}}, "build_config": {}}
    config["config"]["layers"][1]["build_config"] = {"module": "os", "class_name": "system"}
    assert "system" not in str(keras_archive.parse(packed(config)).config)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ModelNotFound, match="gone"):
        keras_archive.read(tmp_path / "gone.keras")
    with pytest.raises(ModelRejected, match="can't be read"):
        keras_archive.read(tmp_path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unbounded_compression_is_rejected_packed(method):
    refused(packed(compression=method), "compression that Keras never uses")


def test_another_list_of_parts_of_the_64_bit_kind_is_rejected():
    content = packed()
    end = len(content) - 22
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    record = list(struct.unpack("<4s4H2LH", content[end:]))
    record[6] = end - record[5]  # where the usual list begins stays the same, and the end moves
    refused(content[:end] + locator + struct.pack("<4s4H2LH", *record), "list of parts")


@pytest.mark.parametrize(
    "network",
    [
        plain(dense(5, kernel_initializer={"module": [], "class_name": "x", "config": {}})),
        sequential(layer("InputLayer", batch_shape=[None, 28, 28], dtype=[]), FLATTEN, dense()),
        sequential(layer("InputLayer", batch_shape=[None, 28, 28], dtype=POLICY), FLATTEN, dense()),
        plain(dense(5, **{"\ud800": "x" * 201})),
    ],
    ids=["module", "type", "policy", "surrogate"],
)
def test_values_of_an_odd_kind_are_rejected_in_a_sentence(network):
    with pytest.raises(ModelRejected) as caught:
        keras_archive.parse(packed(network))
    str(caught.value).encode()
