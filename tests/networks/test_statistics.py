from itertools import product

import pytest
from scipy.stats import binomtest

from digitlab.networks.statistics import mcnemar_p_value, wilson_interval


@pytest.mark.parametrize(("right", "total"), [(9774, 10_000), (10_000, 10_000), (0, 7), (3, 4), (958, 980)])
@pytest.mark.parametrize("confidence", [0.95, 0.8])
def test_the_interval_is_that_of_scipy(right, total, confidence):
    expected = binomtest(right, total).proportion_ci(confidence, method="wilson")
    assert wilson_interval(right, total, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_nothing_counted_says_nothing():
    assert wilson_interval(0, 0) == (0, 1)


def by_counting_all_outcomes(only_first, only_second):
    """Toss as many coins in all possible ways, and count those that lie as far from half as this or farther."""
    tosses = only_first + only_second
    apart = abs(only_first - only_second)
    outcomes = [abs(2 * sum(coins) - tosses) >= apart for coins in product((0, 1), repeat=tosses)]
    return sum(outcomes) / len(outcomes)


@pytest.mark.parametrize("only_first", range(6))
@pytest.mark.parametrize("only_second", range(6))
def test_mcnemar_s_exact_test_counts_as_one_would_by_hand(only_first, only_second):
    assert mcnemar_p_value(only_first, only_second) == pytest.approx(by_counting_all_outcomes(only_first, only_second))


@pytest.mark.parametrize(("only_first", "only_second"), [(30, 12), (12, 30), (250, 41), (1500, 1400), (5, 3000)])
def test_many_differences_agree_with_scipy_s_binomial_test(only_first, only_second):
    expected = binomtest(only_first, only_first + only_second, 0.5).pvalue
    assert mcnemar_p_value(only_first, only_second) == pytest.approx(expected, rel=1e-9)


def test_networks_that_never_differ_are_equal():
    assert mcnemar_p_value(0, 0) == 1
