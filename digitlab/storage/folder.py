"""A storage that is a folder on this machine."""

import errno
import os
import shutil
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from digitlab.storage.storage import ABANDONED_AFTER, LEFTOVER, Entry, Storage


class Folder(Storage):
    """A folder on this machine.

    Example:
        >>> folder = Folder(Path("networks"))
        >>> folder.write("mine.keras", b"...")
        >>> folder.read("mine.keras"), list(folder.entries())
        (b'...', ['mine.keras'])
    """

    def __init__(self, path: Path) -> None:
        self.path = self.folder = path
        self.where = str(path)

    def entries(self) -> dict[str, Entry]:
        found = {}
        with self.translate_errors(), suppress(FileNotFoundError), os.scandir(self.path) as files:
            for file in files:
                with suppress(FileNotFoundError):  # deleted meanwhile
                    if file.is_file() and not LEFTOVER.fullmatch(file.name):
                        found[file.name] = _entry(file.stat())
        return found

    def entry(self, name: str) -> Entry | None:
        with self.translate_errors(), suppress(FileNotFoundError):
            return _entry((self.path / name).stat())
        return None

    def read(self, name: str) -> bytes:
        with self.translate_errors():
            content = (self.path / name).read_bytes() if (self.path / name).is_file() else None
        if content is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name)
        return content

    def write(self, name: str, content: bytes) -> None:
        partial = self.path / f".{name}.{uuid.uuid4().hex[:8]}.part"
        with self.translate_errors():
            self.path.mkdir(parents=True, exist_ok=True)
            try:
                partial.write_bytes(content)
                sync(partial)
                partial.replace(self.path / name)
                sync(self.path)
            finally:
                partial.unlink(missing_ok=True)

    def put(self, files: Sequence[Path]) -> None:
        with self.translate_errors():
            for file in files:  # all before the first move: a full disk may show only here
                sync(file)
            *others, last = files
            (self.path / last.name).unlink(missing_ok=True)
            sync(self.path)
            for file in others:
                file.replace(self.path / file.name)
            sync(self.path)
            last.replace(self.path / last.name)
            sync(self.path)

    def delete(self, name: str) -> None:
        with self.translate_errors():
            (self.path / name).unlink(missing_ok=True)
            if self.path.is_dir():
                sync(self.path)

    @contextmanager
    def temporary_folder(self) -> Iterator[Path]:
        """Yield a folder for unfinished files; it is removed afterwards."""
        with self.translate_errors():
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.path, prefix=".saving-") as name:
                yield Path(name)

    def publish(self, path: Path) -> None:
        """Rename the folder to `path` in one step; if `path` exists already, it stays as it is."""
        with self.translate_errors():
            try:
                self.path.rename(path)
            except OSError:
                if not path.is_dir():
                    raise
            sync(path.parent)

    def remove(self) -> None:
        """Remove the folder and its content; another process may be doing the same."""
        shutil.rmtree(self.path, ignore_errors=True)

    def remove_leftovers(self) -> None:
        with self.translate_errors(), suppress(FileNotFoundError):  # another process may be cleaning up, too
            for path in self.path.iterdir():
                if LEFTOVER.fullmatch(path.name) and time.time() - path.stat().st_mtime > ABANDONED_AFTER:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()


def _entry(stat: os.stat_result) -> Entry:
    return Entry(stat.st_size, stat.st_mtime, f"{stat.st_size}-{stat.st_mtime_ns}-{stat.st_ino}")


def sync(path: Path) -> None:
    """Flush the content of a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
