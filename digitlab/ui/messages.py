"""Errors as sentences on the page, and escaping of text from outside."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from digitlab.errors import DatabaseFileLost, DigitLabError
from digitlab.translation import _, error_text, translated

_HAS_NOTICE = "has_database_notice"


@contextmanager
def show_errors() -> Iterator[None]:
    """Show a `DigitLabError` as a sentence in its place; the rest of the page stays."""
    try:
        yield
    except DigitLabError as error:
        is_known = isinstance(error, DatabaseFileLost) and st.session_state.get(_HAS_NOTICE)
        text = _("This part of the page needs the database.") if is_known else error_text(error)
        st.error(escape_markdown(text), icon=":material/error:")


def show_notice(trouble: str) -> None:
    """Show at the top of a page what happened to the database, if anything did; its parts need not repeat it."""
    st.session_state[_HAS_NOTICE] = bool(trouble)
    with st.container():  # always there, so that nothing moves when the notice comes or goes
        if trouble:
            st.error(escape_markdown(translated(trouble)), icon=":material/error:")


def escape_markdown(text: str) -> str:
    """Escape a text from outside, so that it makes no links, pictures, colours or icons in Markdown."""
    return re.sub(r"([\\`*_{}\[\]()#+.!|~$:<>&-])", r"\\\1", text)
