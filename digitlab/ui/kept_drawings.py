"""What is drawn or opened, kept for a reload of the page: in this process' memory, by browser and person, bounded."""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from threading import Lock

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.data import canvas_picture, drawing_link, picture_decoding, png_files
from digitlab.errors import InvalidSetting
from digitlab.ui import identity, shared_state
from digitlab.ui.shared_state import DRAW_CANVAS
from digitlab.ui.visitor_cookie import COOKIE, is_token

_MAX_DRAWINGS = 500
_MAX_FILE = 60_000  # bytes; a canvas full of strokes has about 30,000
_MAX_OPENED = 40_000_000  # bytes of all opened pictures; one has 0.1 to 2 MB
_IS_RESTORED = "is_drawing_restored"


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A picture that was opened.

    Attributes:
        file: It as a PNG file, at most 1024 pixels on its longer side.
        name: The name of the file that was opened.
        source: Where it came from: "Upload" or "Camera".
        is_read: Whether the first page reads it, and not the canvas.
    """

    file: bytes
    name: str
    source: str
    is_read: bool = True

    def picture(self) -> NDArray[np.uint8]:
        """Return it as uint8 (height, width, 4), RGBA."""
        return picture_decoding.decode(self.file, self.name)


@dataclass(slots=True)
class KeptDrawings:
    """The drawings of the browsers that drew last: strokes as in a link, and the canvas' PNG file; what they opened."""

    _drawings: OrderedDict[tuple[str, str], tuple[str, bytes]] = field(default_factory=OrderedDict)
    _opened: OrderedDict[tuple[str, str], Opened] = field(default_factory=OrderedDict)
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

    def keep_opened(self, owner: tuple[str, str], opened: Opened | None) -> None:
        """Keep an opened picture, and forget the oldest ones beyond `_MAX_OPENED`; None: forget the owner's."""
        with self._lock:
            self._opened.pop(owner, None)
            if opened is not None:
                self._opened[owner] = opened
            while sum(len(one.file) for one in self._opened.values()) > _MAX_OPENED:
                self._opened.popitem(last=False)

    def opened(self, owner: tuple[str, str]) -> Opened | None:
        """Return what an owner opened."""
        return self._opened.get(owner)


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


def forget(key: str) -> None:
    """Forget what is kept of a canvas that is being cleared: the canvas itself tells it only later."""
    if key == DRAW_CANVAS and (owner := _owner()):
        _kept().keep(owner, "", b"")


def keep_opened(picture: NDArray[np.uint8], name: str, source: str) -> None:
    """Keep a picture that was opened, in place of the one before."""
    if owner := _owner():
        _kept().keep_opened(owner, Opened(png_files.to_png(picture), name, source))


def forget_opened() -> None:
    """Forget the picture that was opened."""
    if owner := _owner():
        _kept().keep_opened(owner, None)


def opened() -> Opened | None:
    """Return the picture that this browser opened last, if it is still kept."""
    owner = _owner()
    return _kept().opened(owner) if owner else None


def keep_source(source: str) -> None:
    """Keep whether the first page reads what was opened, or the canvas."""
    owner, last = _owner(), opened()
    if owner and last and last.is_read != (source == last.source):
        _kept().keep_opened(owner, replace(last, is_read=not last.is_read))


def restore() -> None:
    """Once a session, put on the canvas what this browser drew last, and open what it opened last."""
    if st.session_state.get(_IS_RESTORED):
        return
    st.session_state[_IS_RESTORED] = True
    owner = _owner()
    kept = _kept().get(owner) if owner else None
    shared = shared_state.get()
    if kept is not None:
        drawing, (strokes, file) = shared.canvas(), kept
        drawing.strokes, drawing.file = drawing_link.from_link(strokes), file
        drawing.picture = canvas_picture.decode(file) if file else drawing_link.as_picture(drawing.strokes)
    last = opened()
    if last is not None and last.is_read:
        shared.source, shared.opened = last.source, last.picture()


def _owner() -> tuple[str, str] | None:
    """Return the browser, by its token, and the person; None if the browser accepts no cookies."""
    token = st.context.cookies.get(COOKIE, "")
    return (token, identity.person().id) if is_token(token) else None


@st.cache_resource(show_spinner=False)
def _kept() -> KeptDrawings:
    return KeptDrawings()
