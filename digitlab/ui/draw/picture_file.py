"""The picture that is uploaded or taken, kept when the page is reloaded or left."""

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.data.picture_files import SUFFIXES, open_picture
from digitlab.translation import _
from digitlab.ui import kept_drawings, shared_state
from digitlab.ui.messages import escape_markdown

_FILE, _KEPT = "opened_id", "opened_kept"  # in the session: the file of the field, the kept picture, that is open
_MAX_NAME = 60  # characters


def ask(source: str) -> NDArray[np.uint8] | None:
    """Ask for a picture file or a photo, or show the last one; returns uint8 (height, width, 4), or None."""
    key, state = source.lower(), st.session_state
    was_there = key in state  # a field that comes back is empty, though nothing was removed
    if source == "Camera":
        file = st.camera_input(_("Photo of ink on paper"), key=key)
    else:
        file = st.file_uploader(_("Picture of a digit or a number"), list(SUFFIXES), key=key)
    if file is not None:
        if state.get(_FILE) != file.file_id:  # every click runs this again, and opening a large file takes a while
            _close()  # a file that cannot be opened leaves none
            picture = open_picture(file.getvalue(), file.name)
            shared_state.get().opened, state[_FILE] = picture, file.file_id
            kept_drawings.keep_opened(picture, file.name, source)
    elif was_there and state.get(_FILE):
        _close()
    else:
        _show_kept(source)
    return shared_state.get().opened


def _show_kept(source: str) -> None:
    """Open the last picture again, if it came from there."""
    shared, state, kept = shared_state.get(), st.session_state, kept_drawings.opened()
    state[_FILE] = None
    if kept is None or kept.source != source:
        shared.opened = state[_KEPT] = None
        return
    if shared.opened is None or state.get(_KEPT) != kept.file:
        shared.opened, state[_KEPT] = kept.picture(), kept.file
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if source == "Camera":
            st.caption(_("Your last photo is still open."))
        else:
            st.caption(_("Still open: {name}", name=escape_markdown(kept.name[:_MAX_NAME])))
        st.button(_("Remove"), icon=":material/close:", key="close-picture", type="tertiary", on_click=_close)


def _close() -> None:
    state = st.session_state
    shared_state.get().opened = state[_FILE] = state[_KEPT] = None
    kept_drawings.forget_opened()
