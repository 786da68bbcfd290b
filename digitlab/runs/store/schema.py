"""The tables, and how a database is opened. `migrations` creates the tables and changes those of older versions."""

import sqlite3
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from digitlab.errors import DatabaseUnavailable, InvalidSetting
from digitlab.translation import Text

metadata = sa.MetaData()
runs = sa.Table(
    "runs",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(80), nullable=False),
    sa.Column("is_named", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("owner", sa.String(64), nullable=False, server_default="", index=True),
    sa.Column("owner_name", sa.String(80), nullable=False, server_default=""),
    sa.Column("config", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("is_stop_wanted", sa.Boolean, nullable=False, default=False),
    sa.Column("is_pause_wanted", sa.Boolean, nullable=False, default=False, server_default=sa.false()),
    sa.Column("wanted_rate", sa.Double),
    sa.Column("is_attended", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("attempt", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("recoveries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("message", sa.Text, nullable=False, default=""),
    sa.Column("failure", sa.String(16)),
    sa.Column("created", sa.Double, nullable=False),
    sa.Column("started", sa.Double),
    sa.Column("ended", sa.Double),
    sa.Column("heartbeat", sa.Double),
    sa.Column("worker", sa.String(128)),
    sa.Column("epoch", sa.Integer),
    sa.Column("batch", sa.Integer),
    sa.Column("batches", sa.Integer),
    sa.Column("so_far", sa.Text),
    sa.Column("model", sa.String(128)),
    sa.Column("test_loss", sa.Double),
    sa.Column("test_accuracy", sa.Double),
    sa.Column("search", sa.Integer),  # of a search's trial, with the next three columns
    sa.Column("trial", sa.Integer),
    sa.Column("trial_values", sa.Text),
    sa.Column("trial_state", sa.String(16)),
    # Two processes that drive a search cannot begin the same trial twice.
    sa.Index("ix_runs_search_trial", "search", "trial", unique=True),
    sqlite_autoincrement=True,
)
searches = sa.Table(
    "searches",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(80), nullable=False),
    sa.Column("owner", sa.String(64), nullable=False, index=True),
    sa.Column("owner_name", sa.String(80), nullable=False),
    sa.Column("space", sa.Text, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("is_stop_wanted", sa.Boolean, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("created", sa.Double, nullable=False),
    sa.Column("ended", sa.Double),
    sa.Column("seconds", sa.Double, nullable=False),
    sa.Column("driver", sa.String(128)),
    sa.Column("heartbeat", sa.Double),
    sqlite_autoincrement=True,
)
epochs = sa.Table(
    "epochs",
    metadata,
    sa.Column("run", sa.ForeignKey("runs.number"), primary_key=True),
    sa.Column("epoch", sa.Integer, primary_key=True),
    sa.Column("loss", sa.Double, nullable=False),
    sa.Column("accuracy", sa.Double, nullable=False),
    sa.Column("validation_loss", sa.Double),
    sa.Column("validation_accuracy", sa.Double),
    sa.Column("seconds", sa.Double, nullable=False),
    sa.Column("batch_losses", sa.Text),
)
drawings = sa.Table(
    "drawings",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("owner", sa.String(64), nullable=False, index=True),
    sa.Column("owner_name", sa.String(80), nullable=False),
    sa.Column("label", sa.SmallInteger, nullable=False),
    sa.Column("image", sa.LargeBinary, nullable=False),
    sa.Column("picture", sa.LargeBinary),
    sa.Column("strokes", sa.Text),
    sa.Column("read", sa.SmallInteger),
    sa.Column("network", sa.String(128), nullable=False),
    sa.Column("source", sa.String(16), nullable=False),
    sa.Column("created", sa.Double, nullable=False),
    sqlite_autoincrement=True,
)
observations = sa.Table(
    "observations",
    metadata,
    sa.Column("run", sa.ForeignKey("runs.number"), primary_key=True),
    sa.Column("epoch", sa.Integer, primary_key=True),
    sa.Column("content", sa.Text, nullable=False),
)


def engine_for(url: str) -> sa.Engine:
    """Return an engine for a SQLAlchemy address; nothing is opened yet. `InvalidSetting` if the address is invalid."""
    try:
        engine = sa.create_engine(url, pool_pre_ping=True, pool_timeout=_PATIENCE)
    except (SQLAlchemyError, ImportError) as error:
        raise InvalidSetting(
            Text(
                "The database address cannot be used ({kind}). Check DIGITLAB_DATABASE_URL; for PostgreSQL, "
                'run: pip install "psycopg[binary]"',
                kind=type(error).__name__,
            )
        ) from error
    if engine.dialect.name == "sqlite":
        if engine.url.database:
            _make_folder(Path(engine.url.database).parent)
        sa.event.listen(engine, "connect", _configure_sqlite)
    elif engine.driver == "psycopg":
        sa.event.listen(engine, "do_connect", _connect_psycopg)
    return engine


def sqlite_file(url: sa.URL | str) -> Path | None:
    """Return the file of a SQLite database; None for other databases, and for one in memory."""
    try:
        url = sa.make_url(url)
    except SQLAlchemyError as error:
        raise InvalidSetting(Text("The database address cannot be used. Check DIGITLAB_DATABASE_URL.")) from error
    is_file = url.get_backend_name() == "sqlite" and url.database and not url.database.startswith(("file:", ":memory:"))
    return Path(url.database or "").absolute() if is_file else None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnavailable(
            Text(
                "The folder {folder} cannot be created ({reason}). Set DIGITLAB_DATA to a writable folder.",
                folder=folder,
                reason=error.strerror,
            )
        ) from error


def _configure_sqlite(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000}")
    # Readers do not wait for the writer, nor the writer for them: https://www.sqlite.org/wal.html
    end = time.monotonic() + _PATIENCE
    while True:  # a new file that several processes open is locked for a moment, and this statement does not wait
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
    cursor.execute("PRAGMA synchronous = FULL")  # committed data survives a power cut
    cursor.execute("PRAGMA secure_delete = ON")  # deleted drawings are overwritten
    cursor.close()


def _connect_psycopg(_dialect: object, _record: object, arguments: Any, options: Any) -> Any:
    """Connect to PostgreSQL with a time limit for every answer: of a server that is gone, and of one that is frozen."""
    import psycopg

    class Patient(psycopg.Connection[Any]):
        def wait(self, gen: Any, *args: Any, **kwargs: Any) -> Any:
            return super().wait(until_late(self, gen), *args, **kwargs)

    def until_late(connection: Patient, conversation: Generator[Any, Any, Any]) -> Generator[Any, Any, Any]:
        """Wait for the server as psycopg does, but not longer than half of `_PATIENCE`."""
        end = time.monotonic() + _PATIENCE / 2
        try:
            wanted = next(conversation)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() > end:
                    connection.close()  # a late answer would be taken for that of the next query
                    raise psycopg.OperationalError("it took too long")
                wanted = conversation.send(ready)
        except StopIteration as done:
            return done.value

    # Half each: the first half may go to a dead connection, the second to a new one.
    return Patient.connect(*arguments, **({"connect_timeout": _PATIENCE // 2} | options))


_PATIENCE = 6  # seconds that a page may wait; workers retry
