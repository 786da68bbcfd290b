"""A cache of arrays that took long to compute; the oldest are deleted when it is full."""

import io
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from digitlab.errors import StorageError
from digitlab.storage.storage import Storage

_SUFFIX = ".npy"
_MAX_BYTES = 200_000_000  # 500 times a network's answers on the test set


class ArrayCache:
    """Arrays by name. An array that cannot be written or read counts as missing, so it raises no error. Thread-safe.

    Example:
        >>> from pathlib import Path
        >>> from digitlab.storage.folder import Folder
        >>> cache = ArrayCache(Folder(Path("cache")))
        >>> cache.put("counts", np.array([1, 2]))
        >>> cache.get("counts"), cache.get("other")
        (array([1, 2]), None)
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def get(self, name: str) -> NDArray[np.generic] | None:
        """Return an array; None if it is missing or cannot be read."""
        try:
            array: NDArray[np.generic] = np.load(io.BytesIO(self._storage.read(name + _SUFFIX)), allow_pickle=False)
        except (StorageError, OSError, ValueError, EOFError):
            return None
        return array

    def put(self, name: str, array: NDArray[np.generic]) -> None:
        """Store an array under a name."""
        content = io.BytesIO()
        np.save(content, array, allow_pickle=False)
        with suppress(StorageError):
            self._storage.write(name + _SUFFIX, content.getvalue())
            self._delete_oldest()

    def _delete_oldest(self) -> None:
        entries = sorted(self._storage.entries().items(), key=lambda item: item[1].modified)
        used = sum(entry.size for _, entry in entries)
        for name, entry in entries:
            if used <= _MAX_BYTES:
                break
            self._storage.delete(name)
            used -= entry.size
        self._storage.remove_leftovers()
