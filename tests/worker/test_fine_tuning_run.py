import shutil
import socket
import subprocess
from contextlib import closing

import numpy as np
import pytest
from brief_tuning import tune_briefly
from stored_runs import metrics

from digitlab.errors import ModelNotFound
from digitlab.lab import Lab
from digitlab.networks.digit_sets import TEST
from digitlab.networks.recognition import Recogniser
from digitlab.runs.dispatch.dispatcher import HeartbeatMonitor, requeue_lost_runs
from digitlab.runs.dispatch.worker_names import new_worker_name
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.records.drawing import Drawing
from digitlab.runs.records.improvement import Verdict
from digitlab.runs.records.people import Person
from digitlab.runs.records.run import RunState
from digitlab.runs.store.store import Store
from digitlab.settings import Settings
from digitlab.worker import execution

ANN = Person(id="ann", name="Ann")
LOST = metrics(1)  # of a worker that was killed


@pytest.fixture
def lab(settings):
    opened = Lab(settings)  # no worker need be started: the ready-made network's answers ship with it
    yield opened
    opened.close()


def draw(lab, digits, n=30):
    """Ann writes sevens and fours on their heads."""
    for index in np.flatnonzero(np.isin(digits.y_test, (4, 7)))[:n]:
        image = np.ascontiguousarray(digits.x_test[index][::-1])
        lab.drawings.save([Drawing(label=int(digits.y_test[index]), image=image, source="request")], ANN)


def perform(settings, number):
    store, worker = Store(settings.database_url), new_worker_name()
    assert store.claim(number, worker)
    store.close()
    execution.run_to_end(settings, number, worker)


def lose(settings, number):
    """Have a run begun by a worker that ended unexpectedly after an epoch."""
    ended = subprocess.Popen(["true"])
    ended.wait()
    worker = f"{socket.gethostname()}/{ended.pid}/x"
    with closing(Store(settings.database_url)) as store:
        assert store.claim(number, worker)
        store.epochs.add(number, worker, LOST)
        requeue_lost_runs(store, HeartbeatMonitor())


@pytest.fixture(scope="module")
def _tuned(tmp_path_factory, digits):
    """A folder with a set-up as `settings` has it, in which the one run is a finished brief tuning.

    Its first worker was killed after an epoch.
    """
    folder = tmp_path_factory.mktemp("tuned")
    data = folder / "data"
    settings = Settings(data=data, models=folder / "models", database_url=f"sqlite:///{data / 'digitlab.db'}")
    with pytest.MonkeyPatch.context() as patch, Lab(settings) as lab:
        tune_briefly(patch)
        draw(lab, digits, 12)
        run = lab.improver.start("tutorial", ANN)
        lose(settings, run.number)
        perform(settings, run.number)
    return folder


@pytest.fixture
def tuned(_tuned, tmp_path, settings, lab):
    """Have a brief tuning finished in `settings`, a copy for each test, and return its run."""
    shutil.copytree(_tuned, tmp_path, dirs_exist_ok=True)
    (run,) = lab.runs()
    return run


def test_a_tuning_is_a_run_that_leaves_a_network_and_the_proof(settings, lab, brief, digits):
    draw(lab, digits)
    run = lab.improver.start("tutorial", ANN)
    assert (run.title, run.state, len(run.config.tuning.held_back)) == ("Tutorial, improved", RunState.QUEUED, 10)
    perform(settings, run.number)
    run = lab.run(run.number)
    assert run.state is RunState.FINISHED, run.message
    assert len(lab.epochs(run.number)) == run.config.epochs
    card = ModelFiles(settings).card(run.model)
    assert (card.owner, card.config) == ("ann", run.config)
    assert card.preprocessing == ModelFiles(settings).card("tutorial").preprocessing
    reader = Recogniser.load(lab.model_file(run.model))
    assert reader.read_digit(digits.x_test[0]).digit == 7
    found = lab.improver.result(run, ANN)
    assert found.verdict is Verdict.HELPED
    assert len(found.drawings) == len(found.own.first.labels) == 10
    assert found.mnist.second.accuracy == run.test_accuracy


def test_a_fine_tuning_whose_worker_was_killed_starts_again(lab, tuned):
    assert (tuned.state, tuned.attempt) == (RunState.FINISHED, 1)
    epochs = lab.epochs(tuned.number)
    assert [epoch.epoch for epoch in epochs] == list(range(1, tuned.config.epochs + 1))
    assert epochs[0].loss != LOST.loss
    assert len(lab.improver.result(tuned, ANN).drawings) == len(tuned.config.tuning.held_back) == 4


def test_worse_network_is_listed_only_once_it_is_kept(settings, lab, brief, digits, monkeypatch):
    monkeypatch.setattr(execution, "forgot", lambda mnist: len(mnist.first.labels) == 10_000)
    draw(lab, digits, 12)
    runs = [lab.improver.start("tutorial", ANN) for _ in range(2)]
    for run in runs:
        perform(settings, run.number)
    names = [lab.run(run.number).model for run in runs]
    assert not {card.name for card in lab.models()} & {*names}
    lab.keep_model(names[0], ANN)
    assert {card.name for card in lab.models()} & {*names} == {names[0]}
    for run in runs:
        lab.delete_run(run.number, ANN)
    assert not lab.model(names[0]).is_pending
    with pytest.raises(ModelNotFound):
        lab.model(names[1])


def test_what_the_worker_read_is_not_read_again(lab, tuned):
    def nobody(_share):
        pytest.fail("it was read again")

    assert lab.evaluate(tuned.model, TEST, nobody).accuracy == tuned.test_accuracy


def test_nobody_else_sees_the_drawings_in_the_proof(lab, tuned):
    found = lab.improver.result(tuned, Person(id="bob", is_teacher=True))
    assert found.drawings == []
    assert found.own is None


def test_drawings_that_are_deleted_vanish_from_the_proof(lab, tuned):
    run, held_back = tuned, tuned.config.tuning.held_back
    asked = []

    def read(card, images):
        asked.append((card.name, len(images)))
        return lab.recogniser(card.name).probabilities(images)

    assert {drawing.number for drawing in lab.improver.result(run, ANN, read=read).drawings} == set(held_back)
    assert asked == [("tutorial", len(held_back)), (run.model, len(held_back))]
    lab.drawings.delete(held_back[:1], ANN)
    found = lab.improver.result(run, ANN)
    assert {drawing.number for drawing in found.drawings} == set(held_back[1:])
    assert len(found.own.first.labels) == len(held_back) - 1
    lab.drawings.delete(held_back, ANN)
    found = lab.improver.result(run, ANN)
    assert (found.drawings, found.own, found.verdict) == ([], None, Verdict.UNKNOWN)
    assert "none of the drawings that were set aside are available" in found.sentence


def test_deleted_drawings_are_not_learned(settings, lab, digits):
    draw(lab, digits, 12)
    run = lab.improver.start("tutorial", ANN)
    lab.drawings.delete([drawing.number for drawing in lab.drawings.for_person(ANN)], ANN)
    perform(settings, run.number)
    run = lab.run(run.number)
    assert run.state is RunState.FAILED
    assert run.message.startswith("The drawings to learn from were deleted.")


def test_a_fine_tuned_network_can_be_fine_tuned_again(settings, lab, tuned):
    name = tuned.model
    second = lab.improver.start(name, ANN)
    assert (second.title, second.config.tuning.base) == ("Tutorial, improved", name)
    lab.delete_model(name, ANN)
    perform(settings, second.number)
    run = lab.run(second.number)
    assert run.state is RunState.FAILED
    assert f"no network '{name}'" in run.message
