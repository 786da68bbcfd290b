"""All runs, and when the queued ones may start: read once for all pages that ask at the same time."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from digitlab.errors import DatabaseUnavailable
from digitlab.runs.records.queue import duration_of, expected_waits, fair_order, queue_entries
from digitlab.runs.records.run import Run, RunState, seconds_left
from digitlab.translation import message_of

if TYPE_CHECKING:
    from digitlab.runs.store.store import Store

_MAX_AGE = 0.2  # seconds for which the runs are cached: a classroom asks sixty times a second
_MAX_AGE_OF_SPEEDS = 30.0  # seconds
_RECENT = 30  # runs from which the speed of a preset is known

Position = tuple[int, float | None]


class WaitEstimates:
    """Caches the runs, and estimates waiting times. Thread-safe."""

    def __init__(self, store: Callable[[], "Store"], workers: Callable[[], int]) -> None:
        """Take a function that opens the store, and one that returns how many runs train at the same time."""
        self._store, self._workers = store, workers
        self._lock = threading.Lock()
        self._runs: list[Run] = []
        self._positions: dict[int, Position] | None = None
        self._read = self._measured = -1e9
        self._speeds: dict[str, float] = {}
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
        speeds, now = self._pictures_per_second(), time.time()
        left = [seconds_left(run, self._store().epochs(run.number), now) for run in running]
        durations = [duration_of(active[number].config, speeds) for number in order]
        waits = expected_waits(durations, left, self._workers())
        return {
            number: (len(running) + before, wait)
            for before, (number, wait) in enumerate(zip(order, waits, strict=True))
        }

    def _pictures_per_second(self) -> dict[str, float]:
        """Return the last speed of each network here, by its key, in pictures per second."""
        if time.monotonic() - self._measured > _MAX_AGE_OF_SPEEDS:
            self._speeds = {}
            for run in self._runs[:_RECENT]:
                is_new = run.config.network_key not in self._speeds and run.config.tuning is None
                if is_new and (epochs := self._store().epochs(run.number)):
                    recent = epochs[1:] or epochs  # the first includes building the network
                    mean = sum(epoch.seconds for epoch in recent) / len(recent)
                    self._speeds[run.config.network_key] = run.config.pictures_per_epoch / max(mean, 1e-3)
            self._measured = time.monotonic()
        return self._speeds
