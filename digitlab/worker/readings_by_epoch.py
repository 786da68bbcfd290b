"""How an image was read after each epoch of a training."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from digitlab.errors import SnapshotDamaged
from digitlab.networks.explanation import ReadingsByEpoch
from digitlab.runs.models.snapshot_store import SnapshotCache
from digitlab.runs.records.run import Run
from digitlab.settings import Settings
from digitlab.translation import Text
from digitlab.worker.snapshot_models import SnapshotReader


def readings_by_epoch(settings: Settings, run: Run, image: NDArray[np.uint8]) -> ReadingsByEpoch:
    """Read an image, uint8 (28, 28), with all snapshots of a run; `SnapshotDamaged` if it has none."""
    snapshots = _snapshots(settings).get(run)
    if not snapshots:
        raise SnapshotDamaged(
            Text("Run {number} has no snapshots. Train it again, and open that run.", number=run.number)
        )
    return _reader(run.config.preset, run.config.layers).readings_by_epoch(snapshots, image)


_snapshots = lru_cache(maxsize=2)(SnapshotCache)
_reader = lru_cache(maxsize=4)(SnapshotReader)
