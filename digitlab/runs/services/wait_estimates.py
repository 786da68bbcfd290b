"""The list of runs, and when the queued ones may start. Pages that ask at the same time share one reading."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from digitlab.errors import DatabaseUnavailable
from digitlab.networks.config import TrainingConfig
from digitlab.runs.records.queue import duration_of, expected_waits, fair_order, queue_entries
from digitlab.runs.records.run import Run, RunState, seconds_left
from digitlab.translation import message_of

if TYPE_CHECKING:
    from digitlab.runs.store.store import Store

_MAX_AGE = 0.2  # seconds for which the runs are cached: a classroom asks sixty times a second
_MAX_AGE_OF_SPEEDS = 30.0  # seconds
_RECENT = 30  # runs from which the speed of a preset is known

Position = tuple[int, float | None]


@dataclass(frozen=True, slots=True)
class _LastRun:
    """The last run of a network here.

    Attributes:
        config: Its settings.
        seconds: Of an epoch; the first, which includes building the network, counts only if there are no others.
        epochs: How many are finished.
    """

    config: TrainingConfig
    seconds: float
    epochs: int

    @property
    def pictures_per_second(self) -> float:
        """How many pictures of all kinds the network was fitted to in a second."""
        return self.config.pictures_per_epoch / max(self.seconds, 1e-3)


class WaitEstimator:
    """Caches the runs, and estimates waiting times. Thread-safe.

    Example:
        >>> from digitlab.runs.store.store import Store
        >>> store = Store("sqlite:///lab.db")
        >>> runs = [store.create(TrainingConfig()) for _ in range(2)]
        >>> WaitEstimator(lambda: store, workers=lambda: 1).position(2)  # nothing like it was ever trained here
        (1, None)
        >>> store.close()
    """

    def __init__(self, store: Callable[[], "Store"], workers: Callable[[], int]) -> None:
        """Take a function that opens the store, and one that returns how many runs train at the same time."""
        self._store, self._workers = store, workers
        self._lock = threading.Lock()
        self._runs: list[Run] = []
        self._positions: dict[int, Position] | None = None
        self._read = self._measured = -1e9
        self._last: dict[str, _LastRun] = {}
        # Of the last read, so that others who waited for it need not fail one after the other.
        self._error: DatabaseUnavailable | None = None

    def runs(self) -> list[Run]:
        """Return all runs, the newest first."""
        with self._lock:
            self._refresh()
            return self._runs

    def position(self, number: int) -> Position:
        """Return how many runs are ahead of a queued one, running ones included, and the seconds until it may start.

        The seconds are None if no run like those ahead was ever trained here. A run that is not queued is at (0, None).
        """
        with self._lock:
            self._refresh()
            if self._positions is None:
                self._positions = self._find_positions()
            return self._positions.get(number, (0, None))

    def measured(self) -> list[tuple[TrainingConfig, float]]:
        """Return the settings of each network's last run here, and the seconds of an epoch; not of a run's first."""
        with self._lock:
            self._refresh()
            return [(last.config, last.seconds) for last in self._last_runs().values() if last.epochs > 1]

    def forget(self) -> None:
        """Read again on the next call, because a run has changed."""
        with self._lock:
            self._read = -1e9

    def _refresh(self) -> None:
        if time.monotonic() - self._read > _MAX_AGE:
            self._positions, self._error = None, None
            try:
                self._runs = self._store().runs()
            except DatabaseUnavailable as error:
                self._error = error
            self._read = time.monotonic()
        if self._error:
            raise type(self._error)(message_of(self._error))

    def _find_positions(self) -> dict[int, Position]:
        active = {run.number: run for run in self._runs if not run.state.is_over()}
        order = fair_order(queue_entries(active.values()), self._store().last_starts())
        running = [run for run in active.values() if run.state is RunState.RUNNING]
        speeds, now = {name: last.pictures_per_second for name, last in self._last_runs().items()}, time.time()
        left = [seconds_left(run, self._store().epochs.all(run.number), now) for run in running]
        durations = [duration_of(active[number].config, speeds) for number in order]
        waits = expected_waits(durations, left, self._workers())
        return {
            number: (len(running) + before, wait)
            for before, (number, wait) in enumerate(zip(order, waits, strict=True))
        }

    def _last_runs(self) -> dict[str, _LastRun]:
        """Return the last run of each network here, by its key; it is read again when it is too old."""
        if time.monotonic() - self._measured > _MAX_AGE_OF_SPEEDS:
            self._last = {}
            for run in self._runs[:_RECENT]:
                is_new = run.config.network_key not in self._last and run.config.tuning is None
                if is_new and (epochs := self._store().epochs.all(run.number)):
                    recent = epochs[1:] or epochs
                    mean = sum(epoch.seconds for epoch in recent) / len(recent)
                    self._last[run.config.network_key] = _LastRun(run.config, mean, len(epochs))
            self._measured = time.monotonic()
        return self._last
