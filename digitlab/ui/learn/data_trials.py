"""What to try in the steps Data and Look: digits of MNIST to page through and to see as numbers."""

import numpy as np
import streamlit as st

from digitlab.translation import _
from digitlab.ui import galleries, resources
from digitlab.ui.charts import plots

_SHOWN = 24  # digits on a page
_PICKED = 9  # digits to choose from in Look


def data() -> None:
    """Page through the training set, and enlarge a digit."""
    digits, state = resources.mnist(), st.session_state
    pages = -(-len(digits.y_train) // _SHOWN)
    page = int(state.get("learn_page", 0)) % pages
    first = page * _SHOWN
    chosen = state.get("learn_sample", first)
    chosen = chosen if chosen in range(first, first + _SHOWN) else first
    large, grid = st.columns([2, 5], gap="medium")
    with large:
        label = int(digits.y_train[chosen])
        galleries.digit_picture(digits.x_train[chosen], _("A handwritten {label}", label=label), is_large=True)
        st.markdown(_("Digit {index:,}, labelled **{label}**", index=chosen, label=label))
    with grid:
        shown = range(first, min(first + _SHOWN, len(digits.y_train)))
        samples = [galleries.Sample(index, digits.x_train[index], str(digits.y_train[index])) for index in shown]
        galleries.gallery(samples, key="learn-digits", chosen=chosen, on_click=_enlarge)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                _("Previous digits"), icon=":material/chevron_left:", key="learn-before", on_click=_turn, args=(-1,)
            )
            st.button(_("More digits"), icon=":material/chevron_right:", key="learn-more", on_click=_turn, args=(1,))
            st.caption(_("Page {page:,} of {pages:,}", page=page + 1, pages=pages))


def looked_at() -> int:
    """Return the index of the training digit that was chosen last."""
    index: int = st.session_state.get("learn_looked_at", 0)
    return index


def look() -> None:
    """Choose one of a few digits, and see its 784 numbers."""
    digits = resources.mnist()
    chosen = looked_at()
    samples = [galleries.Sample(index, digits.x_train[index], str(digits.y_train[index])) for index in range(_PICKED)]
    galleries.gallery(
        samples,
        key="learn-look",
        chosen=chosen,
        on_click=lambda index: st.session_state.update(learn_looked_at=index),
    )
    image = digits.x_train[chosen]
    label = int(digits.y_train[chosen])
    st.container(width=560).image(
        plots.pixel_values(image), width="stretch", caption=_("The 784 numbers of this {label}", label=label)
    )
    inked = int(np.count_nonzero(image))
    st.caption(
        _("{inked} of its 784 pixels have ink; the brightest is {highest}.", inked=inked, highest=int(image.max()))
    )


def _enlarge(index: int) -> None:
    st.session_state.learn_sample = index


def _turn(step: int) -> None:
    st.session_state.learn_page = int(st.session_state.get("learn_page", 0)) + step
