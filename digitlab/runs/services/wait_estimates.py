"""All runs as they stand, and when those that wait may begin: read once for all pages that ask at the same time."""

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from digitlab.errors import DatabaseUnavailable
from digitlab.runs.records.queue import duration_of, expected_waits, fair_order, queue_entries
from digitlab.runs.records.run import Run, RunState, seconds_left

if TYPE_CHECKING:
    from digitlab.runs.store.store import Store

_HOLDS = 0.2  # seconds that a look at the record serves whoever asks: a classroom asks sixty times a second
_SPEEDS_HOLD = 30.0  # seconds
_RECENT = 30  # runs that tell how fast a preset is learned

Position = tuple[int, float | None]


class WaitEstimates:
    """Threads may share it."""

    def __init__(self, store: Callable[[], "Store"], workers: Callable[[], int]) -> None:
        """Take what opens the record, and what tells how many runs are trained at once."""
        self._store, self._workers = store, workers
        self._lock = threading.Lock()
        self._runs: list[Run] = []
        self._positions: dict[int, Position] | None = None
        self._read = self._measured = -1e9
        self._speeds: dict[str, float] = {}
        self._trouble = ""  # of the last look; who stood in line behind it need not find out anew, one after the other

    def runs(self) -> list[Run]:
        """Return all runs, the newest first."""
        with self._lock:
            self._look()
            return self._runs

    def position(self, number: int) -> Position:
        """Return how many runs come before a waiting one, and after how many seconds it may begin.

        Those under way are counted. The seconds are None where nothing like what comes before was trained here yet.
        What does not wait is at (0, None).
        """
        with self._lock:
            self._look()
            if self._positions is None:
                self._positions = self._find_positions()
            return self._positions.get(number, (0, None))

    def forget(self) -> None:
        """Read anew when somebody asks next: something was changed."""
        with self._lock:
            self._read = -1e9

    def _look(self) -> None:
        if time.monotonic() - self._read > _HOLDS:
            self._positions, self._trouble = None, ""
            try:
                self._runs = self._store().runs()
            except DatabaseUnavailable as error:
                self._trouble = str(error)
            self._read = time.monotonic()
        if self._trouble:
            raise DatabaseUnavailable(self._trouble)

    def _find_positions(self) -> dict[int, Position]:
        active = {run.number: run for run in self._runs if not run.state.is_over()}
        order = fair_order(queue_entries(active.values()), self._store().last_starts())
        under_way = [run for run in active.values() if run.state is RunState.RUNNING]
        speeds, now = self._pictures_per_second(), time.time()
        left = [seconds_left(run, self._store().epochs(run.number), now) for run in under_way]
        durations = [duration_of(active[number].config, speeds) for number in order]
        waits = expected_waits(durations, left, self._workers())
        return {
            number: (len(under_way) + before, wait)
            for before, (number, wait) in enumerate(zip(order, waits, strict=True))
        }

    def _pictures_per_second(self) -> dict[str, float]:
        """How fast each preset was learned here the last time."""
        if time.monotonic() - self._measured > _SPEEDS_HOLD:
            self._speeds = {}
            for run in self._runs[:_RECENT]:
                is_news = run.config.preset not in self._speeds and run.config.tuning is None
                if is_news and (epochs := self._store().epochs(run.number)):
                    recent = epochs[1:] or epochs  # the first includes the building of the network
                    mean = sum(epoch.seconds for epoch in recent) / len(recent)
                    self._speeds[run.config.preset] = run.config.pictures_per_epoch / max(mean, 1e-3)
            self._measured = time.monotonic()
        return self._speeds
