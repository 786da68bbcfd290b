"""The parts of the film: all in one screen, as the style sheet of `digitlab/ui/style.py` places them."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st


@contextmanager
def panel(name: str, title: str, explanation: str) -> Iterator[None]:
    """A part of the film with a title, whose explanation one can open."""
    with st.container(key=f"watch-{name}"):
        st.markdown(f"**{title}**", help=explanation)
        yield
