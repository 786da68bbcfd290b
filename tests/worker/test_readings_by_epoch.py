import pytest

from digitlab.errors import SnapshotDamaged
from digitlab.runs.dispatch.worker_names import new_worker_name
from digitlab.runs.models.snapshot_store import SnapshotStore
from digitlab.runs.records.run import CommandLineOptions
from digitlab.runs.store.store import Store
from digitlab.worker import execution, readings_by_epoch


def test_readings_by_epoch_come_from_a_run_s_snapshots(settings, small, digits):
    store = Store(settings.database_url)
    worker = new_worker_name()
    run = store.create(small, worker=worker)
    with pytest.raises(SnapshotDamaged, match="has no snapshots"):
        readings_by_epoch.readings_by_epoch(settings, run, digits.x_test[0])
    execution.run_to_end(settings, run.number, worker, CommandLineOptions())
    growth = readings_by_epoch.readings_by_epoch(settings, run, digits.x_test[0])
    assert growth.epochs == (0, 1, 2)
    assert growth.probabilities.sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-4)
    assert [observation.epoch for observation in store.epochs.observations(run.number)] == [0, 1, 2]
    SnapshotStore(settings, run).clear()
    with pytest.raises(SnapshotDamaged):
        readings_by_epoch.readings_by_epoch(settings, run, digits.x_test[0])
    store.close()
