"""Networks and runs side by side: scores, learning curves, settings, size and speed; and one drawing read by all."""

import streamlit as st

from digitlab.translation import _
from digitlab.ui import canvas, identity, linked_choice
from digitlab.ui.compare import comparison_tables, contender_choice, drawing_readings

person = identity.person()

st.title(_("Compare"))
contenders = contender_choice.choose()
tabs = linked_choice.tabs({"Figures": _("Scores and curves"), "One drawing": _("Same drawing")}, page="compare")


@st.fragment
def draw() -> None:
    """Show a canvas, and what each network reads on it; a stroke leaves the rest of the page alone."""
    with st.container(horizontal=True, gap="medium"):
        left, right = st.container(width=canvas.WIDTH), st.container()
    with left:
        picture = canvas.show()
    with right:
        drawing_readings.show(picture, person, contenders)
    with left:
        canvas.tools()


if tabs["Figures"].open:
    with tabs["Figures"]:
        if len(contenders) < 2:
            st.info(_("Choose at least two."), icon=":material/compare:")
        else:
            comparison_tables.scores(contenders)
            comparison_tables.curves(contenders)
            comparison_tables.settings(contenders)
if tabs["One drawing"].open:
    with tabs["One drawing"]:
        draw()
