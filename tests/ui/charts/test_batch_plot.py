from digitlab.networks.metrics import BatchLoss
from digitlab.networks.rate_changes import RateChange
from digitlab.ui.charts import batch_plot

LOSSES = [BatchLoss(batch=50, loss=2.0), BatchLoss(batch=100, loss=0.5)]
CHANGES = [RateChange(batch=10 * n, rate=0.1 / n) for n in range(1, 9)]


def marks(chart):
    """The layers of a chart that mark changes: the lines and their labels."""
    rule, *labels = chart[-3:]
    assert [layer["mark"]["type"] for layer in (rule, *labels)] == ["rule", "text", "text"]
    assert labels[0]["mark"]["dy"] != labels[1]["mark"]["dy"]
    return rule["data"]["values"], [row for label in labels for row in label["data"]["values"]]


def test_each_change_has_a_line_and_the_last_ones_a_label():
    chart = batch_plot.loss_by_batch(200, CHANGES, is_dark=True)["layer"]
    lines, labels = marks(chart)
    assert [row["batch"] for row in lines] == [10, 20, 30, 40, 50, 60, 70, 80]
    assert sorted(row["batch"] for row in labels) == [30, 40, 50, 60, 70, 80]
    assert lines[0]["rate"] == "0.1"
    assert len(batch_plot.loss_by_batch(200, [], is_dark=True)["layer"]) == 1


def test_marks_stand_at_fractions_of_an_epoch():
    lines, _labels = marks(batch_plot.rate_marks("epoch", CHANGES[:2], 40, is_dark=False))
    assert [row["epoch"] for row in lines] == [0.25, 0.5]


def test_the_alternative_says_what_the_chart_shows():
    said = "Training loss by batch: 2.0000 at first, 0.5000 up to batch 100"
    assert batch_plot.losses_in_words(LOSSES, []) == said
    once = ". Learning rate changed 1 time, to 0.1 after 10 batches"
    assert batch_plot.losses_in_words(LOSSES, CHANGES[:1]) == said + once
    assert batch_plot.losses_in_words([], []) == "Training loss by batch; the first epoch is under way"
    often = "Learning rate changed 8 times, at last to 0.0125 after 80 batches"
    assert batch_plot.changes_in_words(CHANGES) == often
    assert batch_plot.changes_in_words([]) == ""
