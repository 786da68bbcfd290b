"""Reading while the pen moves, and what the network's layers answer to the drawing."""

import base64
from typing import Any
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from digitlab.data.drawing_link import HEIGHT, WIDTH
from digitlab.networks.activations import Activations, Layer
from digitlab.networks.reading import Reading
from digitlab.networks.recognition import Recogniser
from digitlab.translation import _
from digitlab.ui import language
from digitlab.ui.reading_address import reading_address

_ON, _THINK = "read_live", "see_think"  # the switches in the session
_PER_ROW = 32  # units
_ROW, _MAP, _UNITS, _DIGITS = 24, 28, 8, 18  # pixels: text and gap of a row, a map, a line of units, the ten digits


def controls(network: str) -> None:
    """Let a person switch both on and off; call it once a page that has a canvas and an answer."""
    with st.container(key="draw-live", horizontal=True, gap="small"):
        on = st.toggle(_("Read while drawing"), value=True, key=_ON, persist_state="session")
        thinks = st.toggle(_("See it think"), key=_THINK, persist_state="session")
    asked = urlencode({"network": network, "lang": language.current()} | ({"layers": 1} if thinks else {}))
    _reader(
        data={
            "address": f"{reading_address()}?{asked}",
            "isOn": on,
            "resting": _("Live reading rests: the server is busy."),
        },
        key="live-reader",
        height="content",
    )


def thinks() -> bool:
    """Whether the layers are to be shown."""
    return bool(st.session_state.get(_THINK))


def show_layers(recogniser: Recogniser, reading: Reading) -> None:
    """Show what the layers answer to a digit, dark where nothing is drawn; the pictures follow the pen."""
    inside = recogniser.activations(reading.image)
    layers = [activation.layer for activation in inside.hidden]
    rows = [_row(layer) for layer in layers]
    height = _ROW + 2 * _DIGITS + sum(_height(row, layer) for row, layer in zip(rows, layers, strict=True))
    rows.append({"label": _("Output: one unit for each digit"), "columns": 10, "height": 1, "width": 1, "isLast": True})
    values = layer_values(inside)
    if reading.digit is None:
        values = [base64.b64encode(bytes(len(base64.b64decode(text)))).decode("ascii") for text in values]
    _layers(data={"rows": rows, "values": values}, key="live-layers", height=height)


def layer_values(inside: Activations) -> list[str]:
    """Return the grey levels of all layers, the output last: base64 of one byte for each pixel or unit."""
    output = np.round(np.clip(inside.probabilities, 0, 1) * 255).astype(np.uint8)
    parts = [*(activation.values for activation in inside.hidden), output]
    return [base64.b64encode(values.tobytes()).decode("ascii") for values in parts]


def _row(layer: Layer) -> dict[str, Any]:
    """Return how a layer is drawn: cells of a size in columns, and a text that says what they are."""
    if not layer.has_maps:
        return {"label": _units_label(layer), "columns": _PER_ROW, "height": 1, "width": 1}
    height, width, count = layer.shape
    values = {"name": layer.name, "shown": len(layer.shown), "count": count, "height": height, "width": width}
    if len(layer.shown) == count:
        label = _("{name}: {count} maps of {height} x {width}", **values)
    else:
        label = _("{name}: {shown} of {count} maps of {height} x {width}", **values)
    size = {"height": -(-height // layer.step), "width": -(-width // layer.step)}
    return {"label": label, "columns": len(layer.shown)} | size


def _units_label(layer: Layer) -> str:
    count = layer.shape[0]
    if len(layer.shown) == count:
        return _("{name}: {count} units", name=layer.name, count=count)
    return _("{name}: {shown} of {count} units", name=layer.name, shown=len(layer.shown), count=count)


def _height(row: dict[str, Any], layer: Layer) -> int:
    """Return the pixels that a row takes, so that its place is there before it is drawn."""
    return _ROW + (_MAP if layer.has_maps else _UNITS * -(-len(layer.shown) // int(row["columns"])))


# The next picture is sent when the last one was answered, and a little later where that took long: a slow server gets
# fewer pictures, not older ones. The drawing as the pen is lifted is read by the page itself; its
# answer replaces whatever stands here, and nothing of this may delay it.
_reader = st.components.v2.component(
    "digitlab_live_reader",
    html="<p role='status'></p>",
    css="p { margin: 0; min-height: 1.25em; font-size: .8rem; line-height: 1.25; color: var(--st-text-color); }",
    js=f"const WIDTH = {WIDTH}, HEIGHT = {HEIGHT}"
    + """
const SOONEST = 50, SLOW = 400, REST = 30000, PATIENCE = 2000  // milliseconds
const FEW = 5  // the last times that count
const NAMES = { down: ["mousedown", "touchstart"], move: ["mousemove", "touchmove"],
                up: ["mouseup", "touchend", "touchcancel"] }

function canvases() {
  for (const { shadowRoot } of document.querySelectorAll("[data-testid=stBidiComponentIsolated]")) {
    const upper = shadowRoot?.querySelector("canvas.upper-canvas")
    if (upper) return { upper, lower: upper.parentElement.querySelector("canvas.lower-canvas") }
  }
  return null
}

function show(reply) {
  const place = document.querySelector(".st-key-draw-answer"), answer = place?.querySelector(".digitlab-answer")
  if (reply.layers && reply.digits) window.dispatchEvent(new CustomEvent("digitlab-layers", { detail: reply.layers }))
  if (!answer || !reply.answer) return
  answer.ariaLive = "off"  // a screen reader says what is read as the pen is lifted
  answer.dataset.live = "true"
  answer.classList.toggle("number", reply.digits.length > 1)
  if (answer.innerHTML !== reply.answer) answer.innerHTML = reply.answer
  const bars = place.querySelector(".digitlab-bars")
  if (bars) {
    bars.style.visibility = reply.bars ? "" : "hidden"
    if (reply.bars) bars.innerHTML = reply.bars
  }
  const seen = document.querySelector(".st-key-draw-seen .digitlab-seen img")
  if (seen && reply.bars) seen.src = reply.image
}

function start(note) {
  const end = new AbortController(), picture = document.createElement("canvas")
  Object.assign(picture, { width: WIDTH, height: HEIGHT })
  const pen = picture.getContext("2d", { willReadFrequently: true })
  let settings = { isOn: false }, drawn = null, isMoved = false, asked = null, timer = 0, next = 0, restsUntil = 0
  let times = []

  const compose = () => {
    pen.fillStyle = "#000"
    pen.fillRect(0, 0, WIDTH, HEIGHT)
    for (const layer of [drawn.lower, drawn.upper]) if (layer?.width) pen.drawImage(layer, 0, 0, WIDTH, HEIGHT)
    return new Promise((done) => picture.toBlob(done, "image/png"))
  }
  const judge = (milliseconds) => {
    times = [...times, milliseconds].slice(-FEW)
    const median = times.toSorted((one, other) => one - other)[times.length >> 1]
    if (times.length < FEW || median <= SLOW) return
    restsUntil = performance.now() + REST
    times = []
    note.textContent = settings.resting
  }
  const ask = async () => {
    timer = 0
    if (!drawn || !isMoved || asked) return
    const stop = (asked = new AbortController()), began = performance.now()
    isMoved = false
    let milliseconds = PATIENCE
    try {
      const body = await compose()
      if (stop.signal.aborted) return
      const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(PATIENCE)])
      const headers = { "content-type": "image/png" }
      const answer = await fetch(settings.address, { method: "POST", body, headers, signal })
      const reply = answer.ok ? await answer.json() : null
      if (stop.signal.aborted) return
      if (reply) {
        milliseconds = performance.now() - began
        show(reply)
      }
    } catch (error) {
      if (stop.signal.aborted) return  // the pen was lifted
    } finally {
      if (asked === stop) asked = null
    }
    judge(milliseconds)
    next = performance.now() + Math.max(SOONEST - (performance.now() - began), Math.min(milliseconds / 4, SLOW))
    plan()
  }
  const plan = () => {
    if (!settings.isOn || !drawn || !isMoved || asked || timer || document.hidden) return
    if (performance.now() < restsUntil) return
    note.textContent = ""
    timer = setTimeout(() => requestAnimationFrame(ask), Math.max(0, next - performance.now()))
  }
  const leave = () => {
    clearTimeout(timer)
    asked?.abort()
    drawn = asked = null
    isMoved = false
    timer = 0
  }
  const on = (names, act) =>
    names.forEach((name) =>
      window.addEventListener(name, act, { capture: true, passive: true, signal: end.signal }))
  on(NAMES.down, (event) => {
    const found = canvases()
    if (!found || event.composedPath()[0] !== found.upper) return
    drawn = found
    isMoved = true
    plan()
  })
  on(NAMES.move, () => {
    if (!drawn) return
    isMoved = true
    plan()
  })
  on(NAMES.up, leave)
  end.signal.addEventListener("abort", leave)
  return {
    end,
    set: (data) => {
      if (data.isOn !== settings.isOn || data.address !== settings.address) {
        restsUntil = 0
        times = []
        note.textContent = ""
      }
      settings = data
    },
  }
}

const readers = new WeakMap()
export default function ({ parentElement, data }) {
  if (!readers.has(parentElement)) readers.set(parentElement, start(parentElement.querySelector("p")))
  readers.get(parentElement).set(data)
  return () => {
    readers.get(parentElement)?.end.abort()
    readers.delete(parentElement)
  }
}
""",
)

_layers = st.components.v2.component(
    "digitlab_layers",
    html="<div class='layers'></div>",
    css=f"""
.layers {{ width: 256px; max-width: 100%; color: var(--st-text-color); font-size: .8rem; }}
.row {{ height: {_ROW}px; line-height: {_ROW}px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }}
canvas {{ display: block; image-rendering: pixelated; background: #000; border-radius: 2px; max-width: 100%; }}
.digits {{ display: grid; grid-template-columns: repeat(10, 1fr); height: {_DIGITS}px; line-height: {_DIGITS}px;
    text-align: center; font-variant-numeric: tabular-nums; }}
""",
    js=f"const MAP = {_MAP}, LINE = {_UNITS}, DIGITS = {_DIGITS}"
    + """
const GAP = 1

function build(root, rows) {
  root.replaceChildren()
  return rows.map((row) => {
    const label = document.createElement("div"), canvas = document.createElement("canvas")
    Object.assign(label, { className: "row", textContent: row.label, title: row.label })
    canvas.setAttribute("role", "img")
    canvas.setAttribute("aria-label", row.label)
    root.append(label, canvas)
    if (row.isLast) {
      const digits = document.createElement("div")
      digits.className = "digits"
      digits.ariaHidden = "true"
      for (let digit = 0; digit < 10; digit++) digits.append(Object.assign(document.createElement("span"),
        { textContent: digit }))
      root.append(digits)
    }
    return canvas
  })
}

function draw(canvas, row, text) {
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))
  const { columns, height, width } = row, size = height * width, count = bytes.length / size
  const gap = size > 1 ? GAP : 0, lines = Math.ceil(count / columns)
  canvas.width = columns * (width + gap) - gap
  canvas.height = lines * height
  const picture = new ImageData(canvas.width, canvas.height)
  for (let index = 0; index < bytes.length; index++) {
    const cell = Math.floor(index / size), inside = index % size
    const x = (cell % columns) * (width + gap) + (inside % width)
    const y = Math.floor(cell / columns) * height + Math.floor(inside / width)
    picture.data.set([bytes[index], bytes[index], bytes[index], 255], 4 * (y * canvas.width + x))
  }
  canvas.getContext("2d").putImageData(picture, 0, 0)
  canvas.style.height = `${row.isLast ? DIGITS : size > 1 ? MAP : lines * LINE}px`
  canvas.style.width = size > 1 ? `${(canvas.width * MAP) / height}px` : "100%"
}

const shown = new WeakMap()
export default function ({ parentElement, data }) {
  let state = shown.get(parentElement)
  if (!state) {
    state = { end: new AbortController(), structure: "" }
    shown.set(parentElement, state)
    const follow = ({ detail }) => detail.length === state.rows.length && state.draw(detail)
    window.addEventListener("digitlab-layers", follow, { signal: state.end.signal })
  }
  state.draw = (values) => values.forEach((text, place) => draw(state.canvases[place], state.rows[place], text))
  if (state.structure !== JSON.stringify(data.rows)) {
    state.rows = data.rows
    state.structure = JSON.stringify(data.rows)
    state.canvases = build(parentElement.querySelector(".layers"), data.rows)
  }
  state.draw(data.values)
  return () => {
    state.end.abort()
    shown.delete(parentElement)
  }
}
""",
)
