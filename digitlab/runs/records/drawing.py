"""A person's drawing of a digit, with its label."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from digitlab.errors import DrawingNotFound, InvalidSetting
from digitlab.runs.records.numbers import may_exist
from digitlab.translation import Text

MAX_DRAWINGS = 5_000  # drawings of one person: more than anybody draws, and the gallery stays usable


Source = Literal["correction", "request", "import"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Drawing:
    """One drawing of a digit.

    Attributes:
        number: Unique in its database, also after deletions; 0 before it is saved.
        owner: Id of its owner; empty before it is saved.
        owner_name: Their name at that time; may be empty.
        label: The digit that its owner says it is, 0 to 9.
        image: uint8 (28, 28), 0 background to 255 ink, as the network saw it.
        picture: The drawing, RGBA, as a PNG file; None if there is only the image.
        strokes: The strokes on the canvas, as JSON; None if it was not drawn there.
        read: The digit that a network read; None if it read none.
        network: Name of that network; empty without one.
        source: "correction" of a reading, drawn on "request", or "import".
        created: When it was saved, in seconds since 1970 (UTC).

    Example:
        >>> drawing = Drawing(label=4, image=np.zeros((28, 28), np.uint8), source="request")
        >>> drawing.fingerprint
        '0c37ddc45244523c'
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
        """Hash of the image, 16 hexadecimal digits; the same after the drawing is deleted and imported again."""
        return hashlib.sha256(self.image.tobytes()).hexdigest()[:16]


def check_label(label: int) -> int:
    """Return a label; `InvalidSetting` if it is not a digit."""
    if label not in range(10):
        raise InvalidSetting(Text("The label {label} is not a digit. Choose one from 0 to 9.", label=label))
    return label


def check_number(number: int) -> int:
    """Return the number of a drawing; `DrawingNotFound` if it is one that no drawing can have."""
    if not may_exist(number):
        raise DrawingNotFound(
            Text("You have no drawing {number}. It may have been deleted; see My digits.", number=number)
        )
    return number


def digits_of(drawings: Sequence[Drawing]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return images, uint8 (n, 28, 28), and labels, uint8 (n,), of drawings."""
    images = [drawing.image for drawing in drawings]
    labels = np.array([drawing.label for drawing in drawings], np.uint8)
    return np.stack(images) if images else np.zeros((0, 28, 28), np.uint8), labels


def scarcest(counts: Sequence[int]) -> int:
    """Return the digit with the lowest count, the smallest of several; `counts` are those of 0 to 9."""
    return min(range(10), key=counts.__getitem__)
