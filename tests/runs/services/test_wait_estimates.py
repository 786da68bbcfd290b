import dataclasses
import time

import pytest

from digitlab.networks.metrics import EpochMetrics, Progress
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import Outcome, RunState
from digitlab.runs.services.wait_estimates import WaitEstimator


def epoch(number, seconds):
    return EpochMetrics(epoch=number, loss=0.5, accuracy=0.9, seconds=seconds)


def test_who_waits_learns_place_and_start_time(store, small):
    estimator = WaitEstimator(lambda: store, lambda: 1)
    running = store.create(small).number
    store.claim(running, "a")
    store.epochs.add(running, "a", epoch(1, 10.0))  # of two
    store.record_heartbeat(running, "a", Progress(epoch=2, batch=4, batches=8))  # half of the second
    first, second = store.create(small).number, store.create(small, person=Person(id="ben")).number
    assert estimator.position(second) == (1, pytest.approx(5.0))
    assert estimator.position(first) == (2, pytest.approx(5.0 + 2 * 10.0))
    assert estimator.position(running) == (0, None)


def test_without_anything_like_it_no_time_is_guessed(store, small):
    estimator = WaitEstimator(lambda: store, lambda: 1)
    store.claim(store.create(small).number, "a")
    assert estimator.position(store.create(small).number) == (1, None)


def test_runs_are_measured_without_their_first_epoch(store, small):
    estimator = WaitEstimator(lambda: store, lambda: 1)
    for epochs, seconds in ((2, 3.0), (3, 1.0)):
        number = store.create(small).number
        store.claim(number, "a")
        for passed in range(1, epochs + 1):
            store.epochs.add(number, "a", epoch(passed, seconds * (10 if passed == 1 else 1)))
    other = store.create(dataclasses.replace(small, preset="fast")).number
    store.claim(other, "a")
    store.epochs.add(other, "a", epoch(1, 10.0))
    assert estimator.measured() == [(small, 1.0)]


def test_own_changes_show_at_once_and_those_of_others_soon(store, small):
    estimator = WaitEstimator(lambda: store, lambda: 1)
    assert estimator.runs() == []
    number = store.create(small).number
    assert estimator.runs() == []
    estimator.forget()
    assert [run.number for run in estimator.runs()] == [number]
    store.claim(number, "a")
    store.end(number, "a", Outcome(state=RunState.FINISHED))
    time.sleep(0.3)
    assert estimator.runs()[0].state is RunState.FINISHED
