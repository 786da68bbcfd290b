"""What a network reads in a drawing: one digit, or the digits of a number."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from digitlab.preprocessing.normalization import SIDE

_RIVAL = 0.2  # share of the likeliest digit's probability, from which another digit is named, too


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What a network reads in a drawing of one digit.

    Attributes:
        digit: 0 to 9, the likeliest; None where nothing is drawn.
        probabilities: Ten floats that sum to 1; 0.1 each where nothing is drawn.
        is_sure: Whether the answer is confident: it is a digit, and its probability is high enough for this network.
        image: uint8 (28, 28), what the network saw.
        is_digit: Whether the drawing looks like a digit at all to this network.

    Example:
        >>> image = np.zeros((28, 28), np.uint8)
        >>> reading = Reading(4, (0.01,) * 4 + (0.6,) + (0.01,) * 4 + (0.32,), False, image, True)
        >>> reading.rivals
        (4, 9)
        >>> reading.sign
        '4'
    """

    digit: int | None
    probabilities: tuple[float, ...]
    is_sure: bool
    image: NDArray[np.uint8]
    is_digit: bool

    @property
    def rivals(self) -> tuple[int, ...]:
        """The digits that may be meant, the likeliest first; only one where no other is close, three at most."""
        order = sorted(range(10), key=lambda digit: -self.probabilities[digit])
        threshold = _RIVAL * self.probabilities[order[0]]
        return tuple(digit for digit in order[:3] if self.probabilities[digit] >= threshold)

    @property
    def sign(self) -> str:
        """The digit as text; "?" if it is not a digit."""
        return str(self.digit) if self.is_digit else "?"


NOTHING = Reading(None, (0.1,) * 10, False, np.zeros((SIDE, SIDE), np.uint8), False)


@dataclass(frozen=True, slots=True, eq=False)
class DigitReading:
    """One digit of a number.

    Attributes:
        box: (left, top, right, bottom) in pixels of the drawing; right and bottom are the first ones outside.
        reading: What the network reads in it.
        ink: uint8, of the foreground's shape: the ink of this digit alone, in its place.

    Example:
        >>> digit = DigitReading((10, 20, 30, 60), NOTHING, np.zeros((100, 100), np.uint8))
        >>> digit.scaled(2).box
        (20, 40, 60, 120)
    """

    box: tuple[int, int, int, int]
    reading: Reading
    ink: NDArray[np.uint8]

    def scaled(self, factor: float) -> "DigitReading":
        """Return the same digit with the box for a drawing that is larger by a factor."""
        left, top, right, bottom = (round(side * factor) for side in self.box)
        return replace(self, box=(left, top, right, bottom))


@dataclass(frozen=True, slots=True, eq=False)
class NumberReading:
    """What a network reads in a drawing of one digit or of several in a line.

    Attributes:
        digits: From left to right; empty where nothing is drawn.

    Example:
        >>> nothing = NumberReading(())
        >>> nothing.text, nothing.single.digit
        ('', None)
    """

    digits: tuple[DigitReading, ...]

    @property
    def single(self) -> Reading:
        """The reading of the only digit; `NOTHING` where there is none, or where there are several."""
        return self.digits[0].reading if len(self.digits) == 1 else NOTHING

    @property
    def text(self) -> str:
        """The digits as text, with "?" for each that is not a digit."""
        return "".join(digit.reading.sign for digit in self.digits)
