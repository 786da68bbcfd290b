"""A lab of version 0.1.0 has people's networks, checkpoints and snapshots in the folder of the ready-made networks."""

import dataclasses
import os
import shutil
import subprocess

import numpy as np
import pytest

from digitlab.errors import ModelNotFound
from digitlab.networks.digit_map import MapAxes
from digitlab.networks.snapshots import Snapshot
from digitlab.runs.models.cleanup import checkpoint_of, clean_up
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.models.recogniser_cache import RecogniserCache
from digitlab.runs.models.snapshot_store import SnapshotCache, SnapshotStore
from digitlab.runs.services.limits import Limits
from digitlab.runs.store.store import Store

NETWORK = (".keras", ".tflite", ".json")


@pytest.fixture
def old_lab(settings, ready_made, tmp_path):
    """Settings as version 0.1.0 had them by default, with one network of a person's."""
    shipped = tmp_path / "project" / "models"
    shipped.mkdir(parents=True)
    for suffix in NETWORK:
        shutil.copy(ready_made / f"tutorial{suffix}", shipped)
    settings = dataclasses.replace(settings, models=shipped, ready_made=shipped)
    save(ModelFiles(settings), ready_made, "old")
    return settings


@pytest.fixture
def lab(old_lab):
    """The settings of the same lab by default now."""
    return dataclasses.replace(old_lab, models=old_lab.data / "models")


def save(files, ready_made, name):
    def export(path):
        for suffix in (".keras", ".tflite"):
            shutil.copy(ready_made / f"tutorial{suffix}", path.with_suffix(suffix))

    card = files.card("tutorial")
    files.save(dataclasses.replace(card, name=name, title=name, is_ready_made=False, created=card.created + 1), export)


def snapshot(epoch):
    axes = MapAxes(np.zeros(2, np.float32), np.eye(2, dtype=np.float32), np.ones(2, np.float32))
    return Snapshot(
        epoch=epoch,
        preset="tutorial",
        weights=[np.zeros((784, 2), np.float32)],
        first=0,
        answers=np.zeros(1, np.uint8),
        axes=axes,
        points=np.zeros((1, 2), np.float32),
    )


def names(folder):
    return {path.name for path in folder.iterdir() if path.is_file()}


def test_old_labs_networks_are_found_and_new_ones_go_to_data(lab, ready_made):
    files = ModelFiles(lab)
    save(files, ready_made, "new")
    assert {card.name for card in files.cards()} == {"tutorial", "old", "new"}
    assert names(lab.models) == {f"new{suffix}" for suffix in NETWORK}
    assert names(lab.ready_made) == {f"{name}{suffix}" for name in ("tutorial", "old") for suffix in NETWORK}
    assert not list(lab.data.rglob(".*"))


def test_a_network_of_an_old_lab_is_read_renamed_and_deleted(lab):
    files = ModelFiles(lab)
    recogniser = RecogniserCache(files, None).get("old")
    assert recogniser.probabilities(np.zeros((1, 28, 28), np.uint8)).shape == (1, 10)
    assert files.own_name(str(lab.ready_made / "old.keras")) == "old"
    files.rename("old", "Renamed")
    assert ModelFiles(lab).card("old").title == "Renamed"
    assert files.keras_file("old").with_suffix(".json").read_text().count("Renamed") == 1
    files.delete("old")
    assert names(lab.ready_made) == {f"tutorial{suffix}" for suffix in NETWORK}
    with pytest.raises(ModelNotFound):
        files.card("old")


def test_an_old_version_still_finds_its_networks(old_lab, lab):
    ModelFiles(lab).remove_leftovers()
    assert {card.name for card in ModelFiles(old_lab).cards()} == {"tutorial", "old"}


def test_a_run_resumes_from_the_checkpoint_of_an_old_lab(old_lab, lab, small):
    store = Store(lab.database_url)
    run, other = store.create(small), store.create(small)
    store.close()
    checkpoint_of(old_lab, run).write(b"state")
    checkpoint = checkpoint_of(lab, run)
    assert checkpoint.read() == b"state"
    checkpoint.write(b"later")
    assert checkpoint_of(lab, run).read() == b"later"
    checkpoint_of(lab, other).write(b"new")
    assert len(names(lab.models / "checkpoints")) == len(names(lab.ready_made / "checkpoints")) == 1
    checkpoint.delete()
    assert not checkpoint.exists()


def test_snapshots_of_an_old_lab_are_shown_with_new_ones(old_lab, lab, small):
    store = Store(lab.database_url)
    run = store.create(small)
    store.close()
    SnapshotStore(old_lab, run).add(snapshot(1))
    SnapshotStore(lab, run).add(snapshot(2))
    assert [snapshot.epoch for snapshot in SnapshotCache(lab).get(run)] == [1, 2]
    SnapshotStore(lab, run).clear()
    assert SnapshotStore(old_lab, run).stamps() == []


def test_old_checkpoints_are_cleaned_up_in_both_places(old_lab, lab):
    for settings, first in ((old_lab, 0), (lab, 30)):
        folder = settings.models / "checkpoints"
        folder.mkdir(parents=True)
        for number in range(first, first + 30):
            (folder / f"run-{number}-1f.npz").touch()
    clean_up(lab, set())
    assert sum(len(names(folder / "checkpoints")) for folder in (lab.models, lab.ready_made)) == 50


@pytest.mark.parametrize(("kind", "file", "kept"), [("checkpoints", "", 50), ("snapshots", "-epoch-1", 30)])
def test_a_read_only_place_hinders_no_cleanup_of_the_new_one(settings, small_disk, kind, file, kept):
    lab = dataclasses.replace(settings, models=settings.data / "models", ready_made=small_disk)
    for folder, first in ((lab.ready_made / kind, 100), (lab.models / kind, 200)):
        folder.mkdir(parents=True)
        for number in range(first, first + 60):
            path = folder / f"run-{number}-1f{file}.npz"
            path.touch()
            os.utime(path, (number, number))
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    clean_up(lab, set())
    assert len(names(lab.ready_made / kind)) == 60
    assert names(lab.models / kind) == {f"run-{number}-1f{file}.npz" for number in range(260 - kept, 260)}


def test_files_of_an_old_lab_count_towards_its_size(lab):
    assert Limits(lab).used() > sum(path.stat().st_size for path in lab.ready_made.glob("old.*"))


def test_files_in_the_data_folder_count_once(settings):
    lab = dataclasses.replace(settings, models=settings.data / "models", ready_made=settings.data / "none")
    lab.models.mkdir(parents=True)
    (lab.models / "a.keras").write_bytes(bytes(100_000))
    assert 100_000 <= Limits(lab).used() < 200_000
