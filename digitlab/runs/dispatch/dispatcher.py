"""Sees to it that what waits is trained, and that what lost its process goes on: a thread of the app's process."""

import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from digitlab import logs
from digitlab.errors import DigitLabError, InvalidSetting, RunNotFound, DatabaseUnavailable
from digitlab.runs.dispatch.worker_client import WorkerClient
from digitlab.runs.dispatch.worker_names import is_gone_from_here
from digitlab.runs.records.run import LastHeartbeat, RunState

if TYPE_CHECKING:
    from digitlab.runs.store.store import Store

SILENT_AFTER = 15.0  # seconds without a sign of life; a run gives one every quarter of a second
_LOOK = 1.0  # seconds between two looks at the record


class HeartbeatMonitor:
    """Tells which runs have lost their process.

    Clocks of several machines need not agree: what counts is that the same sign was seen for so long. While the record
    could not be read nobody could give a sign, so `forget` begins anew.
    """

    def __init__(self, silent_after: float = SILENT_AFTER) -> None:
        """Take the seconds after which silence means loss, for what does not run on this machine."""
        self._silent_after = silent_after
        self._seen: dict[int, tuple[LastHeartbeat, float]] = {}

    def lost(self, signs: Iterable[LastHeartbeat]) -> list[LastHeartbeat]:
        """Return those of the running runs' last signs that no other will follow."""
        now = time.monotonic()
        before, self._seen = self._seen, {}
        for sign in signs:
            known, since = before.get(sign.number, (None, now))
            self._seen[sign.number] = (sign, since if known == sign else now)
        return [
            sign
            for sign, since in self._seen.values()
            if now - since > self._silent_after or is_gone_from_here(sign.worker)
        ]

    def forget(self) -> None:
        """Begin anew: the record was out of reach."""
        self._seen = {}


def requeue_lost_runs(store: "Store", watch: HeartbeatMonitor) -> None:
    """Queue again, or declare interrupted, what lost its process."""
    for sign in watch.lost(store.last_heartbeats()):
        store.recover(sign)
        with suppress(InvalidSetting, RunNotFound):  # an older version's, or deleted: there is nothing to tell of it
            run = store.run(sign.number)
            if run.state is not RunState.RUNNING:
                event = "run recovered" if run.state is RunState.QUEUED else f"run {run.state}"
                logs.log(event, run=run.number, person=run.owner, lost=sign.worker, recoveries=run.recoveries)


class Dispatcher:
    """Hands what waits to the workers, for as long as the app runs; several apps on one record may each have one."""

    def __init__(self, workers: WorkerClient, store: Callable[[], "Store"]) -> None:
        """Take the workers, and what opens the record when it is first needed."""
        self._workers, self._store = workers, store
        self._watch = HeartbeatMonitor()
        self._news, self._is_over = threading.Event(), threading.Event()
        self._settled = threading.Event()
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)
        self.trouble = ""  # one sentence on why nothing can be trained now

    def start(self) -> None:
        """Begin, with starting the workers; a second call does nothing."""
        if not self._thread.is_alive() and not self._is_over.is_set():
            self._thread.start()

    def wake(self) -> None:
        """Have a look at once: something waits."""
        self._news.set()

    def wait_until_settled(self) -> None:
        """Return when the workers were started, or could not be."""
        self._settled.wait()

    def close(self) -> None:
        """End the thread."""
        self._is_over.set()
        self._news.set()
        self._settled.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _run(self) -> None:
        is_first = True
        while not self._is_over.is_set():
            self._news.clear()
            try:
                if is_first:
                    self._workers.start()  # first: while they start, the first page has this process to itself
                self._look()
                self.trouble = self._workers.trouble
                logs.log_availability("workers", is_available=True)
            except DatabaseUnavailable as error:
                self._watch.forget()
                self.trouble = str(error)
            except DigitLabError as error:
                self.trouble = str(error)
                logs.log_availability("workers", is_available=False, reason=self.trouble)
            is_first = False
            self._settled.set()
            self._news.wait(_LOOK)

    def _look(self) -> None:
        store = self._store()
        requeue_lost_runs(store, self._watch)
        if waiting := store.queue():
            self._workers.submit_waiting(waiting)
