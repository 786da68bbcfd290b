import io
import time
import zipfile

import numpy as np
import pytest

from digitlab.data import mnist
from digitlab.errors import DataDamaged, DataMissing


def test_the_set_has_keras_layout(digits):
    assert digits.x_train.shape == (60_000, 28, 28)
    assert digits.y_test.shape == (10_000,)
    assert digits.x_train.dtype == digits.y_train.dtype == np.uint8
    assert digits.y_train[:5].tolist() == [5, 0, 4, 1, 9]


def test_nobody_can_change_it_by_accident(digits):
    with pytest.raises(ValueError, match="read-only"):
        digits.x_train[0, 0, 0] = 1


def test_loading_takes_under_half_a_second_once_a_process():
    mnist._load.cache_clear()
    started = time.process_time()
    mnist.load()
    first = time.process_time() - started
    assert first < 0.5
    assert mnist.load() is mnist.load()


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(DataMissing, match=r"gone\.npz"):
        mnist.load(tmp_path / "gone.npz")


def damaged_in_the_middle(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes(byte ^ 255 for byte in content[middle : middle + 64]) + content[middle + 64 :]


def encrypted(content: bytes) -> bytes:
    start = content.index(b"PK\x01\x02")  # the archive's directory: its first entry says that it is encrypted
    return content[: start + 8] + b"\x01" + content[start + 9 :]


def a_plain_array(_content: bytes) -> bytes:
    file = io.BytesIO()
    np.save(file, np.zeros(3))
    return file.getvalue()


@pytest.mark.parametrize(
    "damage", [encrypted, a_plain_array, lambda c: c[: len(c) // 2], damaged_in_the_middle, lambda c: b"not a zip file"]
)
def test_a_damaged_file_is_rejected(tmp_path, damage):
    path = tmp_path / "mnist.npz"
    path.write_bytes(damage(mnist.PATH.read_bytes()))
    with pytest.raises(DataDamaged, match="damaged"):
        mnist.load(path)


def test_one_changed_pixel_is_rejected(tmp_path, digits):
    images = digits.x_test.copy()
    images[0, 0, 0] ^= 1
    path = tmp_path / "mnist.npz"
    np.savez(path, x_train=digits.x_train, y_train=digits.y_train, x_test=images, y_test=digits.y_test)
    with pytest.raises(DataDamaged):
        mnist.load(path)


def test_an_archive_with_something_else_in_it_is_rejected(tmp_path):
    path = tmp_path / "mnist.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x_train.npy", b"")
    with pytest.raises(DataDamaged):
        mnist.load(path)
