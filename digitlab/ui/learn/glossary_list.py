"""All technical terms with their explanations, with a search."""

import streamlit as st

from digitlab.translation import _, plural
from digitlab.ui import glossary
from digitlab.ui.glossary_terms import TERMS


def show() -> None:
    """List the terms that fit what a person searches for, by name."""
    wanted = st.text_input(
        _("Search"), key="glossary-search", placeholder=_("For example: loss"), max_chars=60, persist_state="session"
    )
    needle = wanted.strip().casefold()
    found = [key for key in TERMS if needle in f"{glossary.name(key)} {glossary.explanation(key)}".casefold()]
    # Those whose name fits come first.
    found.sort(key=lambda key: (needle not in glossary.name(key).casefold(), glossary.name(key).casefold()))
    st.caption(plural("{count} term", "{count} terms", len(found)))
    if found:
        glossary.listed(found)
    else:
        st.info(_("No term fits. Search for another word."), icon=":material/search_off:")
