import contextlib
import dataclasses
import multiprocessing
import sqlite3
import time

import pytest

from digitlab.errors import InvalidSetting, RunIsOver, RunNotFound, StoreUnavailable
from digitlab.networks.metrics import EpochMetrics, Progress
from digitlab.runs.experiment import Outcome, RunState
from digitlab.runs.store import Store


@pytest.fixture
def store(settings):
    one = Store(settings.database_url)
    yield one
    one.close()


def metrics(epoch):
    return EpochMetrics(epoch=epoch, loss=0.5, accuracy=0.9, validation_loss=0.4, validation_accuracy=0.8, seconds=1.5)


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
    assert store.queue() == numbers


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
    store.add_epoch(run.number, metrics(1))
    store.add_epoch(run.number, metrics(2))
    assert store.epochs(run.number) == [metrics(1), metrics(2)]


def test_a_beat_keeps_progress_and_hears_the_wish_to_stop(store, small):
    run = store.create(small)
    store.claim(run.number, "a")
    assert store.beat(run.number, "a", Progress(epoch=1, batch=3, batches=8))
    assert store.run(run.number).progress == Progress(epoch=1, batch=3, batches=8)
    store.request_stop(run.number)
    assert not store.beat(run.number, "a", None)


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
    store.beat(run.number, "a", Progress(epoch=9, batch=9, batches=9))
    store.end(run.number, "a", Outcome(state=RunState.FAILED, message="late"))
    store.interrupt_silent(after=-1)
    store.refuse(run.number, "no")
    assert store.run(run.number) == over
    assert (over.model, over.test_accuracy) == ("m", 0.98)


def test_another_worker_cannot_end_a_run(store, small):
    run = store.create(small)
    store.claim(run.number, "a")
    store.end(run.number, "b", Outcome(state=RunState.FINISHED))
    assert store.run(run.number).state is RunState.RUNNING


def test_a_silent_run_is_interrupted_and_says_why(store, small):
    run = store.create(small)
    store.claim(run.number, "a")
    store.interrupt_silent(after=60)
    assert store.run(run.number).state is RunState.RUNNING
    time.sleep(0.02)
    store.interrupt_silent(after=0.01)
    silent = store.run(run.number)
    assert silent.state is RunState.INTERRUPTED
    assert "process" in silent.message


def test_a_run_that_was_only_slow_goes_on(store, small):
    run = store.create(small)
    store.claim(run.number, "a")
    store.interrupt(run.number)
    store.beat(run.number, "a", None)
    again = store.run(run.number)
    assert (again.state, again.message, again.ended) == (RunState.RUNNING, "", None)


def test_a_refused_run_says_why(store, small):
    run = store.create(small)
    store.refuse(run.number, "no workers")
    assert (store.run(run.number).state, store.run(run.number).message) == (RunState.FAILED, "no workers")


def _beat_often(url, number, worker):
    store = Store(url)
    for batch in range(60):
        store.beat(number, worker, Progress(epoch=1, batch=batch + 1, batches=60))
    store.close()


def test_a_run_of_the_command_line_never_waits(store, small):
    run = store.create(small, worker="me")
    assert run.state is RunState.RUNNING
    assert store.queue() == []
    assert not store.claim(run.number, "other")


def test_a_run_whose_settings_mean_nothing_any_more_hides_no_other(store, settings, small):
    old, new = store.create(small), store.create(small)
    with sqlite3.connect(settings.database_url.removeprefix("sqlite:///")) as connection:
        connection.execute('UPDATE runs SET config = \'{"preset": "gone"}\' WHERE number = ?', (old.number,))
    connection.close()
    assert [run.number for run in store.runs()] == [new.number]
    with pytest.raises(InvalidSetting):
        store.run(old.number)


def test_several_processes_write_at_once(store, settings, small):
    runs = [store.create(small) for _ in range(3)]
    for run in runs:
        store.claim(run.number, "w")
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_beat_often, args=(settings.database_url, run.number, "w")) for run in runs]
    for process in processes:
        process.start()
    while any(process.is_alive() for process in processes):
        store.runs()
        store.create(small)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert [store.run(run.number).progress.batch for run in runs] == [60, 60, 60]


def test_a_database_that_cannot_be_opened_is_one_sentence_without_its_password(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="DIGITLAB_DATA"):
        Store(f"sqlite:///{tmp_path}/file/digitlab.db")
    with pytest.raises(StoreUnavailable) as caught:
        Store("nodatabase://me:secret@host/x")
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "digitlab.db").write_text("hello" * 1000)
    with pytest.raises(StoreUnavailable, match="not a database"):
        Store(f"sqlite:///{tmp_path}/digitlab.db")


def test_a_run_that_was_paused_waits_again_with_what_it_has(store, small):
    run = store.create(small)
    store.claim(run.number, "a")
    store.add_epoch(run.number, metrics(1))
    store.request_pause(run.number)
    assert store.beat(run.number, "a", None) is False
    assert store.run(run.number).is_pause_wanted
    store.end(run.number, "a", Outcome(state=RunState.PAUSED))
    again = store.queue_again(run.number, epochs=7)
    assert (again.state, again.is_stop_wanted, again.attempt, again.config.epochs) == (RunState.QUEUED, False, 1, 7)
    assert store.epochs(run.number) == [metrics(1)]
    assert store.claim(run.number, "b")


def test_a_waiting_run_is_paused_at_once(store, small):
    number = store.create(small).number
    store.request_pause(number)
    assert store.run(number).state is RunState.PAUSED
    with pytest.raises(RunIsOver, match="paused"):
        store.request_pause(number)


def test_a_failed_or_running_run_cannot_go_on(store, small):
    number = store.create(small).number
    with pytest.raises(RunIsOver, match="queued"):
        store.queue_again(number)
    store.refuse(number, "no room")
    with pytest.raises(RunIsOver, match="failed"):
        store.queue_again(number)


def test_an_epoch_that_was_learned_again_replaces_its_record(store, small):
    number = store.create(small).number
    store.add_epoch(number, metrics(1))
    store.add_epoch(number, dataclasses.replace(metrics(1), loss=0.1))
    assert [epoch.loss for epoch in store.epochs(number)] == [0.1]


def test_the_record_of_an_older_version_is_read_and_written(settings, small):
    store = Store(settings.database_url)
    number = store.create(small).number
    store.close()
    with contextlib.closing(sqlite3.connect(settings.data / "digitlab.db")) as connection:
        for column in ("is_pause_wanted", "attempt"):
            connection.execute(f"ALTER TABLE runs DROP COLUMN {column}")
    store = Store(settings.database_url)
    store.request_pause(number)
    assert (store.run(number).state, store.run(number).attempt) == (RunState.PAUSED, 0)
    store.close()
