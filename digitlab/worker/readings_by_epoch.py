"""How a picture was read while a network learned. Imports Keras: for worker processes only."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from digitlab.errors import SnapshotDamaged
from digitlab.networks.explanation import Growth
from digitlab.runs.models.snapshot_store import Albums
from digitlab.runs.records.run import Run
from digitlab.settings import Settings
from digitlab.worker.snapshot_models import Timelapse


def grow(settings: Settings, run: Run, image: NDArray[np.uint8]) -> Growth:
    """Let a picture, uint8 (28, 28), be read by all snapshots of a run. `SnapshotDamaged` if there are none."""
    snapshots = _albums(settings).of(run)
    if not snapshots:
        raise SnapshotDamaged(f"Run {run.number} has no snapshots. Train it again, and watch that run.")
    return _timelapse(run.config.preset).growth(snapshots, image)


_albums = lru_cache(maxsize=2)(Albums)
_timelapse = lru_cache(maxsize=4)(Timelapse)
