"""Runs: start within limits, train here, steer, stop, pause, resume, rename and delete."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from digitlab import logs
from digitlab.errors import InvalidSetting, LimitReached, ModelDamaged, ModelNotFound, NotAllowed, SearchIsActive
from digitlab.fields import settings_of
from digitlab.networks.config import TrainingConfig
from digitlab.networks.rate_changes import MAX_CHANGES
from digitlab.networks.step_effect import SingleStep
from digitlab.runs.dispatch import jobs
from digitlab.runs.dispatch.jobs import Ask
from digitlab.runs.dispatch.worker_names import new_worker_name
from digitlab.runs.models.cleanup import checkpoint_of
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.models.snapshot_store import SnapshotStore
from digitlab.runs.records.model_card import check_title
from digitlab.runs.records.people import Person, check_may_change
from digitlab.runs.records.run import CommandLineOptions, Run, check_number
from digitlab.runs.services.limits import Limits
from digitlab.settings import Settings
from digitlab.translation import Text

if TYPE_CHECKING:
    from digitlab.runs.store.store import Store


class TrainingService:
    """Starts runs and changes them. Thread-safe. The store is opened on first use.

    Example:
        >>> from pathlib import Path
        >>> from digitlab.runs.records.people import OPERATOR
        >>> from digitlab.runs.store.store import Store
        >>> store = Store("sqlite:///lab.db")
        >>> settings = Settings(data=Path("data"), models=Path("models"))
        >>> trainings = TrainingService(settings, lambda: store, Limits(settings), changed=lambda: None)
        >>> run = trainings.start(TrainingConfig(), "", OPERATOR)
        >>> trainings.stop(run.number, OPERATOR)
        >>> run.title, store.run(run.number).state.value
        ('Tutorial 1', 'stopped')
        >>> store.close()
    """

    def __init__(
        self, settings: Settings, store: "Callable[[], Store]", limits: Limits, changed: Callable[[], None]
    ) -> None:
        """Take, among others, a function that is called after each change of a run."""
        self._settings, self._store, self._limits, self._changed = settings, store, limits, changed

    def start(self, config: TrainingConfig, title: str, person: Person) -> Run:
        """Queue a training; the default title is made of preset and number."""
        if not person.may_train:
            logs.log("permission denied", person=person.id, action="start a training")
            raise NotAllowed(Text("Anonymous visitors cannot train networks. Log in, then train."))
        title = _checked(title)
        self._check_limits(config.epochs, person)
        run = self._store().create(config, title, person)
        logs.log("run queued", run=run.number, person=person.id, preset=config.network_name, epochs=config.epochs)
        self._changed()
        return run

    def perform(self, config: TrainingConfig, title: str, person: Person, options: CommandLineOptions | None) -> Run:
        """Train in this process, to the end, without the limits of `start`."""
        title = _checked(title)
        jobs.load_training()  # takes seconds in which Ctrl-C leaves no run behind
        worker = new_worker_name()
        run = self._store().create(config, title, person, worker)
        jobs.run_to_end(self._settings, run.number, worker, options)
        return self._store().run(run.number)

    def stop(self, number: int, person: Person) -> None:
        """Request a stop."""
        run = self._own(number, person)
        self._store().request_stop(number)
        logs.log("stop requested", run=number, person=person.id, was=run.state)
        self._changed()

    def pause(self, number: int, person: Person) -> None:
        """Request a pause."""
        run = _not_of_search(self._own(number, person))
        self._store().request_pause(number)
        logs.log("pause requested", run=number, person=person.id, was=run.state)
        self._changed()

    def change_rate(self, number: int, rate: float, person: Person) -> None:
        """Request a learning rate: a running run takes it within a few batches, another one when it is resumed.

        Raises:
            InvalidSetting: The rate is not allowed, or it is a fine-tuning.
            LimitReached: It was changed too often.
            RunIsOver: The run is over.
        """
        run = _not_of_search(self._own(number, person))
        _check_steerable(run)
        settings_of(TrainingConfig)["learning_rate"].check(rate)
        if len(run.config.learning_rate_changes) >= MAX_CHANGES:
            raise LimitReached(
                Text(
                    "The learning rate of run {number} was changed {count} times, and may not be changed again.",
                    number=number,
                    count=MAX_CHANGES,
                )
            )
        self._store().request_rate(number, float(rate))
        logs.log("learning rate requested", run=number, person=person.id, rate=rate, was=run.state)
        self._changed()

    def train_one_batch(self, number: int, person: Person, ask: Ask) -> SingleStep:
        """Train the next batch of a paused run in a worker, and return what that did.

        Raises:
            InvalidSetting: It is a fine-tuning.
            RunIsActive, RunIsOver: It is not paused.
            WorkersUnavailable: No worker answered.
        """
        run = _not_of_search(self._own(number, person))
        _check_steerable(run)
        try:
            return ask(jobs.train_one_batch, number)
        finally:
            self._changed()

    def resume(self, number: int, person: Person, epochs: int | None) -> Run:
        """Queue a run again, to resume with `epochs` in total; None: as many as before."""
        run = _not_of_search(self._own(number, person))
        self._check_limits(epochs or run.config.epochs, person)
        was, run = run.state, self._store().queue_again(number, epochs)
        logs.log("run resumed", run=number, person=person.id, was=was, epochs=run.config.epochs)
        self._changed()
        return run

    def rename(self, number: int, title: str, person: Person) -> None:
        """Change the title of a run."""
        self._own(number, person)
        self._store().rename(number, check_title(title))
        logs.log("run renamed", run=number, person=person.id)
        self._changed()

    def delete(self, number: int, person: Person) -> None:
        """Delete a run that is over, its checkpoint, its snapshots, and its network if that was not kept."""
        run = _not_of_search(self._own(number, person))
        self._store().delete(number)
        with suppress(ModelNotFound, ModelDamaged):
            if run.model is not None and (files := ModelFiles(self._settings)).card(run.model).is_pending:
                files.delete(run.model)
        checkpoint_of(self._settings, run).delete()
        SnapshotStore(self._settings, run).clear()
        logs.log("run deleted", run=number, person=person.id)
        self._changed()

    def _own(self, number: int, person: Person) -> Run:
        run = self._store().run(check_number(number))
        check_may_change(person, run.owner, f"run {number}")
        return run

    def _check_limits(self, epochs: int, person: Person) -> None:
        try:
            self._limits.check(epochs, person, self._store().active(person))
        except LimitReached as error:
            logs.log("limit reached", person=person.id, reason=str(error))
            raise


def _not_of_search(run: Run) -> Run:
    """Return a run unless a search needs it as it is; `SearchIsActive` if it is a trial of one."""
    if run.search is not None:
        raise SearchIsActive(
            Text(
                "Run {number} is a trial of search {search}. Stop or delete the search on the page Try many.",
                number=run.number,
                search=run.search,
            )
        )
    return run


def _check_steerable(run: Run) -> None:
    if run.config.tuning is not None:
        raise InvalidSetting(
            Text("Run {number} is a fine-tuning. Its learning rate follows a schedule of its own.", number=run.number)
        )


def _checked(title: str) -> str:
    """Return a title, which may be empty."""
    return check_title(title) if title.strip() else ""
