"""A SQLite file that is open: is it still the file at its path? If not, what it holds is saved beside it."""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from digitlab import logs
from digitlab.errors import DatabaseFileLost, DatabaseUnavailable
from digitlab.runs.store import sqlite_copy
from digitlab.runs.store.file_use import FileUse, Identity, identity_of, only_one, used_file
from digitlab.translation import Text, sentences

_RETRY = 60.0  # seconds after which saving is tried again, for example on a full disk
_COARSE = 1.0  # seconds by which a file's time may be behind the clock


class DatabaseFile:
    """The file of one store. Thread-safe.

    SQLite goes on without a word when its file is deleted or replaced: what is written then is gone when the process
    ends, and what others write goes to another file. So `check` compares the file at the path with the one that is
    open, which takes microseconds. A connection stays open, so that the system keeps the file, and gives its inode to
    no other one.

    Example:
        >>> file = DatabaseFile(Path("digitlab.db"))
        >>> with file.opening():
        ...     file.connect(None, None, ["digitlab.db"], {}).close()
        >>> _ = Path("digitlab.db").rename("elsewhere.db")
        >>> "digitlab.db was deleted" in file.trouble()
        True
        >>> file.close()
    """

    def __init__(self, path: Path, *, may_create: bool = True) -> None:
        """Take the path, and whether a new file may be created there: by the app, not by a worker."""
        self.path = path.absolute()
        self._may_create = may_create
        self._use = FileUse(self.path)
        self._identity: Identity | None = None
        self._kept: sqlite3.Connection | None = None
        self._is_lost = False
        self._seen = time.time()  # when the file was last at its path
        self._saving = threading.Lock()
        self._saved: Path | None = None
        self._reason = ""  # why it could not be saved
        self._next_try = 0.0

    @contextmanager
    def opening(self) -> Iterator[None]:
        """Connect for the first time within.

        Raises:
            DatabaseFileLost: There is no file and none may be created, or other processes have another one open.
        """
        with self._use.begin() as used:
            found = identity_of(self.path)
            if message := _obstacle(self.path, found, used, may_create=self._may_create):
                raise DatabaseFileLost(message)
            yield
            self._keep_open()
            assert self._identity is not None
            self._use.confirm(self._identity)

    def connect(self, _dialect: object, _record: object, arguments: Any, options: Any) -> sqlite3.Connection:
        """Connect to the file, as SQLAlchemy asks. Only the first connection may create it."""
        mode = "rwc" if self._identity is None and self._may_create else "rw"
        connection: sqlite3.Connection = sqlite3.connect(
            f"{self.path.as_uri()}?mode={mode}", *arguments[1:], **options, uri=True
        )
        found = identity_of(self.path)
        if self._identity is None:
            self._identity = found
        elif found != self._identity:
            connection.close()
            self.check()
        return connection

    def check(self) -> None:
        """Raise `DatabaseFileLost` unless the file is at its path."""
        if message := self.trouble():
            raise DatabaseFileLost(message)

    def trouble(self) -> str:
        """Return what happened to the file, and what to do, in sentences; empty if it is at its path."""
        if self._identity is None:
            return ""
        try:
            found = identity_of(self.path)
        except OSError:  # the folder cannot be read for a moment, and tells nothing
            return ""
        if found == self._identity:
            self._seen = time.time()
            if self._is_lost:  # somebody moved it back: what is said here is true again
                self._is_lost, self._saved, self._next_try = False, None, 0.0
                logs.log("database file back", database=self.path)
            return ""
        if not self._is_lost:
            self._is_lost = True
            logs.log("database file lost", database=self.path, level=logging.ERROR)
        self._save_once()
        return sentences(_happened(self.path, found), self._about_saved(), _remedy(self.path, self._saved, found))

    def close(self) -> None:
        """Let the file go."""
        if self._kept is not None:
            self._kept.close()
        self._use.end()

    def _keep_open(self) -> None:
        try:
            self._kept = sqlite_copy.connect(self.path, "rw")
            self._kept.execute("SELECT count(*) FROM sqlite_master").fetchone()  # opens the journal, too
            self._seen = time.time()
        except sqlite3.Error as error:
            raise DatabaseUnavailable(
                Text(
                    "The database {path} does not respond: {reason}. Try again in a moment.",
                    path=self.path,
                    reason=str(error),
                )
            ) from error

    def _save_once(self) -> None:
        if self._kept is None or not self._saving.acquire(blocking=False):
            return
        try:
            if self._saved is None and time.monotonic() >= self._next_try:
                self._saved = self._save(self._kept)
                logs.log("database rescued", database=self.path, file=self._saved)
        except (sqlite3.Error, OSError, DatabaseUnavailable) as error:
            self._reason = str(error).rstrip(".")
            self._next_try = time.monotonic() + _RETRY
            logs.log("database not rescued", database=self.path, reason=self._reason, level=logging.ERROR)
        finally:
            self._saving.release()

    def _save(self, kept: sqlite3.Connection) -> Path:
        """Save what the file holds beside its path, unless another process has done so."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with only_one(self.path.parent):
            for file in rescued_files(self.path):
                if file.stat().st_mtime >= self._seen - _COARSE:
                    return file
            target = self.path.with_name(time.strftime(f"{self.path.stem}-rescued-%Y%m%d-%H%M%S{self.path.suffix}"))
            sqlite_copy.copy(kept, target)
            with suppress(sqlite3.Error):  # what the journal holds would be taken for that of the file that comes next
                kept.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return target

    def _about_saved(self) -> Text:
        if self._saved is not None:
            return _saved_in(self._saved)
        if self._next_try:
            return Text(
                "What it held could not be saved beside it ({reason}); this is tried again each minute.",
                reason=self._reason,
            )
        return Text("What it held is being saved beside it.")


def rescued_files(path: Path) -> list[Path]:
    """Return the files that hold what lost files at this path held, the newest first."""
    return sorted(path.parent.glob(f"{path.stem}-rescued-*{path.suffix}"), reverse=True)


def restore_journal(path: Path) -> Path:
    """Return the file that exists while a backup is being put in the place of a database, or was interrupted."""
    return path.with_name(f"{path.name}.restoring")


def loss(path: Path) -> str:
    """Return what happened to a database file that other processes have open, in sentences; empty if nothing did."""
    found, used = identity_of(path), used_file(path)
    if used is None or used == found:
        return ""
    saved = next(iter(rescued_files(path)), None)
    about = [_saved_in(saved)] if saved else []
    return sentences(_happened(path, found), *about, _remedy(path, saved, found))


def _obstacle(path: Path, found: Identity | None, used: Identity | None, *, may_create: bool) -> str:
    """Return why a file may not be opened, in sentences; empty if it may."""
    if restore_journal(path).exists():
        return Text(
            "A restore of {folder} was interrupted. Run python -m digitlab restore FILE again: it first puts back what "
            "was there.",
            folder=path.parent,
        )
    if used is not None and used != found:
        newest = next(iter(rescued_files(path)), None)
        return sentences(_happened(path, found), _remedy(path, newest, found))
    if found is not None:
        return ""
    if not may_create:
        return Text(
            "The database file {path} is missing. Start the app, which creates it, or restore a backup.", path=path
        )
    if saved := rescued_files(path):
        return Text(
            "The database file {path} is missing, and {saved} holds what was in it. Run python -m digitlab restore "
            "{saved} first. To begin with an empty lab instead, move that file to another folder.",
            path=path,
            saved=saved[0],
        )
    return ""


def _happened(path: Path, found: Identity | None) -> Text:
    if found is None:
        return Text(
            "The database file {path} was deleted or moved while the lab has it open. Nothing is read or recorded now, "
            "and no training starts.",
            path=path,
        )
    return Text(
        "The database file {path} was replaced by another file while the lab has it open. Nothing is read or recorded "
        "now, and no training starts.",
        path=path,
    )


def _saved_in(file: Path) -> Text:
    return Text("What it held is saved in {file}.", file=file)


def _remedy(path: Path, saved: Path | None, found: Identity | None) -> Text:
    backup = saved or "FILE"
    if found is None:
        return Text("End the lab, run python -m digitlab restore {backup} and start it again.", backup=backup)
    return Text(
        "End the lab, run python -m digitlab restore {backup} --replace and start it again; or, if the file that is "
        "there now is the right one, only end and start the lab.",
        backup=backup,
    )
