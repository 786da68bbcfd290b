"""A link to the drawing for other people, and the drawing of such a link."""

import streamlit as st

from digitlab.data.drawing_link import PARAMETER, as_link, as_picture, from_link
from digitlab.translation import _
from digitlab.ui import canvas, messages, shared_state


def offer() -> None:
    """Offer the drawing as a link; it is made as the popover opens."""
    popover = st.popover(_("Copy link"), icon=":material/share:", key="share-drawing", on_change="rerun")
    if popover.open:
        with popover, messages.show_errors():
            st.markdown(_("This link opens the canvas with your drawing:"))
            page = (st.context.url or "").split("?")[0]
            st.code(f"{page}?{PARAMETER}={as_link(canvas.strokes())}", language=None, wrap_lines=True)


def receive() -> None:
    """Put the drawing of a link on the canvas; call it before the canvas is shown."""
    text = st.query_params.get(PARAMETER)
    with st.container(), messages.show_errors():  # always there, so that nothing moves when an error comes or goes
        if text is not None:
            strokes = from_link(text)
            canvas.replace(strokes, as_picture(strokes))
            shared_state.get().source = "Draw"
            del st.query_params[PARAMETER]
