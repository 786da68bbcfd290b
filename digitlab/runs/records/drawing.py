"""A person's own digit: what was drawn, what it is, and what was read in it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from digitlab.errors import InvalidSetting

MAX_DRAWINGS = 5_000  # drawings of one person: more than anybody draws, and a gallery can still be looked through


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
