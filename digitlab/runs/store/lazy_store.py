"""The store of a lab, opened on first use: its import takes half a second, and drawing does not need it."""

import threading
from typing import TYPE_CHECKING

from digitlab.errors import DatabaseFileLost
from digitlab.translation import message_of

if TYPE_CHECKING:
    from digitlab.runs.store.store import Store


class LazyStore:
    """Call it to get the store. Thread-safe.

    Example:
        >>> record = LazyStore("sqlite:///lab.db")
        >>> record().runs()  # opened now
        []
        >>> record() is record()
        True
        >>> record.close()
    """

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._opened: Store | None = None
        self._obstacle: str = ""  # why a file could not be opened, in sentences
        self._lock = threading.Lock()

    def __call__(self) -> "Store":
        """Return the store."""
        from digitlab.runs.store.store import Store

        with self._lock:
            if self._opened is None:
                self._obstacle = ""
                try:
                    self._opened = Store(self._database_url)
                except DatabaseFileLost as error:
                    self._obstacle = message_of(error)
                    raise
            return self._opened

    def file_trouble(self) -> str:
        """Return what happened to a SQLite file, and what to do, in sentences; empty if all seems well."""
        return self._opened.file_trouble() if self._opened is not None else self._obstacle

    def close(self) -> None:
        """Close the store if it was opened."""
        if self._opened is not None:
            self._opened.close()
