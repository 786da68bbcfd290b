"""The value that streamlit-drawable-canvas sends after a stroke: the picture, and the stroke for Fabric.js."""

import base64
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from _drawings import draw
from PIL import Image

_SIZE = (358, 320)  # pixels
_PEN = 18
# One stroke per digit; points are x and y from 0 to 1, in a square in the middle of the canvas.
STROKES = {
    "7": [(0.2, 0.15), (0.75, 0.15), (0.42, 0.88)],
    "1": [(0.5, 0.2), (0.5, 0.82)],
    "2": [(0.3, 0.35), (0.42, 0.22), (0.58, 0.24), (0.64, 0.38), (0.3, 0.8), (0.7, 0.8)],
}


def digit(name: str, rng: np.random.Generator) -> str:
    """Draw a digit of `STROKES` at a random place and size."""
    side = rng.uniform(0.5, 0.9) * _SIZE[1]
    corner = rng.uniform(0, 1, 2) * (np.array(_SIZE) - side)
    return _value([np.array(STROKES[name]) * side + corner])


def empty() -> str:
    """Draw nothing."""
    return _value([])


def from_objects(objects: Sequence[Mapping[str, Any]]) -> str:
    """Draw what Fabric.js draws: paths of straight lines."""
    return _value([np.array([point[-2:] for point in drawn["path"]], float) for drawn in objects])


def objects(value: str) -> list[dict[str, Any]]:
    """Return what a value draws, for Fabric.js."""
    found: list[dict[str, Any]] = json.loads(value)["drawing"]["raw"]["objects"] if value else []
    return found


def picture(value: str) -> bytes:
    """Return what a value draws, as a PNG file."""
    data: str = json.loads(value)["drawing"]["data"]
    return base64.b64decode(data.partition(",")[2])


def _value(strokes: Sequence[np.ndarray[tuple[int, int], np.dtype[np.float64]]]) -> str:
    file = io.BytesIO()
    Image.fromarray(draw(strokes, _PEN, _SIZE)).save(file, "PNG")
    picture = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    paths = [[["L" if number else "M", *point] for number, point in enumerate(stroke.tolist())] for stroke in strokes]
    objects = [{"type": "Path", "stroke": "#ffffff", "strokeWidth": _PEN, "fill": None, "path": path} for path in paths]
    raw = {"version": "7.4.0", "objects": objects, "background": "#000000"}
    return json.dumps({"drawing": {"raw": raw, "data": picture}})
