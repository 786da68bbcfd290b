"""The store of a lab, opened when it is first asked: its import takes half a second, and drawing needs none."""

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digitlab.runs.store.store import Store


class LazyStore:
    """Call it for the store; threads may share it."""

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
        """Close the store, if it was ever opened."""
        if self._opened is not None:
            self._opened.close()
