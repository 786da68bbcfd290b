import numpy as np
import pytest
from sklearn import metrics

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


@pytest.fixture
def many():
    """Two thousand answers, three in four of them right; no 7 is ever shown, and 3 is never answered."""
    rng = np.random.default_rng(1)
    labels = rng.choice([0, 1, 2, 3, 4, 5, 6, 8, 9], 2000).astype(np.uint8)
    answers = np.where(rng.random(2000) < 0.75, labels, rng.integers(0, 10, 2000))
    answers[answers == 3] = 5
    return Scores(labels, (np.eye(10)[answers] * 0.8 + 0.02).astype(np.float32))


def test_the_confusion_matrix_is_that_of_scikit_learn(many):
    expected = metrics.confusion_matrix(many.labels, many.answers, labels=range(10))
    assert many.confusion.tolist() == expected.tolist()


def test_precision_recall_and_f1_are_those_of_scikit_learn(many):
    expected = metrics.precision_recall_fscore_support(
        many.labels, many.answers, labels=range(10), zero_division=np.nan
    )
    found = [(scored.precision, scored.recall, scored.f1, scored.support) for scored in many.per_digit]
    assert np.allclose(np.transpose(found), expected, equal_nan=True)


def test_the_accuracy_of_a_digit_is_that_digit_against_the_rest(many):
    for scored in many.per_digit:
        expected = metrics.accuracy_score(many.labels == scored.digit, many.answers == scored.digit)
        assert scored.accuracy == pytest.approx(expected)


def test_the_interval_holds_the_accuracy(scores, many):
    assert scores.interval[0] < scores.accuracy < scores.interval[1]
    assert many.interval[1] - many.interval[0] < 0.05 < scores.interval[1] - scores.interval[0]
    assert many.per_digit[7].interval == (0, 1)


def test_a_cell_shows_its_most_confident_pictures_first(many):
    probabilities = many.probabilities.copy()
    cell = many.read_as(4, 9)
    assert len(cell) == many.confusion[4, 9]
    probabilities[cell[3], 9] = 0.99
    assert Scores(many.labels, probabilities).read_as(4, 9)[0] == cell[3]


def test_a_threshold_tells_confident_mistakes_from_doubtful(scores):
    assert scores.accepted_mistakes(0.7).tolist() == [4]
    assert scores.accepted_mistakes(0.5).tolist() == [4, 3]
    assert scores.rejected_answers(0.9).tolist() == [1]
    assert scores.rejected_answers(0.7).tolist() == []


def test_shares_are_those_of_each_digit(many):
    assert many.normalized_confusion.sum(axis=1).tolist() == pytest.approx([1] * 7 + [0] + [1] * 2)
    assert many.normalized_confusion[4, 4] == many.per_digit[4].recall
