"""Searches for settings: start within limits, stop, delete, and train the best in full."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from digitlab import logs
from digitlab.errors import LimitReached, NotAllowed, SearchIsActive, StorageError
from digitlab.networks.config import TrainingConfig
from digitlab.networks.search_space import SearchSpace
from digitlab.runs.models.cleanup import checkpoint_of
from digitlab.runs.records.model_card import MAX_TITLE_LENGTH, check_title
from digitlab.runs.records.people import Person, check_may_change
from digitlab.runs.records.run import Run
from digitlab.runs.records.search import Search, Trial, best_trial, check_number
from digitlab.runs.services.limits import Limits
from digitlab.runs.services.training_service import TrainingService
from digitlab.settings import Settings
from digitlab.translation import Text

if TYPE_CHECKING:
    from digitlab.runs.store.store import Store

_BEST = ", best"
_MAX_CACHED = 50  # searches, of which the importance of settings is known


class SearchService:
    """Starts searches and changes them. Thread-safe. The store is opened on first use.

    A trial leaves its figures in the record, and no file: no network, checkpoint or snapshot. The best settings are
    trained again in full, as an ordinary run, whose network is kept.

    Example:
        >>> from pathlib import Path
        >>> from digitlab.lab import Lab
        >>> from digitlab.networks.search_space import Varied
        >>> from digitlab.runs.records.people import OPERATOR
        >>> space = SearchSpace(base=TrainingConfig(), varied=(Varied(name="units", values=(32, 128)),), max_trials=4)
        >>> settings = Settings(data=Path("data"), models=Path("models"), database_url="sqlite:///lab.db")
        >>> with Lab(settings) as lab:
        ...     search = lab.searches.start(space, "", OPERATOR)
        ...     lab.searches.stop(search.number, OPERATOR)
        ...     search.title, lab.searches.get(search.number).is_stop_wanted
        ('Search 1', True)
    """

    def __init__(
        self,
        settings: Settings,
        store: "Callable[[], Store]",
        limits: Limits,
        trainings: TrainingService,
        changed: Callable[[], None],
    ) -> None:
        """Take, among others, a function that is called after each change of a search."""
        self._settings, self._store, self._limits = settings, store, limits
        self._trainings, self._changed = trainings, changed
        self._lock = threading.Lock()
        self._importance: dict[int, tuple[int, dict[str, float]]] = {}  # and of how many trials that is

    def start(self, space: SearchSpace, title: str, person: Person) -> Search:
        """Start a search, and return at once; the default title is made of its number.

        Raises:
            NotAllowed: The person has not logged in.
            LimitReached: They have a search that is running, and are no teacher; or the lab is full.
            InvalidSetting: A training would have too many epochs.
        """
        if not person.may_train:
            logs.log("permission denied", person=person.id, action="start a search")
            raise NotAllowed(Text("Anonymous visitors cannot train networks. Log in, then train."))
        title = check_title(title) if title.strip() else ""
        self._limits.check(max(space.epochs, space.base.epochs), person, active=0)
        running = [s for s in self.all() if s.owner == person.id and not s.state.is_over()]
        if running and not person.is_teacher:
            raise LimitReached(
                Text(
                    "You have a search that is running: {title}. Stop it, or wait until it ends.",
                    title=running[0].title,
                )
            )
        search = self._store().searches.create(space, title, person)
        varied = ", ".join(varied.name for varied in space.varied)
        logs.log("search started", search=search.number, person=person.id, trials=space.max_trials, varied=varied)
        self._changed()
        return search

    def all(self) -> list[Search]:
        """Return all searches, the newest first."""
        return self._store().searches.all()

    def get(self, number: int) -> Search:
        """Return a search."""
        return self._store().searches.get(check_number(number))

    def trials(self, number: int) -> list[Trial]:
        """Return the trials of a search that have begun, in the order of their numbers."""
        return self._store().searches.trials(check_number(number))

    def importance(self, search: Search, trials: list[Trial]) -> dict[str, float]:
        """Return how much each setting mattered, as shares of 1, the largest first; empty while that is unknown.

        Computed in milliseconds, once for each number of trials that are over.
        """
        from digitlab.runs.store import studies

        over = sum(trial.state.is_over() for trial in trials)
        with self._lock:
            known = self._importance.get(search.number)
            if known is None or known[0] != over:
                known = self._importance[search.number] = over, studies.importance(search.space, trials)
                for oldest in list(self._importance)[:-_MAX_CACHED]:
                    del self._importance[oldest]
            return known[1]

    def stop(self, number: int, person: Person) -> None:
        """Request a stop: its trials stop after their current batches."""
        search = self._own(number, person)
        self._store().searches.request_stop(number)
        logs.log("stop requested", search=number, person=person.id, was=search.state)
        self._changed()

    def delete(self, number: int, person: Person) -> None:
        """Delete a search that is over, with its trials; networks that were trained with its best settings stay."""
        search = self._own(number, person)
        runs = [self._store().run(trial.run) for trial in self.trials(number)]
        self._store().searches.delete(number)
        self._store().studies.delete(search)
        for run in runs:
            with suppress(StorageError):  # of a trial that was interrupted; old ones are cleaned up anyway
                checkpoint_of(self._settings, run).delete()
        logs.log("search deleted", search=number, person=person.id)
        self._changed()

    def best_config(self, search: Search, trials: list[Trial]) -> TrainingConfig:
        """Return the settings with which the best trial is trained in full. `SearchIsActive` before there is one."""
        best = best_trial(trials)
        if best is None:
            raise SearchIsActive(Text("No trial of this search has come to its end. Wait for one, or search again."))
        return search.space.full_config(best.values)

    def train_best(self, number: int, person: Person) -> Run:
        """Queue a training of the best settings in full, as an ordinary run."""
        search = self.get(number)
        config = self.best_config(search, self.trials(number))
        title = f"{search.title[: MAX_TITLE_LENGTH - len(_BEST)]}{_BEST}"
        return self._trainings.start(config, title, person)

    def _own(self, number: int, person: Person) -> Search:
        search = self.get(number)
        check_may_change(person, search.owner, f"search {number}")
        return search
