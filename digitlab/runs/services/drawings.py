"""People's own digits: what was drawn, what it is, and what was read in it."""

import hashlib
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from digitlab import logs
from digitlab.errors import InvalidSetting, LimitReached, NotAllowed
from digitlab.preprocessing import bundles
from digitlab.runs.records.people import Person

if TYPE_CHECKING:
    from digitlab.runs.store.store import Store

MOST = 5_000  # drawings of one person: more than anybody draws, and a gallery can still be looked through
_LONGEST_STROKES = 500_000  # letters: some hundred strokes
Source = Literal["correction", "request", "import"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawing:
    """One digit in somebody's hand.

    Attributes:
        number: No other drawing of this database has or had it; 0 before it is recorded.
        owner: Id of the person whose it is; empty before it is recorded.
        owner_name: Their name then; may be empty.
        label: The digit that it is, 0 to 9, as they say.
        image: uint8 (28, 28), 0 ground to 255 ink, as the network saw it.
        picture: What was drawn, RGBA, as a PNG file; None where there is only the image.
        strokes: The strokes of the field to draw in, as JSON; None where it was not drawn there.
        read: The digit that a network read in it; None where none did.
        network: Name of that network; empty where there is none.
        source: "correction" of a reading, drawn on "request", or "import".
        created: When it was recorded, seconds since 1970 (UTC).
    """

    number: int = 0
    owner: str = ""
    owner_name: str = ""
    label: int
    image: NDArray[np.uint8]
    picture: bytes | None = None
    strokes: str | None = None
    read: int | None = None
    network: str = ""
    source: Source
    created: float = 0.0

    def __post_init__(self) -> None:
        check_label(self.label)
        if self.image.shape != (28, 28) or self.image.dtype != np.uint8:
            raise ValueError(f"image is {self.image.dtype} {self.image.shape}, not uint8 (28, 28)")

    @property
    def fingerprint(self) -> str:
        """By which its image is known again, also after it was deleted and brought in anew: 16 hexadecimal digits."""
        return hashlib.sha256(self.image.tobytes()).hexdigest()[:16]


def check_label(label: int) -> int:
    """Return a label; `InvalidSetting` if it is no digit."""
    if label not in range(10):
        raise InvalidSetting(f"{label} is no digit. A drawing is one of the digits 0 to 9.")
    return label


def digits_of(drawings: Sequence[Drawing]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return drawings as digits: images, uint8 (n, 28, 28), and labels, uint8 (n,)."""
    images = [drawing.image for drawing in drawings]
    labels = np.array([drawing.label for drawing in drawings], np.uint8)
    return np.stack(images) if images else np.zeros((0, 28, 28), np.uint8), labels


def scarcest(counts: Sequence[int]) -> int:
    """Return the digit of which there are fewest, the lowest of several; `counts` are those of 0 to 9."""
    return min(range(10), key=counts.__getitem__)


class Drawings:
    """What people may do with their own drawings, and nobody with another's: not even a teacher sees them.

    Threads may share it. The store is opened when it is first needed.
    """

    def __init__(self, store: "Callable[[], Store]", check_room: Callable[[], None] = lambda: None) -> None:
        """Take what opens the record, and what raises `LimitReached` where the lab has no room for more."""
        self._store, self._check_room = store, check_room

    def keep(self, drawings: Sequence[Drawing], person: Person) -> list[Drawing]:
        """Record new drawings as a person's own, all or none, and return them as recorded.

        Raises:
            NotAllowed: Nobody knows whose they would be.
            LimitReached: A person may have `MOST`, and the lab is full at some time.
        """
        if not drawings:
            return []
        self._check_room()
        if person.id == "":
            raise NotAllowed("Nobody knows whose drawing this would be. Log in, then keep it.")
        if any(len(drawing.strokes or "") > _LONGEST_STROKES for drawing in drawings):
            raise LimitReached("There are too many strokes in this drawing. Clear the field, and draw one digit.")
        if (there := sum(self.counts(person))) + len(drawings) > MOST:
            raise LimitReached(
                f"You have {there:,} drawings, and {len(drawings):,} would come; {MOST:,} can be kept for one person. "
                "Delete some in My digits."
            )
        kept = self._store().drawings.add(drawings, person, time.time())
        logs.log("drawings kept", person=person.id, count=len(kept), source=kept[0].source)
        return kept

    def bring_in(self, content: bytes, name: str, person: Person) -> tuple[int, int]:
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
        self.keep(new, person)
        return len(known) - before, len(images) - len(new)

    def as_zip(self, person: Person) -> bytes:
        """Return a person's drawings as a ZIP with a folder of PNGs for each digit, named by their numbers."""
        found = self.of(person, with_pictures=False)[::-1]
        return bundles.to_zip(
            [one.image for one in found], [one.label for one in found], [f"{one.number:06}" for one in found]
        )

    def as_npz(self, person: Person) -> bytes:
        """Return a person's drawings as an `.npz` of images and labels."""
        return bundles.to_npz(*self.digits(person))

    def of(self, person: Person, *, with_pictures: bool = True) -> list[Drawing]:
        """Return all drawings of a person, the newest first; none of those of whom nothing is known."""
        return self._store().drawings.of(person, with_pictures=with_pictures) if person.id else []

    def one(self, number: int, person: Person) -> Drawing:
        """Return one's own drawing of a number, whole. `DrawingNotFound` if one has none of that number."""
        return self._store().drawings.one(number, person)

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
