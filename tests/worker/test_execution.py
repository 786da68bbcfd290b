import dataclasses
import itertools
import shlex
import time
import uuid

import keras
import pytest
from searches import begun

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
from digitlab.worker import execution, model_pool


def perform(settings, number, **asked):
    """Claim a run, and carry it out as somebody at a command line does."""
    store = Store(settings.database_url)
    worker = new_worker_name()
    assert store.claim(number, worker)
    store.close()
    execution.run_to_end(settings, number, worker, CommandLineOptions(**asked))


def test_a_run_is_trained_scored_saved_and_recorded(settings, store, small, digits):
    number = store.create(small, "Mine").number
    perform(settings, number)
    run, files = store.run(number), ModelFiles(settings)
    card = files.card(run.model)
    assert card.preprocessing == VERSION
    assert run.state is RunState.FINISHED
    assert store.epochs.all(number) == list(card.epochs)
    assert (card.title, card.config, card.test_accuracy) == ("Mine", small, run.test_accuracy)
    model = keras.saving.load_model(files.keras_file(run.model))
    assert (model.predict(digits.x_test, verbose=0).argmax(1) == digits.y_test).mean() == run.test_accuracy
    assert Recogniser.load(files.keras_file(run.model)).read_digit(digits.x_test[0]).digit is not None


def test_the_saved_score_is_found_again(settings, store, small):
    number = store.create(small).number
    perform(settings, number)
    scores = scoring.score(settings, store.run(number).model)
    assert scores.accuracy == pytest.approx(store.run(number).test_accuracy)
    assert scores.loss == pytest.approx(store.run(number).test_loss, rel=1e-5)


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


def test_a_diverged_run_fails_without_a_network(settings, store, small):
    number = store.create(dataclasses.replace(small, optimizer="adamw", learning_rate=1000.0, epochs=20)).number
    perform(settings, number)
    run = store.run(number)
    assert run.state is RunState.FAILED
    assert "learning rate" in run.message
    assert all(card.is_ready_made for card in ModelFiles(settings).cards())


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


def test_a_title_is_quoted_for_the_shell_on_the_card(settings, store, small):
    number = store.create(small, "it's $(id)").number
    perform(settings, number, name="quoted")
    words = shlex.split(ModelFiles(settings).card("quoted").command)
    assert words[-1] == "it's $(id)"


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


def test_a_run_without_its_checkpoint_starts_again_and_says_so(settings, store, small):
    number = store.create(small).number
    perform(settings, number)
    checkpoint_of(settings, store.run(number)).delete()
    store.queue_again(number, 3)
    perform(settings, number)
    assert [epoch.epoch for epoch in store.epochs.all(number)] == [1, 2, 3]
    assert "started again" in store.run(number).message


def test_what_is_no_network_cannot_be_scored(settings):
    settings.models.mkdir()
    for suffix in (".keras", ".tflite"):
        (settings.models / "x").with_suffix(suffix).write_text("x")
    with pytest.raises(ModelDamaged):
        scoring.score(settings, "x")


def test_a_paused_run_goes_on_and_ends_as_if_it_never_paused(settings, store, digits):
    config = TrainingConfig(epochs=4, training_digits=1000, batch_size=8)
    number, other = store.create(config).number, store.create(config).number
    calls = itertools.count(1)

    def pause_in_the_second_epoch(_event):
        if next(calls) == 3:
            store.request_pause(number)

    perform(settings, number, report=pause_in_the_second_epoch)
    assert store.run(number).state in (RunState.PAUSED, RunState.FINISHED)  # it may be faster than its pulse
    if store.run(number).state is RunState.PAUSED:
        assert store.run(number).model is None
        store.queue_again(number)
        perform(settings, number)
    perform(settings, other)
    one, two = store.run(number), store.run(other)
    assert one.state is RunState.FINISHED
    assert (one.test_loss, one.test_accuracy) == (two.test_loss, two.test_accuracy)
    assert [epoch.loss for epoch in store.epochs.all(number)] == [epoch.loss for epoch in store.epochs.all(other)]


def test_a_finished_run_goes_on_for_more_epochs(settings, store, small):
    number = store.create(small).number
    perform(settings, number)
    store.queue_again(number, epochs=5)
    perform(settings, number)
    assert [epoch.epoch for epoch in store.epochs.all(number)] == [1, 2, 3, 4, 5]
    assert len(ModelFiles(settings).card(store.run(number).model).epochs) == 5


def test_a_failed_run_leaves_no_checkpoint(settings, store, small):
    number = store.create(dataclasses.replace(small, optimizer="adamw", learning_rate=1000.0, epochs=20)).number
    perform(settings, number)
    assert store.run(number).state is RunState.FAILED
    assert not checkpoint_of(settings, store.run(number)).exists()


def test_another_database_s_checkpoint_is_not_used(settings, store, small, tmp_path):
    perform(settings, store.create(small).number)
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
    execution.warm_up(settings)
    (warmed,) = model_pool._pool.values()
    assert model_pool.acquire(dataclasses.replace(TrainingConfig(), seed=3)) is warmed
