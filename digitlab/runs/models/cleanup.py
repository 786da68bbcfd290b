"""What trainings leave behind: checkpoints to go on from, and what a crash left half written. Cleaned by rule."""

import re
from collections.abc import Collection
from contextlib import suppress

from digitlab.errors import StorageError
from digitlab.runs.models import snapshot_store
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.models.model_storage import open_models
from digitlab.runs.records.run import Run
from digitlab.settings import Settings
from digitlab.storage.storage import Storage, StoredFile

_KEPT = 50  # checkpoints, of all runs; the largest preset's takes 4 MB
_CHECKPOINT = re.compile(r"run-(\d+)-[0-9a-f]+\.npz")


def checkpoint_of(settings: Settings, run: Run) -> StoredFile:
    """Return the file from which a run goes on; the runs of another database have others, in the same place."""
    return StoredFile(_checkpoints(settings), f"run-{run.number}-{int(run.created * 1000):x}.npz")


def remove_old_checkpoints(settings: Settings, kept: Collection[int]) -> None:
    """Remove what a crash left half written, and what all but the newest runs and those `kept` could go on from."""
    snapshot_store.remove_old_snapshots(settings, kept)
    with suppress(StorageError):  # there is another time to tidy
        ModelFiles(settings).remove_leftovers()
        storage = _checkpoints(settings)
        storage.remove_leftovers()
        by_age = sorted((entry.modified, name) for name, entry in storage.entries().items())
        found = [(name, match) for _, name in by_age if (match := _CHECKPOINT.fullmatch(name))]
        for name, match in found[:-_KEPT]:
            if int(match[1]) not in kept:
                storage.delete(name)


def _checkpoints(settings: Settings) -> Storage:
    return open_models(settings, "checkpoints")
