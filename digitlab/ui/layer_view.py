"""What a network's layers answer to a digit, a row of pictures for each; they follow the pen."""

import base64
from dataclasses import asdict, dataclass

import numpy as np
import streamlit as st

from digitlab.networks.activations import NetworkActivation, ShownLayer
from digitlab.networks.reading import Reading
from digitlab.networks.recognition import Recogniser
from digitlab.translation import _

_WIDTH = 173  # pixels of the pictures of a layer: beside them is the layer's name
_MAP, _GAP = 28, 1  # pixels
_UNITS_A_LINE = 32
_UNIT = (5, 14)  # pixels, the least and the most
_OUTPUT = (17, 15)  # pixels, width and height of a unit; below it is its digit
_DIGITS, _BETWEEN = 14, 3  # pixels: the ten digits, the space between rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How a layer is drawn: its name, what of it is shown, all of this in a sentence, and its cells.

    Attributes:
        columns: How many cells stand in a line.
        values: (height, width) of a cell's values: a map's, or 1 x 1.
        cell: (height, width) of a cell, in pixels.
        gap: Pixels between two cells.
    """

    name: str
    part: str
    sentence: str
    columns: int
    values: tuple[int, int]
    cell: tuple[int, int]
    gap: int = 0
    is_output: bool = False

    def height(self, count: int) -> int:
        """Return the pixels that so many cells take, never less than a map or the two lines of the text."""
        inside = self.cell[0] * -(-count // self.columns) + _DIGITS * self.is_output
        return max(_MAP + _GAP, inside)


def show(recogniser: Recogniser, reading: Reading) -> None:
    """Show what the layers answer to a digit, dark where nothing is drawn."""
    inside = recogniser.activations(reading.image)
    layers = [activation.layer for activation in inside.hidden]
    rows, counts = [*map(_row, layers), _output()], [*(len(layer.shown) for layer in layers), 10]
    heights = [row.height(count) for row, count in zip(rows, counts, strict=True)]
    _layers(
        data={
            "rows": [asdict(row) | {"pixels": height} for row, height in zip(rows, heights, strict=True)],
            "values": grey_levels(inside, is_drawn=reading.digit is not None),
        },
        key="live-layers",
        height=sum(heights) + _BETWEEN * len(heights),
    )


def grey_levels(inside: NetworkActivation, *, is_drawn: bool) -> list[str]:
    """Return the grey levels of all layers, the output last: base64 of one byte for each pixel or unit.

    What answers to an empty canvas says nothing, so all of it is dark.
    """
    output = np.round(np.clip(np.nan_to_num(inside.probabilities), 0, 1) * 255).astype(np.uint8)
    parts = [*(activation.values for activation in inside.hidden), output]
    return [base64.b64encode((values if is_drawn else np.zeros_like(values)).tobytes()).decode() for values in parts]


def _row(layer: ShownLayer) -> Row:
    return _maps(layer) if layer.has_maps else _units(layer)


def _maps(layer: ShownLayer) -> Row:
    height, width, count = layer.shape
    shown = len(layer.shown)
    values = {"name": layer.name, "shown": shown, "count": count, "height": height, "width": width}
    if shown == count:
        part = _("{count} maps", count=count)
        sentence = _("{name}: {count} maps of {height} x {width}", **values)
    else:
        part = _("{shown} of {count} maps", shown=shown, count=count)
        sentence = _("{name}: {shown} of {count} maps of {height} x {width}", **values)
    sides = -(-height // layer.step), -(-width // layer.step)
    cell = _MAP, min(2 * _MAP, max(1, round(_MAP * sides[1] / sides[0])))
    return Row(name=layer.name, part=part, sentence=sentence, columns=shown, values=sides, cell=cell, gap=_GAP)


def _units(layer: ShownLayer) -> Row:
    shown, count = len(layer.shown), layer.shape[0]
    if shown == count:
        part = _("{count} units", count=count)
        sentence = _("{name}: {count} units", name=layer.name, count=count)
    else:
        part = _("{shown} of {count} units", shown=shown, count=count)
        sentence = _("{name}: {shown} of {count} units", name=layer.name, shown=shown, count=count)
    columns = min(_UNITS_A_LINE, shown)
    side = min(_UNIT[1], max(_UNIT[0], _WIDTH // columns))
    return Row(name=layer.name, part=part, sentence=sentence, columns=columns, values=(1, 1), cell=(side, side))


def _output() -> Row:
    return Row(
        name=_("Output"),
        part=_("{count} units", count=10),
        sentence=_("Output: one unit for each digit"),
        columns=10,
        values=(1, 1),
        cell=(_OUTPUT[1], _OUTPUT[0]),
        is_output=True,
    )


_layers = st.components.v2.component(
    "digitlab_layers",
    html="<div class='layers'></div>",
    css=f"""
.layers {{ display: grid; grid-template-columns: minmax(0, 1fr); gap: {_BETWEEN}px; max-width: 22rem;
    color: var(--st-text-color); font-size: .75rem; line-height: 1.15; }}
.row {{ display: flex; align-items: center; gap: .5rem; }}
.label {{ flex: 1; min-width: 0; }}
.label > * {{ display: block; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }}
.cells {{ flex: none; width: {_WIDTH}px; max-width: 60%; }}
canvas {{ display: block; max-width: 100%; image-rendering: pixelated; border-radius: 2px; }}
.digits {{ display: grid; grid-template-columns: repeat(10, 1fr); width: {10 * _OUTPUT[0]}px; max-width: 100%;
    line-height: {_DIGITS}px; text-align: center; font-variant-numeric: tabular-nums; }}
""",
    js="""
function element(kind, className, text = "") {
  return Object.assign(document.createElement(kind), { className, textContent: text })
}

function build(root, rows) {
  root.replaceChildren()
  return rows.map((row) => {
    const line = element("div", "row"), label = element("div", "label"), cells = element("div", "cells")
    const canvas = element("canvas", "")
    line.style.height = `${row.pixels}px`
    line.title = row.sentence
    label.ariaHidden = "true"  // the picture says the same
    label.append(element("b", "", row.name), element("span", "", row.part))
    canvas.setAttribute("role", "img")
    canvas.setAttribute("aria-label", row.sentence)
    cells.append(canvas)
    if (row.is_output) {
      const digits = element("div", "digits")
      digits.ariaHidden = "true"
      digits.append(...Array.from({ length: 10 }, (_, digit) => element("span", "", digit)))
      cells.append(digits)
    }
    line.append(label, cells)
    root.append(line)
    return canvas
  })
}

function draw(canvas, row, text) {
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))
  const [rows, columns] = row.values, [high, wide] = row.cell, size = rows * columns, count = bytes.length / size
  canvas.width = Math.min(count, row.columns) * (wide + row.gap) - row.gap
  canvas.height = Math.ceil(count / row.columns) * high
  const picture = new ImageData(canvas.width, canvas.height)
  for (let cell = 0; cell < count; cell++) {
    const left = (cell % row.columns) * (wide + row.gap), top = Math.floor(cell / row.columns) * high
    for (let y = 0; y < high; y++) for (let x = 0; x < wide; x++) {
      const from = Math.floor((y * rows) / high) * columns + Math.floor((x * columns) / wide)
      const grey = bytes[cell * size + from]
      picture.data.set([grey, grey, grey, 255], 4 * ((top + y) * canvas.width + left + x))
    }
  }
  canvas.getContext("2d").putImageData(picture, 0, 0)
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
