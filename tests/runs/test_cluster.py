"""Trainings on a Dask cluster with PostgreSQL, as two settings make it, and what befalls such a cluster."""

import dataclasses
import os
import signal
import time

import pytest
from waiting import wait_for

from digitlab.lab import Lab
from digitlab.networks.config import TrainingConfig
from digitlab.runs.records.people import OPERATOR
from digitlab.runs.records.run import RunState

LONG = TrainingConfig(epochs=12, training_digits=300)  # some seconds, for it rests after each epoch (tests/children)
ENDLESS = dataclasses.replace(LONG, epochs=500, batch_size=1000)  # until it is stopped; too few steps for XLA
TWO_WORKERS = pytest.mark.parametrize("cluster", [2], indirect=True, ids=["two"])
PATIENCE = 240  # seconds: workers that begin load TensorFlow, and may share two busy processors


@pytest.fixture
def settings(settings, postgres_url, cluster):
    return dataclasses.replace(settings, database_url=postgres_url, scheduler=cluster.address)


@pytest.fixture
def lab(settings, cluster):
    with Lab(settings) as opened:
        opened.open()
        yield opened
    cluster.wait_until_idle()


def start(lab, config):
    return lab.start_training(config, "", OPERATOR).number


def is_finished(lab, *numbers):
    return all(lab.run(number).state is RunState.FINISHED for number in numbers)


def learned(lab, number):
    """All that a training's figures say but for the time they took."""
    run = lab.run(number)
    epochs = [dataclasses.replace(epoch, seconds=0) for epoch in lab.epochs(number)]
    return epochs, run.test_loss, run.test_accuracy


def pid_of(lab, number):
    """The process that trains a run."""
    (sign,) = [sign for sign in lab._record().last_heartbeats() if sign.number == number]
    return int(sign.worker.split("/")[1])


@TWO_WORKERS
def test_two_runs_train_at_once_and_another_app_sees_it(lab, settings, small):
    first, second, third = start(lab, ENDLESS), start(lab, ENDLESS), start(lab, small)
    with Lab(settings) as other:
        other.open()
        wait_for(lambda: other.epochs(first) and other.epochs(second), PATIENCE)
        assert [other.run(number).state for number in (first, second)] == [RunState.RUNNING] * 2
        assert pid_of(lab, first) != pid_of(lab, second)
        assert other.queue_position(other.run(third))[0] == 2
        fourth = start(other, small)
        for number in (first, second):
            other.stop(number, OPERATOR)
        wait_for(lambda: is_finished(lab, third, fourth), PATIENCE)
        runs = [other.run(number) for number in (first, second, third, fourth)]
        assert [run.started for run in runs] == sorted(run.started for run in runs)
        assert [run.attempt for run in runs] == [0] * 4
        assert [run.state for run in runs] == [RunState.STOPPED] * 2 + [RunState.FINISHED] * 2
        assert [len(other.epochs(run.number)) for run in runs[2:]] == [2, 2]
        made = [card.name for card in other.models() if not card.is_ready_made]
        assert sorted(made) == sorted(run.model for run in runs)


@TWO_WORKERS
def test_no_epoch_is_lost_without_worker_and_database(lab, postgres):
    killed, undisturbed = start(lab, LONG), start(lab, LONG)
    wait_for(lambda: lab.epochs(killed) and lab.epochs(undisturbed), PATIENCE)
    pid = pid_of(lab, killed)
    with postgres.stopped():
        time.sleep(3)  # as long as there is a checkpoint of epochs that could not be recorded
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: is_finished(lab, killed, undisturbed), PATIENCE)
    assert [lab.run(number).attempt for number in (killed, undisturbed)] == [1, 0]
    assert learned(lab, killed) == learned(lab, undisturbed)
    for number in (killed, undisturbed):
        epochs = lab.epochs(number)
        assert [epoch.epoch for epoch in epochs] == list(range(1, 13))
        assert tuple(epochs) == lab.model(lab.run(number).model).epochs


@TWO_WORKERS
def test_runs_are_finished_when_the_scheduler_is_back(lab, cluster):
    first, second, waiting = (start(lab, LONG) for _ in range(3))
    wait_for(lambda: lab.epochs(first) and lab.epochs(second), PATIENCE)
    before = lab.epochs(first)
    cluster.kill_scheduler()
    cluster.mend(workers=0)
    wait_for(lambda: "has no worker" in lab.training_error, PATIENCE)
    assert lab.run(waiting).state is RunState.QUEUED
    cluster.mend()
    wait_for(lambda: is_finished(lab, first, second, waiting), PATIENCE)
    wait_for(lambda: not lab.training_error)
    assert lab.epochs(first)[: len(before)] == before
    assert learned(lab, first) == learned(lab, second) == learned(lab, waiting)
