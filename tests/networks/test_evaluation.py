import keras
import pytest

from digitlab.errors import ModelDamaged, ModelNotFound
from digitlab.networks import evaluation


def test_the_figures_are_those_of_keras(ready_made, digits):
    model = evaluation.load(ready_made / "tutorial.keras")
    scores = evaluation.evaluate(model, digits.x_train[:2000], digits.y_train[:2000])
    model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    loss, accuracy = model.evaluate(digits.x_train[:2000], digits.y_train[:2000], verbose=0)
    assert scores.loss == pytest.approx(loss, rel=1e-4)
    assert scores.accuracy == pytest.approx(accuracy)


def test_a_missing_network_is_said_to_be_missing(tmp_path):
    with pytest.raises(ModelNotFound):
        evaluation.load(tmp_path / "gone.keras")


def test_what_is_no_network_is_refused(tmp_path):
    path = tmp_path / "text.keras"
    path.write_text("hello")
    with pytest.raises(ModelDamaged):
        evaluation.load(path)


def test_a_damaged_network_is_refused(tmp_path, ready_made):
    content = bytearray((ready_made / "tutorial.keras").read_bytes())
    content[len(content) // 2] ^= 255
    path = tmp_path / "damaged.keras"
    path.write_bytes(content)
    with pytest.raises(ModelDamaged):
        evaluation.load(path)


def test_a_network_for_something_else_is_refused(tmp_path):
    path = tmp_path / "other.keras"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(path)
    with pytest.raises(ModelDamaged, match="10"):
        evaluation.load(path)


def test_a_network_that_brings_code_is_refused(tmp_path):
    path = tmp_path / "code.keras"
    layers = [keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Lambda(lambda x: x[:, :10])]
    keras.Sequential(layers).save(path)
    with pytest.raises(ModelDamaged):
        evaluation.load(path)
