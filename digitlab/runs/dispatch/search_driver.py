"""Drives searches: starts their trials as ordinary runs, and records in the searches how the trials ended."""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from digitlab import logs
from digitlab.errors import DatabaseUnavailable, InvalidSetting, RunIsOver, SearchError
from digitlab.runs.dispatch.background_thread import BackgroundThread
from digitlab.runs.dispatch.dispatcher import HeartbeatMonitor
from digitlab.runs.dispatch.worker_names import new_worker_name
from digitlab.runs.records.search import (
    NOBODY,
    Search,
    SearchState,
    Trial,
    best_trial,
    is_hopeless,
    why_nothing_was_found,
)
from digitlab.translation import message_of

if TYPE_CHECKING:
    from digitlab.runs.store.store import Store

_IDLE = 1.0  # seconds between two looks at the record while no search is driven here
_BUSY = 0.2  # seconds between two looks while one is: short trials must not wait
_PAUSES = 4  # times as long as a look took, at least, between two: this process has pages to show
_HEARTBEAT = 2.0  # seconds between two heartbeats


class SearchDriver(BackgroundThread):
    """Drives searches for as long as the app runs.

    Each search has one driver at a time. All that is known of a search is in the record, so another process goes on
    with it where the last one ended.

    Example:
        >>> from digitlab.networks.config import TrainingConfig
        >>> from digitlab.networks.search_space import SearchSpace, Varied
        >>> from digitlab.runs.records.people import OPERATOR
        >>> from digitlab.runs.store.store import Store
        >>> store = Store("sqlite:///lab.db")
        >>> space = SearchSpace(base=TrainingConfig(), varied=(Varied(name="units", values=(32, 128)),), max_trials=4)
        >>> search = store.searches.create(space, "", OPERATOR)
        >>> SearchDriver(lambda: store, workers=lambda: 2).step()  # begins a trial for each worker
        True
        >>> [trial.run_state.value for trial in store.searches.trials(search.number)]
        ['queued', 'queued']
        >>> store.close()
    """

    def __init__(
        self,
        store: "Callable[[], Store]",
        workers: Callable[[], int],
        changed: Callable[[], None] = lambda: None,
        wait: Callable[[], None] = lambda: None,
    ) -> None:
        """Take what opens the record, and how many runs train at the same time.

        Args:
            store: Opens the record when it is first needed.
            workers: Returns how many runs train at the same time.
            changed: Called when a run was queued or asked to stop.
            wait: Called by the thread first: it returns when the app has started.
        """
        super().__init__("search driver")
        self._store, self._workers, self._changed, self._wait = store, workers, changed, wait
        self._name = new_worker_name()
        self._monitor = HeartbeatMonitor()
        self._beaten: dict[int, float] = {}  # when each search that is driven here had its last heartbeat
        self._judged: dict[int, int] = {}  # after how many epochs each run that trains was last judged

    def step(self) -> bool:
        """Look at all running searches once; return whether any is driven here."""
        store = self._store()
        self._take_what_nobody_drives(store)
        for number in list(self._beaten):
            if not self._still_drives(store, number):
                del self._beaten[number]
                continue
            try:
                self._drive(store, store.searches.get(number))
            except SearchError:  # another process has taken it, or even deleted it: the next heartbeat fails
                continue
            except InvalidSetting as error:  # it is from an older version
                store.searches.end(number, self._name, SearchState.FAILED, str(error))
                del self._beaten[number]
        return bool(self._beaten)

    def release(self) -> None:
        """Let others drive the searches that are driven here."""
        if self._beaten:
            self._store().searches.release(self._name)
            self._beaten.clear()

    def _run(self) -> None:
        self._wait()
        while not self._is_over.is_set():
            self._has_news.clear()
            is_busy, began = False, time.monotonic()
            try:
                is_busy = self.step()
                self.error_message = ""
            except DatabaseUnavailable as error:
                self._monitor.reset()
                self.error_message = message_of(error)
            pause = max(_BUSY, _PAUSES * (time.monotonic() - began))
            self._has_news.wait(pause if is_busy else _IDLE)
        try:
            self.release()
        except DatabaseUnavailable:
            return  # another process notices that there are no heartbeats

    def _take_what_nobody_drives(self, store: "Store") -> None:
        heartbeats = [last for last in store.searches.last_heartbeats() if last.number not in self._beaten]
        free = [last for last in heartbeats if last.worker in (NOBODY, self._name)]
        for last in free + self._monitor.lost([last for last in heartbeats if last not in free]):
            if store.searches.take(last, self._name):
                self._beaten[last.number] = time.monotonic()
                logs.log("search taken", search=last.number, lost=last.worker or None)

    def _still_drives(self, store: "Store", number: int) -> bool:
        """Give a heartbeat if it is time for one; return whether the search is still driven here."""
        now = time.monotonic()
        passed = now - self._beaten[number]
        if passed < _HEARTBEAT:
            return True
        self._beaten[number] = now
        return store.searches.record_heartbeat(number, self._name, passed)

    def _drive(self, store: "Store", search: Search) -> None:
        trials = [self._looked_at(store, search, trial) for trial in store.searches.trials(search.number)]
        under_way = [trial for trial in trials if not trial.state.is_over()]
        if search.may_begin_trial(len(trials)) and not is_hopeless(trials):
            self._begin_trials(store, search, trials, self._workers() - len(under_way))
        elif under_way and search.is_stop_wanted:
            for trial in under_way:
                self._stop(store, trial)
        elif not under_way:
            self._end(store, search, trials)

    def _looked_at(self, store: "Store", search: Search, trial: Trial) -> Trial:
        """Tell the search what became of a trial, or stop one that is not promising; return the trial as it is now."""
        if trial.state.is_over():
            return trial
        outcome = trial.outcome
        if outcome.is_over():
            self._judged.pop(trial.run, None)
            store.studies.tell(search, trial, outcome)  # first: it is told again if this process ends before the next
            return store.searches.settle(search, self._name, trial, outcome)
        epochs = len(trial.accuracies)
        is_news = self._judged.get(trial.run, 0) < epochs < search.space.epochs
        if is_news and not trial.is_stop_wanted:
            self._judged[trial.run] = epochs
            if store.studies.is_unpromising(search, trial):
                self._stop(store, trial)
        return trial

    def _stop(self, store: "Store", trial: Trial) -> None:
        if not trial.is_stop_wanted:
            try:
                store.request_stop(trial.run)
            except RunIsOver:
                return  # it ended after it was read
            self._changed()

    def _begin_trials(self, store: "Store", search: Search, trials: Sequence[Trial], wanted: int) -> None:
        begun = {trial.number for trial in trials}
        for _ in range(min(wanted, search.space.max_trials - len(begun))):
            number, values = store.studies.next_trial(search, begun)
            run = store.searches.begin_trial(search, self._name, number, values)
            if run is None:
                return  # another process drives it
            logs.log("run queued", run=run, person=search.owner, search=search.number, trial=number, **values)
            begun.add(number)
            self._changed()

    def _end(self, store: "Store", search: Search, trials: Sequence[Trial]) -> None:
        best = best_trial(trials)
        state, message = SearchState.FINISHED, ""
        if search.is_stop_wanted:
            state = SearchState.STOPPED
        elif best is None:
            state, message = SearchState.FAILED, why_nothing_was_found(trials)
        passed = time.monotonic() - self._beaten[search.number]
        if store.searches.end(search.number, self._name, state, message, passed):
            logs.log(
                f"search {state}",
                search=search.number,
                person=search.owner,
                trials=len(trials),
                best=None if best is None else best.accuracy,
                reason=message or None,
            )
        store.studies.forget(search)
        del self._beaten[search.number]
