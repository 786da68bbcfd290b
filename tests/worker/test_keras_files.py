import keras
import pytest

from digitlab.errors import ModelDamaged, ModelNotFound
from digitlab.worker import keras_files


def test_a_missing_network_is_said_to_be_missing(tmp_path):
    with pytest.raises(ModelNotFound):
        keras_files.load(tmp_path / "gone.keras")


def test_what_is_no_network_is_refused(tmp_path):
    path = tmp_path / "text.keras"
    path.write_text("hello")
    with pytest.raises(ModelDamaged):
        keras_files.load(path)


def test_a_damaged_network_is_refused(tmp_path, ready_made):
    content = bytearray((ready_made / "tutorial.keras").read_bytes())
    content[len(content) // 2] ^= 255
    path = tmp_path / "damaged.keras"
    path.write_bytes(content)
    with pytest.raises(ModelDamaged):
        keras_files.load(path)


def test_a_network_for_something_else_is_refused(tmp_path):
    path = tmp_path / "other.keras"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(path)
    with pytest.raises(ModelDamaged, match="10"):
        keras_files.load(path)


def test_a_network_that_brings_code_is_refused(tmp_path):
    path = tmp_path / "code.keras"
    layers = [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Lambda(lambda x: x[:, :10])]
    keras.Sequential(layers).save(path)
    with pytest.raises(ModelDamaged):
        keras_files.load(path)
