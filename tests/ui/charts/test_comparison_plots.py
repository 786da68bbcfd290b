from digitlab.networks.metrics import EpochMetrics
from digitlab.ui.charts.comparison_plots import compared, compared_points


def test_each_point_tells_whose_it_is():
    epoch = EpochMetrics(epoch=1, loss=0.5, accuracy=0.9, validation_loss=0.4, validation_accuracy=0.95, seconds=1.0)
    rows = compared_points({"One": [epoch], "Other": []}, "loss")
    assert rows == [
        {"network": "One", "epoch": 1, "set": "training", "loss": 0.5},
        {"network": "One", "epoch": 1, "set": "validation", "loss": 0.4},
    ]


def test_a_network_keeps_its_colour_where_it_has_no_points():
    assert compared("accuracy", ["One", "Other"])["encoding"]["color"]["scale"]["domain"] == ["One", "Other"]


def test_networks_are_told_apart_by_their_marks_too():
    encoding = compared("loss", ["One", "Other"])["encoding"]
    assert encoding["shape"] == encoding["color"]
