import io
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from digitlab import plots
from digitlab.networks.metrics import EpochMetrics


def test_a_curve_has_a_point_for_each_epoch_and_set():
    epochs = [
        EpochMetrics(epoch=1, loss=0.5, accuracy=0.8, validation_loss=0.4, validation_accuracy=0.85, seconds=1),
        EpochMetrics(epoch=2, loss=0.3, accuracy=0.9, seconds=1),
    ]
    assert plots.curve_points(epochs, "accuracy") == [
        {"epoch": 1, "set": "training", "accuracy": 0.8},
        {"epoch": 1, "set": "validation", "accuracy": 0.85},
        {"epoch": 2, "set": "training", "accuracy": 0.9},
    ]


def test_the_axis_has_room_for_all_planned_epochs():
    assert plots.curve("loss", 10)["encoding"]["x"]["scale"]["domain"] == [1, 10]
    assert plots.curve("loss", 1)["encoding"]["x"]["scale"]["domain"] == [1, 2]


@pytest.mark.parametrize("is_dark", [False, True])
def test_a_confusion_matrix_shows_every_count_that_is_not_zero(is_dark):
    confusion = np.diag(np.full(10, 90))
    confusion[4, 9] = 7
    figure = plots.confusion_matrix(confusion, is_dark=is_dark)
    assert sorted(text.get_text() for text in figure.axes[0].texts) == ["7", *["90"] * 10]
    figure.savefig(io.BytesIO())


def test_a_perfect_matrix_can_be_drawn():
    plots.confusion_matrix(np.eye(10, dtype=int), is_dark=False).savefig(io.BytesIO())


def test_every_pixel_value_is_written_into_the_picture(digits):
    picture = ET.fromstring(plots.pixel_values(digits.x_train[0]))
    values = [int(text.text) for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert values == digits.x_train[0].ravel().tolist()
