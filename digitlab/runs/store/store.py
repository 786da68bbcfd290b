"""Reads and writes runs in the database."""

import dataclasses
import json
import time
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from digitlab.errors import InvalidSetting, RunIsActive, RunIsOver, RunNotFound
from digitlab.networks import rate_changes
from digitlab.networks.config import RATE_CHANGES, TrainingConfig
from digitlab.networks.metrics import Progress
from digitlab.networks.rate_changes import RateChange
from digitlab.runs.records.people import OPERATOR, Person
from digitlab.runs.records.run import LastHeartbeat, Outcome, Run, RunState
from digitlab.runs.store import rows
from digitlab.runs.store.database import Database
from digitlab.runs.store.drawing_store import DrawingStore
from digitlab.runs.store.epoch_store import EpochStore, delete_epochs
from digitlab.runs.store.schema import runs as _runs
from digitlab.runs.store.search_store import SearchStore
from digitlab.runs.store.studies import Studies
from digitlab.translation import Text

_RESUMABLE = [RunState.PAUSED, RunState.STOPPED, RunState.INTERRUPTED, RunState.FINISHED]


class Store:
    """Reads and writes runs. Safe for several processes and threads.

    Who may change a run: anybody may queue one or request a stop or pause. While it is running, only the worker that
    claimed it writes progress, epochs and outcome. A run that is over changes only by being queued again. A running run
    whose worker stopped responding may be taken from it with `recover`; that worker can no longer write.

    Attributes:
        epochs: Reads and writes the epochs of runs, and what was observed after each.
        drawings: Reads and writes people's drawings.
        searches: Reads and writes searches.
        studies: Suggests the values of their trials.

    Raises:
        DatabaseUnavailable, DatabaseFileLost: From every method, as from those of `Database`.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     store = Store(f"sqlite:///{folder}/digitlab.db")
        ...     run = store.create(TrainingConfig(epochs=2))
        ...     store.claim(run.number, "a worker")
        ...     store.run(run.number).state.value
        ...     store.close()
        True
        'running'
        >>> run.title, run.state.value
        ('Tutorial 1', 'queued')
    """

    def __init__(self, url: str, *, may_create: bool = True) -> None:
        """Take the address, and whether a SQLite file may be created that does not exist."""
        self._database = Database(url, may_create=may_create)
        self._transaction = self._database.transaction
        self.epochs = EpochStore(self._transaction)
        self.drawings = DrawingStore(self._transaction)
        self.searches = SearchStore(self._transaction)
        self.studies = Studies(self._database)

    def close(self) -> None:
        """Close all connections."""
        self.studies.close()
        self._database.close()

    def file_trouble(self) -> str:
        """Return what happened to a SQLite file, and what to do, in sentences; empty if all is well."""
        return self._database.file_trouble()

    def create(
        self, config: TrainingConfig, title: str = "", person: Person = OPERATOR, worker: str | None = None
    ) -> Run:
        """Create a run.

        Args:
            config: Its settings.
            title: By default the preset and the number.
            person: Its owner.
            worker: The command line's process if it trains the run itself; None queues the run.
        """
        now = time.time()
        values = rows.new_run(config, title, person, now)
        values |= {"state": RunState.QUEUED} if worker is None else rows.claimed_by(worker, now)
        with self._transaction() as connection:
            insert = sa.insert(_runs).values(is_attended=worker is not None, **values).returning(_runs.c.number)
            number = connection.execute(insert).scalar_one()
            if not title:
                own = f"{config.network_title} {number}"
                connection.execute(sa.update(_runs).where(_runs.c.number == number).values(title=own))
        return self.run(number)

    def run(self, number: int) -> Run:
        """Return a run; `RunNotFound` if there is none of that number."""
        with self._transaction() as connection:
            row = connection.execute(sa.select(_runs).where(_runs.c.number == number)).one_or_none()
        if row is None:
            raise RunNotFound(Text("There is no run {number}. See the list of runs.", number=number))
        return rows.as_run(row)

    def runs(self) -> list[Run]:
        """Return all runs, the newest first, but no trials of searches that are over: those may be thousands.

        Runs of an older version whose settings are no longer valid are left out, too.
        """
        shown = sa.or_(_runs.c.search.is_(None), _runs.c.state.in_(rows.ACTIVE))
        with self._transaction() as connection:
            found = connection.execute(sa.select(_runs).where(shown).order_by(_runs.c.number.desc())).all()
        runs = []
        for row in found:
            with suppress(InvalidSetting):
                runs.append(rows.as_run(row))
        return runs

    def newest_number(self) -> int:
        """Return the number of the newest run, which may be a trial; 0 if there is none."""
        with self._transaction() as connection:
            return connection.execute(sa.select(sa.func.max(_runs.c.number))).scalar_one() or 0

    def queue(self) -> list[tuple[int, int]]:
        """Return number and attempt of the queued runs, in the order in which they start."""
        with self._transaction() as connection:
            order = rows.queue_order(connection)
            query = sa.select(_runs.c.number, _runs.c.attempt).where(_runs.c.state == RunState.QUEUED)
            attempts = {row.number: row.attempt for row in connection.execute(query)}
        return [(number, attempts[number]) for number in order if number in attempts]

    def last_starts(self) -> dict[str, float]:
        """Return when each person's last run started, seconds since 1970."""
        with self._transaction() as connection:
            return rows.last_starts(connection)

    def active(self, person: Person) -> int:
        """Return how many queued and running runs a person has, without the trials of searches."""
        own = sa.and_(_runs.c.owner == person.id, _runs.c.search.is_(None))
        query = sa.select(sa.func.count()).where(own, _runs.c.state.in_(rows.ACTIVE))
        with self._transaction() as connection:
            return connection.execute(query).scalar_one()

    def runs_to_keep(self) -> set[int]:
        """Return the runs whose checkpoints must be kept: named by a person, queued, running or paused."""
        under_way = _runs.c.state.in_([*rows.ACTIVE, RunState.PAUSED])
        query = sa.select(_runs.c.number).where(sa.or_(_runs.c.is_named, under_way))
        with self._transaction() as connection:
            return set(connection.execute(query).scalars())

    # -- requests by people

    def request_stop(self, number: int) -> None:
        """Request a stop: at once if the run is queued, else after its current batch. `RunIsOver` if it is over."""
        stopped = {"state": RunState.STOPPED, "is_stop_wanted": True, "ended": time.time()}
        if not self._request(number, stopped, {"is_stop_wanted": True, "is_pause_wanted": False}):
            raise RunIsOver(
                Text(
                    "Run {number} cannot be stopped: it is {state}.", number=number, state=self.run(number).state.label
                )
            )

    def request_pause(self, number: int) -> None:
        """Request a pause: at once if the run is queued, else after a few batches. `RunIsOver` if it is over."""
        if not self._request(number, {"state": RunState.PAUSED}, {"is_stop_wanted": True, "is_pause_wanted": True}):
            raise RunIsOver(
                Text("Run {number} cannot be paused: it is {state}.", number=number, state=self.run(number).state.label)
            )

    def request_rate(self, number: int, rate: float) -> None:
        """Request a learning rate, from the next batch on that can have it. `RunIsOver` if the run is over."""
        states = [RunState.QUEUED, RunState.RUNNING, RunState.PAUSED]
        with self._transaction() as connection:
            if rows.change(connection, number, states, wanted_rate=rate):
                return
        raise RunIsOver(
            Text(
                "The learning rate of run {number} cannot be changed: it is {state}.",
                number=number,
                state=self.run(number).state.label,
            )
        )

    def queue_again(self, number: int, epochs: int | None = None) -> Run:
        """Queue a run again, to resume with `epochs` in total.

        Raises:
            RunIsActive: It is queued or running.
            RunIsOver: It failed.
        """
        run = self.run(number)
        config = run.config if epochs is None else dataclasses.replace(run.config, epochs=epochs)
        with self._transaction() as connection:
            is_resumed = rows.change(
                connection, number, _RESUMABLE, **rows.QUEUED_AGAIN, recoveries=0, message="",
                is_stop_wanted=False, is_pause_wanted=False, is_attended=False, config=json.dumps(config.as_dict()),
            )  # fmt: skip
        if not is_resumed:
            if not self.run(number).state.is_over():
                raise RunIsActive(Text("Run {number} is queued or running already.", number=number))
            raise RunIsOver(
                Text(
                    "Run {number} cannot be resumed: it is {state}. Start a new one.",
                    number=number,
                    state=self.run(number).state.label,
                )
            )
        return self.run(number)

    def rename(self, number: int, title: str) -> None:
        """Change the title of a run."""
        self.run(number)
        with self._transaction() as connection:
            connection.execute(sa.update(_runs).where(_runs.c.number == number).values(title=title, is_named=True))

    def delete(self, number: int) -> None:
        """Delete a run that is over, with its epochs and observations. `RunIsActive` if it is not over."""
        state = self.run(number).state
        over = [state for state in RunState if state.is_over()]
        with self._transaction() as connection:
            delete_epochs(connection, [number])
            delete = sa.delete(_runs).where(_runs.c.number == number, _runs.c.state.in_(over))
            if connection.execute(delete).rowcount == 0:
                connection.rollback()
                raise RunIsActive(
                    Text("Run {number} is {state}. Stop it first, then delete it.", number=number, state=state.label)
                )

    # -- for workers

    def claim(self, number: int, worker: str) -> bool:
        """Assign a queued run to `worker`; False if it is no longer queued."""
        with self._transaction() as connection:
            return rows.change(connection, number, [RunState.QUEUED], **rows.claimed_by(worker, time.time()))

    def claim_next(self, worker: str) -> int | None:
        """Assign the first queued run to `worker` and return its number; None if none is queued."""
        while True:
            with self._transaction() as connection:
                order = rows.queue_order(connection)
            if not order:
                return None
            if self.claim(order[0], worker):
                return order[0]

    def is_trained_by(self, number: int, worker: str) -> bool:
        """Whether a run is still assigned to this worker."""
        query = sa.select(_runs.c.number).where(rows.is_trained_by(number, worker))
        with self._transaction() as connection:
            return connection.execute(query).one_or_none() is not None

    def record_heartbeat(self, number: int, worker: str, progress: Progress | None) -> bool:
        """Record a heartbeat and the progress. Returns whether the worker should continue."""
        values: dict[str, Any] = {"heartbeat": time.time()} | (rows.progress_values(progress) if progress else {})
        with self._transaction() as connection:
            connection.execute(sa.update(_runs).where(rows.is_trained_by(number, worker)).values(values))
            query = sa.select(_runs.c.is_stop_wanted).where(rows.is_trained_by(number, worker))
            is_stop_wanted = connection.execute(query).scalar_one_or_none()
        return is_stop_wanted is False

    def wanted_rate(self, number: int, worker: str) -> float | None:
        """Return the learning rate that was requested and not taken yet; None if there is none."""
        query = sa.select(_runs.c.wanted_rate).where(rows.is_trained_by(number, worker))
        with self._transaction() as connection:
            return connection.execute(query).scalar_one_or_none()

    def record_rate_changes(
        self, number: int, worker: str, changes: tuple[RateChange, ...], taken: float | None
    ) -> None:
        """Record all changes of the learning rate, and that the requested one was taken.

        Args:
            number: The run.
            worker: Nothing is done if the run is no longer assigned to it.
            changes: All changes of the run.
            taken: The rate that was requested; one that was requested meanwhile still counts.
        """
        mine = rows.is_trained_by(number, worker)
        with self._transaction() as connection:
            config = connection.execute(sa.select(_runs.c.config).where(mine)).scalar_one_or_none()
            if config is None:
                return
            values = json.loads(config) | {RATE_CHANGES: rate_changes.as_json(changes)}
            connection.execute(sa.update(_runs).where(mine).values(config=json.dumps(values)))
            connection.execute(sa.update(_runs).where(mine, _runs.c.wanted_rate == taken).values(wanted_rate=None))

    def claim_paused(self, number: int, worker: str) -> bool:
        """Claim a paused run, to train a batch and pause it again; returns whether it was paused.

        It is running meanwhile, with a request to pause, so that it is paused again if the worker is lost.
        """
        now = time.time()
        started = sa.func.coalesce(_runs.c.started, now)
        values = {"state": RunState.RUNNING, "worker": worker, "heartbeat": now, "started": started}
        with self._transaction() as connection:
            return rows.change(
                connection, number, [RunState.PAUSED], is_stop_wanted=True, is_pause_wanted=True, **values
            )

    def end(self, number: int, worker: str, outcome: Outcome) -> None:
        """Record how a run ended. Does nothing if it is no longer assigned to `worker`."""
        # A resumed run may have a network and a message; it keeps them until there are others.
        values = {name: value for name, value in asdict(outcome).items() if value not in (None, "")}
        values |= {"ended": time.time(), "heartbeat": time.time(), "so_far": None}
        if outcome.state is not RunState.PAUSED:
            values["wanted_rate"] = None
        with self._transaction() as connection:
            connection.execute(sa.update(_runs).where(rows.is_trained_by(number, worker)).values(values))

    def release(self, number: int, worker: str) -> None:
        """Queue a run again because its worker shuts down; the next one resumes it."""
        with self._transaction() as connection:
            connection.execute(sa.update(_runs).where(rows.is_trained_by(number, worker)).values(rows.QUEUED_AGAIN))

    # -- lost workers

    def last_heartbeats(self) -> list[LastHeartbeat]:
        """Return the last heartbeats of all running runs; `DatabaseUnavailable` if the database cannot be written.

        While a database is readable but locked, no worker can record a heartbeat, so a missing one means nothing.
        """
        query = sa.select(_runs.c.number, _runs.c.attempt, _runs.c.worker, _runs.c.heartbeat)
        with self._transaction() as connection:
            connection.execute(
                sa.update(_runs).where(sa.false()).values(heartbeat=0.0)
            )  # waits for the lock, as a heartbeat would
            found = connection.execute(query.where(_runs.c.state == RunState.RUNNING)).mappings().all()
        return [LastHeartbeat(**row) for row in found]

    def recover(self, last: LastHeartbeat) -> None:
        """Take a run from a worker that is gone: it is queued again, or interrupted after too many recoveries.

        Args:
            last: The last known heartbeat. If there was another since, the worker lives and nothing changes.
        """
        same = sa.and_(
            rows.is_trained_by(last.number, last.worker),
            _runs.c.attempt == last.attempt,
            _runs.c.heartbeat == last.heartbeat,
        )
        with self._transaction() as connection:
            if run := connection.execute(sa.select(_runs).where(same)).one_or_none():
                connection.execute(sa.update(_runs).where(same).values(rows.after_loss(run)))

    def _request(self, number: int, if_queued: dict[str, Any], if_running: dict[str, Any]) -> bool:
        with self._transaction() as connection:
            return rows.change(connection, number, [RunState.QUEUED], **if_queued) or rows.change(
                connection, number, [RunState.RUNNING], **if_running
            )
