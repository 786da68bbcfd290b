"""The heart of a run that is carried out: signs of life to the store, and news that wait while it is away."""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TypeVar

from digitlab.errors import DatabaseUnavailable
from digitlab.networks.metrics import EpochMetrics, Progress
from digitlab.networks.observation import Observation
from digitlab.runs.store.store import Store

_T = TypeVar("_T")
_BEAT = 0.25  # seconds between two signs of life; a wish to stop is heard within as much
_PATIENCE = 60.0  # seconds that a database may be away at the beginning or the end of a run


def retry_while_unavailable(ask: Callable[[], _T]) -> _T:
    """Ask the store, again and again while it is away: a trained network must not be lost to its record."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            return ask()
        except DatabaseUnavailable:
            if time.monotonic() > end:
                raise
            time.sleep(_BEAT)


class Heartbeat(threading.Thread):
    """Keeps the store informed of a run, and hears whether it is wanted, in a thread of its own: no batch waits for it.

    While the store is away the training goes on; what was to be written is written when it is back.
    """

    def __init__(self, store: Store, number: int, worker: str) -> None:
        super().__init__(name=f"pulse of run {number}", daemon=True)
        self._progress: Progress | None = None
        self._news: deque[EpochMetrics | Observation] = deque()
        self._store, self._number, self.worker = store, number, worker
        self._is_unwanted, self._is_over, self._has_news = threading.Event(), threading.Event(), threading.Event()

    def record(self, event: EpochMetrics | Observation | Progress) -> None:
        """Tell the store with the next beat; an epoch at once."""
        if isinstance(event, Progress):
            self._progress = event
        else:
            self._news.append(event)
            self._has_news.set()  # people wait for a point of the curve

    def is_wanted(self) -> bool:
        """Whether the run is still wanted of this worker."""
        return not self._is_unwanted.is_set()

    def run(self) -> None:
        """Beat until the run is over."""
        while not self._is_over.is_set():
            self._has_news.wait(_BEAT)
            self._has_news.clear()
            with suppress(DatabaseUnavailable):  # the next beat may get through
                self._beat()

    def _beat(self) -> None:
        while self._news:
            news = self._news[0]
            if isinstance(news, EpochMetrics):
                self._store.add_epoch(self._number, self.worker, news)
            else:
                self._store.add_observation(self._number, self.worker, news)
            self._news.popleft()
        if not self._store.record_heartbeat(self._number, self.worker, self._progress):
            self._is_unwanted.set()

    def __enter__(self) -> "Heartbeat":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        self._has_news.set()
        self.join()
        retry_while_unavailable(self._beat)
