import os
import shutil

import pytest

from digitlab.errors import ModelNotFound
from digitlab.networks.file_formats import FORMATS, TOLERANCE
from digitlab.runs.dispatch import jobs
from digitlab.worker import saved_models


@pytest.fixture
def path(ready_made, tmp_path):
    return shutil.copy(ready_made / "tutorial.keras", tmp_path / "one.keras")


def test_an_opened_network_is_kept_until_its_file_changes(path):
    explainer = saved_models.open_explainer(path)
    assert saved_models.open_explainer(path) is explainer
    os.utime(path, ns=(1, 1))
    assert saved_models.open_explainer(path) is not explainer


def test_only_the_newest_are_kept(path):
    explainer = saved_models.open_explainer(path)
    for number in range(saved_models._MAX_OPEN):
        saved_models.open_explainer(shutil.copy(path, path.with_name(f"other-{number}.keras")))
    assert len(saved_models._opened) == saved_models._MAX_OPEN
    assert saved_models.open_explainer(path) is not explainer


@pytest.mark.parametrize("kind", FORMATS)
def test_an_export_is_checked_on_a_hundred_digits(settings, kind):
    taken = jobs.export_model(settings, "tutorial", kind)
    assert (taken.digits, taken.difference <= TOLERANCE) == (100, True)


def test_a_network_that_is_gone_is_told(settings):
    with pytest.raises(ModelNotFound):
        jobs.export_model(settings, "gone", "onnx")
    with pytest.raises(ModelNotFound):
        jobs.first_weights(settings, "gone")
