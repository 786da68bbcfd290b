"""The networks of a lab: the ready-made ones that ship with it, and people's own."""

import dataclasses
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from digitlab.errors import InvalidSetting, ModelDamaged, ModelNotFound, ModelProtected, StorageError
from digitlab.networks.recognition import DEFAULT_MODEL
from digitlab.runs.models.model_storage import open_models
from digitlab.runs.models.repository import KERAS, ModelRepository
from digitlab.runs.records.model_card import NAME, ModelCard, check_title
from digitlab.settings import Settings
from digitlab.storage.folder import Folder
from digitlab.translation import Text


class ModelFiles:
    """The ready-made networks in their folder, and people's own in `settings.models`. Both may be the same folder.

    Thread-safe.

    Example:
        >>> files = ModelFiles(Settings(data=Path("data"), models=Path("data/models")))
        >>> [card.name for card in files.cards()], files.card("tutorial").title
        (['handwriting', 'small', 'tutorial', 'convolutional'], 'Tutorial')
    """

    def __init__(self, settings: Settings) -> None:
        copies = settings.data / "networks"
        self._own = self._ready_made = ModelRepository(Folder(settings.ready_made), copies)
        if not isinstance(settings.models, Path) or settings.models.resolve() != settings.ready_made.resolve():
            self._own = ModelRepository(open_models(settings), copies)

    def cards(self) -> list[ModelCard]:
        """Return the cards that can be read: ready-made networks first, above all the default one, then the newest.

        A network that its owner has not decided to keep is left out.
        """
        cards = {card.name: card for card in self._own.cards() if not card.is_pending}
        cards |= {card.name: card for card in self._ready_made.cards() if card.is_ready_made}
        return sorted(
            cards.values(), key=lambda card: (not card.is_ready_made, card.name != DEFAULT_MODEL, -card.created)
        )

    def card(self, name: str) -> ModelCard:
        """Return a card. `ModelNotFound` if there is no such network, `ModelDamaged` if its card cannot be read."""
        return self._repository(name).card(name)

    def keras_file(self, name: str) -> Path:
        """Return the path of the Keras file on this machine, `.tflite` and card beside it; it need not exist."""
        return self._repository(name).keras_file(name)

    def own_name(self, model: str) -> str | None:
        """Return the name of a network that is given by name or Keras file; None for a file from elsewhere."""
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
        """Return the size of the Keras file in bytes; 0 if it does not exist."""
        return self._repository(name).size(name)

    def check_free(self, name: str, *, is_ready_made: bool) -> None:
        """Raise `InvalidSetting` if a new network cannot have this name; only a ready-made one may replace another."""
        if not NAME.fullmatch(name):
            raise InvalidSetting(
                Text("The name {name!r} is not allowed. Use lowercase letters, digits and hyphens.", name=name[:80])
            )
        if not is_ready_made and self._repository(name).has(name):
            raise InvalidSetting(
                Text("A network named {name!r} already exists. Delete it first, or choose another name.", name=name)
            )

    def save(self, card: ModelCard, export: Callable[[Path], ModelCard | None]) -> None:
        """Store a network in one step, so that no incomplete one is ever visible.

        Args:
            card: Its card; a ready-made network goes to the ready-made ones, and may replace one.
            export: Called with the path of the `.keras` file; writes it, and the `.tflite` file beside it. It may
                return an updated card of the same name.

        Raises:
            InvalidSetting: A ready-made network has that name.
            StorageError: The storage is full or unavailable; existing files are unchanged.
        """
        if card.is_ready_made:
            self._ready_made.save(card, export)
        elif self._is_ready_made(card.name):
            raise InvalidSetting(
                Text("{network!r} is the name of a ready-made network. Choose another name.", network=card.name)
            )
        else:
            self._own.save(card, export)

    def rename(self, name: str, title: str) -> ModelCard:
        """Change a title. `ModelProtected` for a ready-made network, `InvalidSetting` if the title is not allowed."""
        card = dataclasses.replace(self._own_card(name), title=check_title(title))
        self._own.replace_card(card)
        return card

    def keep(self, name: str) -> ModelCard:
        """List a network whose owner has decided to keep it."""
        card = dataclasses.replace(self._own_card(name), is_pending=False)
        self._own.replace_card(card)
        return card

    def delete(self, name: str) -> None:
        """Delete a network. `ModelProtected` for a ready-made one."""
        self._own_card(name)
        self._own.delete(name)

    def remove_leftovers(self) -> None:
        """Delete partial files that a crash left."""
        for repository in {self._own, self._ready_made}:
            with suppress(StorageError):  # the ready-made networks may be read-only
                repository.remove_leftovers()

    def _own_card(self, name: str) -> ModelCard:
        card = self.card(name)
        if card.is_ready_made:
            raise ModelProtected(
                Text("{title} is a ready-made network. It cannot be renamed or deleted.", title=card.title)
            )
        return card

    def _repository(self, name: str) -> ModelRepository:
        if not NAME.fullmatch(name):
            raise ModelNotFound(
                Text(
                    "There is no network {name!r}. Names consist of lowercase letters, digits and hyphens.",
                    name=name[:80],
                )
            )
        return self._ready_made if self._is_ready_made(name) else self._own

    def _is_ready_made(self, name: str) -> bool:
        with suppress(ModelNotFound, ModelDamaged):
            return self._ready_made.card(name).is_ready_made
        return False
