import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from digitlab.ui import figures


def page():
    import numpy as np

    from digitlab.ui import galleries

    galleries.digit_picture(np.zeros((28, 28), np.uint8), "L'image <1>")


@pytest.mark.parametrize("part", ["alt", "title", "text"])
def test_texts_of_a_figure_are_escaped(part):
    texts = {"alt": ""} | {part: "L'image <1>"}
    shown = figures.figure(np.zeros((28, 28), np.uint8), **texts)
    assert "L&#x27;image &lt;1&gt;" in shown


def test_text_alternative_of_a_digit_is_escaped():
    assert "alt='L&#x27;image &lt;1&gt;'" in AppTest.from_function(page).run().html[0].value


def test_extremes_are_sentences_with_places():
    values = np.zeros((28, 28))
    assert figures.extremes(values) == "Nothing stands out."
    values[3, 14], values[27, 0] = 1, -2
    assert figures.extremes(values) == (
        "Supports it most: top (row 3, column 14). Opposes it most: bottom left (row 27, column 0)."
    )
    assert figures.extremes(values, "Up: {place}.", "Down: {place}.").startswith("Up: top (row 3, column 14). Down: ")
