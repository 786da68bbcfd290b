"""Small files by owner that may be lost: nobody waits until they are on the disk, and the oldest are deleted."""

import hashlib
import os
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path

_SUFFIX = ".kept"
_WRITES_BETWEEN = 50  # two looks for what is too old or too much


class KeptFiles:
    """Files in a folder of this machine, of several processes together. Thread-safe; no error of the disk is raised.

    Their names tell nothing about the owner.

    Example:
        >>> kept = KeptFiles(Path("kept"), max_bytes=1_000_000, max_age=3600)
        >>> kept.write(["browser", "person"], "drawing", b"...")
        >>> kept.read(["browser", "person"], "drawing"), kept.read(["another", "person"], "drawing")
        (b'...', None)
    """

    def __init__(self, folder: Path, *, max_bytes: int, max_age: float) -> None:
        """
        Args:
            folder: Made with the first file.
            max_bytes: Of all files together.
            max_age: Seconds after which a file is deleted.
        """
        self._folder, self._max_bytes, self._max_age = folder, max_bytes, max_age
        self._writes = count()

    def write(self, owner: Sequence[str], kind: str, content: bytes) -> None:
        """Keep a file in place of the owner's last one of this kind."""
        path = self._path(owner, kind)
        partial = path.with_suffix(f".{uuid.uuid4().hex[:8]}")
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                partial.write_bytes(content)
                partial.replace(path)
            finally:
                partial.unlink(missing_ok=True)
        if next(self._writes) % _WRITES_BETWEEN == 0:
            self.delete_oldest()

    def read(self, owner: Sequence[str], kind: str) -> bytes | None:
        """Return an owner's file of a kind; None if there is none, or it cannot be read."""
        with suppress(OSError):
            return self._path(owner, kind).read_bytes()
        return None

    def delete(self, owner: Sequence[str], kind: str) -> None:
        """Delete an owner's file of a kind, if there is one."""
        with suppress(OSError):
            self._path(owner, kind).unlink(missing_ok=True)

    def delete_oldest(self) -> None:
        """Delete what is too old, and then the oldest until the rest is small enough."""
        used = 0
        for path, stat in sorted(self._files(), key=lambda file: file[1].st_mtime, reverse=True):
            used += stat.st_size
            if used > self._max_bytes or time.time() - stat.st_mtime > self._max_age:
                with suppress(OSError):
                    path.unlink(missing_ok=True)

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        with suppress(OSError), os.scandir(self._folder) as found:
            for file in found:
                with suppress(OSError):  # deleted by another process
                    yield Path(file.path), file.stat()

    def _path(self, owner: Sequence[str], kind: str) -> Path:
        name = hashlib.sha256("\n".join(owner).encode()).hexdigest()
        return self._folder / f"{name}.{kind}{_SUFFIX}"
