"""What a training, and whoever looks at it, does while the database is away. `--away 30` makes it longer."""

import contextlib
import dataclasses
import sqlite3
import time

import pytest
from waiting import wait_for

from digitlab.errors import DatabaseUnavailable
from digitlab.lab import Lab
from digitlab.networks.config import TrainingConfig
from digitlab.runs.records.people import OPERATOR
from digitlab.runs.records.run import RunState

LONG = TrainingConfig(epochs=500, training_digits=2000, batch_size=1000)  # too few steps for XLA's compiler
MAX_COUNT = 8  # seconds until somebody who asks is told; six are promised, on a machine that is not busy


@contextlib.contextmanager
def locked(settings):
    """Have another program hold SQLite's lock for a while."""
    with contextlib.closing(sqlite3.connect(settings.data / "digitlab.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def learn_through(lab, outage, seconds):
    """Train while the database is away for so long; whoever asks meanwhile is told so in time."""
    number = lab.start_training(LONG, "", OPERATOR).number
    wait_for(lambda: lab.epochs(number), 120)
    with outage:
        asked = began = time.monotonic()
        while asked - began < seconds:
            with pytest.raises(DatabaseUnavailable, match="does not respond"):
                lab.start_training(LONG, "", OPERATOR)
            assert time.monotonic() - asked < MAX_COUNT
            time.sleep(0.2)
            asked = time.monotonic()
    known = len(lab.epochs(number))
    wait_for(lambda: len(lab.epochs(number)) > known)
    lab.stop(number, OPERATOR)
    wait_for(lambda: lab.run(number).state.is_over())
    run, epochs = lab.run(number), lab.epochs(number)
    assert (run.state, run.attempt) == (RunState.STOPPED, 0)
    assert [epoch.epoch for epoch in epochs] == list(range(1, len(epochs) + 1))
    assert tuple(epochs) == lab.model(run.model).epochs
    assert len(lab.runs()) == 1


@pytest.fixture
def away(request):
    return request.config.getoption("--away")


@pytest.mark.parametrize("outage", ["stopped", "frozen"])
def test_no_epoch_is_lost_while_postgresql_is_away(settings, cluster, postgres, postgres_url, outage, away):
    with Lab(dataclasses.replace(settings, database_url=postgres_url, scheduler=cluster.address)) as lab:
        lab.open()
        learn_through(lab, getattr(postgres, outage)(), away)
        assert lab.training_error == ""


def test_no_epoch_is_lost_while_sqlite_is_locked(settings, cluster, away):
    with Lab(dataclasses.replace(settings, scheduler=cluster.address)) as lab:
        lab.open()
        learn_through(lab, locked(settings), away)
        assert lab.training_error == ""
