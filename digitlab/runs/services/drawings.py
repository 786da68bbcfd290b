"""What people may do with their own drawings."""

import time
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from digitlab import logs
from digitlab.errors import LimitReached, NotAllowed
from digitlab.preprocessing import bundles
from digitlab.runs.records.drawing import MAX_DRAWINGS, Drawing, check_label
from digitlab.runs.records.people import Person

if TYPE_CHECKING:
    from digitlab.runs.store.store import Store

_MAX_STROKES_LENGTH = 500_000  # letters: some hundred strokes


class Drawings:
    """What people may do with their own drawings, and nobody with another's: not even a teacher sees them.

    Threads may share it. The store is opened when it is first needed.
    """

    def __init__(self, store: "Callable[[], Store]", check_room: Callable[[], None] = lambda: None) -> None:
        """Take what opens the record, and what raises `LimitReached` where the lab has no room for more."""
        self._store, self._check_room = store, check_room

    def save(self, drawings: Sequence[Drawing], person: Person) -> list[Drawing]:
        """Record new drawings as a person's own, all or none, and return them as recorded.

        Raises:
            NotAllowed: Nobody knows whose they would be.
            LimitReached: A person may have `MAX_DRAWINGS`, and the lab is full at some time.
        """
        if not drawings:
            return []
        self._check_room()
        if person.id == "":
            raise NotAllowed("Nobody knows whose drawing this would be. Log in, then keep it.")
        if any(len(drawing.strokes or "") > _MAX_STROKES_LENGTH for drawing in drawings):
            raise LimitReached("There are too many strokes in this drawing. Clear the field, and draw one digit.")
        if (there := sum(self.counts(person))) + len(drawings) > MAX_DRAWINGS:
            raise LimitReached(
                f"You have {there:,} drawings, and {len(drawings):,} would come; {MAX_DRAWINGS:,} can be kept for one person. "
                "Delete some in My digits."
            )
        kept = self._store().drawings.add(drawings, person, time.time())
        logs.log("drawings saved", person=person.id, count=len(kept), source=kept[0].source)
        return kept

    def import_bundle(self, content: bytes, name: str, person: Person) -> tuple[int, int]:
        """Record the digits of a file from outside, as `bundles.from_file` reads it; those that are there are left out.

        Returns:
            How many are new, and how many were there already, with the same label.
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
            [one.image for one in found], [one.label for one in found], [f"{one.number:06}" for one in found]
        )

    def as_npz(self, person: Person) -> bytes:
        """Return a person's drawings as an `.npz` of images and labels."""
        return bundles.to_npz(*self.digits(person))

    def for_person(self, person: Person, *, with_pictures: bool = True) -> list[Drawing]:
        """Return all drawings of a person, the newest first; none of those of whom nothing is known."""
        return self._store().drawings.for_person(person, with_pictures=with_pictures) if person.id else []

    def get(self, number: int, person: Person) -> Drawing:
        """Return one's own drawing of a number, whole. `DrawingNotFound` if one has none of that number."""
        return self._store().drawings.get(number, person)

    def counts(self, person: Person) -> list[int]:
        """Return how many drawings a person has of each digit, 0 to 9."""
        return self._store().drawings.counts(person) if person.id else [0] * 10

    def relabel(self, number: int, label: int, person: Person) -> None:
        """Say what one's own drawing is. `DrawingNotFound` if one has none of that number."""
        self._store().drawings.relabel(number, check_label(label), person)

    def delete(self, numbers: Collection[int], person: Person) -> int:
        """Remove drawings of one's own for good, and return how many there were; another's are left alone."""
        gone = self._store().drawings.delete(numbers, person) if person.id else 0
        logs.log("drawings deleted", person=person.id, count=gone)
        return gone

    def digits(self, person: Person) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return a person's drawings as digits to learn from, the oldest first.

        Returns:
            Images, uint8 (n, 28, 28), and labels, uint8 (n,).
        """
        if person.id == "":
            return np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8)
        return self._store().drawings.digits(person)
