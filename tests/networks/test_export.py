import keras
import numpy as np
import pytest

from digitlab.errors import ModelDamaged
from digitlab.networks.architectures import build
from digitlab.networks.config import PRESETS
from digitlab.networks.export import TOLERANCE, export
from digitlab.networks.recognition import Recogniser


@pytest.mark.parametrize("preset", PRESETS)
def test_both_files_agree_on_digits(tmp_path, digits, preset):
    model = build(preset, 1)
    path = tmp_path / "net.keras"
    export(model, path, digits.x_test[:16])
    there = keras.saving.load_model(path).predict(digits.x_test[:100], verbose=0)
    here = Recogniser.load(path).probabilities(digits.x_test[:100])
    assert np.abs(there - here).max() < TOLERANCE


def test_a_file_that_reads_differently_is_not_accepted(tmp_path, digits, monkeypatch):
    model = build("tutorial", 1)
    monkeypatch.setattr(model, "predict", lambda images, verbose: np.full((len(images), 10), 0.5))
    with pytest.raises(ModelDamaged, match="differs"):
        export(model, tmp_path / "net.keras", digits.x_test[:4])
