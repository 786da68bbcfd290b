import pytest

from digitlab.networks.metrics import EpochMetrics
from digitlab.ui import durations, run_progress


@pytest.mark.parametrize(
    ("losses", "patience", "has_stopped"),
    [
        ([], 2, False),
        ([0.5, 0.4, 0.3], 2, False),
        ([0.5, 0.3, 0.4], 2, False),
        ([0.5, 0.3, 0.4, 0.35], 2, True),
        ([0.5, 0.3, 0.4, 0.35], None, False),
    ],
)
def test_early_stopping_is_foreseen(losses, patience, has_stopped):
    epochs = [
        EpochMetrics(epoch=number, loss=1, accuracy=0, validation_loss=loss, validation_accuracy=0, seconds=1)
        for number, loss in enumerate(losses, 1)
    ]
    assert run_progress.has_stopped_early(epochs, patience) is has_stopped


def test_durations_have_their_unit():
    assert [durations.in_words(seconds) for seconds in (9.2, 720, 5400)] == ["9 s", "12 min", "1.5 h"]
