import shutil

import keras
import pytest

from digitlab.data import mnist, mnist_source
from digitlab.errors import DataDamaged, DataMissing
from digitlab.worker import mnist_download


def test_the_packaged_file_is_taken_first(tmp_path):
    assert mnist_source.load(tmp_path) is mnist.load()


def test_without_it_what_was_fetched_before_is_taken(tmp_path):
    shutil.copy(mnist.PATH, tmp_path / "mnist.npz")
    fetched = mnist_source.load(tmp_path, packaged=tmp_path / "gone.npz")
    assert fetched.x_train.shape == (60_000, 28, 28)


def test_what_keras_downloads_is_kept_and_accepted(tmp_path, digits, monkeypatch):
    both = (digits.x_train, digits.y_train), (digits.x_test, digits.y_test)
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: both)  # in the place of the network
    mnist_download.download(tmp_path / "mnist.npz")
    assert mnist_source.load(tmp_path, packaged=tmp_path / "gone.npz").y_train[:3].tolist() == [5, 0, 4]


def test_without_any_source_one_sentence_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataMissing, match="git checkout") as caught:
        mnist_source.load(tmp_path / "data", packaged=tmp_path / "gone.npz")
    assert b"URL fetch failure" in caught.value.__cause__.stderr


def test_a_damaged_packaged_file_is_not_replaced_in_silence(tmp_path):
    packaged = tmp_path / "mnist.npz"
    packaged.write_bytes(b"damaged")
    with pytest.raises(DataDamaged):
        mnist_source.load(tmp_path / "data", packaged=packaged)
