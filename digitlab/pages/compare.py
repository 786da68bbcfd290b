"""Runs and networks side by side: their curves, settings, scores, size and speed; and all on the same drawing."""

import streamlit as st

from digitlab import ui_canvas, ui_compare, ui_person

person = ui_person.person()

st.title("Compare")
shown = ui_compare.choose()
figures, drawing = st.tabs(["Figures", "One drawing"], key="view", on_change="rerun", bind="query-params")


@st.fragment
def draw() -> None:
    """A field, and what each network reads in it; the rest of the page is left alone."""
    with st.container(horizontal=True, gap="medium"):
        left, right = st.container(width=ui_canvas.WIDTH), st.container()
    with left:
        picture = ui_canvas.field()
    with right:
        ui_compare.readings(picture, person, shown)
    with left:
        ui_canvas.tools()


if figures.open:
    with figures:
        if len(shown) < 2:
            st.info("Choose two or more.", icon=":material/compare:")
        else:
            ui_compare.scores(shown)
            ui_compare.curves(shown)
            ui_compare.settings(shown)
if drawing.open:
    with drawing:
        draw()
