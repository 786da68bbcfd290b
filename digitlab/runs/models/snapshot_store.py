"""A run's snapshots: a file for each epoch that has one, beside the checkpoints."""

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

_REMEMBERED = 100  # snapshots, of some runs: 0.2 MB each of the tutorial's network, 0.6 MB of the largest
_KEPT = 30  # runs; one of the largest preset takes 13 MB
_FILE = re.compile(r"(run-(\d+)-[0-9a-f]+)-epoch-(\d+)\.npz")


class SnapshotStore:
    """The snapshots of one run. Its worker writes them while pages look; threads and processes may share it.

    Every method may raise a `StorageError`.
    """

    def __init__(self, settings: Settings, run: Run) -> None:
        self._storage = _place(settings)
        self._name = f"run-{run.number}-{int(run.created * 1000):x}"  # another database's runs are in the same place

    def stamps(self) -> list[tuple[int, str]]:
        """Return the epochs that there are, 0 is before the first, and what tells each file from any other before."""
        found = []
        for name, entry in self._storage.entries().items():
            if (match := _FILE.fullmatch(name)) and match[1] == self._name:
                found.append((int(match[3]), f"{name}@{entry.stamp}"))
        return sorted(found)

    def read(self, epoch: int) -> Snapshot:
        """Return a snapshot. `SnapshotDamaged` if there is none of that epoch, or it cannot be read."""
        try:
            return snapshots.read(self._storage.read(self._file(epoch)))
        except FileNotFoundError as error:
            raise SnapshotDamaged(f"There is no snapshot of epoch {epoch}. Choose another epoch.") from error

    def add(self, snapshot: Snapshot) -> None:
        """Put a snapshot in the place of an earlier one of its epoch."""
        self._storage.write(self._file(snapshot.epoch), snapshots.write(snapshot))

    def clear(self) -> None:
        """Remove all of them."""
        for epoch, _ in self.stamps():
            self._storage.delete(self._file(epoch))

    def _file(self, epoch: int) -> str:
        return f"{self._name}-epoch-{epoch}.npz"


class SnapshotCache:
    """The snapshots of all runs, read once; threads may share it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._read: OrderedDict[str, Snapshot] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, run: Run) -> list[Snapshot]:
        """Return a run's snapshots in the order of their epochs."""
        album = SnapshotStore(self._settings, run)
        found = []
        for epoch, stamp in album.stamps():
            with suppress(SnapshotDamaged):  # it may go while others are read
                found.append(self._snapshot(album, epoch, stamp))
        return found

    def _snapshot(self, album: SnapshotStore, epoch: int, stamp: str) -> Snapshot:
        with self._lock:
            if stamp not in self._read:
                self._read[stamp] = album.read(epoch)
                while len(self._read) > _REMEMBERED:
                    self._read.popitem(last=False)
            self._read.move_to_end(stamp)
            return self._read[stamp]


def remove_old_snapshots(settings: Settings, kept: Collection[int]) -> None:
    """Remove the snapshots of all runs but the newest and those `kept`."""
    with suppress(StorageError):  # there is another time to tidy
        storage = _place(settings)
        storage.remove_leftovers()
        entries = storage.entries()
        written: dict[tuple[str, int], float] = {}
        for name, entry in entries.items():
            if match := _FILE.fullmatch(name):
                run = match[1], int(match[2])
                written[run] = max(entry.modified, written.get(run, 0.0))
        for old, number in sorted(written, key=lambda run: written[run])[:-_KEPT]:
            if number not in kept:
                for name in entries:
                    if name.startswith(f"{old}-epoch-"):
                        storage.delete(name)


def _place(settings: Settings) -> Storage:
    return open_models(settings, "snapshots")
