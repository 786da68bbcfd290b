"""What to try in the steps Place and Pen width: a digit of the test set that is changed until it is misread."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.data.distortions import Amounts, distort_by_amounts
from digitlab.networks.recognition import DEFAULT_MODEL
from digitlab.translation import _
from digitlab.ui import galleries, messages, reading_view, resources

_COMPARED = ("tutorial", DEFAULT_MODEL)  # networks that read the same digit
_PICKED = (0, 2, 3, 4, 61, 8, 11, 9)  # indices in the test set


def place() -> None:
    """Move and scale a digit, and see what two networks read."""
    image = _pick("place")
    left, right = st.columns(2)
    with left:
        across = st.slider(_("To the right (px)"), -10, 10, 0, key="learn-right", persist_state="session")
        down = st.slider(_("Down (px)"), -10, 10, 0, key="learn-down", persist_state="session")
        size = st.slider(_("Size (%)"), 40, 130, 100, 5, key="learn-scale", persist_state="session")
    with right:
        _show(distort_by_amounts(image, Amounts(right=across, down=down, scale=size / 100)))


def pen() -> None:
    """Make the lines of a digit thinner or thicker, and see what two networks read."""
    image = _pick("pen")
    left, right = st.columns(2)
    with left:
        wider = st.slider(
            _("Wider on each side (px)"), -1.0, 3.0, 0.0, 0.25, key="learn-thicker", persist_state="session"
        )
    with right:
        _show(distort_by_amounts(image, Amounts(thicker=wider)))


def _pick(name: str) -> NDArray[np.uint8]:
    digits, key = resources.mnist(), f"learn_picked_{name}"
    chosen = int(st.session_state.get(key, _PICKED[0]))
    samples = [galleries.Sample(index, digits.x_test[index], str(digits.y_test[index])) for index in _PICKED]
    galleries.gallery(
        samples,
        key=f"learn-pick-{name}",
        chosen=chosen,
        on_click=lambda index: st.session_state.update({key: index}),
    )
    image: NDArray[np.uint8] = digits.x_test[chosen]
    return image


def _show(image: NDArray[np.uint8]) -> None:
    galleries.digit_picture(image, _("The changed digit"))
    with messages.show_errors():
        cards = {card.name: card for card in resources.lab().models()}
        for name in filter(cards.__contains__, _COMPARED):
            reading = resources.lab().recogniser(name).read_digit(image)
            title, sign = messages.escape_markdown(cards[name].title), messages.escape_markdown(reading.sign)
            st.markdown(_("**{title}** reads **{sign}**", title=title, sign=sign))
            st.caption(reading_view.verdict(reading))
