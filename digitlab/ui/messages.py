"""Errors as sentences on the page, and escaping of text from outside."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from digitlab.errors import DigitLabError


@contextmanager
def show_errors() -> Iterator[None]:
    """Show a `DigitLabError` as a sentence in its place; the rest of the page stays."""
    try:
        yield
    except DigitLabError as error:
        st.error(escape_markdown(str(error)), icon=":material/error:")


def escape_markdown(text: str) -> str:
    """Escape a text from outside, so that it makes no links, pictures, colours or icons in Markdown."""
    return re.sub(r"([\\`*_{}\[\]()#+.!|~$:<>&-])", r"\\\1", text)
