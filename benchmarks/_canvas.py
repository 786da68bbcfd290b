"""What streamlit-drawable-canvas sends after a stroke: the picture, and the stroke as Fabric.js knows it."""

import base64
import io
import json
from collections.abc import Sequence

import numpy as np
from _drawings import drawn
from PIL import Image

_SIZE = (358, 320)  # pixels
_PEN = 18
# One stroke a digit; points in shares of a square in the middle of the field.
STROKES = {
    "7": [(0.2, 0.15), (0.75, 0.15), (0.42, 0.88)],
    "1": [(0.5, 0.2), (0.5, 0.82)],
    "2": [(0.3, 0.35), (0.42, 0.22), (0.58, 0.24), (0.64, 0.38), (0.3, 0.8), (0.7, 0.8)],
}


def digit(name: str, rng: np.random.Generator) -> str:
    """Draw a digit of `STROKES` somewhere, in some size."""
    side = rng.uniform(0.5, 0.9) * _SIZE[1]
    corner = rng.uniform(0, 1, 2) * (np.array(_SIZE) - side)
    return _value([np.array(STROKES[name]) * side + corner])


def empty() -> str:
    """Draw nothing."""
    return _value([])


def _value(strokes: Sequence[np.ndarray[tuple[int, int], np.dtype[np.float64]]]) -> str:
    file = io.BytesIO()
    Image.fromarray(drawn(strokes, _PEN, _SIZE)).save(file, "PNG")
    picture = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    paths = [[["L" if number else "M", *point] for number, point in enumerate(one.tolist())] for one in strokes]
    objects = [{"type": "Path", "stroke": "#ffffff", "strokeWidth": _PEN, "fill": None, "path": path} for path in paths]
    raw = {"version": "7.4.0", "objects": objects, "background": "#000000"}
    return json.dumps({"drawing": {"raw": raw, "data": picture}})
