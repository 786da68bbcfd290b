"""What becomes, on both databases, of a run that lost its process."""

import dataclasses
import time

import pytest
from stored_runs import claimed, last_heartbeat, metrics

from digitlab.networks.fine_tuning_source import FineTuning
from digitlab.networks.metrics import Progress
from digitlab.runs.records.run import MAX_RECOVERIES, Outcome, RunState
from digitlab.runs.store.store import Store


@pytest.fixture
def store(database_url):
    opened = Store(database_url)
    yield opened
    opened.close()


def test_a_run_that_lost_its_process_is_first_in_the_queue(store, small):
    lost = claimed(store, small)
    waiting = store.create(small).number
    store.recover(last_heartbeat(store, lost))
    run = store.run(lost)
    assert (run.state, run.attempt, run.recoveries) == (RunState.QUEUED, 1, 1)
    assert "resumes automatically" in run.message
    assert store.queue() == [(lost, 1), (waiting, 0)]


def test_fine_tuning_that_lost_its_process_starts_again(store, small):
    number = claimed(store, dataclasses.replace(small, tuning=FineTuning(base="tutorial", learned=(1, 2))))
    store.recover(last_heartbeat(store, number))
    assert "starts again automatically" in store.run(number).message
    store.claim(number, "a")
    store.request_stop(number)
    store.recover(last_heartbeat(store, number))
    run = store.run(number)
    assert (run.state, run.message) == (
        RunState.INTERRUPTED, "Its worker ended unexpectedly, and nothing was saved. Start it again.",
    )  # fmt: skip


def test_a_run_that_gave_another_sign_is_not_lost(store, small):
    number = claimed(store, small)
    sign = last_heartbeat(store, number)
    time.sleep(0.02)
    store.record_heartbeat(number, "a", None)
    store.recover(sign)
    assert store.run(number).state is RunState.RUNNING


def test_a_run_that_loses_workers_again_is_interrupted(store, small):
    number = claimed(store, small)
    for _ in range(MAX_RECOVERIES):
        store.recover(last_heartbeat(store, number))
        assert store.claim_next("a") == number
    store.epochs.add(number, "a", metrics(1))
    assert store.run(number).recoveries == 0
    for _ in range(MAX_RECOVERIES):
        store.recover(last_heartbeat(store, number))
        assert store.claim_next("a") == number
    store.recover(last_heartbeat(store, number))
    assert store.run(number).state is RunState.INTERRUPTED
    assert store.queue_again(number).recoveries == 0


@pytest.mark.parametrize(("ask", "state"), [("request_pause", RunState.PAUSED), ("request_stop", RunState.INTERRUPTED)])
def test_a_lost_run_that_was_to_end_does_not_go_on_by_itself(store, small, ask, state):
    number = claimed(store, small)
    getattr(store, ask)(number)
    store.recover(last_heartbeat(store, number))
    assert store.run(number).state is state


def test_a_run_of_the_command_line_does_not_go_on_by_itself(store, small):
    number = store.create(small, worker="me").number
    store.recover(last_heartbeat(store, number))
    assert store.run(number).state is RunState.INTERRUPTED
    assert not store.queue_again(number).is_attended


def test_a_worker_that_lost_its_run_writes_nothing_any_more(store, small):
    number = claimed(store, small)
    store.recover(last_heartbeat(store, number))
    assert store.claim_next("b") == number
    assert not store.record_heartbeat(number, "a", Progress(epoch=9, batch=9, batches=9))
    store.epochs.add(number, "a", metrics(9))
    store.end(number, "a", Outcome(state=RunState.FINISHED))
    store.release(number, "a")
    run = store.run(number)
    assert (run.state, run.progress, store.epochs.all(number)) == (RunState.RUNNING, None, [])
    assert store.is_trained_by(number, "b")
    assert not store.is_trained_by(number, "a")


def test_a_released_run_waits_again_and_keeps_its_epochs(store, small):
    number = claimed(store, small)
    store.epochs.add(number, "a", metrics(1))
    store.release(number, "a")
    run = store.run(number)
    assert (run.state, run.attempt, run.recoveries) == (RunState.QUEUED, 1, 0)
    assert store.epochs.all(number) == [metrics(1)]


def test_a_run_that_starts_again_says_so(store, small):
    number = claimed(store, small)
    store.epochs.add(number, "a", metrics(1))
    store.epochs.discard(number, "a")
    assert store.epochs.all(number) == []
    assert "started again" in store.run(number).message
