import dataclasses
import shutil
import subprocess
import sys
import time
import uuid

import psutil
import pytest
from searches import UNITS, space
from waiting import wait_for

from digitlab.data.distortions import Amounts
from digitlab.errors import InvalidSetting, ModelNotFound, NotAllowed, RunNotFound, WorkersUnavailable
from digitlab.lab import Lab
from digitlab.networks.config import TrainingConfig
from digitlab.networks.file_formats import TOLERANCE
from digitlab.networks.recognition import Recogniser
from digitlab.runs.models.cleanup import checkpoint_of
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.records.people import OPERATOR, Person
from digitlab.runs.records.run import RunState
from digitlab.runs.records.search import TrialState
from digitlab.runs.store.store import Store

PATIENCE = 240  # seconds: workers that begin load TensorFlow, and may share two busy processors


@pytest.fixture
def ships(ready_made, tmp_path):
    """A folder with one of the networks that ship."""
    folder = tmp_path / "ready"
    folder.mkdir()
    for path in ready_made.glob("tutorial.*"):
        shutil.copy(path, folder)
    return folder


@pytest.fixture
def lab(worker_settings, ships):
    """A lab whose worker process is there already."""
    with Lab(dataclasses.replace(worker_settings, ready_made=ships)) as opened:
        opened.open()
        opened.wait_until_open()
        yield opened


@pytest.fixture
def lab_with_workers(settings, ships):
    """A lab that starts worker processes of its own."""
    with Lab(dataclasses.replace(settings, ready_made=ships)) as opened:
        opened.open()
        yield opened


@pytest.fixture
def closed_lab(settings, ships):
    """A lab that starts nothing."""
    with Lab(dataclasses.replace(settings, ready_made=ships)) as opened:
        yield opened


@pytest.fixture
def lab_without_workers(settings, ready_made, monkeypatch):
    monkeypatch.setattr("digitlab.runs.dispatch.worker_client._CONNECT_PATIENCE", 3)
    away = dataclasses.replace(settings, models=ready_made, scheduler="tcp://127.0.0.1:9")
    with Lab(away) as opened:
        opened.open()
        opened.wait_until_open()
        yield opened


def test_a_worker_takes_a_network_away_and_reads_it_again(lab):
    taken = lab.export_model("tutorial", "onnx")
    assert (taken.digits, taken.difference <= TOLERANCE) == (100, True)
    with pytest.raises(ModelNotFound):
        lab.export_model("gone", "keras")


def test_a_training_leads_to_a_network_that_reads(lab, small, stroke):
    first, second = lab.start_training(small, "First", OPERATOR), lab.start_training(small, "", OPERATOR)
    wait_for(lambda: lab.run(second.number).state.is_over())
    run = lab.run(first.number)
    assert run.state is RunState.FINISHED
    assert [epoch.epoch for epoch in lab.epochs(run.number)] == [1, 2]
    assert lab.recogniser(run.model).read(stroke).digit is not None
    assert lab.evaluate(run.model).accuracy == pytest.approx(run.test_accuracy)
    assert [card.title for card in lab.models()] == ["Tutorial", "Tutorial 2", "First"]


def test_workers_train_the_trials_of_a_search_and_its_best(lab):
    searched = space(UNITS, training_digits=300, max_trials=3)
    small_base = dataclasses.replace(searched, base=TrainingConfig(epochs=1, training_digits=400))
    number = lab.searches.start(small_base, "", OPERATOR).number
    wait_for(lambda: lab.searches.get(number).state.is_over())
    trials = lab.searches.trials(number)
    assert [trial.state for trial in trials] == [TrialState.FINISHED] * 3
    run = lab.searches.train_best(number, OPERATOR).number
    wait_for(lambda: lab.run(run).state.is_over())
    best = max(trials, key=lambda trial: trial.accuracy)
    assert lab.model(lab.run(run).model).config == small_base.full_config(best.values)


def processes_of(lab):
    """The program that a lab started, and its workers."""
    program = psutil.Process(lab._workers._program.pid)
    return [program, *program.children(recursive=True)]


def test_runs_outlive_all_of_their_workers_and_then_their_app(lab_with_workers, worker_settings, settings, small):
    lab = lab_with_workers
    long = dataclasses.replace(small, epochs=12)
    running = lab.start_training(long, "", OPERATOR).number
    waiting = lab.start_training(small, "", OPERATOR)
    wait_for(lambda: lab.epochs(running) and checkpoint_of(settings, lab.run(running)).exists(), PATIENCE)
    assert lab.queue_position(waiting)[0] == 1
    for process in processes_of(lab):
        process.kill()
    known = lab.epochs(running)
    wait_for(lambda: len(lab.epochs(running)) > len(known), PATIENCE)
    processes = processes_of(lab)
    lab.close()
    _, alive = psutil.wait_procs(processes, 15)
    assert [survivor for survivor in alive if survivor.status() != psutil.STATUS_ZOMBIE] == []
    store = Store(settings.database_url)
    assert [run.state for run in store.runs()] == [RunState.QUEUED] * 2
    assert checkpoint_of(settings, store.run(running)).exists()
    before = store.epochs.all(running)
    assert before[0] == known[0]  # it is in the checkpoint
    with Lab(worker_settings) as again:
        again.open()
        wait_for(lambda: all(run.state is RunState.FINISHED for run in again.runs()), PATIENCE)
        assert again.run(running).attempt == 2
        assert again.epochs(waiting.number)
        assert again.epochs(running)[: len(before)] == before


def test_without_workers_runs_wait_and_the_reason_is_told(settings, small, monkeypatch):
    monkeypatch.setattr("digitlab.runs.dispatch.worker_client._CONNECT_PATIENCE", 0.5)
    with Lab(dataclasses.replace(settings, scheduler="tcp://127.0.0.1:9")) as lab:
        lab.open()
        number = lab.start_training(small, "", OPERATOR).number
        wait_for(lambda: "tcp://127.0.0.1:9" in lab.training_error)
        assert lab.run(number).state is RunState.QUEUED


def test_the_same_recogniser_is_given_until_its_network_changes(closed_lab):
    recogniser = closed_lab.recogniser("tutorial")
    assert isinstance(recogniser, Recogniser)
    assert closed_lab.recogniser("tutorial") is recogniser
    closed_lab.model_file("tutorial").touch()
    assert closed_lab.recogniser("tutorial") is not recogniser


def test_a_network_at_an_address_is_copied_here_and_read(settings, ready_made, stroke):
    address = f"memory://{uuid.uuid4().hex}"
    files = ModelFiles(dataclasses.replace(settings, models=address))
    own = dataclasses.replace(files.card("tutorial"), name="own", is_ready_made=False)

    def copy(path):
        for suffix in (".keras", ".tflite"):
            shutil.copy(ready_made / f"tutorial{suffix}", path.with_suffix(suffix))

    files.save(own, copy)
    with Lab(dataclasses.replace(settings, models=address)) as lab:
        recogniser = lab.recogniser("own")
        assert recogniser.read(stroke).digit == 1
        assert lab.recogniser("own") is recogniser
        assert lab.model_file("own").read_bytes() == (ready_made / "tutorial.keras").read_bytes()
        assert lab.models()[-1] == own
        lab.rename_model("own", "Mine", OPERATOR)
        assert lab.recogniser("own").calibration == own.calibration
        lab.delete_model("own", OPERATOR)
        with pytest.raises(ModelNotFound):
            lab.recogniser("own")


def test_unknown_names_and_numbers_are_told(closed_lab, small):
    with pytest.raises(ModelNotFound):
        closed_lab.recogniser("../../nowhere/passwd")
    with pytest.raises(ModelNotFound):
        closed_lab.evaluate("gone")
    with pytest.raises(RunNotFound):
        closed_lab.stop(99, OPERATOR)
    with pytest.raises(InvalidSetting):
        closed_lab.start_training(small, "x" * 100, OPERATOR)
    assert closed_lab.runs() == []


def test_importing_the_lab_imports_no_streamlit_or_tensorflow():
    code = "import sys, digitlab.lab; print([m for m in ('streamlit', 'tensorflow', 'keras') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_nobody_changes_what_is_somebody_else_s(lab, small):
    ann, ben, teacher = Person(id="ann"), Person(id="ben"), Person(id="t", is_teacher=True)
    number = lab.start_training(small, "", ann).number
    for verb in (lab.stop, lab.pause, lab.resume, lab.delete_run):
        with pytest.raises(NotAllowed):
            verb(number, ben)
    with pytest.raises(NotAllowed):
        lab.rename_run(number, "Ben's", ben)
    wait_for(lambda: lab.run(number).state is RunState.FINISHED)
    model = lab.run(number).model
    for change in (lambda: lab.delete_model(model, ben), lambda: lab.rename_model(model, "Ben's", ben)):
        with pytest.raises(NotAllowed):
            change()
    lab.rename_model(model, "Ann's", ann)
    lab.rename_run(number, "Ann's", ann)
    lab.delete_model(model, teacher)
    lab.delete_run(number, teacher)
    assert lab.runs() == []


def test_who_waits_is_told_when_it_may_begin(lab, small):
    known = dataclasses.replace(small, training_digits=5000, batch_size=1000)  # too few steps for XLA's compiler
    first = lab.start_training(known, "", OPERATOR).number
    wait_for(lambda: lab.run(first).state.is_over())
    lab.start_training(dataclasses.replace(known, epochs=200), "", OPERATOR)
    waiting = lab.start_training(known, "", OPERATOR)
    wait_for(lambda: lab.epochs(waiting.number - 1))
    before, seconds = lab.queue_position(waiting)
    assert before == 1
    assert 1 < seconds < 300  # by the first epoch alone, which a busy machine draws out


def test_a_run_is_paused_and_goes_on(lab, small):
    number = lab.start_training(dataclasses.replace(small, epochs=16), "", OPERATOR).number
    wait_for(lambda: lab.epochs(number))
    lab.pause(number, OPERATOR)
    wait_for(lambda: lab.run(number).state is RunState.PAUSED)
    before = len(lab.epochs(number))
    assert before < 16
    lab.resume(number, OPERATOR)
    wait_for(lambda: lab.run(number).state is RunState.FINISHED)
    assert len(lab.epochs(number)) == 16


def test_a_network_is_explained_by_the_workers_and_by_reading(lab, digits):
    explained, image = lab.explain("tutorial"), digits.x_test[0]
    assert explained.activations(image).logits.argmax() == 7
    assert explained.heat_maps(image, 7).completeness_error < 0.01
    assert explained.occlusion(image, 7).max_drop > 0
    assert explained.distorted(image, Amounts(rotation=5)).digit == 7
    with pytest.raises(ModelNotFound):
        lab.explain("gone")


def test_without_workers_what_needs_them_says_so_at_once(lab_without_workers, digits):
    explained = lab_without_workers.explain("tutorial")
    asked = time.monotonic()
    with pytest.raises(WorkersUnavailable, match=r"127\.0\.0\.1:9"):
        explained.activations(digits.x_test[0])
    assert time.monotonic() - asked < 1
    assert explained.occlusion(digits.x_test[0], 7).readings > 1
