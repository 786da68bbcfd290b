"""The networks in one storage: `NAME.keras`, `NAME.tflite` for reading, and `NAME.json`, the card."""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from digitlab.errors import ModelDamaged, ModelNotFound, StorageUnavailable
from digitlab.networks.recognition import CARD, SUFFIX
from digitlab.runs.records.model_card import NAME, ModelCard
from digitlab.storage.folder import Folder
from digitlab.storage.storage import Storage
from digitlab.translation import Text

KERAS = ".keras"
_MAX_COPIES = 50  # networks of remote storages; 1 to 2 MB each
_MAX_TRIES = 3  # attempts to copy a network that changes at the same time


@dataclass(frozen=True, slots=True)
class _CachedCard:
    """A card with its text and stamp; `key` is a hash of the text."""

    stamp: str
    text: bytes
    card: ModelCard

    @property
    def key(self) -> str:
        return sha256(self.text).hexdigest()[:16]


class ModelRepository:
    """Networks in one storage. A network exists if and only if its card does: it is written last and deleted first.

    LiteRT and Keras read files on this machine. The files of a remote storage are copied here on first use, and again
    if the card changes. Thread-safe.

    Example:
        >>> from digitlab.settings import ROOT
        >>> repository = ModelRepository(Folder(ROOT / "models"), copies=Path("copies"))
        >>> repository.has("tutorial"), repository.card("tutorial").title, repository.keras_file("tutorial").name
        (True, 'Tutorial', 'tutorial.keras')
    """

    def __init__(self, storage: Storage, copies: Path) -> None:
        """Take the storage, and a folder for copies of remote files."""
        self._storage, self._copies = storage, Folder(copies)
        self._known: dict[str, _CachedCard] = {}
        self._lock = threading.Lock()

    def cards(self) -> list[ModelCard]:
        """Return the cards that can be read, in any order."""
        stamps = {
            name.removesuffix(CARD): entry.stamp
            for name, entry in self._storage.entries().items()
            if name.endswith(CARD) and NAME.fullmatch(name.removesuffix(CARD))
        }
        cards = []
        for name, stamp in stamps.items():
            with suppress(ModelNotFound, ModelDamaged, StorageUnavailable):  # a stray file is not a network
                cards.append(self._read(name, stamp).card)
        for name in self._known.keys() - stamps.keys():
            self._known.pop(name, None)
        return cards

    def card(self, name: str) -> ModelCard:
        """Return a card. `ModelNotFound` if there is no such network, `ModelDamaged` if its card cannot be read."""
        return self._cached_card(name).card

    def has(self, name: str) -> bool:
        """Whether a card of that name exists, readable or not."""
        return self._storage.entry(f"{name}{CARD}") is not None

    def keras_file(self, name: str) -> Path:
        """Return the path of the Keras file on this machine, with the other files beside it; it need not exist."""
        if path := self._storage.local_path(f"{name}{KERAS}"):
            return path
        for _ in range(_MAX_TRIES):
            known = self._cached_card(name)
            copy = self._copies.path / f"{name}@{known.key}"
            if copy.is_dir() or self._fetch(name, known, copy):
                return copy / f"{name}{KERAS}"
        raise ModelDamaged(
            Text("The files of {name!r} are incomplete. Delete the network, or train it again.", name=name)
        )

    def size(self, name: str) -> int:
        """Return the size of the Keras file in bytes; 0 if it does not exist."""
        entry = self._storage.entry(f"{name}{KERAS}")
        return entry.size if entry else 0

    def save(self, card: ModelCard, export: Callable[[Path], ModelCard | None]) -> None:
        """Store a network in one step, so that no incomplete one is ever visible; see `ModelFiles.save`.

        Raises:
            StorageError: The storage is full or unavailable; existing files are unchanged.
        """
        place = Folder(self._storage.folder) if self._storage.folder else self._copies
        with place.temporary_folder() as folder:
            keras = folder / f"{card.name}{KERAS}"
            card = export(keras) or card
            files = [keras.with_suffix(suffix) for suffix in (SUFFIX, KERAS, CARD)]
            files[-1].write_text(card.to_json(), encoding="utf-8")
            self._storage.put(files)

    def replace_card(self, card: ModelCard) -> None:
        """Replace the card of a network."""
        self._storage.write(f"{card.name}{CARD}", card.to_json().encode())

    def delete(self, name: str) -> None:
        """Delete a network."""
        for suffix in (CARD, KERAS, SUFFIX):
            self._storage.delete(f"{name}{suffix}")
        for copy in self._copies.path.glob(f"{name}@*"):
            Folder(copy).remove()

    def remove_leftovers(self) -> None:
        """Delete partial files that a crash left, here and among the copies."""
        self._storage.remove_leftovers()
        self._copies.remove_leftovers()

    def _cached_card(self, name: str) -> _CachedCard:
        entry = self._storage.entry(f"{name}{CARD}")
        if entry is None:
            raise _missing(name)
        return self._read(name, entry.stamp)

    def _read(self, name: str, stamp: str) -> _CachedCard:
        known = self._known.get(name)
        if known is None or known.stamp != stamp:
            try:
                text = self._storage.read(f"{name}{CARD}")
                known = _CachedCard(stamp, text, ModelCard.from_json(text.decode()))
            except FileNotFoundError as error:
                raise _missing(name) from error
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise ModelDamaged(
                    Text(
                        "The card {file} cannot be read. Delete it, or restore it from a backup.",
                        file=name + CARD,
                    )
                ) from error
            if known.card.name != name:
                raise ModelDamaged(
                    Text(
                        "The card {file} is that of {other!r}. Give all files of a network the same name.",
                        file=name + CARD,
                        other=known.card.name,
                    )
                )
            self._known[name] = known
        return known

    def _fetch(self, name: str, known: _CachedCard, copy: Path) -> bool:
        """Copy a network to this machine in one step; False if it changed meanwhile, or a file is missing."""
        with self._lock, self._copies.temporary_folder() as folder:
            if copy.is_dir():  # another thread was faster
                return True
            whole = Folder(folder / "whole")
            with suppress(FileNotFoundError):
                for suffix in (SUFFIX, KERAS):
                    whole.write(f"{name}{suffix}", self._storage.read(f"{name}{suffix}"))
                whole.write(f"{name}{CARD}", known.text)
                if self._cached_card(name).key != known.key:
                    return False
                whole.publish(copy)
                self._delete_old_copies()
                return True
        return False

    def _delete_old_copies(self) -> None:
        copies = sorted(self._copies.path.glob("*@*"), key=lambda copy: copy.stat().st_mtime)
        for copy in copies[:-_MAX_COPIES]:
            Folder(copy).remove()


def _missing(name: str) -> ModelNotFound:
    return ModelNotFound(
        Text("There is no network {name!r}. It may have been deleted. See the page Models.", name=name)
    )
