"""Keeps drawings and opened pictures in files, by browser and person, so that a reload brings them back."""

import json
from dataclasses import dataclass, replace
from json import JSONDecodeError
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from digitlab.data import canvas_picture, drawing_link, picture_decoding, png_files
from digitlab.errors import InvalidSetting
from digitlab.settings import Settings
from digitlab.storage.kept_files import KeptFiles
from digitlab.ui import identity, shared_state
from digitlab.ui.shared_state import DRAW_CANVAS
from digitlab.ui.visitor_cookie import COOKIE, is_token

Owner = tuple[str, str]  # the browser, by its token, and the person
_MAX_DRAWING = 60_000  # bytes; a canvas full of strokes has about 30,000
_MAX_BYTES = 60_000_000  # bytes of all drawings; an opened picture has 0.1 to 2 MB, a drawing 0.01
_A_DAY = 24 * 3600.0  # seconds; nobody reloads later
_DRAWING, _OPENED = "drawing", "opened"
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


class KeptDrawings:
    """The drawings of the browsers that drew last: strokes as in a link, and the canvas' PNG file; what they opened.

    Each is a file: a line of JSON, and a PNG file.

    Example:
        >>> kept, owner = KeptDrawings(Path("drawings")), ("token", "person")
        >>> kept.keep(owner, "eNpj", b"...")
        >>> kept.get(owner), kept.opened(owner)
        (('eNpj', b'...'), None)
    """

    def __init__(self, folder: Path) -> None:
        self._files = KeptFiles(folder, max_bytes=_MAX_BYTES, max_age=_A_DAY)

    def keep(self, owner: Owner, strokes: str, file: bytes) -> None:
        """Keep a drawing; no strokes, or too large a file: forget the owner's."""
        if strokes and len(file) <= _MAX_DRAWING:
            self._files.write(owner, _DRAWING, _joined([strokes], file))
        else:
            self._files.delete(owner, _DRAWING)

    def get(self, owner: Owner) -> tuple[str, bytes] | None:
        """Return an owner's strokes and file."""
        found = _parted(self._files.read(owner, _DRAWING))
        return found and (str(found[0][0]), found[1])

    def keep_opened(self, owner: Owner, opened: Opened | None) -> None:
        """Keep an opened picture; None: forget the owner's."""
        if opened is None:
            self._files.delete(owner, _OPENED)
        else:
            self._files.write(owner, _OPENED, _joined([opened.name, opened.source, opened.is_read], opened.file))

    def opened(self, owner: Owner) -> Opened | None:
        """Return what an owner opened."""
        found = _parted(self._files.read(owner, _OPENED))
        if found is None:
            return None
        name, source, is_read = found[0]
        return Opened(found[1], str(name), str(source), bool(is_read))


def _joined(values: list[str | bool], file: bytes) -> bytes:
    return json.dumps(values).encode() + b"\n" + file


def _parted(content: bytes | None) -> tuple[list[str | bool], bytes] | None:
    """Return what was joined; None if it is missing or damaged."""
    head, newline, file = (content or b"").partition(b"\n")
    try:
        return (json.loads(head), file) if newline else None
    except (JSONDecodeError, UnicodeDecodeError):
        return None


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


def _owner() -> Owner | None:
    """Return the browser, by its token, and the person; None if the browser accepts no cookies."""
    token = st.context.cookies.get(COOKIE, "")
    return (token, identity.person().id) if is_token(token) else None


@st.cache_resource(show_spinner=False)
def _kept() -> KeptDrawings:
    return KeptDrawings(Settings.from_environment().data / "kept-drawings")
