"""People's own drawings: save, list, relabel, delete, import and export."""

import time
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitlab import logs
from digitlab.errors import LimitReached, NotAllowed
from digitlab.preprocessing import bundles
from digitlab.runs.records.drawing import MAX_DRAWINGS, Drawing, check_label, check_number
from digitlab.runs.records.numbers import may_exist
from digitlab.runs.records.people import Person
from digitlab.translation import Text

if TYPE_CHECKING:
    from digitlab.runs.store.store import Store

_MAX_STROKES_LENGTH = 500_000  # characters of JSON: some hundred strokes


class DrawingService:
    """People's own drawings. Nobody sees those of others, not even a teacher. Thread-safe.

    The store is opened on first use.

    Example:
        >>> from digitlab.runs.store.store import Store
        >>> store = Store("sqlite:///lab.db")
        >>> ann = Person(id="a" * 32, name="Ann")
        >>> drawing = Drawing(label=7, image=np.full((28, 28), 9, np.uint8), source="request")
        >>> drawings = DrawingService(lambda: store)
        >>> [saved.number for saved in drawings.save([drawing], ann)]
        [1]
        >>> drawings.counts(ann)[7]
        1
        >>> store.close()
    """

    def __init__(self, store: "Callable[[], Store]", check_room: Callable[[], None] = lambda: None) -> None:
        """Take a function that opens the store, and one that raises `LimitReached` if the lab is full."""
        self._store, self._check_room = store, check_room

    def save(self, drawings: Sequence[Drawing], person: Person) -> list[Drawing]:
        """Save new drawings of a person, all or none, and return them as saved.

        Raises:
            NotAllowed: The person is anonymous.
            LimitReached: The person has `MAX_DRAWINGS`, or the lab is full.
        """
        if not drawings:
            return []
        self._check_room()
        if person.id == "":
            raise NotAllowed(Text("Anonymous visitors cannot save drawings. Log in, then save it."))
        if any(len(drawing.strokes or "") > _MAX_STROKES_LENGTH for drawing in drawings):
            raise LimitReached(Text("This drawing has too many strokes. Clear the canvas, and draw one digit."))
        if (existing := sum(self.counts(person))) + len(drawings) > MAX_DRAWINGS:
            raise LimitReached(
                Text(
                    "You can have {allowed:,} drawings. You have {existing:,}, and tried to add {count:,}. Delete "
                    "some on the page My digits.",
                    allowed=MAX_DRAWINGS,
                    existing=existing,
                    count=len(drawings),
                )
            )
        saved = self._store().drawings.add(drawings, person, time.time())
        logs.log("drawings saved", person=person.id, count=len(saved), source=saved[0].source)
        return saved

    def import_bundle(self, content: bytes, name: str, person: Person) -> tuple[int, int]:
        """Save the digits of an uploaded file, as `bundles.from_file` reads it, without duplicates.

        Returns:
            How many are new, and how many the person had already with the same label.
        """
        self._check_room()
        images, labels = bundles.from_file(content, name)
        known = {(image.tobytes(), int(label)) for image, label in zip(*self.digits(person), strict=True)}
        before, new = len(known), []
        for image, label in zip(images, labels.tolist(), strict=True):
            if (image.tobytes(), label) not in known:
                known.add((image.tobytes(), label))
                new.append(Drawing(label=label, image=image, source="import"))
        self.save(new, person)
        return len(known) - before, len(images) - len(new)

    def as_zip(self, person: Person) -> bytes:
        """Return a person's drawings as a ZIP with a folder of PNGs for each digit, named by their numbers."""
        found = self.for_person(person, with_pictures=False)[::-1]
        return bundles.to_zip(
            [drawing.image for drawing in found],
            [drawing.label for drawing in found],
            [f"{drawing.number:06}" for drawing in found],
        )

    def as_npz(self, person: Person) -> bytes:
        """Return a person's drawings as an `.npz` of images and labels."""
        return bundles.to_npz(*self.digits(person))

    def for_person(self, person: Person, *, with_pictures: bool = True) -> list[Drawing]:
        """Return all drawings of a person, the newest first; anonymous visitors have none."""
        return self._store().drawings.for_person(person, with_pictures=with_pictures) if person.id else []

    def get(self, number: int, person: Person) -> Drawing:
        """Return one of a person's drawings. `DrawingNotFound` if they have none of that number."""
        return self._store().drawings.get(check_number(number), person)

    def counts(self, person: Person) -> list[int]:
        """Return how many drawings a person has of each digit, 0 to 9."""
        return self._store().drawings.counts(person) if person.id else [0] * 10

    def relabel(self, number: int, label: int, person: Person) -> None:
        """Change the label of a person's drawing. `DrawingNotFound` if they have none of that number."""
        self._store().drawings.relabel(check_number(number), check_label(label), person)

    def delete(self, numbers: Collection[int], person: Person) -> int:
        """Delete drawings of a person, and return how many there were; those of others stay."""
        possible = list(filter(may_exist, numbers))
        count = self._store().drawings.delete(possible, person) if person.id else 0
        logs.log("drawings deleted", person=person.id, count=count)
        return count

    def digits(self, person: Person) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return a person's drawings as a data set, the oldest first.

        Returns:
            Images, uint8 (n, 28, 28), and labels, uint8 (n,).
        """
        if person.id == "":
            return np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8)
        return self._store().drawings.digits(person)
