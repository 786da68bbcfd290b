"""Which processes have a SQLite file open, and which file that is: locks that end with their process."""

import os
import sys
import time
import weakref
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeAlias

from digitlab.errors import BackupRefused, DatabaseUnavailable
from digitlab.translation import Text

Identity: TypeAlias = tuple[int, int]
"""Device and inode of a file: another file at the same path has others while the first one is open."""

_SUFFIX = ".in-use"
_PATIENCE = 6.0  # seconds for another process to open the database; usually a hundredth of one

if sys.platform == "win32":  # there a file that is open cannot be deleted or replaced

    def _try_lock(handle: int, *, alone: bool) -> bool:
        return True

    def _open_folder(folder: Path) -> int:
        return os.open(os.devnull, os.O_RDONLY)

else:
    import fcntl

    def _try_lock(handle: int, *, alone: bool) -> bool:
        """Lock an open file, alone or together with others; False if others have it locked."""
        with suppress(OSError):  # of file systems without locks, where nobody can tell
            try:
                fcntl.flock(handle, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    def _open_folder(folder: Path) -> int:
        return os.open(folder, os.O_RDONLY)


def identity_of(path: Path) -> Identity | None:
    """Return which file is at a path; None if there is none."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino


class FileUse:
    """Says that this process has a database file open, for as long as it does.

    Example:
        >>> database = Path("lab.db")
        >>> use = FileUse(database)
        >>> with use.begin():
        ...     database.touch()
        ...     use.confirm(identity_of(database))
        >>> used_file(database) == identity_of(database)
        True
        >>> use.end()
    """

    def __init__(self, database: Path) -> None:
        self._path = lock_file(database)
        self._release: weakref.finalize[[int], FileUse] | None = None
        self._handle = -1

    @contextmanager
    def begin(self) -> Iterator[Identity | None]:
        """Open the file within; yields which one other processes have open, None if none has.

        Raises:
            DatabaseUnavailable: Another process does not let this one open it.
        """
        with only_one(self._path.parent), ExitStack() as if_it_fails:
            self._handle = _open_lock(self._path)
            self._release = weakref.finalize(self, os.close, self._handle)
            if_it_fails.callback(self.end)
            is_first = _try_lock(self._handle, alone=True)
            yield None if is_first else _read(self._handle)
            _try_lock(self._handle, alone=False)
            if_it_fails.pop_all()

    def confirm(self, identity: Identity) -> None:
        """Say which file is open, if this process is the first one; call it within `begin`."""
        if _try_lock(self._handle, alone=True):
            os.ftruncate(self._handle, 0)
            os.lseek(self._handle, 0, os.SEEK_SET)
            os.write(self._handle, f"{identity[0]} {identity[1]}\n".encode())

    def end(self) -> None:
        """Say that this process has closed the file."""
        if self._release is not None:
            self._release()


def lock_file(database: Path) -> Path:
    """Return the file whose lock says that a database is open."""
    return database.with_name(database.name + _SUFFIX)


def used_file(database: Path) -> Identity | None:
    """Return which file processes have open as this database; None if none has it open."""
    with suppress(FileNotFoundError), only_one(database.parent):
        handle = os.open(lock_file(database), os.O_RDONLY)
        try:
            return None if _try_lock(handle, alone=True) else _read(handle)
        finally:
            os.close(handle)
    return None


@contextmanager
def nobody_else(database: Path) -> Iterator[None]:
    """Let no process open a database meanwhile.

    Raises:
        BackupRefused: A process has it open.
    """
    with only_one(database.parent):
        handle = _open_lock(lock_file(database))
        try:
            if not _try_lock(handle, alone=True):
                raise BackupRefused(
                    Text(
                        "The lab of {database} is running, or one of its commands or workers is. End all of them "
                        "first (systemctl stop digitlab, or Ctrl-C where it was started).",
                        database=database,
                    )
                )
            yield
        finally:
            os.close(handle)


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Let no other process open, check or restore the database in a folder meanwhile."""
    handle = _open_folder(folder)
    try:
        end = time.monotonic() + _PATIENCE
        while not _try_lock(handle, alone=True):
            if time.monotonic() > end:
                raise DatabaseUnavailable(
                    Text(
                        "Another process opens, saves or restores the database in {folder}. Try again in a moment.",
                        folder=folder,
                    )
                )
            time.sleep(0.01)
        yield
    finally:
        os.close(handle)


def _open_lock(path: Path) -> int:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        folder = path.parent.stat()
        if hasattr(os, "geteuid") and os.geteuid() == 0:  # as SQLite does: a command of root must not lock out the app
            os.chown(handle, folder.st_uid, folder.st_gid)
    except OSError as error:
        raise DatabaseUnavailable(
            Text(
                "{path} cannot be opened ({reason}). Make it writable, or set DIGITLAB_DATA to a writable folder.",
                path=path,
                reason=error.strerror,
            )
        ) from error
    return handle


def _read(handle: int) -> Identity | None:
    os.lseek(handle, 0, os.SEEK_SET)
    parts = os.read(handle, 100).split()
    return (int(parts[0]), int(parts[1])) if len(parts) == 2 else None
