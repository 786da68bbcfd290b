"""How a picture was read while a network learned. Imports Keras: for worker processes only."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from digitlab.errors import SnapshotDamaged
from digitlab.networks.explanation import ReadingsByEpoch
from digitlab.runs.models.snapshot_store import SnapshotCache
from digitlab.runs.records.run import Run
from digitlab.settings import Settings
from digitlab.worker.snapshot_models import SnapshotReader


def readings_by_epoch(settings: Settings, run: Run, image: NDArray[np.uint8]) -> ReadingsByEpoch:
    """Let a picture, uint8 (28, 28), be read by all snapshots of a run. `SnapshotDamaged` if there are none."""
    snapshots = _snapshots(settings).get(run)
    if not snapshots:
        raise SnapshotDamaged(f"Run {run.number} has no snapshots. Train it again, and watch that run.")
    return _timelapse(run.config.preset).growth(snapshots, image)


_snapshots = lru_cache(maxsize=2)(SnapshotCache)
_timelapse = lru_cache(maxsize=4)(SnapshotReader)
