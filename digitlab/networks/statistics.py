"""How much of a result may be chance: confidence intervals and tests on counts."""

import math
from statistics import NormalDist

_SIDES = 2  # the test is two-sided: it asks whether the networks differ, not whether one is better


def wilson_interval(right: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the confidence interval of a share, 0 to 1, of which `right` of `total` is a sample.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference" (1927); unlike the
    normal approximation it holds near 100 %, where digits are. (0, 1) where there is nothing to count.
    """
    if total == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, weight = right / total, z * z / total
    middle = (share + weight / 2) / (1 + weight)
    reach = z * math.sqrt(share * (1 - share) / total + weight / (4 * total)) / (1 + weight)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def mcnemar_p_value(only_first: int, only_second: int) -> float:
    """Return the probability, 0 to 1, that two equally good networks differ at least as much by chance.

    Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages" (1947),
    exact: digits that both read correctly or both misread say nothing, and each other one is the toss of a coin.

    Args:
        only_first: Number of digits that only the first network reads correctly.
        only_second: Number of digits that only the second network reads correctly.
    """
    tosses, fewer = only_first + only_second, min(only_first, only_second)
    outcomes = term = 1
    for heads in range(fewer):
        term = term * (tosses - heads) // (heads + 1)
        outcomes += term
    return min(1.0, _SIDES * outcomes / (1 << tosses))  # integers to the end: no rounding, however many tosses
