"""What is recorded of runs, on both databases."""

import dataclasses

import pytest
import sqlalchemy as sa
from stored_runs import claimed, last_heartbeat, metrics

from digitlab.errors import InvalidSetting, RunIsActive, RunIsOver, RunNotFound
from digitlab.networks.metrics import BatchLoss, PartialMetrics, Progress
from digitlab.networks.observation import LayerObservation, Observation
from digitlab.networks.rate_changes import RateChange
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import Failure, Outcome, RunState
from digitlab.runs.store.schema import runs
from digitlab.runs.store.store import Store


@pytest.fixture
def store(database_url):
    opened = Store(database_url)
    yield opened
    opened.close()


def test_a_new_run_waits_and_keeps_its_settings(store, small):
    run = store.create(small, "Mine")
    assert (run.state, run.title, run.config) == (RunState.QUEUED, "Mine", small)
    assert store.run(run.number) == run


def test_without_a_title_it_is_called_after_preset_and_number(store, small):
    store.create(small)
    assert store.create(small).title == "Tutorial 2"


def test_the_newest_run_comes_first_and_the_queue_is_in_order(store, small):
    numbers = [store.create(small).number for _ in range(3)]
    assert [run.number for run in store.runs()] == numbers[::-1]
    assert store.queue() == [(number, 0) for number in numbers]


def test_a_run_that_is_not_there_is_named(store):
    with pytest.raises(RunNotFound, match="7"):
        store.run(7)


def test_only_one_worker_gets_a_run(store, small):
    run = store.create(small)
    assert store.claim(run.number, "a")
    assert not store.claim(run.number, "b")


def test_epochs_come_back_as_they_were_told(store, small):
    run = store.create(small)
    store.claim(run.number, "a")
    store.epochs.add(run.number, "a", metrics(1))
    store.epochs.add(run.number, "a", metrics(2))
    assert store.epochs.all(run.number) == [metrics(1), metrics(2)]


def test_a_beat_keeps_progress_and_hears_the_wish_to_stop(store, small):
    run = store.create(small)
    store.claim(run.number, "a")
    assert store.record_heartbeat(run.number, "a", Progress(epoch=1, batch=3, batches=8))
    assert store.run(run.number).progress == Progress(epoch=1, batch=3, batches=8)
    store.request_stop(run.number)
    assert not store.record_heartbeat(run.number, "a", None)


def test_the_metrics_so_far_go_when_the_run_is_over(store, small):
    run = store.create(small)
    store.claim(run.number, "a")
    points = tuple(PartialMetrics(batch=batch, loss=1 / 3, accuracy=0.1 + 0.2) for batch in (1, 3))
    progress = Progress(epoch=1, batch=3, batches=8, so_far=points)
    store.record_heartbeat(run.number, "a", progress)
    assert store.run(run.number).progress == progress
    store.end(run.number, "a", Outcome(state=RunState.PAUSED))
    assert store.run(run.number).progress == dataclasses.replace(progress, so_far=())


def test_a_waiting_run_is_stopped_at_once(store, small):
    run = store.create(small)
    store.request_stop(run.number)
    assert store.run(run.number).state is RunState.STOPPED
    assert not store.claim(run.number, "a")


def test_a_run_that_is_over_never_changes(store, small):
    run = store.create(small)
    store.claim(run.number, "a")
    store.end(run.number, "a", Outcome(state=RunState.FINISHED, model="m", test_loss=0.1, test_accuracy=0.98))
    over = store.run(run.number)
    with pytest.raises(RunIsOver):
        store.request_stop(run.number)
    store.record_heartbeat(run.number, "a", Progress(epoch=9, batch=9, batches=9))
    store.end(run.number, "a", Outcome(state=RunState.FAILED, message="late"))
    assert store.last_heartbeats() == []
    assert store.run(run.number) == over
    assert (over.model, over.test_accuracy) == ("m", 0.98)


def test_a_failure_has_a_code_and_gets_one_in_an_old_record(store, small):
    number = claimed(store, small)
    store.end(number, "a", Outcome(state=RunState.FAILED, message="Any words.", failure=Failure.DIVERGED))
    assert store.run(number).failure is Failure.DIVERGED
    words = "The loss became infinite or not a number (NaN) in epoch 1, batch 2 of 8: the steps were too large."
    for message, failure in ((words, Failure.DIVERGED), ("Another reason.", None)):
        with store._transaction() as connection:
            connection.execute(sa.update(runs).values(failure=None, message=message))
        assert store.run(number).failure is failure


def test_another_worker_cannot_end_a_run(store, small):
    run = store.create(small)
    store.claim(run.number, "a")
    store.end(run.number, "b", Outcome(state=RunState.FINISHED))
    assert store.run(run.number).state is RunState.RUNNING


def test_one_person_with_many_runs_does_not_hold_up_the_others(store, small):
    ann, others = Person(id="ann"), [Person(id=name) for name in ("ben", "eva")]
    for _ in range(4):
        store.create(small, person=ann)
    for other in others:
        store.create(small, person=other)
    order = []
    while (number := store.claim_next("w")) is not None:
        order.append(store.run(number).owner)
        store.end(number, "w", Outcome(state=RunState.FINISHED))
    assert order == ["ann", "ben", "eva", "ann", "ann", "ann"]


def test_a_run_is_renamed_and_deleted_when_it_is_over(store, small):
    number = claimed(store, small)
    store.epochs.add(number, "a", metrics(1))
    store.rename(number, "Mine")
    assert (store.run(number).title, store.run(number).is_named) == ("Mine", True)
    with pytest.raises(RunIsActive, match="running"):
        store.delete(number)
    assert store.epochs.all(number) == [metrics(1)]
    store.end(number, "a", Outcome(state=RunState.FINISHED))
    store.delete(number)
    assert store.epochs.all(number) == []
    with pytest.raises(RunNotFound):
        store.run(number)


def test_the_runs_of_a_person_that_wait_or_train_are_counted(store, small):
    ann = Person(id="ann", name="Ann")
    number = claimed(store, small, person=ann)
    store.create(small, person=ann)
    store.create(small)
    assert store.active(ann) == 2
    store.end(number, "a", Outcome(state=RunState.FINISHED))
    assert store.active(ann) == 1
    assert (store.run(number).owner, store.run(number).owner_name) == ("ann", "Ann")


def test_a_run_of_the_command_line_never_waits(store, small):
    run = store.create(small, worker="me")
    assert run.state is RunState.RUNNING
    assert store.queue() == []
    assert not store.claim(run.number, "other")


def test_a_run_with_unknown_settings_hides_no_other(store, small):
    old, new = store.create(small), store.create(small)
    with store._database.engine.begin() as connection:
        connection.execute(sa.update(runs).where(runs.c.number == old.number).values(config='{"preset": "gone"}'))
    assert [run.number for run in store.runs()] == [new.number]
    with pytest.raises(InvalidSetting):
        store.run(old.number)
    store.claim(old.number, "a")
    store.recover(last_heartbeat(store, old.number))
    assert store.queue() == [(old.number, 1), (new.number, 0)]


def test_a_run_that_was_paused_waits_again_with_what_it_has(store, small):
    run = store.create(small)
    store.claim(run.number, "a")
    store.epochs.add(run.number, "a", metrics(1))
    store.request_pause(run.number)
    assert store.record_heartbeat(run.number, "a", None) is False
    assert store.run(run.number).is_pause_wanted
    store.end(run.number, "a", Outcome(state=RunState.PAUSED))
    again = store.queue_again(run.number, epochs=7)
    assert (again.state, again.is_stop_wanted, again.attempt, again.config.epochs) == (RunState.QUEUED, False, 1, 7)
    assert store.epochs.all(run.number) == [metrics(1)]
    assert store.claim(run.number, "b")


def test_a_waiting_run_is_paused_at_once(store, small):
    number = store.create(small).number
    store.request_pause(number)
    assert store.run(number).state is RunState.PAUSED
    with pytest.raises(RunIsOver, match="paused"):
        store.request_pause(number)


def test_a_failed_or_running_run_cannot_go_on(store, small):
    number = store.create(small).number
    with pytest.raises(RunIsActive, match="queued or running already"):
        store.queue_again(number)
    store.claim(number, "a")
    store.end(number, "a", Outcome(state=RunState.FAILED, message="no room"))
    with pytest.raises(RunIsOver, match="failed"):
        store.queue_again(number)


def test_an_epoch_that_was_learned_again_replaces_its_record(store, small):
    number = store.create(small).number
    store.claim(number, "a")
    store.epochs.add(number, "a", metrics(1))
    store.epochs.add(number, "a", dataclasses.replace(metrics(1), loss=0.1))
    assert [epoch.loss for epoch in store.epochs.all(number)] == [0.1]


def seen(epoch, norm=1.0):
    layer = LayerObservation(layer="hidden", weights=9, gradient_norm=norm, weight_norm=2.0, histogram=(1, 2))
    return Observation(epoch=epoch, digits=100, layers=(layer,))


def test_a_second_observation_replaces_the_first(store, small):
    run = store.create(small)
    store.claim(run.number, "a")
    for observation in (seen(0), seen(1), seen(1, norm=3.0)):
        store.epochs.add_observation(run.number, "a", observation)
    store.epochs.add_observation(run.number, "b", seen(2))
    assert store.epochs.observations(run.number) == [seen(0), seen(1, norm=3.0)]


def test_what_was_seen_goes_with_the_epochs(store, small):
    run = store.create(small)
    store.claim(run.number, "a")
    store.epochs.add(run.number, "a", metrics(1))
    store.epochs.add_observation(run.number, "a", seen(1))
    store.epochs.discard(run.number, "a")
    assert store.epochs.observations(run.number) == store.epochs.all(run.number) == []
    store.epochs.add_observation(run.number, "a", seen(1))
    store.end(run.number, "a", Outcome(state=RunState.FINISHED))
    store.delete(run.number)
    assert store.epochs.observations(run.number) == []


def test_the_losses_within_an_epoch_are_kept(store, small):
    number = claimed(store, small)
    points = [BatchLoss(batch=4, loss=1 / 3), BatchLoss(batch=8, loss=0.1 + 0.2)]
    store.epochs.add(number, "a", metrics(1), points)
    store.epochs.add(number, "a", metrics(2))  # as an older version did
    assert store.epochs.losses(number) == points
    assert store.epochs.all(number) == [metrics(1), metrics(2)]


def test_a_rate_is_requested_taken_and_recorded(store, small):
    number = claimed(store, small)
    assert store.wanted_rate(number, "a") is None
    store.request_rate(number, 0.1 + 0.2)
    assert store.run(number).wanted_rate == store.wanted_rate(number, "a") == 0.1 + 0.2
    assert store.wanted_rate(number, "b") is None
    changes = (RateChange(batch=3, rate=0.1 + 0.2),)
    store.record_rate_changes(number, "b", changes, 0.1 + 0.2)
    assert store.run(number).config == small
    store.record_rate_changes(number, "a", changes, 0.1 + 0.2)
    run = store.run(number)
    assert (run.config.learning_rate_changes, run.wanted_rate) == (changes, None)


def test_a_newer_request_outlives_the_one_that_was_taken(store, small):
    number = claimed(store, small)
    store.request_rate(number, 0.02)
    store.record_rate_changes(number, "a", (RateChange(batch=3, rate=0.01),), 0.01)
    assert store.run(number).wanted_rate == 0.02


def test_a_requested_rate_waits_while_the_run_is_paused(store, small):
    number = claimed(store, small)
    store.request_rate(number, 0.02)
    store.end(number, "a", Outcome(state=RunState.PAUSED))
    assert store.run(number).wanted_rate == 0.02
    store.queue_again(number)
    store.claim(number, "a")
    store.end(number, "a", Outcome(state=RunState.FINISHED))
    assert store.run(number).wanted_rate is None
    with pytest.raises(RunIsOver, match=f"learning rate of run {number} cannot be changed: it is finished"):
        store.request_rate(number, 0.02)


def test_a_paused_run_is_claimed_once_and_can_be_lost(store, small):
    number = store.create(small).number
    assert not store.claim_paused(number, "a")
    store.request_pause(number)
    assert store.claim_paused(number, "a")
    assert not store.claim_paused(number, "b")
    with pytest.raises(RunIsActive):
        store.queue_again(number)
    with pytest.raises(RunIsActive):
        store.delete(number)
    store.recover(last_heartbeat(store, number))
    assert store.run(number).state is RunState.PAUSED
    assert store.run(number).recoveries == 0
