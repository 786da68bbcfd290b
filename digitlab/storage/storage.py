"""The interface of all storages.

A name shows a whole file or none: a file gets its name in one step, so a crash between any two instructions leaves the
old file or the new one.
"""

import errno
import re
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from digitlab.errors import StorageFull, StorageUnavailable
from digitlab.translation import Text

ABANDONED_AFTER = 3600.0  # seconds after which a partial file counts as abandoned
LEFTOVER = re.compile(r"\.(saving|card|fetching)-.*|.*\.part")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# Errors of storages that cannot be reached, where they are no OSError.
_FOREIGN = {
    "aiohttp": "ClientError",
    "azure.core.exceptions": "AzureError",
    "botocore.exceptions": "BotoCoreError",
    "gcsfs.retry": "HttpError",
    "google.auth.exceptions": "GoogleAuthError",
    "paramiko.ssh_exception": "SSHException",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a storage.

    Attributes:
        size: Bytes.
        modified: Seconds since 1970; 0 if unknown.
        stamp: Changes when the content changes.
    """

    size: int
    modified: float
    stamp: str


class Storage(ABC):
    """A flat collection of files. Thread-safe.

    Every method may raise `StorageFull` or `StorageUnavailable`.

    Attributes:
        where: The folder or address as shown to people: without a password.
        folder: The folder on this machine where `put` moves files; None for an address.
    """

    where: str
    folder: Path | None = None

    @abstractmethod
    def entries(self) -> dict[str, Entry]:
        """Return all whole files by their names."""

    @abstractmethod
    def entry(self, name: str) -> Entry | None:
        """Return size, time and stamp of one file; None if it does not exist."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """Return the content of a file; `FileNotFoundError` if it does not exist."""

    @abstractmethod
    def write(self, name: str, content: bytes) -> None:
        """Write a file, or replace it."""

    @abstractmethod
    def put(self, files: Sequence[Path]) -> None:
        """Move finished files here, in their order. The last one marks the set as complete, so an older one is removed
        first.
        """

    @abstractmethod
    def delete(self, name: str) -> None:
        """Remove a file if it exists."""

    @abstractmethod
    def remove_leftovers(self) -> None:
        """Remove partial files that a crash left, once they are older than `ABANDONED_AFTER`."""

    def local_path(self, name: str) -> Path | None:
        """Return the path of a file on this machine, which need not exist; None if files must be copied first."""
        return self.folder / name if self.folder else None

    @contextmanager
    def translate_errors(self) -> Iterator[None]:
        """Raise `StorageFull` or `StorageUnavailable` in place of the errors of the system and of fsspec's packages."""
        try:
            yield
        except _errors() as error:
            self.forget()
            if isinstance(error, OSError) and error.errno in _FULL:
                raise StorageFull(
                    Text(
                        "There is no room left in {place}. Delete networks or other files there, then try again. No "
                        "file is incomplete, and existing files are unchanged.",
                        place=self.where,
                    )
                ) from error
            reason = (isinstance(error, OSError) and error.strerror) or type(error).__name__
            raise StorageUnavailable(
                Text(
                    "Files cannot be read or written in {place} ({reason}). Check that it exists and is "
                    "writable, or choose another place with DIGITLAB_DATA or DIGITLAB_MODELS; then try again.",
                    place=self.where,
                    reason=reason,
                )
            ) from error

    def forget(self) -> None:  # noqa: B027 - a folder has no connection to forget
        """Drop the connection; the next call connects again."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file in a storage.

    Example:
        >>> from digitlab.storage.folder import Folder
        >>> file = StoredFile(Folder(Path("checkpoints")), "run-1.npz")
        >>> file.exists(), file.read()
        (False, None)
        >>> file.write(b"...")
        >>> file.read()
        b'...'
    """

    storage: Storage
    name: str

    def __str__(self) -> str:
        return f"{self.storage.where}/{self.name}"

    def exists(self) -> bool:
        """Whether the file exists."""
        return self.storage.entry(self.name) is not None

    def read(self) -> bytes | None:
        """Return the content; None if the file does not exist."""
        with suppress(FileNotFoundError):
            return self.storage.read(self.name)
        return None

    def write(self, content: bytes) -> None:
        """Write the file, or replace it."""
        self.storage.write(self.name, content)

    def delete(self) -> None:
        """Remove the file if it exists."""
        self.storage.delete(self.name)


def _errors() -> tuple[type[BaseException], ...]:
    foreign = [getattr(sys.modules[module], name) for module, name in _FOREIGN.items() if module in sys.modules]
    return OSError, NotImplementedError, *foreign
