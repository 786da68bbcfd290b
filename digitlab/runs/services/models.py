"""What people may do with a lab's networks: bring in others, rename and delete their own."""

from collections.abc import Callable

from digitlab import logs
from digitlab.data.mnist import Mnist
from digitlab.errors import NotAllowed
from digitlab.runs.models.model_files import ModelFiles
from digitlab.runs.models.model_import import ModelImporter, imported_card
from digitlab.runs.records.model_card import ModelCard, check_title
from digitlab.runs.records.people import Person, check_may_change
from digitlab.runs.services.limits import Limits


class Models:
    """Threads may share it."""

    def __init__(self, files: ModelFiles, gate: ModelImporter, limits: Limits, digits: Callable[[], Mnist]) -> None:
        self._files, self._importer, self._limits, self._digits = files, gate, limits, digits

    def import_model(self, content: bytes, file: str, title: str, person: Person, source: str) -> ModelCard:
        """Check a `.keras` file that was made elsewhere, and keep it as a network of one's own.

        Args:
            content: The file's content, hostile until shown otherwise.
            file: Its name.
            title: What people are to call the network.
            person: Who brings it, and whose it is then.
            source: Where it is from, in their words; may be empty.

        Raises:
            ModelRejected: With the reason, in a sentence.
        """
        if not person.may_train:
            logs.log("permission denied", person=person.id, what="a network from elsewhere without being known")
            raise NotAllowed("Nobody knows whose network this would be. Log in, then bring it in.")
        title, source = check_title(title), check_title(source) if source.strip() else ""
        self._limits.check_imports(person, self._count_imports(person))
        admitted = self._importer.import_model(content, file)
        card = imported_card(admitted, self._digits().y_test, file=file, title=title, source=source, person=person)
        self._files.save(card, admitted.copy)
        logs.log("network imported", person=person.id, network=card.name, sha256=admitted.sha256)
        return card

    def rename(self, name: str, title: str, person: Person) -> ModelCard:
        """Give a network of one's own another title."""
        check_may_change(person, self._files.card(name).owner, "this network")
        card = self._files.rename(name, title)
        logs.log("network renamed", person=person.id, network=name)
        return card

    def delete(self, name: str, person: Person) -> None:
        """Remove a network of one's own for good, and what the gate keeps of it once nobody has it."""
        card = self._files.card(name)
        check_may_change(person, card.owner, "this network")
        self._files.delete(name)
        origin = card.origin.sha256 if card.origin else None
        if origin and not any(other.origin and other.origin.sha256 == origin for other in self._files.cards()):
            self._importer.forget(origin)
        logs.log("network deleted", person=person.id, network=name)

    def _count_imports(self, person: Person) -> int:
        return sum(
            bool(card.origin) and card.owner == person.id and card.config.tuning is None for card in self._files.cards()
        )
