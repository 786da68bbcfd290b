import numpy as np

from digitlab.data import browsing


def test_without_a_shuffle_the_set_keeps_its_order(digits):
    assert browsing.order(digits.y_test)[:3].tolist() == [0, 1, 2]


def test_a_filter_leaves_one_digit_alone(digits):
    assert set(digits.y_test[browsing.order(digits.y_test, digit=7)]) == {7}


def test_a_seed_shuffles_the_same_way_each_time(digits):
    order = browsing.order(digits.y_test, 3, seed=5)
    assert np.array_equal(order, browsing.order(digits.y_test, 3, seed=5))
    assert not np.array_equal(order, np.sort(order))


def test_counts_are_those_that_are_known_of_mnist(digits):
    assert browsing.counts(digits.y_test) == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_averages_are_means_per_digit(digits):
    averages = browsing.averages(digits.x_test, digits.y_test)
    assert averages.shape == (10, 28, 28)
    assert averages[0, 14, 14] < 30 < averages[1, 14, 14]  # a zero has a hole where a one has ink
