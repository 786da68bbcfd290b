import pytest

from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics, Progress
from digitlab.runs.records.run import Run, RunState, seconds_left


def a_run(**changes):
    values = {"number": 1, "title": "A", "config": TrainingConfig(epochs=10), "state": RunState.RUNNING, "created": 0.0}
    return Run(**(values | changes))


def epoch(number, seconds):
    return EpochMetrics(epoch=number, loss=1, accuracy=0, seconds=seconds)


def test_waiting_and_running_are_not_over():
    assert [state for state in RunState if not state.is_over()] == [RunState.QUEUED, RunState.RUNNING]


def test_the_share_done_counts_batches():
    run = a_run(progress=Progress(epoch=3, batch=50, batches=100))
    assert run.share_done == pytest.approx(0.25)
    assert a_run().share_done == 0


def test_the_time_left_leaves_out_the_slow_first_epoch():
    run = a_run(started=0.0, progress=Progress(epoch=3, batch=0, batches=100))
    assert seconds_left(run, [epoch(1, 9.0), epoch(2, 3.0)], now=12.0) == pytest.approx(24)


def test_within_the_first_epoch_the_time_so_far_is_taken():
    run = a_run(started=0.0, progress=Progress(epoch=1, batch=50, batches=100))
    assert seconds_left(run, [], now=5.0) == pytest.approx(95)


def test_before_there_is_anything_to_go_by_nothing_is_said():
    assert seconds_left(a_run(started=0.0), [], now=5.0) is None
