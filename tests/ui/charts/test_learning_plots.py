import pytest

from digitlab.networks.metrics import EpochMetrics, PartialMetrics, Progress
from digitlab.ui.charts import learning_plots, plots

EPOCH = EpochMetrics(epoch=1, loss=0.5, accuracy=0.8, validation_loss=0.4, validation_accuracy=0.85, seconds=1)


def progress(epoch):
    points = (PartialMetrics(batch=1, loss=0.45, accuracy=0.81), PartialMetrics(batch=2, loss=0.44, accuracy=0.82))
    return Progress(epoch=epoch, batch=2, batches=4, so_far=points)


def so_far(epochs, epoch):
    rows = learning_plots.growing_points(epochs, progress(epoch), "loss")
    return [row for row in rows if row.get("isSoFar")]


def test_the_first_epoch_grows_from_its_first_batches():
    assert [(row["epoch"], row["loss"]) for row in so_far([], 1)] == [(0.25, 0.45), (0.5, 0.44)]


def test_a_later_epoch_grows_from_the_point_before_it():
    rows = so_far([EPOCH], 2)
    assert [(row["epoch"], row["loss"]) for row in rows] == [(1, 0.5), (1.25, 0.45), (1.5, 0.44)]
    assert [row.get("isNewest", False) for row in rows] == [False, False, True]
    assert {row["set"] for row in rows} == {"training"}


def test_without_an_epoch_under_way_only_its_points_are_left():
    points = plots.curve_points([EPOCH], "accuracy")
    assert learning_plots.growing_points([EPOCH], None, "accuracy") == points
    assert learning_plots.growing_points([EPOCH], Progress(epoch=2, batch=1, batches=4), "accuracy") == points


@pytest.mark.parametrize(
    ("losses", "is_first", "ends"),
    [
        ([1.3], True, (0, 2.5)),
        ([0.35, 0.3], True, (0, 2.5)),
        ([4.2, 0.3], True, (0, 4.5)),
        ([0.35, 0.082], False, (0.05, 0.35)),
        ([0.0123, 0.0119], False, (0.0119, 0.0123)),
        ([0.5], False, (0.5, 0.55)),
        ([0.0], False, (0, 0.5)),
    ],
)
def test_the_axis_of_a_curve_has_even_ends(losses, is_first, ends):
    rows = [{"loss": loss} for loss in losses]
    assert learning_plots.axis_ends(rows, "loss", is_first=is_first) == pytest.approx(ends)
