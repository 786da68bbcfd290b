import dataclasses
import gc
import itertools
import shlex
import shutil
import time
import uuid

import keras
import pytest
from searches import begun
from waiting import wait_for

from digitlab.errors import DatabaseUnavailable, ModelDamaged
from digitlab.networks.config import TrainingConfig
from digitlab.networks.recognition import Recogniser
from digitlab.preprocessing.version import VERSION
from digitlab.runs.dispatch.worker_names import new_worker_name
from digitlab.runs.models import scoring
from digitlab.runs.models.cleanup import checkpoint_of
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.records.run import CommandLineOptions, RunState
from digitlab.runs.store.epoch_store import EpochStore
from digitlab.runs.store.store import Store
from digitlab.settings import Settings
from digitlab.worker import execution, model_pool


def perform(settings, number, **asked):
    """Claim a run, and carry it out as somebody at a command line does."""
    store = Store(settings.database_url)
    worker = new_worker_name()
    assert store.claim(number, worker)
    store.close()
    execution.run_to_end(settings, number, worker, CommandLineOptions(**asked))


SMALL = TrainingConfig(epochs=2, training_digits=300)


@pytest.fixture(scope="module")
def _finished(tmp_path_factory):
    """A folder with a set-up as `settings` has it, in which run 1 is finished."""
    folder = tmp_path_factory.mktemp("finished")
    data = folder / "data"
    settings = Settings(data=data, models=folder / "models", database_url=f"sqlite:///{data / 'digitlab.db'}")
    store = Store(settings.database_url)
    number = store.create(SMALL, "it's $(id)").number
    store.close()
    perform(settings, number, name="quoted")
    return folder


@pytest.fixture
def finished(_finished, settings, tmp_path):
    """Have a run of the small settings finished in `settings`, and return its number: a copy for each test."""
    shutil.copytree(_finished, tmp_path, dirs_exist_ok=True)
    store = Store(settings.database_url)
    (run,) = store.runs()
    store.close()
    return run.number


def test_a_run_is_trained_scored_saved_and_recorded(settings, finished, store, digits):
    number = finished
    run, files = store.run(number), ModelFiles(settings)
    card = files.card(run.model)
    assert card.preprocessing == VERSION
    assert run.state is RunState.FINISHED
    assert store.epochs.all(number) == list(card.epochs)
    assert (card.title, card.config, card.test_accuracy) == ("it's $(id)", SMALL, run.test_accuracy)
    assert shlex.split(card.command)[-1] == "it's $(id)"  # quoted for the shell
    model = keras.saving.load_model(files.keras_file(run.model))
    assert (model.predict(digits.x_test, verbose=0).argmax(1) == digits.y_test).mean() == run.test_accuracy
    assert Recogniser.load(files.keras_file(run.model)).read_digit(digits.x_test[0]).digit is not None


def test_the_saved_score_is_found_again(settings, finished, store):
    scores = scoring.score(settings, store.run(finished).model)
    assert scores.accuracy == pytest.approx(store.run(finished).test_accuracy)
    assert scores.loss == pytest.approx(store.run(finished).test_loss, rel=1e-5)


def test_a_stopped_run_keeps_its_network(settings, store, small):
    number = store.create(dataclasses.replace(small, epochs=100)).number
    chunks = itertools.count(1)
    perform(settings, number, is_still_wanted=lambda: next(chunks) <= 4)
    run = store.run(number)
    assert run.state is RunState.STOPPED
    assert len(store.epochs.all(number)) == 1  # of two chunks and one of validation
    assert ModelFiles(settings).card(run.model).was_stopped


def test_a_trial_of_a_search_leaves_its_figures_and_no_file(settings, store):
    search = begun(store, training_digits=300, epochs=2)
    store.searches.take(store.searches.last_heartbeats()[0], "a")
    number = store.searches.begin_trial(search, "a", 0, {"learning_rate": 0.01, "units": 16})
    perform(settings, number)
    (trial,) = store.searches.trials(search.number)
    assert (trial.run_state, len(trial.accuracies)) == (RunState.FINISHED, 2)
    run = store.run(number)
    assert run.model is run.test_accuracy is None
    assert store.epochs.observations(number) == []
    assert [path for path in settings.models.rglob("*") if path.is_file()] == []


def test_a_diverged_run_fails_without_network_and_checkpoint(settings, store, small):
    number = store.create(dataclasses.replace(small, optimizer="adamw", learning_rate=1000.0, epochs=20)).number
    perform(settings, number)
    run = store.run(number)
    assert run.state is RunState.FAILED
    assert "learning rate" in run.message
    assert all(card.is_ready_made for card in ModelFiles(settings).cards())
    assert not checkpoint_of(settings, run).exists()


def test_an_error_that_nobody_foresaw_is_raised_and_recorded(settings, store, small):
    number = store.create(small).number

    def fail(_event):
        raise RuntimeError("nobody foresaw it")

    with pytest.raises(RuntimeError, match="foresaw"):
        perform(settings, number, report=fail)
    assert store.run(number).state is RunState.FAILED
    assert "log" in store.run(number).message


def test_a_database_that_is_away_for_a_while_costs_nothing(settings, store, small, monkeypatch):
    number = store.create(small).number
    add_epoch, refused = EpochStore.add, []

    def away_at_first(self, number, worker, metrics, losses):
        if len(refused) < 3:
            refused.append(metrics.epoch)
            raise DatabaseUnavailable("away")
        add_epoch(self, number, worker, metrics, losses)

    monkeypatch.setattr(EpochStore, "add", away_at_first)
    perform(settings, number)
    assert refused == [1, 1, 1]
    assert store.run(number).state is RunState.FINISHED
    assert [epoch.epoch for epoch in store.epochs.all(number)] == [1, 2]


def test_ctrl_c_is_recorded_as_what_it_is(settings, store, small):
    number = store.create(small).number

    def press(_event):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        perform(settings, number, report=press)
    assert store.run(number).state is RunState.INTERRUPTED
    assert "from the keyboard" in store.run(number).message


def test_a_worker_takes_the_first_run_of_the_queue(settings, store, small):
    stopped, waiting = store.create(small).number, store.create(small).number
    store.request_stop(stopped)
    execution.run_next(settings)
    execution.run_next(settings)
    assert store.run(waiting).state is RunState.FINISHED
    assert (store.run(stopped).state, store.epochs.all(stopped)) == (RunState.STOPPED, [])


def test_a_run_that_was_taken_from_its_worker_leaves_no_network(settings, store, small):
    number = store.create(dataclasses.replace(small, epochs=100)).number

    def take(_event):
        if sign := store.last_heartbeats():
            store.recover(sign[0])

    perform(settings, number, report=take)
    assert (store.run(number).state, store.run(number).recoveries) == (RunState.QUEUED, 1)
    assert all(card.is_ready_made for card in ModelFiles(settings).cards())


def test_a_run_without_its_checkpoint_starts_again_and_says_so(settings, finished, store):
    checkpoint_of(settings, store.run(finished)).delete()
    store.queue_again(finished, 3)
    perform(settings, finished)
    assert [epoch.epoch for epoch in store.epochs.all(finished)] == [1, 2, 3]
    assert "started again" in store.run(finished).message


def test_what_is_no_network_cannot_be_scored(settings):
    settings.models.mkdir()
    for suffix in (".keras", ".tflite"):
        (settings.models / "x").with_suffix(suffix).write_text("x")
    with pytest.raises(ModelDamaged):
        scoring.score(settings, "x")


def test_a_paused_run_goes_on_and_ends_as_if_it_never_paused(settings, finished, store):
    number, calls = store.create(SMALL).number, itertools.count(1)

    def pause_in_the_first_epoch(_event):
        if next(calls) == 1:
            store.request_pause(number)
            for _ in range(3):  # the first heartbeat may have been on its way
                last = store.last_heartbeats()
                wait_for(lambda last=last: store.last_heartbeats() != last)

    perform(settings, number, report=pause_in_the_first_epoch)
    assert store.run(number).state is RunState.PAUSED
    assert store.run(number).model is None
    store.queue_again(number)
    perform(settings, number)
    ended, whole = store.run(number), store.run(finished)
    assert ended.state is RunState.FINISHED
    assert (ended.test_loss, ended.test_accuracy) == (whole.test_loss, whole.test_accuracy)
    assert [epoch.loss for epoch in store.epochs.all(number)] == [epoch.loss for epoch in store.epochs.all(finished)]


def test_a_finished_run_goes_on_for_more_epochs(settings, finished, store):
    store.queue_again(finished, epochs=5)
    perform(settings, finished)
    assert [epoch.epoch for epoch in store.epochs.all(finished)] == [1, 2, 3, 4, 5]
    assert len(ModelFiles(settings).card(store.run(finished).model).epochs) == 5


def test_another_database_s_checkpoint_is_not_used(settings, finished, small, tmp_path):
    other = dataclasses.replace(settings, database_url=f"sqlite:///{tmp_path / 'other.db'}")
    others = Store(other.database_url)
    time.sleep(0.01)
    number = others.create(dataclasses.replace(small, seed=7)).number
    perform(other, number)
    assert others.run(number).state is RunState.FINISHED
    others.close()


def test_networks_and_checkpoints_may_lie_at_an_address(settings, store, small):
    there = dataclasses.replace(settings, models=f"memory://{uuid.uuid4().hex}")
    number = store.create(small).number
    perform(there, number)
    store.queue_again(number, epochs=3)
    perform(there, number)
    run = store.run(number)
    assert (run.state, len(store.epochs.all(number))) == (RunState.FINISHED, 3)
    assert scoring.score(there, run.model).accuracy == pytest.approx(run.test_accuracy)
    assert checkpoint_of(there, run).exists()
    assert not settings.models.exists()


def test_a_run_without_room_is_interrupted_and_can_be_resumed(settings, store, small, small_disk):
    there = dataclasses.replace(settings, models=small_disk)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(4_000_000))  # room for a checkpoint, and not for a network besides
    number = store.create(small).number
    perform(there, number)
    run = store.run(number)
    assert run.state is RunState.INTERRUPTED
    assert f"no room left in {small_disk}" in run.message
    assert all(card.is_ready_made for card in ModelFiles(there).cards())
    assert sorted(path.name for path in small_disk.iterdir()) == ["checkpoints", "filler", "snapshots"]
    filler.unlink()
    store.queue_again(number)
    perform(there, number)
    assert store.run(number).state is RunState.FINISHED
    assert [epoch.epoch for epoch in store.epochs.all(number)] == [1, 2]


def test_a_pause_without_room_is_an_interruption(settings, store, small_disk):
    there = dataclasses.replace(settings, models=small_disk)
    (small_disk / "filler").write_bytes(bytes(5_500_000))
    number = store.create(TrainingConfig(epochs=500, training_digits=1000, batch_size=1000)).number
    perform(there, number, report=lambda _: store.request_pause(number))
    assert store.run(number).state is RunState.INTERRUPTED
    assert "no room left" in store.run(number).message


def test_a_folder_that_is_read_only_interrupts_a_run(settings, store, small):
    number = store.create(small).number
    settings.models.write_text("a file where the folder should be")
    perform(settings, number)
    assert store.run(number).state is RunState.INTERRUPTED
    assert "DIGITLAB_MODELS" in store.run(number).message


def test_a_warm_worker_has_compiled_the_tutorial_s_network(settings):
    model_pool._pool.clear()
    frozen = gc.get_freeze_count()
    execution.warm_up(settings)
    assert gc.get_freeze_count() > frozen
    (warmed,) = model_pool._pool.values()
    assert model_pool.acquire(dataclasses.replace(TrainingConfig(), seed=3)) is warmed
