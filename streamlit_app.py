"""The front door of DigitLab: the pages and their titles. Start it with `streamlit run streamlit_app.py`."""

import streamlit as st

from digitlab import ui

st.set_page_config(page_title="DigitLab", page_icon=":material/draw:", layout="wide")
page = st.navigation(
    [
        st.Page("digitlab/pages/start.py", title="Start", icon=":material/home:", default=True),
        st.Page("digitlab/pages/browse.py", title="Browse", icon=":material/grid_view:"),
        st.Page("digitlab/pages/train.py", title="Train", icon=":material/model_training:"),
        st.Page("digitlab/pages/draw.py", title="Draw", icon=":material/draw:"),
        st.Page("digitlab/pages/evaluate.py", title="Evaluate", icon=":material/analytics:"),
        st.Page("digitlab/pages/models.py", title="Models", icon=":material/inventory_2:"),
    ],
    position="top",
)
ui.style()
with ui.told():
    ui.lab()
    page.run()
