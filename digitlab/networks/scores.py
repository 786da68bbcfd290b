"""How well a network reads a set of digits: figures computed from its probabilities. No Keras here."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SMALLEST = 1e-7  # Keras clips probabilities here before the logarithm


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """A network's answers on a set, and what follows from them.

    Attributes:
        labels: uint8 (n,), the true digits.
        probabilities: float32 (n, 10), rows sum to 1.
    """

    labels: NDArray[np.uint8]
    probabilities: NDArray[np.float32]

    @property
    def answers(self) -> NDArray[np.int64]:
        """The digit read in each picture, int64 (n,)."""
        return np.asarray(self.probabilities.argmax(axis=1))

    @property
    def accuracy(self) -> float:
        """Share read correctly, 0 to 1."""
        return float((self.answers == self.labels).mean())

    @property
    def loss(self) -> float:
        """Mean cross-entropy per digit, in nats."""
        true = self.probabilities[np.arange(len(self.labels)), self.labels].astype(np.float64)
        return float(-np.log(np.clip(true, _SMALLEST, 1 - _SMALLEST)).mean())

    @property
    def confusion(self) -> NDArray[np.int64]:
        """int64 (10, 10): how often the row's digit was read as the column's."""
        counts = np.bincount(self.labels.astype(np.int64) * 10 + self.answers, minlength=100)
        return counts.reshape(10, 10)

    @property
    def accuracy_per_digit(self) -> NDArray[np.float64]:
        """float64 (10,): share of each digit's pictures that is read correctly; NaN where there are none."""
        confusion = self.confusion
        totals = confusion.sum(axis=1).astype(np.float64)
        shares = np.full(10, np.nan)
        np.divide(confusion.diagonal(), totals, out=shares, where=totals > 0)
        return shares

    @property
    def mistakes(self) -> NDArray[np.int64]:
        """Indices of the pictures read wrongly, the most confident mistake first."""
        wrong = np.nonzero(self.answers != self.labels)[0]
        return wrong[np.argsort(-self.probabilities[wrong].max(axis=1), kind="stable")]
