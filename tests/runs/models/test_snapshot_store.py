import dataclasses
import uuid

import numpy as np
import pytest

from digitlab.errors import SnapshotDamaged
from digitlab.networks.digit_map import MapAxes
from digitlab.networks.snapshots import Snapshot
from digitlab.runs.models import snapshot_store
from digitlab.runs.models.snapshot_store import SnapshotCache, SnapshotStore, remove_old_snapshots
from digitlab.runs.store.store import Store
from digitlab.storage.address import open_storage

AXES = MapAxes(np.zeros(3, np.float32), np.zeros((3, 2), np.float32), np.zeros(2, np.float32))


@pytest.fixture(params=["folder", "memory"])
def settings(request, settings):
    there = settings.models if request.param == "folder" else f"memory://{uuid.uuid4().hex}"
    return dataclasses.replace(settings, models=there)


@pytest.fixture
def run(settings, small):
    store = Store(settings.database_url)
    yield store.create(small)
    store.close()


def snapshot(epoch, weight=0.5):
    return Snapshot(
        epoch=epoch,
        preset="tutorial",
        weights=[np.full((784, 2), weight, np.float32)],
        first=0,
        answers=np.zeros(1, np.uint8),
        axes=AXES,
        points=np.zeros((1, 2), np.float32),
    )


def test_a_run_s_snapshots_come_in_the_order_of_their_epochs(settings, run):
    store = SnapshotStore(settings, run)
    for epoch in (10, 2, 0):
        store.add(snapshot(epoch))
    SnapshotStore(settings, dataclasses.replace(run, number=run.number + 10)).add(snapshot(5))
    assert [stored.epoch for stored in SnapshotCache(settings).get(run)] == [0, 2, 10]
    store.clear()
    assert SnapshotCache(settings).get(run) == []


def test_a_snapshot_is_read_once_until_another_takes_its_place(settings, run):
    store, cache = SnapshotStore(settings, run), SnapshotCache(settings)
    store.add(snapshot(1))
    (first,) = cache.get(run)
    assert cache.get(run)[0] is first
    store.add(snapshot(1, weight=0.25))
    assert cache.get(run)[0].weights[0][0, 0] == 0.25


def test_the_cache_is_bounded_by_bytes(settings, run, monkeypatch):
    store, cache = SnapshotStore(settings, run), SnapshotCache(settings)
    for epoch in range(5):
        store.add(snapshot(epoch))
    monkeypatch.setattr(snapshot_store, "_MAX_CACHED", 2 * snapshot(0).size)
    before, after = cache.get(run), cache.get(run)
    assert [stored.epoch for stored in before] == [stored.epoch for stored in after] == list(range(5))
    assert not {id(stored) for stored in before} & {id(stored) for stored in after}  # five pass through a cache for two
    monkeypatch.setattr(snapshot_store, "_MAX_CACHED", 5 * snapshot(0).size)
    assert cache.get(run)[0] is cache.get(run)[0]


def test_a_missing_or_damaged_snapshot_hides_no_other(settings, run):
    store = SnapshotStore(settings, run)
    with pytest.raises(SnapshotDamaged, match="epoch 3"):
        store.read(3)
    store.add(snapshot(1))
    (name,) = open_storage(settings.models, "snapshots").entries()
    open_storage(settings.models, "snapshots").write(name.replace("epoch-1", "epoch-2"), b"half")
    assert [stored.epoch for stored in SnapshotCache(settings).get(run)] == [1]


def test_the_newest_and_needed_runs_keep_their_snapshots(settings, run):
    storage = open_storage(settings.models, "snapshots")
    for number in range(1, 34):
        for epoch in (0, 1):
            storage.write(f"run-{number}-1f-epoch-{epoch}.npz", b"x")
    storage.write("notes.npz", b"x")
    remove_old_snapshots(settings, {2})
    left = {int(name.split("-")[1]) for name in storage.entries() if name != "notes.npz"}
    assert left == {2, *range(4, 34)}
    assert len(storage.entries()) == 63
