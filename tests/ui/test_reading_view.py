import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from digitlab.networks.reading import NOTHING, Reading
from digitlab.ui.reading_view import verdict


def reading_of(shares: dict[int, float], *, is_sure: bool = False, is_digit: bool = True) -> Reading:
    rest = (1 - sum(shares.values())) / (10 - len(shares))
    probabilities = tuple(shares.get(digit, rest) for digit in range(10))
    return Reading(max(shares, key=shares.get), probabilities, is_sure, np.zeros((28, 28), np.uint8), is_digit)


@pytest.mark.parametrize(
    ("reading", "sentence"),
    [
        (NOTHING, "Nothing is drawn."),
        (reading_of({7: 0.999}, is_sure=True), "99.9% confident"),
        (reading_of({4: 0.55, 9: 0.4}), "I'm not sure: 4 or 9?"),
        (reading_of({1: 0.4, 4: 0.3, 7: 0.25}), "I'm not sure: 1, 4 or 7?"),
        (reading_of({0: 0.82}), "I'm not sure: 0?"),
        (reading_of({3: 0.15, 5: 0.12}, is_digit=False), "I don't recognise this as a digit. Closest match: 3 (15.0%)"),
    ],
)
def test_a_verdict_is_a_whole_sentence(reading, sentence):
    assert verdict(reading) == sentence


def test_an_unlikely_digit_is_no_rival():
    assert reading_of({4: 0.8, 9: 0.1}).rivals == (4,)
    assert reading_of({4: 0.5, 9: 0.4, 7: 0.05}).rivals == (4, 9)


def steps_page():
    import numpy as np

    from digitlab.networks.reading import NOTHING, Reading
    from digitlab.ui import reading_view

    image = np.zeros((28, 28), np.uint8)
    seven = Reading(7, (0.0,) * 7 + (0.9, 0.1, 0.0), True, image, True)
    reading_view.steps([("L'encre", "a < b", image, seven), ("Scaled", "", image, NOTHING)])
    reading_view.answer(NOTHING, "Dessinez l'un & l'autre")


def test_steps_say_in_sentences_what_is_read_without_them():
    steps, _ = AppTest.from_function(steps_page).run().html
    assert "Without this step: <b>7</b> (90.0%)" in steps.value
    assert "Without this step, nothing is read." in steps.value


def test_texts_are_escaped():
    steps, answer = AppTest.from_function(steps_page).run().html
    assert "<b>1. L&#x27;encre.</b> a &lt; b<" in steps.value
    assert "<span>Dessinez l&#x27;un &amp; l&#x27;autre</span>" in answer.value
