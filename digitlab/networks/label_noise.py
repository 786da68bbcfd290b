"""Several networks on the same digits, and label noise that they find together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digitlab.networks.calibration import entropy
from digitlab.networks.scores import Scores

_AMBIGUOUS_FROM = 0.5  # nats: the entropy of two digits with 80 % and 20 %


@dataclass(frozen=True, slots=True)
class SuspectLabel:
    """A label that is likely wrong, as several networks see it.

    Attributes:
        index: Of the digit in its set.
        label: Its label there.
        read: The digit that the networks read together.
        probability: The mean of their probabilities for that digit, 0 to 1.
        answers: The digit that each network reads.
    """

    index: int
    label: int
    read: int
    probability: float
    answers: tuple[int, ...]


class Ensemble:
    """Several networks on the same digits, and the labels that are suspect to them together.

    A network may have memorized the labels of its training digits, right or wrong. So what it says of digits that no
    network of the ensemble was trained on is worth most.

    Example:
        >>> labels = np.array([3, 5], np.uint8)
        >>> members = [Scores(labels, np.eye(10, dtype=np.float32)[[3, read]]) for read in (6, 6, 5)]
        >>> [(suspect.index, suspect.label, suspect.read) for suspect in Ensemble(members).likely_errors]
        [(1, 5, 6)]
    """

    def __init__(self, members: Sequence[Scores]) -> None:
        self._labels = members[0].labels
        self._answers = np.stack([scores.answers for scores in members])
        self._probabilities = np.stack([scores.probabilities for scores in members]).mean(axis=0)
        votes = np.stack([(self._answers == digit).sum(axis=0) for digit in range(10)], axis=1)
        self._winner = votes.argmax(axis=1)
        self._is_outvoted = (votes.max(axis=1) * 2 > len(members)) & (self._winner != self._labels)

    @property
    def likely_errors(self) -> list[SuspectLabel]:
        """Digits whose label is likely wrong, because most networks read the same other digit. The most likely first.

        Ranked by how much more probable that digit is to them, on average, than the label: the normalised margin of
        C. G. Northcutt, L. Jiang and I. L. Chuang, "Confident learning" (2021).
        """
        chosen = np.nonzero(self._is_outvoted)[0]
        read = self._winner[chosen]
        margin = self._probabilities[chosen, read] - self._probabilities[chosen, self._labels[chosen]]
        order = np.argsort(-margin, kind="stable")
        return [self._suspect(int(chosen[at]), int(read[at])) for at in order]

    @property
    def ambiguous(self) -> list[SuspectLabel]:
        """Ambiguous digits: their mean probabilities have a high entropy. The most ambiguous first.

        Digits in `likely_errors` are left out.
        """
        spread = entropy(self._probabilities)
        chosen = np.nonzero((spread >= _AMBIGUOUS_FROM) & ~self._is_outvoted)[0]
        order = chosen[np.argsort(-spread[chosen], kind="stable")]
        return [self._suspect(int(index), int(self._probabilities[index].argmax())) for index in order]

    def _suspect(self, index: int, read: int) -> SuspectLabel:
        probability = float(self._probabilities[index, read])
        return SuspectLabel(
            index, int(self._labels[index]), read, probability, tuple(map(int, self._answers[:, index]))
        )
