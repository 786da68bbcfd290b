import numpy as np
import pytest

from digitlab.networks.paired_comparison import Comparison
from digitlab.networks.scores import Scores


def reading(labels, answers):
    """A network that is certain of its answers."""
    return Scores(np.array(labels, np.uint8), np.eye(10, dtype=np.float32)[answers])


@pytest.fixture
def comparison():
    return Comparison(reading([1, 2, 3, 4, 5], [1, 2, 8, 8, 5]), reading([1, 2, 3, 4, 5], [1, 7, 3, 9, 6]))


def test_two_networks_share_the_digits_out_between_them(comparison):
    assert comparison.only_first.tolist() == [1, 4]
    assert comparison.only_second.tolist() == [2]
    assert comparison.neither.tolist() == [3]
    assert comparison.both == 1


def test_few_differences_may_well_be_luck(comparison):
    assert comparison.p_value == 1
    right = list(range(10)) * 2
    better = Comparison(reading(right, right), reading(right, [9 - digit for digit in right]))
    assert better.p_value == pytest.approx(2 * 0.5**20)
