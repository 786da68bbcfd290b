"""A storage with an older one behind it: files that are still there are used where they are."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from digitlab.errors import StorageError
from digitlab.storage.storage import Entry, Storage

_CARD = ".json"  # of a network, beside which it stays


class FallbackStorage(Storage):
    """Writes new files to `storage`; finds, replaces and deletes those in `older`, too.

    Nothing is moved: no crash can lose a file half way, several labs may share the older place, and an older version
    of DigitLab still finds what it had. Where both have a file of one name, that in `storage` counts; so a file that
    cannot be replaced in `older`, which may be read-only, is written to `storage`.

    Example:
        >>> from digitlab.storage.folder import Folder
        >>> older, newer = Folder(Path("older")), Folder(Path("newer"))
        >>> older.write("old.keras", b"old")
        >>> storage = FallbackStorage(newer, older)
        >>> storage.write("new.keras", b"new")
        >>> sorted(storage.entries()), list(newer.entries())
        (['new.keras', 'old.keras'], ['new.keras'])
    """

    def __init__(self, storage: Storage, older: Storage) -> None:
        self._storage, self._older = storage, older
        self.where, self.folder = storage.where, storage.folder

    def entries(self) -> dict[str, Entry]:
        return self._older.entries() | self._storage.entries()

    def entry(self, name: str) -> Entry | None:
        return self._place_of(name).entry(name)

    def read(self, name: str) -> bytes:
        return self._place_of(name).read(name)

    def local_path(self, name: str) -> Path | None:
        return self._place_of(name).local_path(name)

    def write(self, name: str, content: bytes) -> None:
        place = self._place_of(name)
        try:
            place.write(name, content)
        except StorageError:
            if place is self._storage or name.endswith(_CARD):
                raise
            self._storage.write(name, content)

    def put(self, files: Sequence[Path]) -> None:
        self._storage.put(files)

    def delete(self, name: str) -> None:
        for place in (self._storage, self._older):
            if place.entry(name) is not None:
                place.delete(name)

    def remove_leftovers(self) -> None:
        self._storage.remove_leftovers()
        with suppress(StorageError):  # the older place may be read-only
            self._older.remove_leftovers()

    def forget(self) -> None:
        self._storage.forget()
        self._older.forget()

    def _place_of(self, name: str) -> Storage:
        is_older = self._storage.entry(name) is None and self._older.entry(name) is not None
        return self._older if is_older else self._storage
