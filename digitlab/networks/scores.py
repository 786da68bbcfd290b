"""How well a network reads a set of digits: accuracy, loss, confusion and mistakes, from its probabilities."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitlab.networks.statistics import wilson_interval

_MIN_SIZE = 1e-7  # Keras clips probabilities here before the logarithm


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitScores:
    """The scores of one digit against the nine others; each is 0 to 1, or NaN where there was nothing to count.

    Attributes:
        digit: 0 to 9.
        support: Number of pictures of this digit.
        accuracy: Share of all pictures that is correctly read as this digit or as another.
        precision: Share of the answers of this digit that is correct.
        recall: Share of this digit's pictures that is read correctly.
        interval: The 95 % confidence interval of the recall.
        f1: Harmonic mean of precision and recall.
    """

    digit: int
    support: int
    accuracy: float
    precision: float
    recall: float
    interval: tuple[float, float]
    f1: float


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """A network's answers on a set of digits, and the metrics that follow from them.

    Attributes:
        labels: uint8 (n,), the true digits.
        probabilities: float32 (n, 10), rows sum to 1.

    Example:
        >>> scores = Scores(np.array([7, 1], np.uint8), np.eye(10, dtype=np.float32)[[7, 2]])
        >>> scores.accuracy, scores.mistakes.tolist()
        (0.5, [1])
        >>> int(scores.confusion[1, 2])
        1
    """

    labels: NDArray[np.uint8]
    probabilities: NDArray[np.float32]

    @property
    def answers(self) -> NDArray[np.int64]:
        """The digit read in each picture, int64 (n,)."""
        return np.asarray(self.probabilities.argmax(axis=1))

    @property
    def accuracy(self) -> float:
        """Share of the digits that is read correctly, 0 to 1."""
        return float((self.answers == self.labels).mean())

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % confidence interval of the accuracy."""
        return wilson_interval(len(self.labels) - len(self.mistakes), len(self.labels))

    @property
    def loss(self) -> float:
        """Mean cross-entropy per digit, in nats."""
        true = self.probabilities[np.arange(len(self.labels)), self.labels].astype(np.float64)
        return float(-np.log(np.clip(true, _MIN_SIZE, 1 - _MIN_SIZE)).mean())

    @property
    def confusion(self) -> NDArray[np.int64]:
        """int64 (10, 10): how often the row's digit was read as the column's."""
        counts = np.bincount(self.labels.astype(np.int64) * 10 + self.answers, minlength=100)
        return counts.reshape(10, 10)

    @property
    def normalized_confusion(self) -> NDArray[np.float64]:
        """float64 (10, 10): the share of the row's digit that was read as the column's, 0 to 1; 0 without pictures."""
        confusion = self.confusion
        return np.asarray(confusion / np.maximum(1, confusion.sum(axis=1, keepdims=True)), np.float64)

    @property
    def accuracy_per_digit(self) -> NDArray[np.float64]:
        """float64 (10,): share of each digit's pictures that is read correctly; NaN without pictures."""
        confusion = self.confusion
        return _shares(confusion.diagonal(), confusion.sum(axis=1))

    @property
    def per_digit(self) -> "list[DigitScores]":
        """The scores of each digit, 0 to 9."""
        confusion = self.confusion
        support, answers, right = confusion.sum(axis=1), confusion.sum(axis=0), confusion.diagonal()
        recall, precision = _shares(right, support), _shares(right, answers)
        f1 = _shares(2 * right, support + answers)
        wrong = support + answers - 2 * right
        return [
            DigitScores(
                digit=digit,
                support=int(support[digit]),
                accuracy=float(1 - wrong[digit] / len(self.labels)),
                precision=float(precision[digit]),
                recall=float(recall[digit]),
                interval=wilson_interval(int(right[digit]), int(support[digit])),
                f1=float(f1[digit]),
            )
            for digit in range(10)
        ]

    def read_as(self, true: int, answer: int) -> NDArray[np.int64]:
        """Indices of a digit's pictures that were read as a certain digit, the most confident answer first."""
        cell = np.nonzero((self.labels == true) & (self.answers == answer))[0]
        return cell[np.argsort(-self.probabilities[cell, answer], kind="stable")]

    @property
    def mistakes(self) -> NDArray[np.int64]:
        """Indices of the misread pictures, the most confident mistake first."""
        wrong = np.nonzero(self.answers != self.labels)[0]
        return wrong[np.argsort(-self.probabilities[wrong].max(axis=1), kind="stable")]

    @property
    def confidence(self) -> NDArray[np.float32]:
        """The probability of the digit read in each picture, float32 (n,)."""
        return np.asarray(self.probabilities.max(axis=1))

    def accepted_mistakes(self, threshold: float) -> NDArray[np.int64]:
        """Indices of the mistakes with at least this confidence, the most confident first."""
        mistakes = self.mistakes
        return mistakes[self.confidence[mistakes] >= threshold]

    def rejected_answers(self, threshold: float) -> NDArray[np.int64]:
        """Indices of the correct answers with less than this confidence, the least confident first."""
        right = np.nonzero(self.answers == self.labels)[0]
        order = right[np.argsort(self.confidence[right], kind="stable")]
        return order[self.confidence[order] < threshold]


def _shares(counts: NDArray[np.int64], totals: NDArray[np.int64]) -> NDArray[np.float64]:
    shares = np.full(len(counts), np.nan)
    np.divide(counts, totals, out=shares, where=totals > 0)
    return shares
