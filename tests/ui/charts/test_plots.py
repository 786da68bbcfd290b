import io
from xml.etree import ElementTree as ET

import pytest

from digitlab.data.distortions import DISTORTIONS
from digitlab.networks.calibration import Bin
from digitlab.networks.metrics import EpochMetrics
from digitlab.networks.robustness import Point
from digitlab.translation import in_language
from digitlab.ui.charts import plots


def test_calibration_curve_has_a_font_for_korean():
    with in_language("ko"):
        figure = plots.calibration([Bin(0.9, 1.0, 10, 0.95, 0.9)], is_dark=False)
    figure.savefig(io.BytesIO(), format="png")  # a letter without a picture is a warning, and so an error
    assert figure.axes[0].get_ylabel() == "정확도"


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


def test_the_legend_names_validation_only_if_there_is_one():
    sets = [
        plots.curve("loss", 3, is_validated=with_validation)["encoding"]["color"]["scale"]["domain"]
        for with_validation in (True, False)
    ]
    assert sets == [["training", "validation"], ["training"]]


def test_the_axis_has_room_for_all_planned_epochs():
    assert plots.curve("loss", 10, is_validated=True)["encoding"]["x"]["scale"]["domain"] == [0, 10]
    assert plots.curve("loss", 1, is_validated=True)["encoding"]["x"]["scale"]["domain"] == [0, 1]


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_the_decimals_of_a_curve_s_axis_follow_its_ticks(metric):
    assert "." not in plots.metric_axis(metric)["axis"]["format"], "a precision would give near ticks the same label"


@pytest.mark.parametrize("is_dark", [False, True])
def test_a_calibration_curve_has_a_point_and_a_bar_for_each_bin(is_dark):
    curve = [Bin(0.4, 0.6, 10, 0.5, 0.4), Bin(0.8, 1.0, 9000, 0.97, 0.96)]
    figure = plots.calibration(curve, is_dark=is_dark)
    upper, lower = figure.axes
    assert upper.lines[-1].get_xydata().tolist() == [[0.5, 0.4], [0.97, 0.96]]
    assert [bar.get_height() for bar in lower.patches] == [10, 9000]
    figure.savefig(io.BytesIO())


def test_robustness_has_a_point_per_strength_and_network():
    curves = {"One": [Point(0, 0.98, 0.97, 0.99), Point(2, 0.9, 0.88, 0.92)], "Other": []}
    assert plots.robustness_points(curves) == [
        {"network": "One", "strength": 0, "accuracy": 0.98, "low": 0.97, "high": 0.99},
        {"network": "One", "strength": 2, "accuracy": 0.9, "low": 0.88, "high": 0.92},
    ]
    chart = plots.robustness(DISTORTIONS["shifted"], list(curves))
    assert chart["encoding"]["color"]["scale"]["domain"] == ["One", "Other"]


def test_every_pixel_value_is_written_into_the_picture(digits):
    picture = ET.fromstring(plots.pixel_values(digits.x_train[0]))
    values = [int(text.text) for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert values == digits.x_train[0].ravel().tolist()
