"""What a person did in one of the app's own components."""

import streamlit as st


def clicked(key: str) -> int | None:
    """Return the index of what was clicked, in the callback that reports it; None if there is nothing to do.

    A click can arrive after its page was left: the browser shows the old page until the new one is there.
    """
    index = st.session_state.get(key, {}).get("clicked")
    return None if index is None else int(index)
