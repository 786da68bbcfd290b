"""What is drawn, kept for a reload of the page: in this process' memory, by browser and person, and bounded."""

from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock

import streamlit as st

from digitlab.data import canvas_picture, drawing_link
from digitlab.errors import InvalidSetting
from digitlab.ui import identity, shared_state
from digitlab.ui.shared_state import DRAW_CANVAS
from digitlab.ui.visitor_cookie import COOKIE, is_token

_MAX_DRAWINGS = 500
_MAX_FILE = 60_000  # bytes; a canvas full of strokes has about 30,000
_IS_RESTORED = "is_drawing_restored"


@dataclass(slots=True)
class KeptDrawings:
    """The drawings of the browsers that drew last: strokes as in a link, and the canvas' PNG file."""

    _drawings: OrderedDict[tuple[str, str], tuple[str, bytes]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def keep(self, owner: tuple[str, str], strokes: str, file: bytes) -> None:
        """Keep a drawing, and forget the oldest one beyond `_MAX_DRAWINGS`; no strokes: forget the owner's."""
        with self._lock:
            self._drawings.pop(owner, None)
            if strokes and len(file) <= _MAX_FILE:
                self._drawings[owner] = strokes, file
            if len(self._drawings) > _MAX_DRAWINGS:
                self._drawings.popitem(last=False)

    def get(self, owner: tuple[str, str]) -> tuple[str, bytes] | None:
        """Return an owner's strokes and file."""
        return self._drawings.get(owner)


def keep(key: str) -> None:
    """Keep what is drawn on a canvas now, if it is the one that stays from page to page."""
    owner = _owner()
    if owner is None or key != DRAW_CANVAS:
        return
    drawing = shared_state.get().canvas()
    try:
        strokes = drawing_link.as_link(drawing.strokes)
    except InvalidSetting:  # nothing, or too much
        strokes = ""
    _kept().keep(owner, strokes, drawing.file)


def restore() -> None:
    """Once a session, put on the canvas what this browser drew last."""
    if st.session_state.get(_IS_RESTORED):
        return
    st.session_state[_IS_RESTORED] = True
    owner = _owner()
    kept = _kept().get(owner) if owner else None
    if kept is not None:
        drawing, (strokes, file) = shared_state.get().canvas(), kept
        drawing.strokes, drawing.file = drawing_link.from_link(strokes), file
        drawing.picture = canvas_picture.decode(file) if file else drawing_link.as_picture(drawing.strokes)


def _owner() -> tuple[str, str] | None:
    """Return the browser, by its token, and the person; None if the browser accepts no cookies."""
    token = st.context.cookies.get(COOKIE, "")
    return (token, identity.person().id) if is_token(token) else None


@st.cache_resource(show_spinner=False)
def _kept() -> KeptDrawings:
    return KeptDrawings()
