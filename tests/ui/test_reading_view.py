import numpy as np
import pytest

from digitlab.networks.reading import NOTHING, Reading
from digitlab.ui.reading_view import verdict


def reading(shares: dict[int, float], *, is_sure: bool = False, is_digit: bool = True) -> Reading:
    rest = (1 - sum(shares.values())) / (10 - len(shares))
    probabilities = tuple(shares.get(digit, rest) for digit in range(10))
    return Reading(max(shares, key=shares.get), probabilities, is_sure, np.zeros((28, 28), np.uint8), is_digit)


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (NOTHING, "Nothing is drawn."),
        (reading({7: 0.999}, is_sure=True), "with probability 99.9%"),
        (reading({4: 0.55, 9: 0.4}), "I am not sure: 4 or 9?"),
        (reading({1: 0.4, 4: 0.3, 7: 0.25}), "I am not sure: 1, 4 or 7?"),
        (reading({0: 0.82}), "I am not sure: 0?"),
        (reading({3: 0.15, 5: 0.12}, is_digit=False), "Not a digit that I know. Nearest is 3, with 15.0%."),
    ],
)
def test_a_reading_is_told_in_a_sentence(one, sentence):
    assert verdict(one) == sentence


def test_a_digit_that_is_hardly_thought_of_is_no_rival():
    assert reading({4: 0.8, 9: 0.1}).rivals == (4,)
    assert reading({4: 0.5, 9: 0.4, 7: 0.05}).rivals == (4, 9)
