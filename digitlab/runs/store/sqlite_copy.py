"""Copies of SQLite databases, made while they are in use, and what is wrong with a copy."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from digitlab.runs.store.schema import metadata
from digitlab.storage.folder import sync
from digitlab.translation import Text

_PATIENCE = 6  # seconds for a lock


def connect(path: Path, mode: str) -> sqlite3.Connection:
    """Connect to a database file; `mode` is one of SQLite's: "ro", "rw" (it must exist) or "rwc" (it is created)."""
    address = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(address, uri=True, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)


def copy(source: sqlite3.Connection, target: Path) -> None:
    """Write what a connection sees to a new file, at one moment and in one step, without a journal.

    Raises:
        sqlite3.Error: The source cannot be read, or there is no room.
        OSError: The file cannot be written.
    """
    partial = target.with_name(f".{target.name}.part")
    partial.unlink(missing_ok=True)
    try:
        os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # it holds people's drawings
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # else a lock would be waited for without end
        with closing(sqlite3.connect(partial, isolation_level=None)) as written:
            source.backup(written)
            written.execute("PRAGMA journal_mode = DELETE")
        sync(partial)
        partial.replace(target)
        sync(target.parent)
    finally:
        partial.unlink(missing_ok=True)


def copy_file(source: Path, target: Path) -> None:
    """Do the same for a file, which may be in use."""
    with closing(connect(source, "ro")) as connection:
        copy(connection, target)


def problem(path: Path) -> str:
    """Return what is wrong with a copy, as the end of a sentence; empty if it is a sound database of DigitLab.

    The file is not changed, and no other is made beside it.
    """
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            found = connection.execute("SELECT type, name FROM sqlite_master").fetchall()
            tables = {name for kind, name in found if kind == "table"}
            if unfit := sorted({kind for kind, _ in found} - {"table", "index"}):
                return Text("it has a {kind}, which no database of DigitLab has", kind=unfit[0])
            if not tables & set(metadata.tables):
                return Text("it is not a database of DigitLab")
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return Text("it cannot be read ({reason})", reason=str(error))
    return "" if verdict == "ok" else Text("it is damaged ({reason})", reason=verdict)


def counts(path: Path) -> dict[str, int]:
    """Return how many rows the tables of a copy have; 0 where an older version has no such table."""
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        known = [name for name in metadata.tables if name in names]
        rows = {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in known}  # noqa: S608 - names of our tables
    return dict.fromkeys(metadata.tables, 0) | rows
