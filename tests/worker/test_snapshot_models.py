import threading

import numpy as np

from digitlab.networks.digit_map import MapAxes
from digitlab.networks.snapshots import Snapshot
from digitlab.worker import build
from digitlab.worker.snapshot_models import SnapshotReader

AXES = MapAxes(np.zeros(128, np.float32), np.eye(128, 2, dtype=np.float32), np.ones(2, np.float32))


def snapshot(seed):
    weights = build.build("tutorial", seed).get_weights()
    return Snapshot(
        epoch=seed,
        preset="tutorial",
        weights=weights,
        first=0,
        answers=np.zeros(1, np.uint8),
        axes=AXES,
        points=np.zeros((1, 2), np.float32),
    )


def test_threads_that_ask_at_once_get_what_each_asked_for(digits):
    reader = SnapshotReader("tutorial")
    shots = [snapshot(seed) for seed in range(1, 6)]
    alone = reader.readings_by_epoch(shots, digits.x_test[0])
    found = []

    def ask(order):
        found.extend((order, reader.readings_by_epoch(shots[::order], digits.x_test[0])) for _ in range(5))

    threads = [threading.Thread(target=ask, args=(order,)) for order in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 10
    assert all((readings.probabilities == alone.probabilities[::order]).all() for order, readings in found)
