import io
import shutil
import zipfile

import keras
import numpy as np
import pytest

from digitlab.errors import ModelDamaged
from digitlab.networks.file_formats import FORMATS, TOLERANCE
from digitlab.networks.layers.kinds import Activation, Conv2D, Dropout, Flatten
from digitlab.networks.presets import PRESETS
from digitlab.networks.recognition import Recogniser
from digitlab.worker.build import averaged, build
from digitlab.worker.export import export, export_as


@pytest.mark.parametrize("preset", PRESETS)
def test_both_files_agree_on_digits(tmp_path, digits, preset):
    model = build(preset, 1)
    path = tmp_path / "net.keras"
    export(model, path, digits.x_test[:16])
    there = keras.saving.load_model(path).predict(digits.x_test[16:48], verbose=0)
    here = Recogniser.load(path).probabilities(digits.x_test[16:48])
    assert np.abs(there - here).max() < TOLERANCE


def test_a_relu_after_a_gelu_is_converted(tmp_path, digits):
    stack = (Conv2D(filters=2, activation="gelu"), Dropout(), Activation(activation="relu"), Flatten())
    model = averaged(build("tutorial", 1, stack))
    before = model.predict(digits.x_test[:16], verbose=0)
    export(model, tmp_path / "net.keras", digits.x_test[:16])  # the files agree
    assert np.array_equal(model.predict(digits.x_test[:16], verbose=0), before)


@pytest.mark.parametrize("axis", [1, 2, [1, 2]])
def test_normalized_empty_rows_are_read(tmp_path, digits, axis):
    pixels = keras.Input((28, 28), dtype="uint8")
    normalize = keras.layers.UnitNormalization(axis)
    flat = keras.layers.Flatten()(normalize(keras.layers.Rescaling(1 / 255)(pixels)))
    model = keras.Model(pixels, keras.layers.Dense(10, "softmax")(flat))
    samples = np.concatenate([digits.x_test[:15], np.zeros((1, 28, 28), np.uint8)])
    export(model, tmp_path / "net.keras", samples)  # the files agree
    assert type(normalize).call == normalize.call.__func__  # its own again


def test_a_file_that_reads_differently_is_not_accepted(tmp_path, digits, monkeypatch):
    model = build("tutorial", 1)
    monkeypatch.setattr(model, "predict", lambda images, verbose: np.full((len(images), 10), 0.5))
    with pytest.raises(ModelDamaged, match="differs"):
        export(model, tmp_path / "net.keras", digits.x_test[:4])


@pytest.fixture
def saved(tmp_path, ready_made):
    """A ready-made network that may be spoilt."""
    for path in ready_made.glob("tutorial.*"):
        shutil.copy(path, tmp_path)
    return tmp_path / "tutorial.keras"


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("name", ["tutorial", "convolutional", "handwriting"])
def test_an_exported_file_gives_the_same_probabilities(ready_made, digits, name, kind):
    taken = export_as(ready_made / f"{name}.keras", kind, digits.x_test[:20])
    assert taken.digits == 20
    assert 0 <= taken.difference <= TOLERANCE
    assert len(taken.content) > 100_000


def test_what_is_offered_is_a_file_of_its_kind(saved, digits):
    samples = digits.x_test[:2]
    assert zipfile.is_zipfile(io.BytesIO(export_as(saved, "keras", samples).content))
    assert export_as(saved, "tflite", samples).content[4:8] == b"TFL3"
    assert b"pixels" in export_as(saved, "onnx", samples).content


@pytest.mark.parametrize("kind", ["keras", "tflite"])
def test_a_file_that_is_another_network_is_not_offered(saved, ready_made, digits, kind):
    shutil.copy(ready_made / "convolutional.tflite", saved.with_suffix(".tflite"))
    with pytest.raises(ModelDamaged, match="differs from the network"):
        export_as(saved, kind, digits.x_test[:100])


def test_a_layer_that_onnx_does_not_know_is_told(tmp_path, digits):
    pixels = keras.Input((28, 28), dtype="uint8")
    sums = keras.layers.Dense(10)(keras.ops.erfinv(keras.layers.Flatten()(keras.layers.Rescaling(1 / 300)(pixels))))
    model = keras.Model(pixels, keras.layers.Softmax()(sums))
    model.save(tmp_path / "strange.keras")
    with pytest.raises(ModelDamaged, match="cannot be written as ONNX"):
        export_as(tmp_path / "strange.keras", "onnx", digits.x_test[:2])


def test_each_format_says_how_it_is_read(saved, digits, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: ((None, None), (digits.x_test, None)))
    for kind, file_format in FORMATS.items():
        file = tmp_path / f"taken{file_format.suffix}"
        file.write_bytes(export_as(saved, kind, digits.x_test[:2]).content)
        exec(file_format.code.format(file=file), {})
        assert "9.9" in capsys.readouterr().out  # the first test digit, a seven
