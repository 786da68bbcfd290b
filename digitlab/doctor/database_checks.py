"""Checks the database: does what the app does with it, then rolls everything back."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from digitlab.doctor.checks import DATABASE, RUNS, Finding, ok, warning, wrong
from digitlab.networks.config import TrainingConfig
from digitlab.runs.dispatch.worker_names import is_gone_from_here
from digitlab.runs.records.run import RunState
from digitlab.runs.store import database_file, migrations, schema
from digitlab.settings import Settings
from digitlab.translation import Text

_PATIENCE = 3  # seconds for a connection, and for a lock
_SHARED = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "ceph", "glusterfs", "lustre", "beegfs", "afs")
_NO_RUN = 0  # a number that no run has


def database(settings: Settings) -> Iterator[Finding]:
    """Check that the database is reachable and writable, with its tables; nothing is changed."""
    try:
        url = sa.make_url(settings.database_url)
        engine = sa.create_engine(url, connect_args=_bounds(url))
    except (SQLAlchemyError, ImportError) as error:
        yield wrong(
            DATABASE, Text("DIGITLAB_DATABASE_URL is invalid ({kind}).", kind=type(error).__name__),
            Text('Correct it; for PostgreSQL, run: pip install "psycopg[binary]"'),
        )  # fmt: skip
        return
    file = schema.sqlite_file(url)
    if file and (found := _lost(file)):
        yield found
        return
    if file and not file.exists():
        yield _new_file(file)
        return
    where = url.render_as_string(hide_password=True).partition("?")[0]
    try:
        with engine.connect() as connection:
            yield from _about_file(file, connection) if file else ()
            yield from _tables(connection, where)
            yield _gone(connection)
            connection.rollback()
    except SQLAlchemyError as error:
        yield wrong(DATABASE, Text("{where} cannot be used: {reason}.", where=where, reason=_reason(error)), _REMEDY)
    finally:
        engine.dispose()


_REMEDY = Text(
    "Check that it is running, that DIGITLAB_DATABASE_URL is correct, and that its user may create tables and write."
)


def _bounds(url: sa.URL) -> dict[str, int]:
    return {"timeout": _PATIENCE} if url.get_backend_name() == "sqlite" else {"connect_timeout": _PATIENCE}


def _reason(error: SQLAlchemyError) -> str:
    text = str(getattr(error, "orig", None) or type(error).__name__)
    return text.strip().splitlines()[0].rstrip(".:")


def _lost(path: Path) -> Finding | None:
    """Find out, without opening the file, whether it was deleted or replaced while the app runs, or while it did."""
    if message := database_file.loss(path):
        return wrong(DATABASE, message, "")
    saved = database_file.rescued_files(path)
    if saved and not path.exists():
        text = Text("{path} is missing, and {saved} holds what was in it.", path=path, saved=saved[0])
        return wrong(DATABASE, text, Text("End the app, then run: python -m digitlab restore {saved}", saved=saved[0]))
    if database_file.restore_journal(path).exists():
        return wrong(
            DATABASE,
            Text("A restore of {folder} was interrupted.", folder=path.parent),
            Text("Run the same command again."),
        )
    return None


def _new_file(path: Path) -> Finding:
    existing = next(folder for folder in path.absolute().parents if folder.exists())
    if not (existing.is_dir() and os.access(existing, os.W_OK)):
        return wrong(
            DATABASE, Text("{path} cannot be created.", path=path), Text("Set DIGITLAB_DATA to a writable folder.")
        )
    return ok(DATABASE, Text("{path} does not exist yet. The app creates it when it starts.", path=path))


def _about_file(path: Path, connection: sa.Connection) -> Iterator[Finding]:
    if saved := database_file.rescued_files(path):
        yield warning(
            DATABASE, Text("{saved} holds what a database here held that was deleted or replaced.", saved=saved[0]),
            Text("Restore it (python -m digitlab restore {saved} --replace), or move it elsewhere.", saved=saved[0]),
        )  # fmt: skip
    mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    if mode != "wal":
        yield warning(
            DATABASE,
            Text("The journal mode of {path} is {mode}.", path=path, mode=mode),
            Text("The app changes it to wal when it starts."),
        )
    kind = _kind_of_disk(path.absolute())
    if kind in _SHARED:
        yield warning(
            DATABASE,
            Text(
                "{path} is on a network file system ({kind}), where SQLite's locks are not safe.", path=path, kind=kind
            ),
            Text("Move DIGITLAB_DATA to a local disk, or use PostgreSQL."),
        )


def _kind_of_disk(path: Path) -> str:
    """Return the name of the file system that a path lies on."""
    mounts = [part for part in psutil.disk_partitions(all=True) if path.is_relative_to(part.mountpoint)]
    return str(max(mounts, key=lambda part: len(part.mountpoint)).fstype) if mounts else ""


def _tables(connection: sa.Connection, where: str) -> Iterator[Finding]:
    """Do what the app does when it starts, and write a run; the caller rolls everything back."""
    is_new = not sa.inspect(connection).get_table_names()
    missing, unknown = sorted(migrations.changes(connection)), migrations.unknown_columns(connection)
    connection.rollback()  # the reads must not hold a snapshot while the tables change
    migrations.migrate(connection)
    config = json.dumps(TrainingConfig().as_dict())
    connection.execute(sa.insert(schema.runs).values(number=_NO_RUN, title="", config=config, state="", created=0.0))
    if unknown:
        yield warning(
            DATABASE,
            Text(
                "A newer DigitLab has changed {where}. This version ignores {columns}.",
                where=where,
                columns=", ".join(unknown),
            ),
            Text("Update DigitLab."),
        )
    if is_new:
        yield ok(
            DATABASE,
            Text("{where} is reachable, writable and empty. The app creates the tables when it starts.", where=where),
        )
    elif missing:
        yield ok(
            DATABASE,
            Text(
                "{where} is reachable and writable. The app adds {missing} when it starts.",
                where=where,
                missing=", ".join(missing),
            ),
        )
    else:
        yield ok(DATABASE, Text("{where} is reachable and writable. The tables are up to date.", where=where))


def _gone(connection: sa.Connection) -> Finding:
    """Check that runs of this machine that are said to be running have a process."""
    running = sa.select(schema.runs.c.number, schema.runs.c.worker).where(schema.runs.c.state == RunState.RUNNING)
    rows = connection.execute(running).all()
    gone = [str(row.number) for row in rows if is_gone_from_here(row.worker or "")]
    if gone:
        return warning(
            RUNS, Text("The process of these running runs is gone: {runs}.", runs=", ".join(gone)),
            Text("They resume when the app starts. `python -m digitlab runs` lists them."),
        )  # fmt: skip
    return ok(RUNS, Text("Running: {count}.", count=len(rows)))
