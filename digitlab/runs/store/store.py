"""The record of all runs, in SQL."""

import dataclasses
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from digitlab import logs
from digitlab.errors import InvalidSetting, RunIsActive, RunIsOver, RunNotFound, DatabaseUnavailable
from digitlab.networks.config import TrainingConfig
from digitlab.networks.metrics import EpochMetrics, Progress
from digitlab.networks.observation import Observation
from digitlab.networks.presets import PRESETS
from digitlab.runs.records.people import OPERATOR, Person
from digitlab.runs.records.run import LastHeartbeat, Outcome, Run, RunState
from digitlab.runs.store import migrations, rows, schema
from digitlab.runs.store.drawing_store import DrawingStore
from digitlab.runs.store.schema import epochs as _epochs
from digitlab.runs.store.schema import observations as _observations
from digitlab.runs.store.schema import runs as _runs

_CAN_GO_ON = [RunState.PAUSED, RunState.STOPPED, RunState.INTERRUPTED, RunState.FINISHED]
_BEGAN_ANEW = "Nothing was left of what it had learned, so it began anew."


class Store:
    """Reads and writes runs; several processes and threads may do so at once.

    Who may change a run: anybody may queue one and wish it stopped; while it is running only the worker that claimed it
    writes its progress, epochs and end; a run that is over changes only by being queued again. A running run that is
    silent may be taken from its worker, which then cannot write any more: `recover`.

    Attributes:
        drawings: The part of the record that holds people's drawings.

    Raises:
        DatabaseUnavailable: from every method, when the database cannot be used.
    """

    def __init__(self, url: str) -> None:
        self._engine = schema.engine_for(url)
        self.drawings = DrawingStore(self._transaction)
        with self._transaction() as connection:
            migrations.migrate(connection)

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    def create(
        self, config: TrainingConfig, title: str = "", person: Person = OPERATOR, worker: str | None = None
    ) -> Run:
        """Record a new run.

        Args:
            config: Its settings.
            title: By default its preset and number.
            person: Whose it is.
            worker: Who trains it already, at a command line; None: it waits.
        """
        now = time.time()
        values: dict[str, Any] = {"title": title, "is_named": bool(title), "created": now}
        values |= {"owner": person.id, "owner_name": person.name, "config": json.dumps(config.as_dict())}
        values |= {"state": RunState.QUEUED} if worker is None else rows.claimed_by(worker, now)
        with self._transaction() as connection:
            insert = sa.insert(_runs).values(is_attended=worker is not None, **values).returning(_runs.c.number)
            number = connection.execute(insert).scalar_one()
            if not title:
                own = f"{PRESETS[config.preset].title} {number}"
                connection.execute(sa.update(_runs).where(_runs.c.number == number).values(title=own))
        return self.run(number)

    def run(self, number: int) -> Run:
        """Return one run; `RunNotFound` if there is none of that number."""
        with self._transaction() as connection:
            row = connection.execute(sa.select(_runs).where(_runs.c.number == number)).one_or_none()
        if row is None:
            raise RunNotFound(f"There is no run {number}. See the list of runs.")
        return rows.as_run(row)

    def runs(self) -> list[Run]:
        """Return all runs, the newest first, but for those of an older version whose settings mean nothing any more."""
        with self._transaction() as connection:
            found = connection.execute(sa.select(_runs).order_by(_runs.c.number.desc())).all()
        runs = []
        for row in found:
            with suppress(InvalidSetting):
                runs.append(rows.as_run(row))
        return runs

    def queue(self) -> list[tuple[int, int]]:
        """Return number and attempt of the waiting runs, in the order in which they are to begin."""
        with self._transaction() as connection:
            order = rows.order_of_turns(connection)
            query = sa.select(_runs.c.number, _runs.c.attempt).where(_runs.c.state == RunState.QUEUED)
            attempts = {row.number: row.attempt for row in connection.execute(query)}
        return [(number, attempts[number]) for number in order if number in attempts]

    def last_starts(self) -> dict[str, float]:
        """Return when a run of each person last began, seconds since 1970."""
        with self._transaction() as connection:
            return rows.last_starts(connection)

    def active(self, person: Person) -> int:
        """Return how many runs of a person wait or run."""
        query = sa.select(sa.func.count()).where(_runs.c.owner == person.id, _runs.c.state.in_(rows.ACTIVE))
        with self._transaction() as connection:
            return connection.execute(query).scalar_one()

    def runs_to_keep(self) -> set[int]:
        """Return the runs whose checkpoints are to stay: what a person named, and what is under way or paused."""
        under_way = _runs.c.state.in_([*rows.ACTIVE, RunState.PAUSED])
        query = sa.select(_runs.c.number).where(sa.or_(_runs.c.is_named, under_way))
        with self._transaction() as connection:
            return set(connection.execute(query).scalars())

    def epochs(self, number: int) -> list[EpochMetrics]:
        """Return a run's finished epochs in their order."""
        query = sa.select(_epochs).where(_epochs.c.run == number).order_by(_epochs.c.epoch)
        with self._transaction() as connection:
            found = connection.execute(query).mappings().all()
        return [EpochMetrics(**{name: row[name] for name in row if name != "run"}) for row in found]

    def observations(self, number: int) -> list[Observation]:
        """Return what was seen in a run's network, epoch by epoch."""
        query = sa.select(_observations.c.content).where(_observations.c.run == number).order_by(_observations.c.epoch)
        with self._transaction() as connection:
            return [Observation.from_json(content) for content in connection.execute(query).scalars()]

    # -- what people wish

    def request_stop(self, number: int) -> None:
        """Wish a run stopped: at once if it waits, else after its current batch. `RunIsOver` if it is over."""
        at_once = {"state": RunState.STOPPED, "is_stop_wanted": True, "ended": time.time()}
        if not self._wish(number, at_once, {"is_stop_wanted": True, "is_pause_wanted": False}):
            raise RunIsOver(f"Run {number} is over already ({self.run(number).state}); there is nothing to stop.")

    def request_pause(self, number: int) -> None:
        """Wish a run paused: at once if it waits, else within its block. `RunIsOver` if it is over."""
        if not self._wish(number, {"state": RunState.PAUSED}, {"is_stop_wanted": True, "is_pause_wanted": True}):
            raise RunIsOver(f"Run {number} is over already ({self.run(number).state}); there is nothing to pause.")

    def queue_again(self, number: int, epochs: int | None = None) -> Run:
        """Let a run wait to go on where it was, for `epochs` in all. `RunIsOver` if it cannot."""
        run = self.run(number)
        config = run.config if epochs is None else dataclasses.replace(run.config, epochs=epochs)
        with self._transaction() as connection:
            goes_on = rows.change(
                connection, number, _CAN_GO_ON, **rows.WAITING_AGAIN, recoveries=0, message="",
                is_stop_wanted=False, is_pause_wanted=False, is_attended=False, config=json.dumps(config.as_dict()),
            )  # fmt: skip
        if not goes_on:
            raise RunIsOver(f"Run {number} is {self.run(number).state}: it cannot go on. Start a new one.")
        return self.run(number)

    def rename(self, number: int, title: str) -> None:
        """Give a run another title."""
        self.run(number)
        with self._transaction() as connection:
            connection.execute(sa.update(_runs).where(_runs.c.number == number).values(title=title, is_named=True))

    def delete(self, number: int) -> None:
        """Remove a run that is over, and its epochs, for good. `RunError` if it is not over."""
        state = self.run(number).state
        over = [state for state in RunState if state.is_over()]
        with self._transaction() as connection:
            _forget_epochs(connection, number)
            gone = sa.delete(_runs).where(_runs.c.number == number, _runs.c.state.in_(over))
            if connection.execute(gone).rowcount == 0:
                connection.rollback()
                raise RunIsActive(f"Run {number} is {state}. Stop it first, then delete it.")

    # -- what workers do

    def claim(self, number: int, worker: str) -> bool:
        """Take a waiting run for `worker`; False if another has it, or it is not waiting any more."""
        with self._transaction() as connection:
            return rows.change(connection, number, [RunState.QUEUED], **rows.claimed_by(worker, time.time()))

    def claim_next(self, worker: str) -> int | None:
        """Take the waiting run whose turn it is for `worker`; None if none waits."""
        while True:
            with self._transaction() as connection:
                order = rows.order_of_turns(connection)
            if not order:
                return None
            if self.claim(order[0], worker):
                return order[0]

    def is_trained_by(self, number: int, worker: str) -> bool:
        """Whether a run is still this worker's."""
        query = sa.select(_runs.c.number).where(rows.is_trained_by(number, worker))
        with self._transaction() as connection:
            return connection.execute(query).one_or_none() is not None

    def record_heartbeat(self, number: int, worker: str, progress: Progress | None) -> bool:
        """Give a sign of life and say how far it is. Returns whether the run is still wanted of this worker."""
        values: dict[str, Any] = {"heartbeat": time.time()} | (asdict(progress) if progress else {})
        with self._transaction() as connection:
            connection.execute(sa.update(_runs).where(rows.is_trained_by(number, worker)).values(values))
            query = sa.select(_runs.c.is_stop_wanted).where(rows.is_trained_by(number, worker))
            wished = connection.execute(query).scalar_one_or_none()
        return wished is False

    def add_epoch(self, number: int, worker: str, metrics: EpochMetrics) -> None:
        """Record a finished epoch; one that was learned again replaces its record. Not if the run is another's now."""
        mine = sa.update(_runs).where(rows.is_trained_by(number, worker)).values(recoveries=0)
        again = sa.delete(_epochs).where(_epochs.c.run == number, _epochs.c.epoch == metrics.epoch)
        with self._transaction() as connection:
            if connection.execute(mine).rowcount:
                connection.execute(again)
                connection.execute(sa.insert(_epochs).values(run=number, **asdict(metrics)))

    def add_observation(self, number: int, worker: str, seen: Observation) -> None:
        """Record what was seen in the network after an epoch, as `add_epoch` does."""
        mine = sa.select(_runs.c.number).where(rows.is_trained_by(number, worker))
        again = sa.delete(_observations).where(_observations.c.run == number, _observations.c.epoch == seen.epoch)
        with self._transaction() as connection:
            if connection.execute(mine).one_or_none():
                connection.execute(again)
                values = {"run": number, "epoch": seen.epoch, "content": seen.to_json()}
                connection.execute(sa.insert(_observations).values(values))

    def discard_epochs(self, number: int, worker: str) -> None:
        """Forget the epochs of a run whose checkpoint is gone, and say so."""
        mine = sa.update(_runs).where(rows.is_trained_by(number, worker)).values(message=_BEGAN_ANEW)
        with self._transaction() as connection:
            if connection.execute(mine).rowcount:
                _forget_epochs(connection, number)

    def end(self, number: int, worker: str, outcome: Outcome) -> None:
        """Record how `worker`'s run ended; not if the run is another's now."""
        # A run that went on may have a network already, and keeps it until there is another; and what was said before.
        values = {name: value for name, value in asdict(outcome).items() if value not in (None, "")}
        values |= {"ended": time.time(), "heartbeat": time.time()}
        with self._transaction() as connection:
            connection.execute(sa.update(_runs).where(rows.is_trained_by(number, worker)).values(values))

    def release(self, number: int, worker: str) -> None:
        """Let a run wait again: its worker ends, and whoever comes next goes on where it was."""
        with self._transaction() as connection:
            connection.execute(sa.update(_runs).where(rows.is_trained_by(number, worker)).values(rows.WAITING_AGAIN))

    # -- what is lost

    def last_heartbeats(self) -> list[LastHeartbeat]:
        """Return the last signs of life of all running runs; not while the record cannot be written.

        It may be readable but locked: then nobody can give a sign, and silence says nothing.
        """
        query = sa.select(_runs.c.number, _runs.c.attempt, _runs.c.worker, _runs.c.heartbeat)
        with self._transaction() as connection:
            connection.execute(sa.update(_runs).where(sa.false()).values(heartbeat=0.0))  # waits as a sign would
            found = connection.execute(query.where(_runs.c.state == RunState.RUNNING)).mappings().all()
        return [LastHeartbeat(**row) for row in found]

    def recover(self, sign: LastHeartbeat) -> None:
        """Take a run from a worker that is gone: it goes on by itself, or is interrupted; if it lives, nothing changes.

        Args:
            sign: Its last sign of life; if there was another since, it is not gone.
        """
        same = sa.and_(
            rows.is_trained_by(sign.number, sign.worker),
            _runs.c.attempt == sign.attempt,
            _runs.c.heartbeat == sign.heartbeat,
        )
        with self._transaction() as connection:
            if run := connection.execute(sa.select(_runs).where(same)).one_or_none():
                connection.execute(sa.update(_runs).where(same).values(rows.after_loss(run)))

    def _wish(self, number: int, if_waiting: dict[str, Any], if_running: dict[str, Any]) -> bool:
        with self._transaction() as connection:
            return rows.change(connection, number, [RunState.QUEUED], **if_waiting) or rows.change(
                connection, number, [RunState.RUNNING], **if_running
            )

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
            logs.log_availability("database", is_available=True)
        except SQLAlchemyError as error:
            where = self._engine.url.render_as_string(hide_password=True)
            reason = str(getattr(error, "orig", None) or type(error).__name__).partition("\n")[0]
            logs.log_availability("database", is_available=False, database=where, reason=reason)
            raise DatabaseUnavailable(
                f"The database {where} does not answer: {reason}. Try again in a moment."
            ) from error


def _forget_epochs(connection: sa.Connection, number: int) -> None:
    for table in (_epochs, _observations):
        connection.execute(sa.delete(table).where(table.c.run == number))
