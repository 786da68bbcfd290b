"""People's own networks: import, rename and delete."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from digitlab import logs
from digitlab.data.mnist import Mnist
from digitlab.errors import LimitReached, NotAllowed
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.models.model_import import ModelImporter, imported_card
from digitlab.runs.records.model_card import ModelCard, check_source, check_title
from digitlab.runs.records.people import Person, check_may_change
from digitlab.runs.services.limits import Limits
from digitlab.translation import Text
from digitlab.uploads.pixel_scales import ImportChoices


class ModelService:
    """Imports, renames and deletes networks. Thread-safe.

    Example:
        >>> from pathlib import Path
        >>> from digitlab.data import mnist
        >>> from digitlab.runs.records.people import Person
        >>> from digitlab.settings import Settings
        >>> settings = Settings(data=Path("data"), models=Path("models"))
        >>> importer = ModelImporter(settings, mnist.load)
        >>> models = ModelService(ModelFiles(settings), importer, Limits(settings), mnist.load)
        >>> models.delete("tutorial", Person(id="1", name="Ann"))
        Traceback (most recent call last):
        digitlab.errors.NotAllowed: This belongs to somebody else. Only they or a teacher may change it.
    """

    def __init__(self, files: ModelFiles, importer: ModelImporter, limits: Limits, digits: Callable[[], Mnist]) -> None:
        self._files, self._importer, self._limits, self._digits = files, importer, limits, digits
        self._importing: set[str] = set()  # ids of people
        self._lock = threading.Lock()

    def import_model(
        self,
        content: bytes,
        file: str,
        title: str,
        person: Person,
        source: str,
        choices: ImportChoices | None = None,
    ) -> ModelCard:
        """Check a Keras file that was made elsewhere, and save it as one's own network.

        Args:
            content: The content of the file, untrusted.
            file: Its name.
            title: Title of the network.
            person: Who imports it and will own it.
            source: Where it is from, in their words; may be empty.
            choices: What they decided about its pixels and outputs.

        Raises:
            ModelRejected: A check failed; the message gives the reason.
            NotAllowed: The person is anonymous.
            LimitReached: The person has too many imported networks, or imports another one, or the lab is full.
        """
        if not person.may_train:
            logs.log("permission denied", person=person.id, action="import a network")
            raise NotAllowed(Text("Anonymous visitors cannot import networks. Log in, then import it."))
        title, source = check_title(title), check_source(source) if source.strip() else ""
        self._limits.check_imports(person, self._count_imports(person))
        choices = choices or ImportChoices()
        with self._only_import(person):
            imported = self._importer.import_model(content, file, choices)
        card = imported_card(
            imported, self._digits().y_test, file=file, title=title, source=source, person=person, choices=choices
        )
        self._files.save(card, imported.copy)
        logs.log("network imported", person=person.id, network=card.name, sha256=imported.sha256)
        return card

    def rename(self, name: str, title: str, person: Person) -> ModelCard:
        """Change the title of one's own network."""
        check_may_change(person, self._files.card(name).owner, "this network")
        card = self._files.rename(name, title)
        logs.log("network renamed", person=person.id, network=name)
        return card

    def keep(self, name: str, person: Person) -> ModelCard:
        """Keep one's own network although fine-tuning made it worse on MNIST."""
        check_may_change(person, self._files.card(name).owner, "this network")
        card = self._files.keep(name)
        logs.log("network kept", person=person.id, network=name)
        return card

    def delete(self, name: str, person: Person) -> None:
        """Delete one's own network, and the cached import if nobody else has that file."""
        card = self._files.card(name)
        check_may_change(person, card.owner, "this network")
        self._files.delete(name)
        origin = card.origin.sha256 if card.origin else None
        if origin and not any(other.origin and other.origin.sha256 == origin for other in self._files.cards()):
            self._importer.forget(origin)
        logs.log("network deleted", person=person.id, network=name)

    @contextmanager
    def _only_import(self, person: Person) -> Iterator[None]:
        with self._lock:
            if person.id in self._importing:
                raise LimitReached(
                    Text("You are importing another network. Wait until it is done, then import this one.")
                )
            self._importing.add(person.id)
        try:
            yield
        finally:
            with self._lock:
                self._importing.remove(person.id)

    def _count_imports(self, person: Person) -> int:
        return sum(
            bool(card.origin) and card.owner == person.id and card.config.tuning is None for card in self._files.cards()
        )
