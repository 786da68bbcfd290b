"""How much of a result may be luck: intervals and tests on counts."""

import math
from statistics import NormalDist

_SIDES = 2  # a test of "different" looks at both ends, one of "better" at one


def wilson(right: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the interval in which the true share lies, 0 to 1, of which `right` of `total` is a sample.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference" (1927); unlike the textbook's
    plus and minus it keeps its promise near 100 %, where digits are. (0, 1) where there is nothing to count.
    """
    if total == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, weight = right / total, z * z / total
    middle = (share + weight / 2) / (1 + weight)
    reach = z * math.sqrt(share * (1 - share) / total + weight / (4 * total)) / (1 + weight)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def mcnemar(only_first: int, only_second: int) -> float:
    """Return how likely two equally good networks differ as much as here or more, by luck alone, 0 to 1.

    Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages" (1947),
    exact: what both read right or both wrong says nothing, and each of the others is the toss of a coin.

    Args:
        only_first: Digits that only the first network reads rightly.
        only_second: Digits that only the second reads rightly.
    """
    tosses, fewer = only_first + only_second, min(only_first, only_second)
    ways = term = 1
    for heads in range(fewer):
        term = term * (tosses - heads) // (heads + 1)
        ways += term
    return min(1.0, _SIDES * ways / (1 << tosses))  # whole numbers to the end: no rounding, however many tosses
