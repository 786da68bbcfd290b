"""The canvas to draw on, with its tools. It keeps its drawing, and sends each stroke as the pen is lifted."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit_drawable_canvas import st_canvas

from digitlab.data import canvas_picture
from digitlab.ui import messages, shared_state
from digitlab.ui.shared_state import DRAW_CANVAS

WIDTH, HEIGHT = 358, 320  # pixels: as wide as a phone's page; lower than 300, the canvas loses its drawing
_PEN = 18  # pixels, the default width
_TOOLS = {"Pen": "Pen", "Eraser": "Eraser"}  # labels by name


def show(key: str = DRAW_CANVAS) -> NDArray[np.uint8] | None:
    """Show the canvas, and return the drawing, uint8 (HEIGHT, WIDTH, 4); None while there is no stroke.

    `tools` belongs below it, and may be called after the drawing is read: the session knows what was chosen there.
    Canvases of different keys hold different drawings; a page shows at most one.
    """
    state, drawing = st.session_state, shared_state.get().canvas(key)
    if key not in state:  # the canvas was not on the page that ran before: restore the drawing
        state[f"{key}_start"] = {"objects": drawing.strokes, "change": 0}
    canvas = st_canvas(
        stroke_color="#000000" if state.get("tool") == "Eraser" else "#ffffff",
        stroke_width=state.get("pen", _PEN),
        background_color="#000000",
        width=WIDTH,
        height=HEIGHT,
        return_image_data=True,
        initial_drawing=state[f"{key}_start"],
        key=key,
    )
    drawing.strokes = (canvas.json_data or state[f"{key}_start"])["objects"]
    file = canvas.image_bytes  # None of a restored canvas, before the next stroke
    if not drawing.strokes:
        drawing.picture, drawing.file = None, b""
    elif file is not None and file != drawing.file:
        with messages.show_errors():
            drawing.picture, drawing.file = canvas_picture.decode(file), file
    return drawing.picture


def strokes(key: str = DRAW_CANVAS) -> list[dict[str, Any]]:
    """Return the strokes of a canvas' drawing, as objects of Fabric.js."""
    return shared_state.get().canvas(key).strokes


def clear(key: str = DRAW_CANVAS) -> None:
    """Clear a canvas."""
    _redraw(key, [])


def tools(key: str = DRAW_CANVAS) -> None:
    """Let a person choose pen or eraser and the width, undo a stroke, and clear the canvas."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.segmented_control(
            "Tool",
            list(_TOOLS),
            format_func=_TOOLS.__getitem__,
            default="Pen",
            required=True,
            key="tool",
            persist_state="session",
            label_visibility="collapsed",
        )
        st.button("Undo", icon=":material/undo:", on_click=lambda: _redraw(key, _received(key)[:-1]))
        st.button("Clear", icon=":material/delete:", on_click=lambda: clear(key))
    st.slider("Pen width (px)", 4, 48, _PEN, key="pen", persist_state="session")
    _sender(key="sender", height="content")


def _received(key: str) -> list[Any]:
    """Return all strokes received, including those that no run of the page has seen yet: a click can be that fast."""
    sent = st.session_state[key].get("drawing") or {}  # the package's own format; another version may differ
    found: list[Any] = sent.get("raw", {}).get("objects", strokes(key))
    return found


def _redraw(key: str, strokes: list[Any]) -> None:
    """Redraw the canvas; the count makes it a change even if the strokes are the same as last time."""
    change = st.session_state[f"{key}_start"]["change"] + 1
    st.session_state[f"{key}_start"] = {"objects": strokes, "change": change}


# After a stroke the canvas waits 200 ms for another one before it sends the drawing. Its button "Update the app with
# this drawing" sends at once and cancels the wait, so it is pressed when the pen is lifted. If another version of the
# package has no such button, the drawing arrives after the wait.
# The canvas records a stroke in a microtask queued at the document; one queued at the window runs after it.
# The canvas' own toolbar would cover what is above it, so it is hidden before it shows: undo and clear are below.
_sender = st.components.v2.component(
    "digitlab_sender",
    js="""
const hidden = new CSSStyleSheet()
hidden.replaceSync(".dc-toolbar { display: none !important; }")
const rootOf = (event) => event.composedPath().find((element) => element.classList?.contains("dc-root"))

function listen() {
  const end = new AbortController()
  const on = (names, act, capture) =>
    names.forEach((name) => window.addEventListener(name, act, { capture, passive: true, signal: end.signal }))
  let canvas = null
  on(["pointerover", "focusin"], (event) => {
    const sheets = rootOf(event)?.getRootNode().adoptedStyleSheets
    if (sheets && !sheets.includes(hidden)) sheets.push(hidden)
  }, true)
  on(["mousedown", "touchstart"], (event) => {
    canvas = rootOf(event) ?? canvas
  }, true)
  on(["mouseup", "touchend"], (event) => {
    const button = canvas?.querySelector("button[aria-label^='Update the app']")
    if (!event.touches?.length) canvas = null
    if (button) queueMicrotask(() => button.click())
  }, false)
  return end
}

const listening = new WeakMap()
export default function ({ parentElement }) {
  if (!listening.has(parentElement)) listening.set(parentElement, listen())
  return () => {
    listening.get(parentElement)?.abort()
    listening.delete(parentElement)
  }
}
""",
)
