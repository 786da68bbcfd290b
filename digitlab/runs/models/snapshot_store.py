"""The snapshots of runs: one file per epoch, beside the checkpoints."""

import re
import threading
from collections import OrderedDict
from collections.abc import Collection
from contextlib import suppress

from digitlab.errors import SnapshotDamaged, StorageError
from digitlab.networks import snapshots
from digitlab.networks.snapshots import Snapshot
from digitlab.runs.models.model_storage import open_models
from digitlab.runs.records.run import Run
from digitlab.settings import Settings
from digitlab.storage.storage import Storage
from digitlab.translation import Text

_MAX_CACHED = 150_000_000  # bytes; a snapshot has 0.2 MB for the tutorial's network, 4 MB for the largest own one
_MAX_RUNS = 30  # runs with snapshots; those of the largest preset take 13 MB each
SNAPSHOT = re.compile(r"(run-(\d+)-[0-9a-f]+)-epoch-(\d+)\.npz")


class SnapshotStore:
    """The snapshots of one run. Safe for several processes and threads: pages read while a worker writes.

    Every method may raise a `StorageError`.

    Example:
        >>> from digitlab.networks.config import TrainingConfig
        >>> from digitlab.runs.records.run import RunState
        >>> from pathlib import Path
        >>> settings = Settings(data=Path("data"), models=Path("models"))
        >>> run = Run(number=1, title="Tutorial 1", config=TrainingConfig(), state=RunState.FINISHED, created=0.0)
        >>> SnapshotStore(settings, run).stamps()
        []
    """

    def __init__(self, settings: Settings, run: Run) -> None:
        self._storage = _place(settings)
        self._name = (
            f"run-{run.number}-{int(run.created * 1000):x}"  # runs of another database may be in the same storage
        )

    def stamps(self) -> list[tuple[int, str]]:
        """Return the epochs that have a snapshot (0: before the first), each with a stamp of its file's content."""
        found = []
        for name, entry in self._storage.entries().items():
            if (match := SNAPSHOT.fullmatch(name)) and match[1] == self._name:
                found.append((int(match[3]), f"{name}@{entry.stamp}"))
        return sorted(found)

    def read(self, epoch: int) -> Snapshot:
        """Return the snapshot of an epoch. `SnapshotDamaged` if there is none, or it cannot be read."""
        try:
            return snapshots.read(self._storage.read(self._file(epoch)))
        except FileNotFoundError as error:
            raise SnapshotDamaged(
                Text("There is no snapshot of epoch {epoch}. Choose another epoch.", epoch=epoch)
            ) from error

    def add(self, snapshot: Snapshot) -> None:
        """Write a snapshot, or replace the one of its epoch."""
        self._storage.write(self._file(snapshot.epoch), snapshots.write(snapshot))

    def clear(self) -> None:
        """Delete all snapshots of the run."""
        for epoch, _ in self.stamps():
            self._storage.delete(self._file(epoch))

    def _file(self, epoch: int) -> str:
        return f"{self._name}-epoch-{epoch}.npz"


class SnapshotCache:
    """A cache of snapshots, those that were asked for last. Thread-safe.

    Example:
        >>> from digitlab.networks.config import TrainingConfig
        >>> from digitlab.runs.records.run import RunState
        >>> from pathlib import Path
        >>> settings = Settings(data=Path("data"), models=Path("models"))
        >>> run = Run(number=1, title="Tutorial 1", config=TrainingConfig(), state=RunState.FINISHED, created=0.0)
        >>> SnapshotCache(settings).get(run)
        []
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._read: OrderedDict[str, Snapshot] = OrderedDict()
        self._size = 0  # bytes
        self._lock = threading.Lock()

    def get(self, run: Run) -> list[Snapshot]:
        """Return a run's snapshots in the order of their epochs."""
        store = SnapshotStore(self._settings, run)
        found = []
        for epoch, stamp in store.stamps():
            with suppress(SnapshotDamaged):  # deleted meanwhile
                found.append(self._snapshot(store, epoch, stamp))
        return found

    def _snapshot(self, store: SnapshotStore, epoch: int, stamp: str) -> Snapshot:
        with self._lock:
            if stamp not in self._read:
                self._add(stamp, store.read(epoch))
            self._read.move_to_end(stamp)
            return self._read[stamp]

    def _add(self, stamp: str, snapshot: Snapshot) -> None:
        """Add a snapshot, and drop the oldest ones if all together are too large."""
        self._read[stamp] = snapshot
        self._size += snapshot.size
        while self._size > _MAX_CACHED and len(self._read) > 1:
            _stamp, oldest = self._read.popitem(last=False)
            self._size -= oldest.size


def remove_old_snapshots(settings: Settings, needed: Collection[int]) -> None:
    """Delete the snapshots of all runs but the newest and those in `needed`."""
    with suppress(StorageError):  # the next cleanup tries again
        storage = _place(settings)
        storage.remove_leftovers()
        entries = storage.entries()
        written: dict[tuple[str, int], float] = {}
        for name, entry in entries.items():
            if match := SNAPSHOT.fullmatch(name):
                run = match[1], int(match[2])
                written[run] = max(entry.modified, written.get(run, 0.0))
        for old, number in sorted(written, key=lambda run: written[run])[:-_MAX_RUNS]:
            if number not in needed:
                for name in entries:
                    if name.startswith(f"{old}-epoch-"):
                        with suppress(StorageError):  # an older place may be read-only
                            storage.delete(name)


def _place(settings: Settings) -> Storage:
    return open_models(settings, "snapshots")
