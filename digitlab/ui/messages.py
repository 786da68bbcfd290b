"""Errors as sentences on the page, and text from outside made safe to show."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from digitlab.errors import DigitLabError


@contextmanager
def show_errors() -> Iterator[None]:
    """Show a `DigitLabError` as a sentence where it happens; the rest of the page stays."""
    try:
        yield
    except DigitLabError as error:
        st.error(escape_markdown(str(error)), icon=":material/error:")


def escape_markdown(text: str) -> str:
    """Escape what Markdown would make of a text that came from outside: links, pictures, colours, icons."""
    return re.sub(r"([\\`*_{}\[\]()#+.!|~$:<>&-])", r"\\\1", text)
