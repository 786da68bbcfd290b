"""The record of all runs, in SQL."""

import dataclasses
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from digitlab.errors import InvalidSetting, RunIsOver, RunNotFound, StoreUnavailable
from digitlab.networks.config import PRESETS, TrainingConfig
from digitlab.networks.metrics import EpochMetrics, Progress
from digitlab.runs.experiment import SILENT_AFTER, Outcome, Run, RunState

_metadata = sa.MetaData()
_runs = sa.Table(
    "runs",
    _metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(80), nullable=False),
    sa.Column("config", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("is_stop_wanted", sa.Boolean, nullable=False, default=False),
    sa.Column("is_pause_wanted", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    sa.Column("attempt", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("message", sa.Text, nullable=False, default=""),
    sa.Column("created", sa.Double, nullable=False),
    sa.Column("started", sa.Double),
    sa.Column("ended", sa.Double),
    sa.Column("heartbeat", sa.Double),
    sa.Column("worker", sa.String(64)),
    sa.Column("epoch", sa.Integer),
    sa.Column("batch", sa.Integer),
    sa.Column("batches", sa.Integer),
    sa.Column("model", sa.String(128)),
    sa.Column("test_loss", sa.Double),
    sa.Column("test_accuracy", sa.Double),
    sqlite_autoincrement=True,
)
_epochs = sa.Table(
    "epochs",
    _metadata,
    sa.Column("run", sa.ForeignKey("runs.number"), primary_key=True),
    sa.Column("epoch", sa.Integer, primary_key=True),
    sa.Column("loss", sa.Double, nullable=False),
    sa.Column("accuracy", sa.Double, nullable=False),
    sa.Column("validation_loss", sa.Double),
    sa.Column("validation_accuracy", sa.Double),
    sa.Column("seconds", sa.Double, nullable=False),
)


class Store:
    """Reads and writes runs; several processes and threads may do so at once.

    Who may change a run: anybody may queue one and wish it stopped; while it is running only the worker that claimed it
    writes its progress, epochs and end; a run that is over changes only by being queued again. One exception: a run
    that was declared interrupted because its worker was silent goes on when that same worker reports again.

    Raises:
        StoreUnavailable: from every method, when the database cannot be used.
    """

    def __init__(self, url: str) -> None:
        try:
            self._engine = sa.create_engine(url, pool_pre_ping=True)
        except (SQLAlchemyError, ImportError) as error:
            raise StoreUnavailable(
                f"The database address cannot be used ({type(error).__name__}). Check DIGITLAB_DATABASE_URL."
            ) from error
        if self._engine.dialect.name == "sqlite":
            if self._engine.url.database:
                _make_folder(Path(self._engine.url.database).parent)
            sa.event.listen(self._engine, "connect", _configure_sqlite)
        with self._transaction():
            _metadata.create_all(self._engine)
            self._add_what_an_older_version_lacks()

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    def create(self, config: TrainingConfig, title: str = "", worker: str | None = None) -> Run:
        """Record a new run, waiting, or already claimed by `worker`; its title is by default its preset and number."""
        now = time.time()
        values: dict[str, Any] = {"title": title, "config": json.dumps(config.as_dict()), "created": now}
        values |= {"state": RunState.QUEUED} if worker is None else _claimed_by(worker, now)
        with self._transaction() as connection:
            insert = sa.insert(_runs).values(**values).returning(_runs.c.number)
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
        return _as_run(row)

    def runs(self) -> list[Run]:
        """Return all runs, the newest first, but for those of an older version whose settings mean nothing any more."""
        with self._transaction() as connection:
            rows = connection.execute(sa.select(_runs).order_by(_runs.c.number.desc())).all()
        runs = []
        for row in rows:
            with suppress(InvalidSetting):
                runs.append(_as_run(row))
        return runs

    def queue(self) -> list[int]:
        """Return the numbers of the waiting runs in their order."""
        query = sa.select(_runs.c.number).where(_runs.c.state == RunState.QUEUED).order_by(_runs.c.number)
        with self._transaction() as connection:
            return list(connection.execute(query).scalars())

    def epochs(self, number: int) -> list[EpochMetrics]:
        """Return a run's finished epochs in their order."""
        query = sa.select(_epochs).where(_epochs.c.run == number).order_by(_epochs.c.epoch)
        with self._transaction() as connection:
            rows = connection.execute(query).mappings().all()
        return [EpochMetrics(**{name: row[name] for name in row if name != "run"}) for row in rows]

    def request_stop(self, number: int) -> None:
        """Wish a run stopped: at once if it waits, else after its current batch. `RunIsOver` if it is over."""
        with self._transaction() as connection:
            stopped = _change(
                connection, number, [RunState.QUEUED], state=RunState.STOPPED, is_stop_wanted=True, ended=time.time()
            )
            stopped = stopped or _change(
                connection, number, [RunState.RUNNING], is_stop_wanted=True, is_pause_wanted=False
            )
        if not stopped:
            raise RunIsOver(f"Run {number} is over already ({self.run(number).state}); there is nothing to stop.")

    def request_pause(self, number: int) -> None:
        """Wish a run paused: at once if it waits, else within its block. `RunIsOver` if it is over."""
        with self._transaction() as connection:
            paused = _change(connection, number, [RunState.QUEUED], state=RunState.PAUSED)
            paused = paused or _change(
                connection, number, [RunState.RUNNING], is_stop_wanted=True, is_pause_wanted=True
            )
        if not paused:
            raise RunIsOver(f"Run {number} is over already ({self.run(number).state}); there is nothing to pause.")

    def queue_again(self, number: int, epochs: int | None = None) -> Run:
        """Let a run wait to go on where it was, for `epochs` in all. `RunIsOver` if it cannot."""
        run = self.run(number)
        config = run.config if epochs is None else dataclasses.replace(run.config, epochs=epochs)
        values: dict[str, Any] = {
            "state": RunState.QUEUED,
            "is_stop_wanted": False,
            "is_pause_wanted": False,
            "message": "",
            "ended": None,
        }
        values |= {"attempt": run.attempt + 1, "worker": None, "config": json.dumps(config.as_dict())}
        allowed = [RunState.PAUSED, RunState.STOPPED, RunState.INTERRUPTED, RunState.FINISHED]
        with self._transaction() as connection:
            goes_on = _change(connection, number, allowed, **values)
        if not goes_on:
            raise RunIsOver(f"Run {number} is {self.run(number).state}: it cannot go on. Start a new one.")
        return self.run(number)

    def claim(self, number: int, worker: str) -> bool:
        """Take a waiting run for `worker`; False if another has it, or it is not waiting any more."""
        with self._transaction() as connection:
            return _change(connection, number, [RunState.QUEUED], **_claimed_by(worker, time.time()))

    def refuse(self, number: int, message: str) -> None:
        """Record that a waiting run cannot be carried out, and why."""
        with self._transaction() as connection:
            _change(connection, number, [RunState.QUEUED], state=RunState.FAILED, message=message, ended=time.time())

    def beat(self, number: int, worker: str, progress: Progress | None) -> bool:
        """Give a sign of life and say how far it is. Returns whether the run is still wanted."""
        values: dict[str, Any] = {"heartbeat": time.time(), "state": RunState.RUNNING, "ended": None, "message": ""}
        values |= asdict(progress) if progress else {}
        mine = sa.and_(_runs.c.number == number, _runs.c.worker == worker)
        alive = _runs.c.state.in_([RunState.RUNNING, RunState.INTERRUPTED])
        with self._transaction() as connection:
            connection.execute(sa.update(_runs).where(mine, alive).values(values))
            wished = connection.execute(sa.select(_runs.c.is_stop_wanted).where(mine)).scalar_one_or_none()
        return wished is False

    def add_epoch(self, number: int, metrics: EpochMetrics) -> None:
        """Record a finished epoch of a running run; one that was learned again replaces its record."""
        again = sa.delete(_epochs).where(_epochs.c.run == number, _epochs.c.epoch == metrics.epoch)
        with self._transaction() as connection:
            connection.execute(again)
            connection.execute(sa.insert(_epochs).values(run=number, **asdict(metrics)))

    def end(self, number: int, worker: str, outcome: Outcome) -> None:
        """Record how `worker`'s run ended."""
        with self._transaction() as connection:
            mine = sa.and_(_runs.c.number == number, _runs.c.worker == worker)
            alive = _runs.c.state.in_([RunState.RUNNING, RunState.INTERRUPTED])
            # A run that went on may have a network already, and keeps it until there is another.
            values = {name: value for name, value in asdict(outcome).items() if value is not None}
            values |= {"ended": time.time(), "heartbeat": time.time()}
            connection.execute(sa.update(_runs).where(mine, alive).values(values))

    def interrupt_silent(self, after: float = SILENT_AFTER) -> None:
        """Declare interrupted what is "running", but has given no sign of life for `after` seconds."""
        silent = sa.and_(_runs.c.state == RunState.RUNNING, _runs.c.heartbeat < time.time() - after)
        with self._transaction() as connection:
            numbers = list(connection.execute(sa.select(_runs.c.number).where(silent)).scalars())
        for number in numbers:
            self.interrupt(number)

    def interrupt(self, number: int) -> None:
        """Declare a running run interrupted: its process is gone."""
        message = (
            "The process that trained it ended before it was done. The epochs up to then are kept, and it can go on."
        )
        with self._transaction() as connection:
            values = {"state": RunState.INTERRUPTED, "message": message, "ended": time.time()}
            _change(connection, number, [RunState.RUNNING], **values)

    def _add_what_an_older_version_lacks(self) -> None:
        known = {column["name"] for column in sa.inspect(self._engine).get_columns("runs")}
        with self._transaction() as connection:
            for column in _runs.columns:
                if column.name not in known:
                    definition = sa.schema.CreateColumn(column).compile(self._engine)
                    connection.execute(sa.text(f"ALTER TABLE runs ADD COLUMN {definition}"))

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            where = self._engine.url.render_as_string(hide_password=True)
            reason = str(getattr(error, "orig", None) or type(error).__name__)
            raise StoreUnavailable(f"The database {where} does not answer: {reason}. Nothing was changed.") from error


def _claimed_by(worker: str, now: float) -> dict[str, Any]:
    return {"state": RunState.RUNNING, "worker": worker, "started": now, "heartbeat": now}


def _change(connection: sa.Connection, number: int, allowed: list[RunState], **values: Any) -> bool:
    """Change a run if it is in one of the allowed states; say whether it was."""
    query = sa.update(_runs).where(_runs.c.number == number, _runs.c.state.in_(allowed)).values(**values)
    return connection.execute(query).rowcount == 1


def _as_run(row: sa.Row[Any]) -> Run:
    values = dict(row._mapping)
    epoch, batch, batches = values.pop("epoch"), values.pop("batch"), values.pop("batches")
    values.pop("worker")
    values["config"] = TrainingConfig.from_dict(json.loads(values["config"]))
    values["state"] = RunState(values["state"])
    values["progress"] = Progress(epoch=epoch, batch=batch, batches=batches) if batches else None
    return Run(**values)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnavailable(
            f"The folder {folder} cannot be made ({error.strerror}). Set DIGITLAB_DATA to a folder that can be written."
        ) from error


def _configure_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 30000")
    # Readers do not wait for the writer, nor the writer for them: https://www.sqlite.org/wal.html
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()
