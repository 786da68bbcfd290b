"""Runs and networks side by side: their curves, settings, scores, size and speed; and all on the same drawing."""

import streamlit as st

from digitlab.ui import canvas, identity
from digitlab.ui.compare import comparison_tables

person = identity.person()

st.title("Compare")
shown = comparison_tables.choose()
figures, drawing = st.tabs(["Figures", "One drawing"], key="view", on_change="rerun", bind="query-params")


@st.fragment
def draw() -> None:
    """A field, and what each network reads in it; the rest of the page is left alone."""
    with st.container(horizontal=True, gap="medium"):
        left, right = st.container(width=canvas.WIDTH), st.container()
    with left:
        picture = canvas.show()
    with right:
        comparison_tables.readings(picture, person, shown)
    with left:
        canvas.tools()


if figures.open:
    with figures:
        if len(shown) < 2:
            st.info("Choose two or more.", icon=":material/compare:")
        else:
            comparison_tables.scores(shown)
            comparison_tables.curves(shown)
            comparison_tables.settings(shown)
if drawing.open:
    with drawing:
        draw()
