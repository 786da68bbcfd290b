"""What a place for files promises.

A name shows a whole file or none: what is written comes under its name in one step, so a crash between any two
instructions leaves the old file or the new one.
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

HALF_WRITTEN = 3600.0  # seconds; longer nobody writes at one file
LEFTOVER = re.compile(r"\.(saving|card|fetching)-.*|.*\.part")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# What is raised for a place that is away, where it is no OSError.
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
        modified: Seconds since 1970; 0 where nobody knows.
        stamp: Another one when its content changes.
    """

    size: int
    modified: float
    stamp: str


class Storage(ABC):
    """One flat place for files. Threads may share it.

    Every method may raise `StorageFull` or `StorageUnavailable`.

    Attributes:
        where: The place, as a person may be told: without a password.
    """

    where: str

    @abstractmethod
    def entries(self) -> dict[str, Entry]:
        """Return all whole files by their names."""

    @abstractmethod
    def entry(self, name: str) -> Entry | None:
        """Look at one file; None without it."""

    @abstractmethod
    def read(self, name: str) -> bytes:
        """Return a file's content; `FileNotFoundError` without it."""

    @abstractmethod
    def write(self, name: str, content: bytes) -> None:
        """Put a file in the place of the last one."""

    @abstractmethod
    def put(self, files: Sequence[Path]) -> None:
        """Move finished files here, in their order. The last one shows that all are there: an older one goes first."""

    @abstractmethod
    def delete(self, name: str) -> None:
        """Remove a file, if there is one."""

    @abstractmethod
    def remove_leftovers(self) -> None:
        """Remove what a crash left half written, once it is older than anybody could be writing it."""

    @contextmanager
    def translate_errors(self) -> Iterator[None]:
        """Turn what is raised for a full or absent place into what a person can be told."""
        try:
            yield
        except _errors() as error:
            self.forget()
            if isinstance(error, OSError) and error.errno in _FULL:
                raise StorageFull(
                    f"There is no room left in {self.where}. Delete networks or other files there, then go on: "
                    "nothing is half written, and what was there before is unchanged."
                ) from error
            reason = (isinstance(error, OSError) and error.strerror) or type(error).__name__
            raise StorageUnavailable(
                f"Networks and checkpoints cannot be read or written in {self.where} ({reason}). See that it is there "
                "and may be written, or set DIGITLAB_MODELS to another place; then go on."
            ) from error

    def forget(self) -> None:  # noqa: B027 - a folder has no connection to forget
        """Connect anew the next time."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of a storage, by its name."""

    storage: Storage
    name: str

    def __str__(self) -> str:
        return f"{self.storage.where}/{self.name}"

    def exists(self) -> bool:
        """Whether it is there."""
        return self.storage.entry(self.name) is not None

    def read(self) -> bytes | None:
        """Return its content; None without it."""
        with suppress(FileNotFoundError):
            return self.storage.read(self.name)
        return None

    def write(self, content: bytes) -> None:
        """Put it in the place of the last one."""
        self.storage.write(self.name, content)

    def delete(self) -> None:
        """Remove it, if it is there."""
        self.storage.delete(self.name)


def _errors() -> tuple[type[BaseException], ...]:
    foreign = [getattr(sys.modules[module], name) for module, name in _FOREIGN.items() if module in sys.modules]
    return OSError, NotImplementedError, *foreign
