"""Several networks on the same digits: where they differ, and which labels they doubt together. No Keras here."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitlab.networks.calibration import entropy
from digitlab.networks.scores import Scores
from digitlab.networks.statistics import mcnemar

_AMBIGUOUS_FROM = 0.5  # nats; two digits with 80 and 20 % have as much


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two networks on the same digits."""

    first: Scores
    second: Scores

    @property
    def only_first(self) -> NDArray[np.int64]:
        """Indices of what only the first network reads rightly, the second's most confident mistake first."""
        return _only(self.first, self.second)

    @property
    def only_second(self) -> NDArray[np.int64]:
        """Indices of what only the second network reads rightly, the first's most confident mistake first."""
        return _only(self.second, self.first)

    @property
    def neither(self) -> NDArray[np.int64]:
        """Indices of what both read wrongly, the first's most confident mistake first."""
        mistakes = self.first.mistakes
        return mistakes[np.isin(mistakes, self.second.mistakes)]

    @property
    def both(self) -> int:
        """How many digits both read rightly."""
        return len(self.first.labels) - len(self.only_first) - len(self.only_second) - len(self.neither)

    @property
    def p_value(self) -> float:
        """How likely two equally good networks differ as much or more by luck alone, 0 to 1: `statistics.mcnemar`."""
        return mcnemar(len(self.only_first), len(self.only_second))


def _only(right: Scores, wrong: Scores) -> NDArray[np.int64]:
    return wrong.mistakes[~np.isin(wrong.mistakes, right.mistakes)]


@dataclass(frozen=True, slots=True)
class SuspectLabel:
    """A label that several networks doubt.

    Attributes:
        index: Of the digit in its set.
        label: What it is called there.
        read: What the networks read, together.
        share: The mean of their probabilities for what they read, 0 to 1.
        answers: What each of them reads.
    """

    index: int
    label: int
    read: int
    share: float
    answers: tuple[int, ...]


class Ensemble:
    """Several networks on the same digits, and the labels that they doubt together.

    Networks that were fitted to a label may know it by heart, right or wrong; so the doubts about what none of them
    ever saw are worth most.
    """

    def __init__(self, networks: Sequence[Scores]) -> None:
        self._labels = networks[0].labels
        self._answers = np.stack([scores.answers for scores in networks])
        self._probabilities = np.stack([scores.probabilities for scores in networks]).mean(axis=0)
        votes = np.stack([(self._answers == digit).sum(axis=0) for digit in range(10)], axis=1)
        self._winner = votes.argmax(axis=1)
        self._is_outvoted = (votes.max(axis=1) * 2 > len(networks)) & (self._winner != self._labels)

    @property
    def likely_errors(self) -> list[SuspectLabel]:
        """Digits whose label may be wrong: most networks read the same other digit. The most convincing first.

        Ranked by how much more probable that digit is to them, on average, than the label: the normalised margin of
        C. G. Northcutt, L. Jiang and I. L. Chuang, "Confident learning" (2021).
        """
        chosen = np.nonzero(self._is_outvoted)[0]
        read = self._winner[chosen]
        margin = self._probabilities[chosen, read] - self._probabilities[chosen, self._labels[chosen]]
        order = np.argsort(-margin, kind="stable")
        return [self._doubt(int(chosen[at]), int(read[at])) for at in order]

    @property
    def ambiguous(self) -> list[SuspectLabel]:
        """Digits that may be this or that: their mean probabilities have a high entropy. The worst first.

        What most networks read as the same other digit is a likely error instead, and not among these.
        """
        spread = entropy(self._probabilities)
        chosen = np.nonzero((spread >= _AMBIGUOUS_FROM) & ~self._is_outvoted)[0]
        order = chosen[np.argsort(-spread[chosen], kind="stable")]
        return [self._doubt(int(index), int(self._probabilities[index].argmax())) for index in order]

    def _doubt(self, index: int, read: int) -> SuspectLabel:
        share = float(self._probabilities[index, read])
        return SuspectLabel(index, int(self._labels[index]), read, share, tuple(map(int, self._answers[:, index])))
