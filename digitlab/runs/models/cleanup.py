"""Deletes old checkpoints and snapshots, and partial files that a crash left."""

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

_MAX_CHECKPOINTS = 50  # checkpoints of all runs; one of the largest preset takes 4 MB
CHECKPOINT = re.compile(r"run-(\d+)-[0-9a-f]+\.npz")


def checkpoint_of(settings: Settings, run: Run) -> StoredFile:
    """Return the checkpoint of a run. Its name differs for runs of another database in the same storage."""
    return StoredFile(_checkpoints(settings), f"run-{run.number}-{int(run.created * 1000):x}.npz")


def clean_up(settings: Settings, needed: Collection[int]) -> None:
    """Delete partial files, and the checkpoints and snapshots of all runs but the newest and those in `needed`."""
    snapshot_store.remove_old_snapshots(settings, needed)
    with suppress(StorageError):  # the next cleanup tries again
        ModelFiles(settings).remove_leftovers()
        storage = _checkpoints(settings)
        storage.remove_leftovers()
        by_age = sorted((entry.modified, name) for name, entry in storage.entries().items())
        found = [(name, match) for _, name in by_age if (match := CHECKPOINT.fullmatch(name))]
        for name, match in found[:-_MAX_CHECKPOINTS]:
            if int(match[1]) not in needed:
                with suppress(StorageError):  # an older place may be read-only
                    storage.delete(name)


def _checkpoints(settings: Settings) -> Storage:
    return open_models(settings, "checkpoints")
