"""Hands queued runs to workers, and requeues runs whose worker died: a thread of the app's process."""

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from digitlab import logs
from digitlab.errors import DatabaseUnavailable, DigitLabError, InvalidSetting, RunNotFound
from digitlab.runs.dispatch.background_thread import BackgroundThread
from digitlab.runs.dispatch.worker_client import WorkerClient
from digitlab.runs.dispatch.worker_names import is_gone_from_here
from digitlab.runs.records.run import LastHeartbeat, RunState
from digitlab.translation import message_of

if TYPE_CHECKING:
    from digitlab.runs.store.store import Store

LOST_AFTER = 15.0  # seconds without a heartbeat; a run has one every quarter of a second
_INTERVAL = 1.0  # seconds between two looks at the record


class HeartbeatMonitor:
    """Finds running runs whose worker has died.

    A run is lost when its heartbeat has not changed for `lost_after` seconds of this machine's clock, so clocks of
    several machines need not agree; a run of this machine is lost as soon as its process has ended.

    Example:
        >>> monitor = HeartbeatMonitor(lost_after=15)
        >>> monitor.lost([LastHeartbeat(number=1, attempt=0, worker="elsewhere/1/0f", heartbeat=1.0)])
        []
    """

    def __init__(self, lost_after: float = LOST_AFTER) -> None:
        """Take the seconds without a new heartbeat after which a run of another machine is lost."""
        self._lost_after = lost_after
        self._seen: dict[int, tuple[LastHeartbeat, float]] = {}

    def lost(self, heartbeats: Iterable[LastHeartbeat]) -> list[LastHeartbeat]:
        """Take the last heartbeats of all running runs, and return those of lost runs."""
        now = time.monotonic()
        before, self._seen = self._seen, {}
        for heartbeat in heartbeats:
            known, since = before.get(heartbeat.number, (None, now))
            self._seen[heartbeat.number] = (heartbeat, since if known == heartbeat else now)
        return [
            heartbeat
            for heartbeat, since in self._seen.values()
            if now - since > self._lost_after or is_gone_from_here(heartbeat.worker)
        ]

    def reset(self) -> None:
        """Start over: while the record was unavailable, no worker could write a heartbeat."""
        self._seen = {}


def requeue_lost_runs(store: "Store", monitor: HeartbeatMonitor) -> None:
    """Queue lost runs again, or mark them as interrupted."""
    for heartbeat in monitor.lost(store.last_heartbeats()):
        store.recover(heartbeat)
        with suppress(InvalidSetting, RunNotFound):  # from an older version, or deleted: there is nothing to log
            run = store.run(heartbeat.number)
            if run.state is not RunState.RUNNING:
                event = "run recovered" if run.state is RunState.QUEUED else f"run {run.state}"
                logs.log(event, run=run.number, person=run.owner, lost=heartbeat.worker, recoveries=run.recoveries)


class Dispatcher(BackgroundThread):
    """Hands queued runs to workers, and requeues runs whose worker died. It starts the workers first."""

    def __init__(self, workers: WorkerClient, store: Callable[[], "Store"]) -> None:
        """Take the workers, and what opens the record when it is first needed."""
        super().__init__("dispatcher")
        self._workers, self._store = workers, store
        self._monitor = HeartbeatMonitor()
        self._has_started = threading.Event()

    def wait_until_started(self) -> None:
        """Return when the workers have started, or failed to."""
        self._has_started.wait()

    def close(self) -> None:
        """End the thread; nobody waits for its start any more."""
        self._has_started.set()
        super().close()

    def _run(self) -> None:
        is_first = True
        while not self._is_over.is_set():
            self._has_news.clear()
            try:
                if is_first:
                    self._workers.start()  # first: while they start, the first page has this process to itself
                self._dispatch()
                self.error_message = self._workers.error_message
                logs.log_availability("workers", is_available=True)
            except DatabaseUnavailable as error:
                self._monitor.reset()
                self.error_message = message_of(error)
            except DigitLabError as error:
                self.error_message = message_of(error)
                logs.log_availability("workers", is_available=False, reason=self.error_message)
            is_first = False
            self._has_started.set()
            self._has_news.wait(_INTERVAL)

    def _dispatch(self) -> None:
        store = self._store()
        requeue_lost_runs(store, self._monitor)
        if queue := store.queue():
            self._workers.submit(queue)
