import os
import shutil

import pytest

from digitlab.errors import ModelNotFound
from digitlab.networks.file_formats import FORMATS, TOLERANCE
from digitlab.worker import saved_models


@pytest.fixture
def path(ready_made, tmp_path):
    return shutil.copy(ready_made / "tutorial.keras", tmp_path / "one.keras")


def test_an_opened_network_is_kept_until_its_file_changes(path):
    one = saved_models.explainer(path)
    assert saved_models.explainer(path) is one
    os.utime(path, ns=(1, 1))
    assert saved_models.explainer(path) is not one


def test_only_the_newest_are_kept(path):
    one = saved_models.explainer(path)
    for number in range(saved_models._KEPT):
        saved_models.explainer(shutil.copy(path, path.with_name(f"other-{number}.keras")))
    assert len(saved_models._opened) == saved_models._KEPT
    assert saved_models.explainer(path) is not one


def test_a_question_is_answered_by_its_name(settings, digits):
    assert saved_models.answer(settings, "inside", "tutorial", (digits.x_test[0],)).sums.argmax() == 7
    assert saved_models.answer(settings, "heat_maps", "tutorial", (digits.x_test[0], 3)).digit == 3


@pytest.mark.parametrize("kind", FORMATS)
def test_a_network_is_taken_away_once_it_was_read_again_on_a_hundred_digits(settings, kind):
    taken = saved_models.answer(settings, "export_model", "tutorial", (kind,))
    assert (taken.digits, taken.difference <= TOLERANCE) == (100, True)


def test_a_network_that_is_gone_is_told(settings):
    with pytest.raises(ModelNotFound):
        saved_models.answer(settings, "export_model", "gone", ("onnx",))
    with pytest.raises(ModelNotFound):
        saved_models.answer(settings, "inside", "gone", ())
