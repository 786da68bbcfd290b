"""The field to draw in: a canvas that keeps its drawing, with its tools, and sends each stroke as the pen is lifted."""

from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit_drawable_canvas import st_canvas

from digitlab.ui import shared_state
from digitlab.ui.shared_state import DRAW_CANVAS

WIDTH, HEIGHT = 358, 320  # pixels; as wide as a telephone's page; below 300 high the canvas forgets its drawing
_PEN = 18  # pixels, at first


def field(key: str = DRAW_CANVAS) -> NDArray[np.uint8] | None:
    """Show the field, and return the drawing, uint8 (HEIGHT, WIDTH, 4); None before the first stroke.

    `tools` belongs below it, and may be called when the drawing has been answered: what was chosen there is known.
    Fields of different keys hold different drawings; a page has one at most.
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
    if canvas.image_data is not None:  # a restored canvas sends no picture before the next stroke
        drawing.picture = canvas.image_data
    return drawing.picture


def strokes(key: str = DRAW_CANVAS) -> list[dict[str, Any]]:
    """Return the strokes that a field's drawing is made of, as the canvas tells of them."""
    return shared_state.get().canvas(key).strokes


def clear(key: str = DRAW_CANVAS) -> None:
    """Empty a field."""
    _put(key, [])


def tools(key: str = DRAW_CANVAS) -> None:
    """Let a person choose between pen and eraser and their width, undo, and clear."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.segmented_control(
            "Tool",
            ["Pen", "Eraser"],
            default="Pen",
            required=True,
            key="tool",
            persist_state="session",
            label_visibility="collapsed",
        )
        st.button("Undo", icon=":material/undo:", on_click=lambda: _put(key, _sent(key)[:-1]))
        st.button("Clear", icon=":material/delete:", on_click=lambda: clear(key))
    st.slider("Width of the pen, in pixels", 4, 48, _PEN, key="pen", persist_state="session")
    _sender(key="sender", height="content")


def _sent(key: str) -> list[Any]:
    """All strokes that have come, also those that no run of the page has seen yet: a click may be that fast."""
    sent = st.session_state[key].get("drawing") or {}  # the package's own: another version may keep it elsewhere
    found: list[Any] = sent.get("raw", {}).get("objects", strokes(key))
    return found


def _put(key: str, strokes: list[Any]) -> None:
    """Have the canvas drawn anew; the count makes it a change even when the strokes are those of last time."""
    change = st.session_state[f"{key}_start"]["change"] + 1
    st.session_state[f"{key}_start"] = {"objects": strokes, "change": change}


# The canvas waits 200 ms after a stroke, in case another one follows, before it sends the drawing. Its own button
# "Update the app with this drawing" sends at once and cancels that wait, so it is pressed when the pen is lifted. Where
# another version of the package has no such button, the drawing comes after the wait.
# The canvas notes a stroke in a microtask that it queues at the document; what is queued at the window comes after it.
# Its toolbar would lie over what stands above it, and undo and clear stand below: it is hidden before it shows.
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
