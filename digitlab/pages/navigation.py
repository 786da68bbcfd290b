"""The groups of pages with their titles; runs before each page."""

from contextlib import suppress

import streamlit as st

from digitlab.errors import InvalidSetting
from digitlab.settings import ROOT
from digitlab.translation import _
from digitlab.ui import (
    glossary,
    identity,
    kept_drawings,
    language,
    messages,
    navigation_roles,
    repetition,
    resources,
    streamlit_texts,
    style,
    upload_refusals,
)

MOVED = ("draw", "start")  # addresses of earlier versions, which lead to the canvas now


def open_canvas() -> None:
    """Lead an old address to the canvas, with the parameters that it carries."""
    st.switch_page("draw.py", query_params=st.query_params.to_dict())


st.set_page_config(page_title="DigitLab", page_icon=str(ROOT / "digitlab" / "ui" / "icon.svg"), layout="wide")
language.choose()
start = st.Page("draw.py", title=_("Start"), icon=":material/draw:", url_path="canvas", default=True)
page = st.navigation(
    {
        "": [
            start,
            st.Page("learn.py", title=_("Learn"), icon=":material/school:"),
            st.Page("understand.py", title=_("Explain"), icon=":material/troubleshoot:"),
            *[st.Page(open_canvas, title=name, url_path=name, visibility="hidden") for name in MOVED],
        ],
        _("Data"): [
            st.Page("browse.py", title=_("MNIST"), icon=":material/grid_view:"),
            st.Page("mydigits.py", title=_("My digits"), icon=":material/collections_bookmark:"),
        ],
        _("Train"): [
            st.Page("train.py", title=_("Train"), icon=":material/model_training:"),
            st.Page("search.py", title=_("Try many"), icon=":material/travel_explore:"),
            st.Page("watch.py", title=_("Watch it learn"), icon=":material/movie:"),
            st.Page("improve.py", title=_("Improve"), icon=":material/auto_fix_high:"),
        ],
        _("Networks"): [
            st.Page("models.py", title=_("Models"), icon=":material/inventory_2:"),
            st.Page("evaluate.py", title=_("Evaluate"), icon=":material/analytics:"),
            st.Page("compare.py", title=_("Compare"), icon=":material/compare:"),
        ],
    },
    position="top",
)
if page is not start:
    st.set_page_config(page_title=f"{page.title} · DigitLab")
with st.container(key="session-bar", horizontal=True, vertical_alignment="center", gap="small"):
    style.apply()
    glossary.listen()
    navigation_roles.listen()
    upload_refusals.listen()
    streamlit_texts.listen()
    repetition.run_again_after_a_break()
    language.show_field()
    is_identified = False
    with suppress(InvalidSetting):  # of the log-in's settings, shown below
        is_identified = bool(identity.person())
    if is_identified:
        with messages.show_errors():
            identity.show()
with messages.show_errors():
    identity.person()
    messages.show_notice(resources.lab().database_trouble)
    kept_drawings.restore()
    page.run()
    resources.preload()
