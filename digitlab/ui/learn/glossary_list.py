"""All technical terms with their explanations, with a search."""

from html import escape

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
    terms = sorted(((glossary.name(key), glossary.explanation(key)) for key in TERMS), key=lambda term: term[0].lower())
    found = [term for term in terms if needle in " ".join(term).casefold()]
    found.sort(key=lambda term: needle not in term[0].casefold())  # those whose name fits come first
    st.caption(plural("{count} term", "{count} terms", len(found)))
    rows = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>" for name, text in found)
    if rows:
        st.html(f"<dl class='digitlab-glossary'>{rows}</dl>")
    else:
        st.info(_("No term fits. Search for another word."), icon=":material/search_off:")
