"""Sets of digits on which a network is evaluated: test, validation and training digits, or a person's own."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitlab.data.mnist import Mnist
from digitlab.networks.config import TrainingConfig


@dataclass(frozen=True, slots=True)
class DigitSet:
    """Some of MNIST's digits in their order, or a person's own digits.

    Attributes:
        part: "training" or "test", as in `Mnist.part`; or the name that `own_digits` gives.
        start: Index of the first digit in that part.
        stop: Index after the last.
        step: 1 for all of them, 10 for every tenth.
        numbers: The numbers of a person's own digits in the record; empty for MNIST's.

    Example:
        >>> every_tenth = DigitSet("test", 0, 10_000, step=10)
        >>> len(every_tenth), every_tenth.index(3)
        (1000, 30)
        >>> every_tenth.overlap(DigitSet("training", 0, 48_000))
        0
    """

    part: str
    start: int
    stop: int
    step: int = 1
    numbers: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def is_own(self) -> bool:
        """Whether these are a person's own digits. Their pictures come from the record, not from MNIST."""
        return self.part.startswith(_OWN)

    def select(self, mnist: Mnist) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return their (images, labels), uint8 (n, 28, 28) and (n,)."""
        images, labels = mnist.part(self.part)
        chosen = slice(self.start, self.stop, self.step)
        return images[chosen], labels[chosen]

    def index(self, position: int) -> int:
        """Return the index in its part of MNIST of the digit at a position here; of a person's own, its number."""
        return self.numbers[position] if self.is_own else self.indices[position]

    @property
    def indices(self) -> range:
        """The indices of all of them in their part of MNIST."""
        return range(self.start, self.stop, self.step)

    def batches(self, size: int) -> "list[DigitSet]":
        """Return the same digits as sets of at most `size` digits."""
        starts, stop = self.indices[::size], self.stop
        return [
            DigitSet(self.part, start, min(start + size * self.step, stop), self.step, self.numbers[at : at + size])
            for at, start in zip(range(0, len(self), size), starts, strict=True)
        ]

    def sample(self, max_count: int) -> "DigitSet":
        """Return at most so many digits, spread evenly: the first of MNIST's test set are easier than the rest."""
        every = max(1, -(-len(self) // max_count))
        return DigitSet(self.part, self.start, self.stop, self.step * every, self.numbers[::every])

    def overlap(self, other: "DigitSet") -> int:
        """Return how many digits are in both sets, both with a step of 1."""
        overlap = min(self.stop, other.stop) - max(self.start, other.start)
        return max(0, overlap) if self.part == other.part else 0


_OWN = "own "
TEST = DigitSet("test", 0, 10_000)


def own_digits(images: NDArray[np.uint8], labels: NDArray[np.uint8], numbers: Sequence[int]) -> DigitSet:
    """Return a person's own digits, uint8 (n, 28, 28) and (n,), as a set; other digits or labels make another set."""
    content = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()
    return DigitSet(_OWN + content, 0, len(images), numbers=tuple(numbers))


def fitted(config: TrainingConfig) -> DigitSet:
    """Return the digits that a network was trained on."""
    return DigitSet("training", 0, config.fitted_digits)


def sets_by_name(config: TrainingConfig) -> dict[str, DigitSet]:
    """Return a network's sets by their names; without a validation split, "validation" is left out."""
    sets = {
        "test": TEST,
        "validation": DigitSet("training", config.fitted_digits, config.training_digits),
        "training": fitted(config),
    }
    return {name: digits for name, digits in sets.items() if len(digits)}
