"""Reading while the pen moves."""

from html import escape
from urllib.parse import urlencode

import streamlit as st

from digitlab.data.drawing_link import HEIGHT, WIDTH
from digitlab.translation import _
from digitlab.ui import language
from digitlab.ui.reading_address import reading_address

_ON, _THINK = "read_live", "see_think"  # the switches in the session


def controls(network: str, invitation: str) -> None:
    """Let a person switch it on and off, and what the layers answer; call it once a page with a canvas and an answer.

    Args:
        network: Name of the network that reads.
        invitation: What the page says where nothing is drawn.
    """
    with st.container(key="draw-live", gap="xxsmall"):
        with st.container(key="live-switches", horizontal=True, gap="xsmall"):
            on = st.toggle(_("Read while drawing"), value=True, key=_ON, persist_state="session")
            thinks = st.toggle(_("See it think"), key=_THINK, persist_state="session")
        asked = urlencode({"network": network, "lang": language.current()} | ({"layers": 1} if thinks else {}))
        _reader(
            data={
                "address": f"{reading_address()}?{asked}",
                "isOn": on,
                "empty": f"<span>{escape(invitation)}</span>",
                "reasons": _reasons(),
            },
            key="live-reader",
            height="content",
        )


def thinks() -> bool:
    """Whether the layers are to be shown."""
    return bool(st.session_state.get(_THINK))


def _reasons() -> dict[str, str]:
    """Return why nothing is read while the pen moves, by what came of the requests."""
    return {
        "busy": _("Live reading rests: the server is busy."),
        "slow": _("Live reading rests: answers take too long here."),
        "gone": _("Live reading rests: the server can't be reached."),
        "refused": _("Live reading is off: the server refuses the drawing."),
    }


# The next picture is sent when the last one was answered, and a little later where that took long: a slow server gets
# fewer pictures, not older ones. The drawing as the pen is lifted is read by the page itself; its
# answer replaces whatever stands here, and nothing of this may delay it.
SCRIPT = (
    f"const WIDTH = {WIDTH}, HEIGHT = {HEIGHT}"
    + """
const SOONEST = 50, SLOW = 400, PATIENCE = 2000, REST = 30000, AWAY = 5000  // milliseconds
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

// Replaces the content of a part of the page. Without content, the part is hidden until the page shows it again.
function fill(part, html) {
  if (!part) return
  part.style.visibility = html ? "" : "hidden"
  if (html) part.innerHTML = html
}

function show(reply, empty, drawing) {
  if (reply.layers) window.dispatchEvent(new CustomEvent("digitlab-layers", { detail: reply.layers }))
  const place = document.querySelector(".st-key-draw-answer"), answer = place?.querySelector(".digitlab-answer")
  if (!answer) return
  const text = reply.answer || empty
  answer.ariaLive = "off"  // a screen reader says what is read as the pen is lifted
  answer.dataset.live = "true"
  answer.classList.toggle("number", reply.digits.length > 1)
  if (answer.innerHTML !== text) answer.innerHTML = text
  fill(place.querySelector(".digitlab-bars"), reply.bars)
  const boxes = place.querySelector(".digitlab-boxes"), picture = boxes?.querySelector("img")
  fill(boxes, reply.boxes)
  if (picture && reply.boxes) {
    const address = URL.createObjectURL(drawing)
    picture.onload = picture.onerror = () => URL.revokeObjectURL(address)
    picture.src = address
    boxes.prepend(picture)
  }
  const seen = document.querySelector(".st-key-draw-seen")
  fill(seen?.querySelector(".digitlab-cards"), reply.cards)
  const image = seen?.querySelector(".digitlab-seen img")
  if (image) image.src = reply.image
}

// What came of a request: an answer, or why there is none.
async function request(address, body, signal) {
  const headers = { "content-type": "image/png" }
  let answer, reply = null
  try {
    answer = await fetch(address, { method: "POST", body, headers, signal })
  } catch (error) {
    return { kind: signal.aborted ? "slow" : "gone" }
  }
  try {
    reply = await answer.json()
  } catch (error) {
    if (signal.aborted) return { kind: "slow" }  // else it is not of our server, but of something before it
  }
  if (answer.ok && reply) return { kind: "read", reply }
  if (answer.status === 503) return { kind: "busy" }
  if (answer.status === 408) return { kind: "slow" }
  if (answer.status >= 500) return { kind: "gone" }
  return { kind: "refused", text: reply?.error }
}

function start(note) {
  const end = new AbortController(), picture = document.createElement("canvas")
  Object.assign(picture, { width: WIDTH, height: HEIGHT })
  const pen = picture.getContext("2d", { willReadFrequently: true })
  let settings = { isOn: false }, drawn = null, isMoved = false, asked = null, timer = 0, next = 0, restsUntil = 0
  let last = []  // how long the last ones took, and whether the server was busy

  const compose = () => {
    pen.fillStyle = "#000"
    pen.fillRect(0, 0, WIDTH, HEIGHT)
    for (const layer of [drawn.lower, drawn.upper]) if (layer?.width) pen.drawImage(layer, 0, 0, WIDTH, HEIGHT)
    return new Promise((done) => picture.toBlob(done, "image/png"))
  }
  const say = (text) => {
    if (note.textContent !== text) note.textContent = text
  }
  const rest = (milliseconds, text) => {
    restsUntil = performance.now() + milliseconds
    last = []
    say(text)
  }
  const judge = ({ kind, text }, milliseconds) => {
    if (kind === "gone") return rest(AWAY, settings.reasons.gone)
    if (kind === "refused") return rest(Infinity, text || settings.reasons.refused)  // until the next stroke
    if (kind === "read") say("")
    const isAnswered = kind === "read"
    last = [...last, { milliseconds: isAnswered ? milliseconds : PATIENCE, isBusy: kind === "busy" }].slice(-FEW)
    const slow = last.filter((one) => one.milliseconds > SLOW)
    if (last.length < FEW || slow.length <= FEW / 2) return
    rest(REST, slow.some(({ isBusy }) => isBusy) ? settings.reasons.busy : settings.reasons.slow)
  }
  const ask = async () => {
    timer = 0
    if (!drawn || !isMoved || asked) return
    const stop = (asked = new AbortController()), began = performance.now()
    const late = setTimeout(() => stop.abort(), PATIENCE)
    isMoved = false
    const body = await compose()
    const came = await request(settings.address, body, stop.signal)
    clearTimeout(late)
    if (asked !== stop) return  // the pen was lifted
    asked = null
    const milliseconds = performance.now() - began
    if (came.kind === "read") show(came.reply, settings.empty, body)
    judge(came, milliseconds)
    next = performance.now() + Math.max(SOONEST - milliseconds, Math.min(milliseconds / 4, SLOW))
    plan()
  }
  const plan = () => {
    if (!settings.isOn || !drawn || !isMoved || asked || timer || document.hidden) return
    if (performance.now() < restsUntil) return
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
    if (restsUntil === Infinity) restsUntil = 0
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
        last = []
        say("")
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
"""
)
_reader = st.components.v2.component(
    "digitlab_live_reader",
    html="<p role='status'></p>",
    css="p { margin: 0; min-height: 1.25em; font-size: .8rem; line-height: 1.25; color: var(--st-text-color); }",
    js=SCRIPT,
)
