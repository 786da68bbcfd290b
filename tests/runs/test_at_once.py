"""Several processes on one record at the same moment, on both databases."""

import itertools
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest
import sqlalchemy as sa

from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import Progress
from digitlab.runs.records.people import Person
from digitlab.runs.store.store import Store

SMALL = TrainingConfig(epochs=2, training_digits=300)
ALL = 3  # processes
BEATS = 60


@pytest.fixture(scope="module")
def together():
    """Call a function in several processes, each with its name; give what they return."""
    context = multiprocessing.get_context("spawn")  # as the app's own; a fork would share connections
    with ProcessPoolExecutor(ALL, context, initializer=_meet, initargs=(context.Barrier(ALL),)) as processes:

        def call(do, *arguments):
            answers = [processes.submit(do, f"worker {number}", *arguments) for number in range(ALL)]
            return [answer.result(timeout=200) for answer in answers]

        yield call


def _meet(barrier):
    """Let functions of this process wait for those of the others: none takes two calls while all wait."""
    global meeting
    meeting = barrier


def _open_and_take_all(worker, url):
    meeting.wait()
    store, taken = Store(url), []
    for _ in range(10):
        store.create(SMALL, person=Person(id=worker))
    meeting.wait()
    while (number := store.claim_next(worker)) is not None:
        taken.append((number, worker))
    store.close()
    return taken


def test_several_open_a_new_record_and_share_its_runs(together, database_url):
    taken = together(_open_and_take_all, database_url)
    store = Store(database_url)
    assert sorted(itertools.chain(*taken)) == sorted((sign.number, sign.worker) for sign in store.last_heartbeats())
    assert len(store.last_heartbeats()) == 10 * ALL
    store.close()


def _open_and_beat(worker, url):
    meeting.wait()
    store = Store(url)
    number = store.create(SMALL, worker=worker).number
    for batch in range(BEATS):
        assert store.record_heartbeat(number, worker, Progress(epoch=1, batch=batch + 1, batches=BEATS))
        assert store.runs()
    store.close()
    return number


def test_several_open_an_older_record_and_write_it(together, database_url):
    store = Store(database_url)
    with store._database.engine.begin() as connection:
        for column in ("attempt", "recoveries", "is_named"):
            connection.execute(sa.text(f"ALTER TABLE runs DROP COLUMN {column}"))
    store.close()
    numbers = together(_open_and_beat, database_url)
    store = Store(database_url)
    assert [run.progress.batch for run in store.runs()] == [BEATS] * ALL
    assert sorted(numbers) == [1, 2, 3]
    store.close()
