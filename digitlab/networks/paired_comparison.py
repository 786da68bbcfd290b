"""Two networks on the same digits: where they differ, and whether by more than chance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitlab.networks.scores import Scores
from digitlab.networks.statistics import mcnemar_p_value


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two networks on the same digits.

    Attributes:
        first: The answers of the first network.
        second: Those of the second, on the same digits.

    Example:
        >>> labels = np.array([3, 5], np.uint8)
        >>> first = Scores(labels, np.eye(10, dtype=np.float32)[[3, 5]])
        >>> second = Scores(labels, np.eye(10, dtype=np.float32)[[3, 6]])
        >>> comparison = Comparison(first, second)
        >>> comparison.both, comparison.only_first.tolist(), comparison.p_value
        (1, [1], 1.0)
    """

    first: Scores
    second: Scores

    @property
    def only_first(self) -> NDArray[np.int64]:
        """Indices of digits that only the first network reads correctly, the second's most confident mistake first."""
        return _only(self.first, self.second)

    @property
    def only_second(self) -> NDArray[np.int64]:
        """Indices of digits that only the second network reads correctly, the first's most confident mistake first."""
        return _only(self.second, self.first)

    @property
    def neither(self) -> NDArray[np.int64]:
        """Indices of the digits that both misread, the first's most confident mistake first."""
        mistakes = self.first.mistakes
        return mistakes[np.isin(mistakes, self.second.mistakes)]

    @property
    def both(self) -> int:
        """How many digits both read correctly."""
        return len(self.first.labels) - len(self.only_first) - len(self.only_second) - len(self.neither)

    @property
    def p_value(self) -> float:
        """The probability, 0 to 1, that two equally good networks differ as much by chance (McNemar's test)."""
        return mcnemar_p_value(len(self.only_first), len(self.only_second))


def _only(right: Scores, wrong: Scores) -> NDArray[np.int64]:
    return wrong.mistakes[~np.isin(wrong.mistakes, right.mistakes)]
