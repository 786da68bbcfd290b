import numpy as np
import pytest

from digitlab.networks.scores import Scores


@pytest.fixture
def scores():
    """Three right, then a 4 read as 9 with 0.6 and a 7 read as 1 with 0.9."""
    labels = np.array([0, 1, 2, 4, 7], np.uint8)
    probabilities = np.full((5, 10), 0.0, np.float32)
    for row, (digit, share) in enumerate([(0, 1.0), (1, 0.8), (2, 1.0), (9, 0.6), (1, 0.9)]):
        probabilities[row, digit] = share
        probabilities[row, 4] += 1 - share
    return Scores(labels, probabilities)


def test_accuracy_is_the_share_read_correctly(scores):
    assert scores.accuracy == pytest.approx(0.6)


def test_loss_is_the_mean_cross_entropy(scores):
    expected = -np.mean(np.log([1 - 1e-7, 0.8, 1 - 1e-7, 0.4, 1e-7]))
    assert scores.loss == pytest.approx(expected, rel=1e-5)


def test_confusion_has_true_digits_in_rows(scores):
    assert scores.confusion[4, 9] == scores.confusion[7, 1] == 1
    assert scores.confusion.sum() == 5


def test_accuracy_of_a_digit_that_is_not_there_is_nan(scores):
    per_digit = scores.accuracy_per_digit
    assert per_digit[0] == 1
    assert per_digit[4] == 0
    assert np.isnan(per_digit[3])


def test_the_most_confident_mistake_comes_first(scores):
    assert scores.mistakes.tolist() == [4, 3]
