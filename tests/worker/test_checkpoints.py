import dataclasses
import functools
import io
import itertools
import json
import resource
import types

import numpy as np
import pytest
from small_networks import CONVOLUTIONAL

from digitlab.data import mnist
from digitlab.data.augmentation import Augmentation
from digitlab.errors import CheckpointDamaged, StorageFull
from digitlab.networks import execution_plans
from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import Progress
from digitlab.storage.address import open_storage
from digitlab.storage.folder import Folder
from digitlab.storage.storage import StoredFile
from digitlab.worker import checkpoints
from digitlab.worker.training import train

CONFIGS = {
    "tutorial": TrainingConfig(epochs=3, training_digits=1000, batch_size=8),
    "convolutional": TrainingConfig(
        layers=CONVOLUTIONAL,
        epochs=2,
        training_digits=1500,
        schedule="cosine",
        augmentation=Augmentation(shift=1, elastic=1),
    ),
    "patient": TrainingConfig(epochs=8, training_digits=300, learning_rate=0.05, early_stopping=2),
    "no validation": TrainingConfig(epochs=3, training_digits=300, validation_split=0),
}
BROKEN_OFF = {
    "convolutional": CONFIGS["convolutional"],
    "written": TrainingConfig(
        layers=CONVOLUTIONAL,
        epochs=2,
        training_digits=1500,
        written_digits=50,
        augmentation=Augmentation(shift=1),
    ),
    "patient": dataclasses.replace(
        CONFIGS["convolutional"], training_digits=1000, epochs=5, learning_rate=0.05, early_stopping=2
    ),
}


def stored(place):
    return StoredFile(open_storage(place), "run.npz")


@functools.cache
def undisturbed(config):
    """What comes of a training that is never paused; the same settings give the same."""
    digits = mnist.load()
    return outcome(train(config, digits.x_train, digits.y_train))


def outcome(trained):
    figures = [(e.epoch, e.loss, e.accuracy, e.validation_loss, e.validation_accuracy) for e in trained.epochs]
    return figures, np.concatenate([values.ravel() for values in trained.model.get_weights()])


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("after", [1, 2, 3])  # calls: in an epoch, in its validation, in a later one
def test_a_training_that_went_on_ends_as_one_that_never_paused(digits, tmp_path, name, after):
    config, file = CONFIGS[name], stored(tmp_path)
    calls = itertools.count(1)
    paused = train(config, digits.x_train, digits.y_train, wanted=lambda: next(calls) < after, checkpoint=file)
    assert paused.was_stopped
    went_on = outcome(train(config, digits.x_train, digits.y_train, checkpoint=file))
    never = undisturbed(config)
    assert went_on[0] == never[0]
    assert np.array_equal(went_on[1], never[1])


def test_a_finished_training_goes_on_for_more_epochs(digits, small, tmp_path):
    file = stored(tmp_path)
    train(small, digits.x_train, digits.y_train, checkpoint=file)
    longer = dataclasses.replace(small, epochs=4)
    went_on = outcome(train(longer, digits.x_train, digits.y_train, checkpoint=file))
    assert went_on[0] == undisturbed(longer)[0]


def test_the_epoch_of_a_changed_plan_is_remembered(digits, small, tmp_path):
    place = stored(tmp_path / "a")
    data = digits.x_train, digits.y_train
    assert train(small, *data, checkpoint=place).replanned_after is None
    assert train(small, *data, checkpoint=place).replanned_after is None
    assert train(dataclasses.replace(small, epochs=4), *data, checkpoint=place).replanned_after == 2
    assert train(dataclasses.replace(small, epochs=5), *data, checkpoint=place).replanned_after == 2


def test_other_settings_are_refused(digits, small, tmp_path):
    file = stored(tmp_path)
    train(small, digits.x_train, digits.y_train, checkpoint=file)
    with pytest.raises(CheckpointDamaged, match="other settings"):
        train(dataclasses.replace(small, seed=7), digits.x_train, digits.y_train, checkpoint=file)


@pytest.mark.parametrize("keep", [0, 10, 5000])
def test_half_a_file_is_told_as_such(digits, small, tmp_path, keep):
    file = stored(tmp_path)
    train(small, digits.x_train, digits.y_train, checkpoint=file)
    file.write(file.read()[:keep])
    with pytest.raises(CheckpointDamaged, match=r"run\.npz"):
        train(small, digits.x_train, digits.y_train, checkpoint=file)


def test_a_checkpoint_may_lie_at_an_address(digits, small, tmp_path):
    file = stored(f"memory://{tmp_path.name}")
    calls = itertools.count(1)
    train(small, digits.x_train, digits.y_train, wanted=lambda: next(calls) < 2, checkpoint=file)
    went_on = outcome(train(small, digits.x_train, digits.y_train, checkpoint=file))
    assert went_on[0] == undisturbed(small)[0]


@pytest.mark.parametrize(("blocks", "batches"), [(0, 0), (1, 3), (2, 6), (3, 7), (4, 8)])
def test_a_checkpoint_of_version_0_1_0_counts_blocks(digits, tmp_path, blocks, batches):
    """240 digits in batches of 32 are 7 whole ones, in blocks of 3, and a smaller one."""
    config, file = TrainingConfig(epochs=2, training_digits=300), stored(tmp_path)
    train(config, digits.x_train, digits.y_train, checkpoint=file)
    with np.load(io.BytesIO(file.read())) as arrays:
        content = {name: arrays[name] for name in arrays.files}
    metadata = json.loads(content["words"].tobytes())
    for name in ("batches", "so_far"):
        del metadata[name]
    metadata |= {"blocks": blocks, "batches_per_block": 3}
    content["words"] = np.frombuffer(json.dumps(metadata).encode(), np.uint8)
    older = io.BytesIO()
    np.savez(older, **content)
    file.write(older.getvalue())
    assert (checkpoints.read(file).batches, checkpoints.read(file).so_far) == (batches, ())


def test_a_full_disk_leaves_the_old_checkpoint(digits, small, tmp_path):
    file = stored(tmp_path)
    train(small, digits.x_train, digits.y_train, checkpoint=file)
    longer = dataclasses.replace(small, epochs=4)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, hard))
    try:
        trained = train(longer, digits.x_train, digits.y_train, checkpoint=file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert len(trained.epochs) == 4
    assert isinstance(trained.checkpoint_error, StorageFull)
    assert checkpoints.read(file).epoch == small.epochs
    assert [path.name for path in tmp_path.iterdir()] == ["run.npz"]


class Broken(Exception):
    """Ends a training without a word, as the end of its process does."""


def breaking_off(after):
    """A report that breaks a training off when so many chunks were learned; the last ones are lost with it."""
    chunks = itertools.count(1)

    def report(event):
        if isinstance(event, Progress) and event.epoch and next(chunks) == after:
            raise Broken

    return report


# In the first epoch, or in a later one.
@pytest.mark.parametrize(
    ("name", "after"), [("convolutional", 3), ("convolutional", 7), ("written", 3), ("patient", 8)]
)
def test_a_training_resumes_within_an_epoch(digits, tmp_path, monkeypatch, name, after):
    monkeypatch.setattr(checkpoints, "_WITHIN", 0.0)
    monkeypatch.setattr(checkpoints, "_MIN_REST", 0)
    config, file = BROKEN_OFF[name], stored(tmp_path)
    with pytest.raises(Broken):
        train(config, digits.x_train, digits.y_train, report=breaking_off(after), checkpoint=file)
    kept = checkpoints.read(file)
    assert kept.batches > 0
    assert kept.metrics
    went_on = outcome(train(config, digits.x_train, digits.y_train, checkpoint=file))
    never = undisturbed(config)
    assert went_on[0] == never[0]
    assert np.array_equal(went_on[1], never[1])


def test_a_training_broken_off_twice_in_an_epoch_keeps_place(digits, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "_WITHIN", 0.0)
    monkeypatch.setattr(checkpoints, "_MIN_REST", 0)
    config, file = BROKEN_OFF["convolutional"], stored(tmp_path)
    for _ in range(2):
        with pytest.raises(Broken):
            train(config, digits.x_train, digits.y_train, report=breaking_off(3), checkpoint=file)
    kept = checkpoints.read(file)
    assert (kept.epoch, kept.batches) == (0, 2 * kept.batches_per_chunk)
    went_on = outcome(train(config, digits.x_train, digits.y_train, checkpoint=file))
    assert went_on[0] == undisturbed(config)[0]


def test_a_training_goes_on_in_the_blocks_that_it_began_with(digits, tmp_path, monkeypatch):
    config, file = CONFIGS["convolutional"], stored(tmp_path)
    never = undisturbed(config)
    calls = itertools.count(1)
    train(config, digits.x_train, digits.y_train, wanted=lambda: next(calls) < 2, checkpoint=file)
    before = execution_plans.plan(config.stack, config.steps).digits
    monkeypatch.setattr(execution_plans, "_MAX_CHUNK", execution_plans._MAX_CHUNK // 800)  # another version's choice
    assert execution_plans.plan(config.stack, config.steps).digits < before / 2
    went_on = outcome(train(config, digits.x_train, digits.y_train, checkpoint=file))
    assert went_on[0] == never[0]
    assert np.array_equal(went_on[1], never[1])


class CountingFolder(Folder):
    """Counts what is written to it."""

    def __init__(self, place):
        super().__init__(place)
        self.written = 0

    def write(self, name, content):
        self.written += 1
        super().write(name, content)


@pytest.mark.parametrize(("seconds", "every"), [(11.0, 1), (6.0, 2), (0.0, None)])  # a chunk takes; so many chunks
def test_checkpoints_within_an_epoch_are_seconds_apart(digits, tmp_path, monkeypatch, seconds, every):
    now, folder, chunks = [0.0], CountingFolder(tmp_path), []
    monkeypatch.setattr(checkpoints, "time", types.SimpleNamespace(monotonic=lambda: now[0]))

    def a_chunk_later():
        now[0] += seconds
        chunks.append(now[0])
        return True

    config = TrainingConfig(layers=CONVOLUTIONAL, epochs=1, training_digits=3000, validation_split=0)
    file = StoredFile(folder, "run.npz")
    train(config, digits.x_train, digits.y_train, wanted=a_chunk_later, checkpoint=file)
    assert len(chunks) > 5
    assert folder.written == (len(chunks) // every if every else 0) + 1  # one at its end


def test_going_on_with_no_epoch_left_keeps_what_was_learned(digits, small, tmp_path):
    file = stored(tmp_path)
    first = outcome(train(small, digits.x_train, digits.y_train, checkpoint=file))
    again = outcome(train(small, digits.x_train, digits.y_train, checkpoint=file))
    assert again[0] == first[0]
    assert np.array_equal(again[1], first[1])
    assert checkpoints.read(file).epoch == small.epochs


def test_pausing_again_at_once_loses_no_place(digits, tmp_path):
    config, file = CONFIGS["convolutional"], stored(tmp_path)
    calls = itertools.count(1)
    train(config, digits.x_train, digits.y_train, wanted=lambda: next(calls) < 3, checkpoint=file)
    train(config, digits.x_train, digits.y_train, wanted=lambda: False, checkpoint=file)
    went_on = outcome(train(config, digits.x_train, digits.y_train, checkpoint=file))
    never = undisturbed(config)
    assert went_on[0] == never[0]
    assert np.array_equal(went_on[1], never[1])
