"""A run's heartbeat, and its results, which wait while the database is unavailable."""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TypeVar

from digitlab.errors import DatabaseUnavailable
from digitlab.networks.metrics import BatchLoss, EpochMetrics, Progress, batch_losses
from digitlab.networks.observation import Observation
from digitlab.networks.rate_changes import RateChange
from digitlab.runs.store.store import Store

_T = TypeVar("_T")
_INTERVAL = 0.25  # seconds between two heartbeats; a request to stop is noticed within as much
_Changes = tuple[RateChange, ...]
_PATIENCE = 60.0  # seconds that the database may be unavailable at the start or the end of a run


def retry_while_unavailable(ask: Callable[[], _T]) -> _T:
    """Ask the store, again and again while it is unavailable, so that a trained network is recorded."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return ask()
        except DatabaseUnavailable:
            if time.monotonic() > end:
                raise
            time.sleep(_INTERVAL)


@dataclass(frozen=True, slots=True)
class _Epoch:
    """A finished epoch and the losses within it."""

    metrics: EpochMetrics
    losses: list[BatchLoss]


class Heartbeat(threading.Thread):
    """Writes a run's progress to the store, and reads whether it is still wanted, in a thread of its own.

    No batch waits for it: while the store is unavailable the training continues, and the results are written later.

    Example:
        >>> from digitlab.networks.config import TrainingConfig
        >>> store = Store("sqlite:///lab.db")
        >>> run = store.create(TrainingConfig(), worker="ours")
        >>> with Heartbeat(store, run.number, "ours") as heartbeat:
        ...     heartbeat.record(EpochMetrics(epoch=1, loss=0.3, accuracy=0.9, seconds=2.0))
        >>> heartbeat.is_wanted(), len(store.epochs.all(run.number))
        (True, 1)
        >>> store.close()
    """

    def __init__(self, store: Store, number: int, worker: str, wanted_rate: float | None = None) -> None:
        """Take the store, the run, the worker that claimed it, and the learning rate that was requested before."""
        super().__init__(name=f"heartbeat of run {number}", daemon=True)
        self._progress: Progress | None = None
        self._has_point = False  # of a curve
        self._results: deque[_Epoch | Observation | _Changes] = deque()
        self._rate = wanted_rate  # requested and not taken yet
        self._taken: float | None = None  # taken, but its change is not written yet
        self._lock = threading.Lock()  # of these two
        self._store, self._number, self.worker = store, number, worker
        self._is_unwanted, self._is_over, self._has_results = threading.Event(), threading.Event(), threading.Event()

    def record(self, event: EpochMetrics | Observation | Progress) -> None:
        """Write it with the next heartbeat; an epoch, and the first point of the curve, at once: people wait for it."""
        if isinstance(event, Progress):
            self._progress = event
            if self._has_point or not event.so_far:
                return
            self._has_point = True
        elif isinstance(event, EpochMetrics):
            progress = self._progress
            is_known = progress is not None and progress.epoch == event.epoch
            self._results.append(_Epoch(event, batch_losses(progress) if progress and is_known else []))
        else:
            self._results.append(event)
        self._has_results.set()

    def take_rate(self) -> float | None:
        """Return the learning rate that was requested, once; None if there is none. Its change is to be recorded."""
        with self._lock:
            rate, self._rate = self._rate, None
            if rate is not None:
                self._taken = rate
            return rate

    def record_changes(self, changes: _Changes) -> None:
        """Write all changes of the learning rate with the next heartbeat."""
        self._results.append(changes)
        self._has_results.set()

    def is_wanted(self) -> bool:
        """Whether this worker is to continue the run."""
        return not self._is_unwanted.is_set()

    def run(self) -> None:
        """Send heartbeats until the run is over."""
        while not self._is_over.is_set():
            self._has_results.wait(_INTERVAL)
            self._has_results.clear()
            with suppress(DatabaseUnavailable):  # the next heartbeat may succeed
                self._beat()

    def _beat(self) -> None:
        while self._results:
            result = self._results[0]
            if isinstance(result, _Epoch):
                self._store.epochs.add(self._number, self.worker, result.metrics, result.losses)
            elif isinstance(result, Observation):
                self._store.epochs.add_observation(self._number, self.worker, result)
            else:
                self._write(result)
            self._results.popleft()
        self._hear_rate()
        if not self._store.record_heartbeat(self._number, self.worker, self._progress):
            self._is_unwanted.set()

    def _write(self, changes: _Changes) -> None:
        taken = self._taken if self._taken is not None or not changes else changes[-1].rate
        self._store.record_rate_changes(self._number, self.worker, changes, taken)
        with self._lock:
            self._taken = None

    def _hear_rate(self) -> None:
        rate = self._store.wanted_rate(self._number, self.worker)
        with self._lock:
            if self._taken is None:  # else the store may still have the one that was taken
                self._rate = rate

    def __enter__(self) -> "Heartbeat":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._has_results.set()
        self.join()
        retry_while_unavailable(self._beat)
