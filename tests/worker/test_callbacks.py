from types import SimpleNamespace

from digitlab.networks.metrics import EpochMetrics, PartialMetrics, Progress
from digitlab.worker.callbacks import Reporter, StopWhenUnwanted
from digitlab.worker.multistep import BatchRanges


def one_by_one(batches, **options):
    """An epoch of so many batches, each a step."""
    return BatchRanges(tuple(range(1, batches + 1)), **options)


def reporter(steps=2):
    events = []
    callback = Reporter(events.append, one_by_one(steps))
    callback.set_params({"steps": steps})
    callback.set_model(SimpleNamespace(stop_evaluating=False))
    callback.on_epoch_begin(0)
    return callback, events


def test_batches_and_epochs_are_told_in_their_order():
    callback, events = reporter()
    for batch in (0, 1):
        callback.on_train_batch_end(batch)
    callback.on_epoch_end(0, {"loss": 0.5, "accuracy": 0.8, "val_loss": 0.4, "val_accuracy": 0.9})
    assert events[:2] == [Progress(epoch=1, batch=1, batches=2), Progress(epoch=1, batch=2, batches=2)]
    assert isinstance(events[2], EpochMetrics)
    assert (events[2].epoch, events[2].loss, events[2].validation_accuracy) == (1, 0.5, 0.9)


def test_batches_learned_at_once_are_counted_one_by_one():
    events = []
    callback = Reporter(events.append, BatchRanges((10, 20, 25)))
    callback.set_params({"steps": 3})
    callback.on_epoch_begin(0)
    for step in range(3):
        callback.on_train_batch_end(step)
    assert [event.batch for event in events] == [10, 20, 25]


def train_epoch(callback, steps, number=0):
    callback.set_params({"steps": steps})
    callback.on_epoch_begin(number)
    for step in range(steps):
        callback.on_train_batch_end(step, {"loss": 1.0 / (step + 1), "accuracy": 0.5})


def test_the_metrics_of_the_epoch_so_far_are_told():
    events = []
    callback = Reporter(events.append, BatchRanges((10, 20, 25)))
    train_epoch(callback, 3)
    assert [event.so_far[-1].batch for event in events] == [10, 20, 25]
    assert events[1].so_far[0] == PartialMetrics(batch=10, loss=1.0, accuracy=0.5)
    assert events[1].so_far[1] == PartialMetrics(batch=20, loss=0.5, accuracy=0.5)
    callback.on_epoch_begin(1)
    callback.on_train_batch_end(0, {"loss": float("nan"), "accuracy": 0.5})
    assert events[-1] == Progress(epoch=2, batch=10, batches=25)


def test_a_long_epoch_has_few_points_and_the_newest_is_one():
    events = []
    train_epoch(Reporter(events.append, one_by_one(1000)), 1000)
    assert [len(event.so_far) for event in (events[0], events[49], events[50], events[-1])] == [1, 1, 2, 20]
    assert all(event.so_far[-1].batch == event.batch for event in events)
    assert [metrics.batch for metrics in events[-1].so_far] == list(range(50, 1001, 50))


def test_steps_that_a_resumed_epoch_skips_have_no_point():
    events = []
    callback = Reporter(events.append, one_by_one(4, first=2))
    train_epoch(callback, 4)
    assert [metrics.batch for metrics in events[-1].so_far] == [3, 4]
    train_epoch(callback, 4, number=1)
    assert [metrics.batch for metrics in events[-1].so_far] == [1, 2, 3, 4]


def test_the_points_of_a_resumed_epoch_are_kept():
    events = []
    before = PartialMetrics(batch=2, loss=2.0, accuracy=0.25)
    callback = Reporter(events.append, one_by_one(4, first=2), (before,))
    train_epoch(callback, 4)
    assert events[0] == Progress(epoch=1, batch=2, batches=4, so_far=(before,))
    assert [metrics.batch for metrics in events[-1].so_far] == [2, 3, 4]
    train_epoch(callback, 4, number=1)
    assert [metrics.batch for metrics in events[-1].so_far] == [1, 2, 3, 4]


def test_without_validation_its_figures_are_none():
    callback, events = reporter(steps=1)
    callback.on_train_batch_end(0)
    callback.on_epoch_end(0, {"loss": 0.5, "accuracy": 0.8})
    assert events[-1].validation_loss is None


def test_an_epoch_that_was_broken_off_is_not_told():
    callback, events = reporter(steps=2)
    callback.on_train_batch_end(0)
    callback.on_epoch_end(0, {"loss": 0.5, "accuracy": 0.8})
    assert events == [Progress(epoch=1, batch=1, batches=2)]


def test_an_unwanted_run_stops_training_and_validation():
    answers = iter([True, False])
    callback = StopWhenUnwanted(lambda: next(answers))
    callback.set_model(SimpleNamespace(stop_training=False, stop_evaluating=False))
    callback.on_train_batch_end(0)
    assert not callback.model.stop_training
    callback.on_train_batch_end(1)
    assert callback.model.stop_training
    callback.on_test_batch_end(0)
    assert callback.model.stop_evaluating
