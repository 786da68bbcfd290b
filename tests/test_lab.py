import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest

from digitlab.errors import InvalidSetting, ModelNotFound, RunNotFound
from digitlab.lab import Lab
from digitlab.networks.recognition import Recogniser
from digitlab.runs.experiment import RunState


@pytest.fixture
def lab(settings, ready_made):
    settings.models.mkdir()
    for path in ready_made.glob("tutorial.*"):
        shutil.copy(path, settings.models)
    one = Lab(settings)
    yield one
    one.close()


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def test_a_training_goes_from_the_button_to_a_network_that_reads(lab, small, stroke):
    first, second = lab.start_training(small, "First"), lab.start_training(small)
    wait_for(lambda: lab.run(second.number).state.is_over())
    run = lab.run(first.number)
    assert run.state is RunState.FINISHED
    assert [epoch.epoch for epoch in lab.epochs(run.number)] == [1, 2]
    assert lab.recogniser(run.model).read(stroke).digit is not None
    assert lab.evaluate(run.model).accuracy == pytest.approx(run.test_accuracy)
    assert [card.title for card in lab.models()] == ["Tutorial", "Tutorial 2", "First"]


def test_what_waited_when_the_app_ended_is_trained_after_its_next_start(lab, settings, small):
    lab.close()
    number = lab._store.create(small).number
    again = Lab(settings)
    again.warm_up().join()
    wait_for(lambda: again.run(number).state is RunState.FINISHED)
    again.close()


def test_without_workers_a_new_run_fails_with_the_reason_and_the_old_ones_go_on_waiting(settings, small, monkeypatch):
    monkeypatch.setattr("digitlab.runs.workers._START_PATIENCE", 0.5)
    lab = Lab(dataclasses.replace(settings, scheduler="tcp://127.0.0.1:9"))
    waiting = lab._store.create(small).number
    lab.warm_up().join()
    number = lab.start_training(small).number
    wait_for(lambda: lab.run(number).state is RunState.FAILED)
    assert "tcp://127.0.0.1:9" in lab.run(number).message
    assert lab.run(waiting).state is RunState.QUEUED
    lab.close()


def test_what_waits_is_trained_after_all_workers_were_killed(lab, small):
    lab.warm_up().join()
    long = lab.start_training(dataclasses.replace(small, training_digits=60_000, epochs=500))
    wait_for(lambda: lab.run(long.number).state is RunState.RUNNING)
    waiting = lab.start_training(small)
    assert lab.place(waiting) == 1
    program = psutil.Process(lab._workers._program.pid)
    for process in [program, *program.children(recursive=True)]:
        process.kill()
    lab._workers._program.wait()
    assert lab.evaluate("tutorial").accuracy > 0.97  # whoever comes first starts new ones
    wait_for(lambda: lab.runs()[0].state is RunState.FINISHED, 90)
    wait_for(lambda: lab.run(long.number).state is RunState.INTERRUPTED)


def test_the_same_recogniser_is_given_until_its_network_changes(lab):
    one = lab.recogniser("tutorial")
    assert isinstance(one, Recogniser)
    assert lab.recogniser("tutorial") is one
    lab.model_file("tutorial").touch()
    assert lab.recogniser("tutorial") is not one


def test_unknown_names_and_numbers_are_told(lab, small):
    with pytest.raises(ModelNotFound):
        lab.recogniser("../../etc/passwd")
    with pytest.raises(ModelNotFound):
        lab.evaluate("gone")
    with pytest.raises(RunNotFound):
        lab.stop(99)
    with pytest.raises(InvalidSetting):
        lab.start_training(small, "x" * 100)
    assert lab.runs() == []


def test_importing_the_lab_brings_neither_streamlit_nor_tensorflow():
    code = "import sys, digitlab.lab; print([m for m in ('streamlit', 'tensorflow', 'keras') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_a_run_whose_worker_was_killed_goes_on_from_its_last_checkpoint(lab, small, settings):
    long = dataclasses.replace(small, training_digits=20_000, epochs=60)
    number = lab.start_training(long).number
    wait_for(lambda: list((settings.data / "checkpoints").glob("run-*.npz")))
    (pid,) = lab._workers._client.run(os.getpid).values()
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: lab.run(number).state is RunState.INTERRUPTED)
    before = lab.epochs(number)
    lab.go_on(number, len(before) + 2)
    wait_for(lambda: lab.run(number).state is RunState.FINISHED)
    assert [epoch.epoch for epoch in lab.epochs(number)] == list(range(1, len(before) + 3))
    assert [epoch.loss for epoch in lab.epochs(number)][: len(before)] == [epoch.loss for epoch in before]


def test_a_run_is_paused_and_goes_on(lab, small):
    number = lab.start_training(dataclasses.replace(small, training_digits=20_000, epochs=40)).number
    wait_for(lambda: lab.epochs(number))
    lab.pause(number)
    wait_for(lambda: lab.run(number).state is RunState.PAUSED)
    before = len(lab.epochs(number))
    assert before < 40
    lab.go_on(number)
    wait_for(lambda: lab.run(number).state is RunState.FINISHED)
    assert len(lab.epochs(number)) == 40
