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

KERAS = ".keras"
_COPIES = 50  # networks of another place that are kept on this machine; a megabyte or two each
_TRIES = 3  # as often a network is fetched that changes under one's hands


@dataclass(frozen=True, slots=True)
class _CachedCard:
    """A card as it was read; `key` is another one for every card."""

    stamp: str
    text: bytes
    card: ModelCard

    @property
    def key(self) -> str:
        return sha256(self.text).hexdigest()[:16]


class ModelRepository:
    """Networks in one storage. One is there if and only if its card is: the card comes last and goes first.

    What reads a network needs files. From a storage that is no folder they are copied to this machine once, and again
    when the card has changed; for anything else one look at the card is all that is asked of that storage. Threads may
    share a shelf.
    """

    def __init__(self, storage: Storage, copies: Path) -> None:
        """Take the storage, and a folder for copies of what is not on this machine."""
        self._storage, self._copies = storage, Folder(copies)
        self._known: dict[str, _CachedCard] = {}
        self._lock = threading.Lock()

    def cards(self) -> list[ModelCard]:
        """Return the cards that can be read, in no order."""
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
        """Return one card. `ModelNotFound` without such a network, `ModelDamaged` if its card cannot be read."""
        return self._look(name).card

    def has(self, name: str) -> bool:
        """Whether there is a card of that name, readable or not."""
        return self._storage.entry(f"{name}{CARD}") is not None

    def keras_file(self, name: str) -> Path:
        """Return the Keras file on this machine, the others beside it; in a folder it need not exist."""
        if path := self._storage.local_path(f"{name}{KERAS}"):
            return path
        for _ in range(_TRIES):
            known = self._look(name)
            copy = self._copies.path / f"{name}@{known.key}"
            if copy.is_dir() or self._fetch(name, known, copy):
                return copy / f"{name}{KERAS}"
        raise ModelDamaged(f"The files of {name!r} do not belong together. Delete the network, or train it again.")

    def size(self, name: str) -> int:
        """Return the size of the Keras file in bytes; 0 without one."""
        entry = self._storage.entry(f"{name}{KERAS}")
        return entry.size if entry else 0

    def save(self, card: ModelCard, export: Callable[[Path], ModelCard | None]) -> None:
        """Store a network so that nobody ever sees half of it.

        `export` writes `.keras` and `.tflite` where it is told, and may return the card anew.

        Raises:
            StorageError: There is no room, or no storage; what was there before is unchanged.
        """
        place = Folder(self._storage.folder) if self._storage.folder else self._copies
        with place.temporary_folder() as folder:
            made = folder / f"{card.name}{KERAS}"
            card = export(made) or card
            files = [made.with_suffix(suffix) for suffix in (SUFFIX, KERAS, CARD)]
            files[-1].write_text(card.to_json(), encoding="utf-8")
            self._storage.put(files)

    def replace_card(self, card: ModelCard) -> None:
        """Put a card in the place of the last one."""
        self._storage.write(f"{card.name}{CARD}", card.to_json().encode())

    def delete(self, name: str) -> None:
        """Remove a network for good."""
        for suffix in (CARD, KERAS, SUFFIX):
            self._storage.delete(f"{name}{suffix}")
        for copy in self._copies.path.glob(f"{name}@*"):
            Folder(copy).remove()

    def remove_leftovers(self) -> None:
        """Remove what a crash left half written, here and among the copies, once nobody can be writing it."""
        self._storage.remove_leftovers()
        self._copies.remove_leftovers()

    def _look(self, name: str) -> _CachedCard:
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
                    f"The card {name}{CARD} cannot be read. Delete it, or restore it from a copy."
                ) from error
            if known.card.name != name:
                raise ModelDamaged(
                    f"The card {name}{CARD} belongs to {known.card.name!r}. Give both files the same name."
                )
            self._known[name] = known
        return known

    def _fetch(self, name: str, known: _CachedCard, copy: Path) -> bool:
        """Copy a network to this machine, in one step; False if it changed meanwhile, or its files are not there."""
        with self._lock, self._copies.temporary_folder() as folder:
            if copy.is_dir():  # another thread was quicker
                return True
            whole = Folder(folder / "whole")
            with suppress(FileNotFoundError):
                for suffix in (SUFFIX, KERAS):
                    whole.write(f"{name}{suffix}", self._storage.read(f"{name}{suffix}"))
                whole.write(f"{name}{CARD}", known.text)
                if self._look(name).key != known.key:
                    return False
                whole.publish(copy)
                self._drop_old_copies()
                return True
        return False

    def _drop_old_copies(self) -> None:
        copies = sorted(self._copies.path.glob("*@*"), key=lambda copy: copy.stat().st_mtime)
        for copy in copies[:-_COPIES]:
            Folder(copy).remove()


def _missing(name: str) -> ModelNotFound:
    return ModelNotFound(f"There is no network {name!r}. It may have been deleted; see Models.")
