"""How much a person, and all together, may ask of one lab."""

import threading
import time
from contextlib import suppress
from pathlib import Path

from digitlab.errors import InvalidSetting, LimitReached
from digitlab.runs.records.people import Person
from digitlab.settings import Settings
from digitlab.storage.address import open_storage

_COUNTED_FOR = 30.0  # seconds that a count of all files holds


class Limits:
    """The limits of a set-up; threads may share it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._counted: tuple[float, int] | None = None

    def check(self, epochs: int, person: Person, active: int) -> None:
        """Raise if a training must not be started.

        Args:
            epochs: Its epochs.
            person: Who wants it; teachers may have as many as they like.
            active: How many of their runs wait or train.

        Raises:
            InvalidSetting: Too many epochs.
            LimitReached: Too many runs, or too full folders.
        """
        most = self._settings
        if epochs > most.max_epochs:
            raise InvalidSetting(f"{epochs} epochs are asked for; this lab allows {most.max_epochs}. Choose fewer.")
        if not person.is_teacher and active >= most.max_runs_per_person:
            raise LimitReached(
                f"{active} of your runs wait or train; this lab allows {most.max_runs_per_person} for each person. "
                "Wait until one ends, or stop one."
            )
        self.check_room()

    def check_imports(self, person: Person, kept: int) -> None:
        """Raise `LimitReached` if somebody who keeps so many networks from elsewhere may bring in no other one."""
        most = self._settings.max_imports_per_person
        if not person.is_teacher and kept >= most:
            raise LimitReached(
                f"You keep {kept} networks from elsewhere; this lab allows {most} for each person. Delete one (Models)."
            )
        self.check_room()

    def check_room(self) -> None:
        """Raise `LimitReached` if the folders of data and networks are too full for more."""
        used, most = self.used(), self._settings.max_gigabytes
        if used > most * 1e9:
            raise LimitReached(
                f"The lab's folders hold {used / 1e9:.1f} GB; it allows {most:g}. Delete networks that nobody needs "
                "(Models), or let the operator raise DIGITLAB_MAX_GIGABYTES."
            )

    def used(self) -> int:
        """Return how many bytes data and networks take; counted twice a minute at most."""
        with self._lock:
            if self._counted is None or time.monotonic() - self._counted[0] > _COUNTED_FOR:
                self._counted = time.monotonic(), self._count()
            return self._counted[1]

    def _count(self) -> int:
        models = self._settings.models
        if isinstance(models, Path):
            places = {self._settings.data, models, self._settings.older_models or models}
            return sum(map(_bytes_in, {place for place in places if not places & set(place.parents)}))
        storages = open_storage(models), open_storage(models, "checkpoints"), open_storage(models, "snapshots")
        sizes = [entry.size for storage in storages for entry in storage.entries().values()]
        return sum(sizes) + _bytes_in(self._settings.data)


def _bytes_in(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # it has gone since
            total += path.stat().st_size
    return total
