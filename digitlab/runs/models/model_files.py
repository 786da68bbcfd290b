"""The networks of a lab: the ready-made ones that ship with it, and people's own."""

import dataclasses
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from digitlab.errors import InvalidSetting, ModelDamaged, ModelNotFound, ModelProtected, StorageError
from digitlab.runs.models.model_storage import open_models
from digitlab.runs.models.repository import KERAS, ModelRepository
from digitlab.runs.records.model_card import NAME, ModelCard, check_title
from digitlab.settings import Settings
from digitlab.storage.folder import Folder


class ModelFiles:
    """The ready-made networks in a folder of their own, and people's own, wherever the settings say; or all in one."""

    def __init__(self, settings: Settings) -> None:
        copies = settings.data / "networks"
        self._own = self._ready_made = ModelRepository(Folder(settings.ready_made), copies)
        if not isinstance(settings.models, Path) or settings.models.resolve() != settings.ready_made.resolve():
            self._own = ModelRepository(open_models(settings), copies)

    def cards(self) -> list[ModelCard]:
        """Return the cards that can be read: the ready-made ones first, then the newest."""
        cards = {card.name: card for card in self._own.cards()}
        cards |= {card.name: card for card in self._ready_made.cards() if card.is_ready_made}
        return sorted(cards.values(), key=lambda card: (not card.is_ready_made, -card.created))

    def card(self, name: str) -> ModelCard:
        """Return one card. `ModelNotFound` without such a network, `ModelDamaged` if its card cannot be read."""
        return self._shelf(name).card(name)

    def keras_file(self, name: str) -> Path:
        """Return the Keras file on this machine, with the `.tflite` and the card beside it; it need not exist."""
        return self._shelf(name).keras_file(name)

    def own_name(self, model: str) -> str | None:
        """Return the name of a network, which may be given as its Keras file; None for a file from elsewhere."""
        if NAME.fullmatch(model):
            return model
        path = Path(model)
        name = path.stem
        with suppress(ModelNotFound, ModelDamaged, StorageError):
            self.card(name)
            if path.suffix == KERAS and self.keras_file(name).resolve() == path.resolve():
                return name
        return None

    def size(self, name: str) -> int:
        """Return the size of the Keras file in bytes; 0 without one."""
        return self._shelf(name).size(name)

    def check_free(self, name: str, *, is_ready_made: bool) -> None:
        """Raise `InvalidSetting` if a new network must not take this name; only a ready-made one replaces another."""
        if not NAME.fullmatch(name):
            raise InvalidSetting(f"The name {name[:80]!r} does not fit: use small letters, digits and hyphens.")
        if not is_ready_made and self._shelf(name).has(name):
            raise InvalidSetting(f"There is a network {name!r} already. Delete it first, or choose another name.")

    def save(self, card: ModelCard, export: Callable[[Path], ModelCard | None]) -> None:
        """Store a network so that nobody ever sees half of it.

        Args:
            card: What it is; a ready-made one goes to the others, and may replace one.
            export: Writes the `.keras` at the path that it is given, and the `.tflite` beside it. It may return the
                card anew, under the same name: with what is known only when the files are there.

        Raises:
            InvalidSetting: It is named as a ready-made network.
            StorageError: There is no room, or nothing can be written; what was there before is unchanged.
        """
        if card.is_ready_made:
            self._ready_made.save(card, export)
        elif self._is_ready_made(card.name):
            raise InvalidSetting(f"{card.name!r} ships with DigitLab. Choose another name.")
        else:
            self._own.save(card, export)

    def rename(self, name: str, title: str) -> ModelCard:
        """Give a network another title. `ModelProtected` for a ready-made one, `InvalidSetting` for an unfit title."""
        card = dataclasses.replace(self._own_card(name), title=check_title(title))
        self._own.replace_card(card)
        return card

    def delete(self, name: str) -> None:
        """Remove a network for good. `ModelProtected` for a ready-made one."""
        self._own_card(name)
        self._own.delete(name)

    def remove_leftovers(self) -> None:
        """Remove what a crash left half written, once it is older than anybody could be writing it."""
        for shelf in {self._own, self._ready_made}:
            with suppress(StorageError):  # the ready-made ones may lie where nobody may write
                shelf.remove_leftovers()

    def _own_card(self, name: str) -> ModelCard:
        card = self.card(name)
        if card.is_ready_made:
            raise ModelProtected(f"{card.title} ships with DigitLab: it is neither renamed nor deleted.")
        return card

    def _shelf(self, name: str) -> ModelRepository:
        if not NAME.fullmatch(name):
            raise ModelNotFound(f"There is no network {name[:80]!r}. Names have small letters, digits and hyphens.")
        return self._ready_made if self._is_ready_made(name) else self._own

    def _is_ready_made(self, name: str) -> bool:
        with suppress(ModelNotFound, ModelDamaged):
            return self._ready_made.card(name).is_ready_made
        return False
