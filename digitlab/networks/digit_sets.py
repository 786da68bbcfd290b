"""Sets of digits to hold a network against: what it never saw, what was kept back, what it was fitted to."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitlab.data.mnist import Mnist
from digitlab.networks.config import TrainingConfig


@dataclass(frozen=True, slots=True)
class DigitSet:
    """Some of MNIST's digits, in their order; or a person's own, which are no part of it.

    Attributes:
        part: "training" or "test", as in `Mnist.part`; or as `own_digits` says.
        start: Index of the first of them in that part.
        stop: Index after the last.
        step: 1 for all of them, 10 for every tenth.
        numbers: Of a person's own, their numbers in the record; none of MNIST's.
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
        """Whether these are a person's own digits: whoever wants their pictures has to bring them along."""
        return self.part.startswith(_OWN)

    def select(self, digits: Mnist) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return (images, labels), uint8 (n, 28, 28) and (n,)."""
        images, labels = digits.part(self.part)
        chosen = slice(self.start, self.stop, self.step)
        return images[chosen], labels[chosen]

    def index(self, number: int) -> int:
        """Return the index in its part of MNIST of the digit that is `number` here; of a person's own, its number."""
        return self.numbers[number] if self.is_own else self.indices[number]

    @property
    def indices(self) -> range:
        """The indices of all of them in their part of MNIST."""
        return range(self.start, self.stop, self.step)

    def blocks(self, size: int) -> "list[DigitSet]":
        """Return the same digits in sets of `size` at most."""
        starts, stop = self.indices[::size], self.stop
        return [
            DigitSet(self.part, start, min(start + size * self.step, stop), self.step, self.numbers[at : at + size])
            for at, start in zip(range(0, len(self), size), starts, strict=True)
        ]

    def sample(self, most: int) -> "DigitSet":
        """Return `most` of the digits or a few less, spread evenly: the first of MNIST's test set are easier ones."""
        every = max(1, -(-len(self) // most))
        return DigitSet(self.part, self.start, self.stop, self.step * every, self.numbers[::every])

    def shared(self, other: "DigitSet") -> int:
        """Return how many digits are in both, where both take all from their start to their stop."""
        overlap = min(self.stop, other.stop) - max(self.start, other.start)
        return max(0, overlap) if self.part == other.part else 0


_OWN = "own "
TEST = DigitSet("test", 0, 10_000)


def own_digits(images: NDArray[np.uint8], labels: NDArray[np.uint8], numbers: Sequence[int]) -> DigitSet:
    """Return a person's own digits, uint8 (n, 28, 28) and (n,), as a set; other digits or labels are another set."""
    content = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()
    return DigitSet(_OWN + content, 0, len(images), numbers=tuple(numbers))


def fitted(config: TrainingConfig) -> DigitSet:
    """Return the digits that a network was fitted to."""
    return DigitSet("training", 0, config.fitted_digits)


def sets_of(config: TrainingConfig) -> dict[str, DigitSet]:
    """Return the sets of a network, by what people call them; without a validation split there is no second."""
    sets = {
        "test": TEST,
        "validation": DigitSet("training", config.fitted_digits, config.training_digits),
        "training": fitted(config),
    }
    return {name: digits for name, digits in sets.items() if len(digits)}
