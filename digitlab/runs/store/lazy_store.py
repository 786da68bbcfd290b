"""The store of a lab, opened on first use: its import takes half a second, and drawing does not need it."""

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digitlab.runs.store.store import Store


class LazyStore:
    """Call it to get the store. Thread-safe."""

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._opened: Store | None = None
        self._lock = threading.Lock()

    def __call__(self) -> "Store":
        """Return the store."""
        from digitlab.runs.store.store import Store

        with self._lock:
            if self._opened is None:
                self._opened = Store(self._database_url)
            return self._opened

    def close(self) -> None:
        """Close the store if it was opened."""
        if self._opened is not None:
            self._opened.close()
