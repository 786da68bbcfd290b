"""The limits of one lab: for each person, and for all together."""

import threading
import time
from contextlib import suppress
from pathlib import Path

from digitlab.errors import InvalidSetting, LimitReached
from digitlab.runs.records.people import Person
from digitlab.settings import Settings
from digitlab.storage.address import open_storage
from digitlab.translation import Text

_MAX_AGE = 30.0  # seconds for which the size of all files is cached


class Limits:
    """Checks the limits in the settings. Thread-safe.

    Example:
        >>> from digitlab.runs.records.people import OPERATOR
        >>> Limits(Settings(data=Path("data"), models=Path("models"), max_epochs=50)).check(100, OPERATOR, active=0)
        Traceback (most recent call last):
        digitlab.errors.InvalidSetting: This lab allows 50 epochs, not 100. Choose fewer.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._cached: tuple[float, int] | None = None

    def check(self, epochs: int, person: Person, active: int) -> None:
        """Raise if a training may not be started.

        Args:
            epochs: Its epochs.
            person: Who starts it; the number of runs is not limited for teachers.
            active: How many queued and running runs they have.

        Raises:
            InvalidSetting: Too many epochs.
            LimitReached: Too many runs, or the lab is full.
        """
        settings = self._settings
        if epochs > settings.max_epochs:
            raise InvalidSetting(
                Text(
                    "This lab allows {allowed} epochs, not {epochs}. Choose fewer.",
                    allowed=settings.max_epochs,
                    epochs=epochs,
                )
            )
        if not person.is_teacher and active >= settings.max_runs_per_person:
            raise LimitReached(
                Text(
                    "Queued and running runs per person in this lab: {allowed} at most. You have {active}. Wait "
                    "until one ends, or stop one.",
                    allowed=settings.max_runs_per_person,
                    active=active,
                )
            )
        self.check_room()

    def check_imports(self, person: Person, count: int) -> None:
        """Raise `LimitReached` if a person who has `count` imported networks may not import another."""
        allowed = self._settings.max_imports_per_person
        if not person.is_teacher and count >= allowed:
            raise LimitReached(
                Text(
                    "Imported networks per person in this lab: {allowed} at most. You have {count}. Delete one "
                    "on the page Models.",
                    allowed=allowed,
                    count=count,
                )
            )
        self.check_room()

    def check_room(self) -> None:
        """Raise `LimitReached` if data and networks take more space than the lab allows."""
        used, allowed = self.used(), self._settings.max_gigabytes
        if used > allowed * 1e9:
            raise LimitReached(
                Text(
                    "This lab is full: it holds {used:.1f} GB, and {allowed:g} GB are allowed. Delete networks "
                    "that nobody needs on the page Models, or ask the operator to raise DIGITLAB_MAX_GIGABYTES.",
                    used=used / 1e9,
                    allowed=allowed,
                )
            )

    def used(self) -> int:
        """Return the size of data and networks in bytes, measured at most twice a minute."""
        with self._lock:
            if self._cached is None or time.monotonic() - self._cached[0] > _MAX_AGE:
                self._cached = time.monotonic(), self._measure()
            return self._cached[1]

    def _measure(self) -> int:
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
        with suppress(OSError):  # deleted meanwhile
            total += path.stat().st_size
    return total
