"""The canvas to draw on, with its tools. It keeps its drawing, and sends each stroke as the pen is lifted."""

from collections.abc import Callable
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit_drawable_canvas import st_canvas

from digitlab.data import canvas_picture, drawing_link
from digitlab.translation import Text, _, translated
from digitlab.ui import canvas_strokes, kept_drawings, messages, shared_state
from digitlab.ui.shared_state import DRAW_CANVAS

WIDTH, HEIGHT = drawing_link.WIDTH, drawing_link.HEIGHT  # lower than 300, the canvas would lose its drawing
_PEN = 18  # pixels, the default width
_TOOLS = {"Pen": Text("Pen"), "Eraser": Text("Eraser")}  # by name
_ICONS = {"Pen": ":material/edit:", "Eraser": ":material/ink_eraser:"}


def show(key: str = DRAW_CANVAS) -> NDArray[np.uint8] | None:
    """Show the canvas, and return the drawing, uint8 (HEIGHT, WIDTH, 4); None while there is no stroke.

    `tools` belongs below it, and may be called after the drawing is read: the session knows what was chosen there.
    Canvases of different keys hold different drawings; a page shows at most one.
    """
    state, drawing = st.session_state, shared_state.get().canvas(key)
    if key not in state:  # the canvas was not on the page that ran before: restore the drawing
        canvas_strokes.start(state, key, drawing.strokes)
    canvas = st_canvas(
        stroke_color="#000000" if state.get("tool") == "Eraser" else "#ffffff",
        stroke_width=state.get("pen", _PEN),
        background_color="#000000",
        width=WIDTH,
        height=HEIGHT,
        return_image_data=True,
        initial_drawing=canvas_strokes.started_from(state, key),
        key=key,
    )
    before, drawing.strokes = drawing.strokes, canvas_strokes.received(state, key)
    # None of a restored canvas, before the next stroke; of one that is being redrawn, it is the picture of before.
    file = drawing.file if canvas_strokes.is_redrawn(state, key) else canvas.image_bytes
    if not drawing.strokes:
        drawing.picture, drawing.file = None, b""
        if before:
            kept_drawings.keep(key)
    elif file is None and drawing.strokes != before:  # one was undone before the browser had loaded the canvas
        drawing.picture = drawing_link.as_picture(drawing.strokes)
        kept_drawings.keep(key)
    elif file is not None and file != drawing.file:
        with messages.show_errors():
            drawing.picture, drawing.file = canvas_picture.decode(file), file
            kept_drawings.keep(key)
    return drawing.picture


def replace(strokes: list[dict[str, Any]], picture: NDArray[np.uint8], key: str = DRAW_CANVAS) -> None:
    """Put another drawing on a canvas that this run of the page has not shown yet.

    Args:
        strokes: Objects of Fabric.js.
        picture: uint8 (HEIGHT, WIDTH, 4), what they draw.
        key: The canvas.
    """
    if key in st.session_state:
        canvas_strokes.redraw(st.session_state, key, strokes)
    drawing = shared_state.get().canvas(key)
    drawing.strokes, drawing.picture, drawing.file = strokes, picture, b""
    kept_drawings.keep(key)


def strokes(key: str = DRAW_CANVAS) -> list[dict[str, Any]]:
    """Return the strokes of a canvas' drawing, as objects of Fabric.js."""
    return shared_state.get().canvas(key).strokes


def clear(key: str = DRAW_CANVAS) -> None:
    """Clear a canvas."""
    canvas_strokes.redraw(st.session_state, key, [])
    kept_drawings.forget(key)


def tools(key: str = DRAW_CANVAS, more: Callable[[], None] | None = None) -> None:
    """Let a person choose pen or eraser and the width, undo a stroke, and clear the canvas; `more` adds to the row."""
    with st.container(key="canvas-tools", horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.segmented_control(
            _("Tool"),
            list(_TOOLS),
            format_func=lambda name: f"{_ICONS[name]} {translated(_TOOLS[name])}",
            default="Pen",
            required=True,
            key="tool",
            persist_state="session",
            label_visibility="collapsed",
        )
        st.button(_("Undo"), icon=":material/undo:", key="undo", on_click=lambda: _undo(key))
        st.button(_("Clear"), icon=":material/delete:", key="clear", on_click=lambda: clear(key))
        width = st.popover(_("Pen width"), icon=":material/line_weight:", key="pen-width", on_change="rerun")
        if width.open:
            width.slider(_("Pen width (px)"), 4, 48, _PEN, key="pen", persist_state="session")
        if more is not None:
            more()
        _helper(
            key="sender",
            data={
                "label": _("Canvas for drawing a digit"),
                "keys": _("Arrow keys move the pen, Space puts it down and lifts it, Ctrl+Z undoes a stroke."),
            },
            height="content",
        )


def _undo(key: str) -> None:
    canvas_strokes.redraw(st.session_state, key, canvas_strokes.received(st.session_state, key)[:-1])


# After a stroke the canvas waits 200 ms for another one before it sends the drawing. Its button "Update the app with
# this drawing" sends at once and cancels the wait, so it is pressed when the pen is lifted. If another version of the
# package has no such button, the drawing arrives after the wait.
# The canvas records a stroke in a microtask queued at the document; one queued at the window runs after it.
# The canvas' own toolbar would cover what is above it, and is hidden: undo and clear are below. The canvas fills the
# width of its place, and Fabric.js computes points as if it had its own size.
# Keys draw by the mouse's events, so that all that listens to a mouse hears them.
_helper = st.components.v2.component(
    "digitlab_canvas_helper",
    js=f"const WIDTH = {WIDTH}, HEIGHT = {HEIGHT}"
    + """
const STEP = 8, FAST = 24
const TYPED = "input:not([type=checkbox], [type=radio], [type=range], [type=file])"  // they undo what was typed there
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
const style = new CSSStyleSheet()
style.replaceSync(`
.dc-toolbar { display: none !important; }
.dc-root, .dc-scroll { width: 100% !important; max-width: none; overflow: visible !important; }
.dc-container { width: 100% !important; height: auto !important; aspect-ratio: ${WIDTH} / ${HEIGHT}; }
.canvas-container, canvas { width: 100% !important; height: 100% !important; }
canvas { border-radius: .5rem; outline: none !important; }
.upper-canvas { overscroll-behavior: none; box-sizing: border-box; box-shadow: inset 0 0 0 1px #7b8794; }
.upper-canvas:focus-visible { box-shadow: inset 0 0 0 3px #e69f00; }
.digitlab-pen, .digitlab-keys { position: absolute; z-index: 11; pointer-events: none; visibility: hidden; }
.digitlab-pen { width: 22px; height: 22px; margin: -11px; border: 2px solid #e69f00; border-radius: 50%; }
.digitlab-pen.down { background: #e69f0099; }
.digitlab-keys { left: 6px; right: 6px; bottom: 6px; padding: .3rem .6rem; border-radius: .35rem; font-size: .8rem;
  line-height: 1.35; color: #fff; background: #1b2635e6; }
.upper-canvas:focus-visible ~ .digitlab-pen, .upper-canvas:focus-visible ~ .digitlab-keys { visibility: visible; }
`)
const rootOf = (event) => event.composedPath().find((element) => element.classList?.contains("dc-root"))

function listen() {
  const end = new AbortController()
  const on = (names, act, options) =>
    names.forEach((name) => window.addEventListener(name, act, { passive: true, ...options, signal: end.signal }))
  let drawn = null
  on(["mousedown", "touchstart"], (event) => {
    drawn = rootOf(event) ?? drawn
  }, { capture: true })
  on(["mouseup", "touchend"], (event) => {
    const button = drawn?.querySelector("button[aria-label^='Update the app']")
    if (!event.touches?.length) drawn = null
    if (button) queueMicrotask(() => button.click())
  }, {})
  on(["keydown"], (event) => {
    if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return
    if (event.composedPath()[0].matches?.(`${TYPED}, textarea, select, [contenteditable=true]`)) return
    event.preventDefault()
    document.querySelector(".st-key-undo button")?.click()
  }, { passive: false })

  const texts = {}, seen = new WeakSet()
  const prepare = () => {
    for (const { shadowRoot } of document.querySelectorAll("[data-testid=stBidiComponentIsolated]")) {
      if (!shadowRoot) continue
      if (!seen.has(shadowRoot)) observer.observe(shadowRoot, { childList: true, subtree: true })
      seen.add(shadowRoot)
      if (!shadowRoot.querySelector(".canvas-root")) continue
      if (!shadowRoot.adoptedStyleSheets.includes(style)) shadowRoot.adoptedStyleSheets.push(style)
      const canvas = shadowRoot.querySelector(".upper-canvas")
      if (!canvas) continue
      if (canvas.tabIndex < 0) drawByKeys(canvas, end.signal)
      canvas.setAttribute("aria-label", texts.label)
      canvas.setAttribute("aria-description", texts.keys)
      const hint = canvas.parentElement.querySelector(".digitlab-keys")
      if (hint && hint.textContent !== texts.keys) hint.textContent = texts.keys
    }
  }
  const observer = new MutationObserver(prepare)
  observer.observe(document.body, { childList: true, subtree: true })
  end.signal.addEventListener("abort", () => observer.disconnect())
  return { end, say: (data) => prepare(Object.assign(texts, data)) }
}

// A pen that the arrow keys move, down or lifted by the space bar or Enter.
function drawByKeys(canvas, signal) {
  const pen = document.createElement("div"), hint = document.createElement("div"), held = new Set()
  pen.className = "digitlab-pen"
  hint.className = "digitlab-keys"
  hint.ariaHidden = "true"
  canvas.after(pen, hint)
  canvas.tabIndex = 0
  canvas.setAttribute("role", "application")
  let x = WIDTH / 2, y = HEIGHT / 4, isDown = false
  const send = (name, target) => {
    const box = canvas.getBoundingClientRect()
    const place = { clientX: box.left + (x * box.width) / WIDTH, clientY: box.top + (y * box.height) / HEIGHT }
    const button = { button: 0, buttons: name === "mouseup" ? 0 : 1 }
    target.dispatchEvent(new MouseEvent(name, { bubbles: true, composed: true, cancelable: true, ...place, ...button }))
  }
  const show = () => {
    pen.style.left = `${(100 * x) / WIDTH}%`
    pen.style.top = `${(100 * y) / HEIGHT}%`
    pen.classList.toggle("down", isDown)
  }
  const turn = () => {
    isDown = !isDown
    send(isDown ? "mousedown" : "mouseup", canvas)
    show()
  }
  const on = (name, act) => canvas.addEventListener(name, act, { signal })
  on("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === " " || event.key === "Enter") {
      if (!event.repeat) turn()
    } else if (event.key in ARROWS) {
      held.add(event.key)
      const step = event.shiftKey ? FAST : STEP
      for (const key of held) {
        x = Math.min(WIDTH, Math.max(0, x + step * ARROWS[key][0]))
        y = Math.min(HEIGHT, Math.max(0, y + step * ARROWS[key][1]))
      }
      if (isDown) send("mousemove", canvas)
      show()
    } else return
    event.preventDefault()
  })
  on("keyup", (event) => held.delete(event.key))
  on("blur", () => {
    held.clear()
    if (isDown) turn()
  })
  show()
}

const listening = new WeakMap()
export default function ({ parentElement, data }) {
  if (!listening.has(parentElement)) listening.set(parentElement, listen())
  listening.get(parentElement).say(data)
  return () => {
    listening.get(parentElement)?.end.abort()
    listening.delete(parentElement)
  }
}
""",
)
