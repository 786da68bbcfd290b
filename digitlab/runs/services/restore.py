"""Restores a lab from a backup while the lab is not running; the old files are moved aside.

Nothing is changed before all of the backup was read and found sound. The last step only renames files, and a journal
says which. After an interruption, the next restore first moves everything back; until then no lab starts there.
"""

import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from digitlab.errors import BackupDamaged, BackupRefused
from digitlab.networks.recognition import CARD
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.services.backup import BackupContent, database_of
from digitlab.runs.services.backup_archive import (
    DATABASE,
    FOLDERS,
    BackupArchive,
    is_network_file,
    open_archive,
    path_of,
)
from digitlab.runs.store import sqlite_copy
from digitlab.runs.store.database_file import rescued_files, restore_journal
from digitlab.runs.store.file_use import nobody_else
from digitlab.settings import Settings
from digitlab.storage.folder import sync
from digitlab.translation import Text

_Move = tuple[Path, Path]
_SQLITE = b"SQLite format 3\0"
_JOURNALS = ("-wal", "-shm", "-journal")  # of SQLite, beside its file
_STAGING = ".saving-restore-"  # the lab removes such folders, should a crash leave one
_ASIDE = "set-aside-"
_RESERVE = 50_000_000  # bytes that must stay free


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did.

    Attributes:
        content: How much the backup held.
        made: When the backup was made, an ISO time in UTC; empty if unknown.
        has_networks: Whether it held the networks, too.
        set_aside: The folders to which files of before were moved.
    """

    content: BackupContent
    made: str
    has_networks: bool
    set_aside: tuple[Path, ...]


def restore(settings: Settings, file: Path, *, replace: bool) -> Restored:
    """Restore a backup, or the database alone from a copy, such as one that was rescued.

    Args:
        settings: Those of the lab.
        file: A backup, or a SQLite database.
        replace: Whether a lab that holds something may be replaced; it is moved aside.

    Raises:
        BackupDamaged: The file is not sound. Nothing was changed.
        BackupRefused: The lab runs, holds something, or cannot be written. Nothing was changed.
    """
    database = database_of(settings, _HOW_TO_RESTORE)
    if not isinstance(settings.models, Path):
        raise BackupRefused(
            Text(
                "The networks of this lab are at {address}, where a backup cannot be put in one step. Set "
                "DIGITLAB_MODELS to a folder for this command, then copy that folder to the address with its "
                "own tools.",
                address=settings.models,
            )
        )
    is_database = _is_database(file)
    if database.exists() and file.exists() and database.samefile(file):
        raise BackupRefused(Text("{file} is the database of this lab. Name a backup of it.", file=file))
    try:
        _prepare(database.parent, settings.models)
        with nobody_else(database):
            undo(database)
            return _restore(settings, settings.models, database, file, is_database=is_database, replace=replace)
    except OSError as error:
        where = error.filename or database.parent
        outcome = Text("Nothing was restored, and what was there is in its place.")
        if restore_journal(database).exists():
            outcome = Text("Run the same command again: it first puts back what was there.")
        raise BackupRefused(
            Text(
                "{where} cannot be written ({reason}). {outcome}",
                where=where,
                reason=error.strerror or str(error),
                outcome=outcome,
            )
        ) from error


def _restore(
    settings: Settings, models: Path, database: Path, file: Path, *, is_database: bool, replace: bool
) -> Restored:
    with _staging(database.parent) as data, _staging(models) as networks:
        made, count = "", 0
        if is_database:
            _copy_database(file, data / DATABASE)
        else:
            with open_archive(file) as archive:
                made, count = archive.manifest.made, _extract(archive, data, networks)
        if problem := sqlite_copy.problem(data / DATABASE):
            raise BackupDamaged(
                Text(
                    "The database in {file} cannot be used: {problem}. Take another backup.", file=file, problem=problem
                )
            )
        old = [] if is_database else _files_of_networks(settings, models)
        if not replace and (any(map(_is_filled, old)) or _holds_something(database)):
            raise BackupRefused(
                Text(
                    "There is a lab in {folder} already, and it holds something. Nothing was changed. To replace "
                    "it, add --replace: it is moved aside, not deleted.",
                    folder=database.parent,
                )
            )
        _fold(database)
        aside = time.strftime(f"{_ASIDE}%Y%m%d-%H%M%S")
        rescued = [path for path in rescued_files(database) if path.samefile(file)]
        away = [(path, path.parent / aside / path.name) for path in (*_files_of_database(database), *rescued, *old)]
        new = [(path, models / path.name) for path in sorted(networks.iterdir())]
        _move(database, [*away, *new, (data / DATABASE, database)])
    rows = sqlite_copy.counts(database)
    return Restored(
        content=BackupContent(runs=rows["runs"], drawings=rows["drawings"], networks=count),
        made=made,
        has_networks=not is_database,
        set_aside=tuple(dict.fromkeys(target.parent for _, target in away)),
    )


def undo(database: Path) -> None:
    """Put everything back that an interrupted restore has moved."""
    journal = restore_journal(database)
    if not journal.exists():
        return
    try:
        moves = [(Path(source), Path(target)) for source, target in json.loads(journal.read_text(encoding="utf-8"))]
    except ValueError:  # it was interrupted before the first move
        moves = []
    for source, target in reversed(list(takewhile(_is_done, moves))):
        source.parent.mkdir(exist_ok=True)
        target.rename(source)
    for folder in {path.parent for move in moves for path in move}:
        if folder.name.startswith(_STAGING):
            shutil.rmtree(folder, ignore_errors=True)
        elif folder.name.startswith(_ASIDE):
            with suppress(OSError):  # it holds something else
                folder.rmdir()
    _sync_folders(moves)
    journal.unlink()


def _is_done(move: _Move) -> bool:
    """Whether a move was done: what is moved aside goes to a new folder, what comes in its place is there only then."""
    source, target = move
    return target.exists() and not (source.parent.name.startswith(_STAGING) and source.exists())


def _move(database: Path, moves: Sequence[_Move]) -> None:
    """Rename files, all or none: the journal is there from before the first to after the last."""
    journal = restore_journal(database)
    for folder in {target.parent for _, target in moves}:
        folder.mkdir(exist_ok=True)  # of those that are set aside; the others exist
    for _, target in moves:
        if target.exists() and target not in {source for source, _ in moves}:
            raise BackupRefused(Text("{target} is in the way. Move it elsewhere, and try again.", target=target))
    with ExitStack() as if_it_fails:
        if_it_fails.callback(undo, database)
        journal.write_text(json.dumps([[str(source), str(target)] for source, target in moves]), encoding="utf-8")
        sync(journal)
        for source, target in moves:
            source.rename(target)
        _sync_folders(moves)
        if_it_fails.pop_all()
    journal.unlink()
    sync(journal.parent)


def _sync_folders(moves: Sequence[_Move]) -> None:
    for folder in {path.parent for move in moves for path in move}:
        if folder.is_dir():
            sync(folder)


def _prepare(*folders: Path) -> None:
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
        owner = folder.stat().st_uid
        if hasattr(os, "geteuid") and os.geteuid() == 0 != owner:
            raise BackupRefused(
                Text(
                    "{folder} belongs to the user {owner}, and what root writes there the lab could not change. "
                    "Run this command as that user: sudo -u '#{owner}' ...",
                    folder=folder,
                    owner=owner,
                )
            )


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """Yield a folder on the same disk; it is removed afterwards."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=_STAGING, ignore_cleanup_errors=True) as name:
        yield Path(name)


def _is_database(file: Path) -> bool:
    try:
        with file.open("rb") as content:
            return content.read(len(_SQLITE)) == _SQLITE
    except OSError as error:
        raise BackupDamaged(
            Text("{file} cannot be read ({reason}). Choose another file.", file=file, reason=error.strerror)
        ) from error


def _copy_database(file: Path, target: Path) -> None:
    _check_room(target.parent, file.stat().st_size)
    try:
        sqlite_copy.copy_file(file, target)
    except sqlite3.Error as error:
        raise BackupDamaged(
            Text("{file} cannot be read ({reason}). Take another backup.", file=file, reason=str(error))
        ) from error


def _extract(archive: BackupArchive, data: Path, networks: Path) -> int:
    """Write all parts to the two folders, and return how many networks there are."""
    size = sum(part.size for part in archive.manifest.parts)
    for folder in (data, networks):
        _check_room(folder, size)
    count = 0
    for part in archive.manifest.parts:
        names = path_of(part.name)
        path = networks.joinpath(*names) if names else data / DATABASE
        path.parent.mkdir(exist_ok=True)
        with path.open("xb") as target:
            archive.extract(part, target)
        sync(path)
        count += part.name.endswith(CARD)
    return count


def _check_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + _RESERVE:
        raise BackupRefused(
            Text(
                "The backup needs {size:,.0f} MB in {folder}, and {free:,.0f} MB are free. Nothing was "
                "changed. Free some space, and try again.",
                size=size / 1e6,
                folder=folder.parent,
                free=free / 1e6,
            )
        )


def _files_of_networks(settings: Settings, models: Path) -> list[Path]:
    """Return the files of people's networks, and the folders beside them."""
    ready_made = {card.name for card in ModelFiles(settings).cards() if card.is_ready_made}
    networks = [
        path
        for path in models.iterdir()
        if is_network_file(path.name) and path.name.partition(".")[0] not in ready_made
    ]
    return sorted(networks) + [models / name for name in FOLDERS if (models / name).is_dir()]


def _is_filled(path: Path) -> bool:
    return not path.is_dir() or any(path.iterdir())


def _files_of_database(database: Path) -> list[Path]:
    paths = [database, *(database.with_name(database.name + ending) for ending in _JOURNALS)]
    return [path for path in paths if path.exists()]


def _holds_something(database: Path) -> bool:
    """Whether a database has a run or a drawing, or cannot be read."""
    if not database.exists():
        return False
    try:
        with closing(sqlite_copy.connect(database, "rw")) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            queries = [f"SELECT 1 FROM {table} LIMIT 1" for table in ("runs", "drawings") if table in tables]  # noqa: S608 - names of our tables
            return any(connection.execute(query).fetchone() for query in queries)
    except sqlite3.Error:
        return True


def _fold(database: Path) -> None:
    """Write what is in the journal into the file, so that it is whole by itself. A damaged file stays as it is.

    Raises:
        BackupRefused: Another program has the file open.
    """
    if not database.exists():
        return
    try:
        with closing(sqlite_copy.connect(database, "rw")) as connection:
            connection.execute("PRAGMA busy_timeout = 1000")
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise BackupRefused(
                Text(
                    "Another program has {database} open. End it (fuser {database} names it), and try again.",
                    database=database,
                )
            ) from error
    except sqlite3.DatabaseError:
        return


_HOW_TO_RESTORE = Text(
    "This lab's database is not a SQLite file. PostgreSQL has its own tools: restore it with `pg_restore --clean "
    "--if-exists --dbname=NAME digitlab.dump`, then copy the networks back to what DIGITLAB_MODELS names. "
    "docs/deploy.md has all steps."
)
