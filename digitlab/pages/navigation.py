"""The list of pages and their titles; runs before each of them."""

import streamlit as st

from digitlab.settings import ROOT
from digitlab.ui import glossary, identity, language, messages, resources, style

st.set_page_config(page_title="DigitLab", page_icon=str(ROOT / "digitlab" / "ui" / "icon.svg"), layout="wide")
language.choose()
page = st.navigation(
    [
        st.Page("start.py", title="Start", icon=":material/home:", default=True),
        st.Page("browse.py", title="Browse", icon=":material/grid_view:"),
        st.Page("train.py", title="Train", icon=":material/model_training:"),
        st.Page("watch.py", title="Watch it learn", icon=":material/movie:"),
        st.Page("draw.py", title="Draw", icon=":material/draw:"),
        st.Page("mydigits.py", title="My digits", icon=":material/collections_bookmark:"),
        st.Page("improve.py", title="Improve", icon=":material/auto_fix_high:"),
        st.Page("understand.py", title="Understand", icon=":material/troubleshoot:"),
        st.Page("evaluate.py", title="Evaluate", icon=":material/analytics:"),
        st.Page("compare.py", title="Compare", icon=":material/compare:"),
        st.Page("models.py", title="Models", icon=":material/inventory_2:"),
    ],
    position="top",
)
style.apply()
glossary.listen()
with messages.show_errors():
    messages.show_notice(resources.lab().database_trouble)
    identity.show()
    page.run()
    resources.preload()
