import dataclasses
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import psutil
import pytest
from catalogues import korean_catalogue
from waiting import wait_for

from digitlab.errors import ModelNotFound, SnapshotDamaged, WorkersUnavailable
from digitlab.lab import Lab
from digitlab.runs.dispatch import jobs
from digitlab.runs.dispatch.worker_client import WorkerClient
from digitlab.runs.dispatch.worker_names import is_gone_from_here
from digitlab.runs.models import scoring
from digitlab.runs.records.run import Run, RunState
from digitlab.runs.store.store import Store
from digitlab.translation import Text, error_text, in_language


@pytest.fixture
def workers(worker_settings):
    client = WorkerClient(worker_settings)
    yield client
    client.close()


@pytest.fixture
def own_workers(settings, monkeypatch):
    """Workers that a test may kill; what they train learns nothing (tests/children)."""
    monkeypatch.setenv("DIGITLAB_TEST_WITHOUT_KERAS", "1")
    client = WorkerClient(settings)
    yield client
    client.close()


def is_alive(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def family(pid):
    """The process and all that it started, however deep."""
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def test_runs_are_trained_one_at_a_time_in_their_order(workers, store, small):
    numbers = [store.create(small).number for _ in range(3)]
    workers.submit(store.queue())
    wait_for(lambda: all(run.state.is_over() for run in store.runs()))
    runs = [store.run(number) for number in numbers]
    assert [run.state for run in runs] == [RunState.FINISHED] * 3
    assert runs[0].ended <= runs[1].started
    assert runs[1].ended <= runs[2].started
    kept = workers._connect().run(lambda dask_worker: len(dask_worker.profile_history))
    assert list(kept.values()) == [0]  # a worker keeps nothing of what ran in it


def test_workers_and_scheduler_seldom_look_at_themselves(workers):
    """By default Dask does so 50 times a second, and an idle lab takes 5% of a processor instead of 1%."""
    client = workers._connect()
    intervals = client.run(lambda dask_worker: dask_worker._tick_interval)
    assert list(intervals.values()) == [1]
    assert client.run_on_scheduler(lambda dask_scheduler: dask_scheduler._tick_interval) == 1


def test_questions_are_answered_beside_a_run_and_it_stops_soon(workers, store, small, digits):
    number = store.create(dataclasses.replace(small, epochs=500, batch_size=300)).number
    workers.submit(store.queue())
    wait_for(lambda: store.run(number).progress)
    assert workers.ask(scoring.score, "tutorial").accuracy > 0.97
    assert workers.ask(jobs.heat_maps, "tutorial", digits.x_test[0], 7).completeness_error < 0.01
    assert workers.ask(jobs.find_learning_rate_aside, small).losses
    assert store.run(number).state is RunState.RUNNING
    store.request_stop(number)
    asked = time.monotonic()
    wait_for(lambda: store.run(number).state.is_over())
    assert time.monotonic() - asked < 10  # a batch, then the score and two files
    assert store.run(number).state is RunState.STOPPED


def test_what_a_worker_finds_wrong_comes_back_as_it_is(workers):
    with pytest.raises(ModelNotFound):
        workers.ask(scoring.score, "gone")


def test_what_a_worker_finds_wrong_is_translated_here(workers, small, tmp_path):
    english = "Run {number} has no snapshots. Train it again, and open that run."
    run = Run(number=7, title="mine", config=small, state=RunState.FINISHED, created=0.0)
    with pytest.raises(SnapshotDamaged) as raised:
        workers.ask(jobs.readings_by_epoch, run, np.zeros((28, 28), np.uint8))
    error = raised.value
    assert str(error) == english.format(number=7)
    assert isinstance(error.args[0], Text)
    with korean_catalogue(tmp_path / "locale", {english: "실행 {number}에는 스냅샷이 없습니다."}), in_language("ko"):
        assert error_text(error) == "실행 7에는 스냅샷이 없습니다."


def test_workers_do_not_outlive_a_parent_that_is_killed(settings):
    code = (
        "import sys, time\n"
        "from digitlab.runs.dispatch.worker_client import WorkerClient\n"
        "from digitlab.settings import Settings\n"
        "workers = WorkerClient(Settings.from_environment())\n"
        "workers.start()\n"
        "print(workers._program.pid, flush=True)\n"
        "time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=settings.environment()
    ) as parent:
        pids = family(int(parent.stdout.readline()))
        assert len(pids) >= 2
        parent.send_signal(signal.SIGKILL)
    wait_for(lambda: not any(map(is_alive, pids)), 20)


def test_what_is_killed_is_replaced_and_all_end_at_a_close(own_workers, store, small, monkeypatch):
    """First the program with its workers, then one worker; at last the connection fails to close."""
    workers = own_workers
    assert workers.start()
    assert not workers.start()
    os.kill(workers._program.pid, signal.SIGKILL)
    workers._program.wait()
    assert workers.start()
    number = store.create(small).number
    workers.submit(store.queue())
    wait_for(lambda: store.epochs.all(number))
    (pid,) = workers._client.run(os.getpid).values()
    os.kill(pid, signal.SIGKILL)
    assert store.run(number).state is RunState.RUNNING  # until a dispatcher finds that its process is gone
    last_number = store.create(small).number
    workers.submit(store.queue())
    wait_for(lambda: store.epochs.all(last_number))
    lost, _ = sorted(store.last_heartbeats(), key=lambda heartbeat: heartbeat.number)
    assert lost.number == number
    assert is_gone_from_here(lost.worker)
    program, pids = workers._program, family(workers._program.pid)
    assert len(pids) >= 2

    def fail(*_args, **_options):
        raise RuntimeError("IOLoop is closed")

    with monkeypatch.context() as patch:
        patch.setattr(workers._client, "close", fail)
        with pytest.raises(RuntimeError):
            workers.close()
    assert program.poll() is not None
    assert (workers._client, workers._program) == (None, None)  # as before the first start
    wait_for(lambda: not any(map(is_alive, pids)), 15)
    run = store.run(last_number)
    assert (run.state, run.attempt, run.recoveries) == (RunState.QUEUED, 1, 0)


def test_a_run_that_cannot_begin_stays_queued_with_a_reason(worker_settings, store, small):
    number = store.create(small).number
    workers = WorkerClient(dataclasses.replace(worker_settings, database_url="nodatabase://me:secret@host/x"))
    workers.submit(store.queue())
    wait_for(lambda: workers.error_message)
    assert "DIGITLAB_DATABASE_URL" in workers.error_message
    assert "secret" not in workers.error_message
    assert store.run(number).state is RunState.QUEUED
    workers.close()


def test_two_apps_train_a_run_once_and_one_outlives_the_other(worker_settings, workers, store, small):
    number = store.create(small).number
    other = WorkerClient(worker_settings)
    for _ in range(3):
        workers.submit(store.queue())
        other.submit(store.queue())
    assert [len(client._submitted) for client in (workers, other)] == [1, 1]
    wait_for(lambda: store.run(number).state.is_over())
    wait_for(lambda: not workers._submitted and not other._submitted)
    assert [epoch.epoch for epoch in store.epochs.all(number)] == [1, 2]
    assert store.run(number).state is RunState.FINISHED
    assert store.run(number).attempt == 0
    assert other._program is None
    other.close()
    with pytest.raises(ModelNotFound):
        workers.ask(scoring.score, "gone")


def test_workers_that_cannot_be_started_are_told(settings):
    settings.data.write_text("a file where the folder should be")
    with pytest.raises(WorkersUnavailable, match="DIGITLAB_DATA"):
        WorkerClient(settings).start()


def test_a_busy_connection_does_not_delay_the_end(worker_settings, monkeypatch, capsys):
    monkeypatch.setattr("digitlab.runs.dispatch.worker_client._DISCONNECT_PATIENCE", 0.1)
    closed, is_over = [], threading.Event()
    monkeypatch.setattr(Store, "close", lambda store: closed.append(store))
    with Lab(worker_settings) as lab:
        lab.open()
        lab.wait_until_open()
        store = lab._record()
        lab._workers._client.loop.add_callback(is_over.wait, 60)  # as on a machine with much to do
    is_over.set()
    assert "scheduler not disconnected" in capsys.readouterr().err
    assert closed == [store]
    monkeypatch.undo()
    store.close()


def test_a_scheduler_that_does_not_answer_is_named(settings, monkeypatch):
    monkeypatch.setattr("digitlab.runs.dispatch.worker_client._CONNECT_PATIENCE", 0.5)
    workers = WorkerClient(dataclasses.replace(settings, scheduler="tcp://127.0.0.1:9"))
    with pytest.raises(WorkersUnavailable, match=r"127\.0\.0\.1:9"):
        workers.start()


def test_a_question_that_takes_too_long_is_given_up(workers, digits, monkeypatch):
    monkeypatch.setattr("digitlab.runs.dispatch.worker_client._ANSWER_PATIENCE", 0.001)
    with pytest.raises(WorkersUnavailable, match="No worker answered"):
        workers.ask(jobs.activations, "tutorial", digits.x_test[0])
