"""A drawing as text, for an address: its strokes, compressed, without details that nobody would see."""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.errors import InvalidSetting
from digitlab.translation import Text

PARAMETER = "drawing"  # of the first page's address
WIDTH, HEIGHT = 358, 320  # pixels of a canvas
MAX_LENGTH = 4_000  # characters: the longest address that every browser, proxy and messenger passes on
_MAX_BYTES = 20_000  # decompressed
_MAX_WIDTH = 64  # pixels, of the pen
_MARGIN = 200  # pixels: so far outside the canvas a stroke may go
_STEP = 2.5  # pixels: points nearer to each other than this are one
_LINK = re.compile(r"[A-Za-z0-9_-]+")
_INK, _PAPER = "#ffffff", "#000000"
_UNREADABLE = Text("The drawing in this link cannot be read. Copy the whole link.")


def as_link(strokes: Sequence[Mapping[str, Any]]) -> str:
    """Return a drawing as the value of a query parameter.

    Args:
        strokes: Objects of Fabric.js, as the canvas sends them.

    Raises:
        InvalidSetting: There is no drawing, or it is too long for an address.
    """
    try:
        numbers = [number for stroke in strokes for number in _numbers(stroke)]
        content = np.array(numbers, "<i2").tobytes()
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InvalidSetting(
            Text("This drawing cannot be written as a link. Clear the canvas, and draw again.")
        ) from error
    if not content:
        raise InvalidSetting(Text("Nothing is drawn yet."))
    packed = zlib.compress(content, 9)
    text = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    if len(text) > MAX_LENGTH or len(content) > _MAX_BYTES:
        raise InvalidSetting(Text("This drawing is too long for a link. Draw it with fewer strokes."))
    return text


def from_link(text: str) -> list[dict[str, Any]]:
    """Return the strokes of a drawing that `as_link` wrote, as objects of Fabric.js.

    Raises:
        InvalidSetting: The text is damaged, too long, or asks for strokes that no canvas makes.
    """
    if len(text) > MAX_LENGTH or not _LINK.fullmatch(text):
        raise InvalidSetting(_UNREADABLE)
    try:
        unpack = zlib.decompressobj()
        content = unpack.decompress(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), _MAX_BYTES)
    except (zlib.error, binascii.Error) as error:
        raise InvalidSetting(_UNREADABLE) from error
    if not unpack.eof or len(content) % 2:
        raise InvalidSetting(_UNREADABLE)
    return [_stroke(width, is_ink, points) for width, is_ink, points in _parts(np.frombuffer(content, "<i2"))]


def as_picture(strokes: Sequence[Mapping[str, Any]]) -> NDArray[np.uint8]:
    """Draw strokes, as the canvas would; uint8 (HEIGHT, WIDTH, 4), RGBA."""
    ink = np.zeros((HEIGHT, WIDTH), np.uint8)
    for stroke in strokes:
        points = np.round(_points(stroke)).astype(np.int32)
        color = 255 if stroke["stroke"] == _INK else 0
        cv2.polylines(ink, [points.reshape(-1, 1, 2)], False, color, int(stroke["strokeWidth"]), cv2.LINE_AA)
    return np.asarray(cv2.cvtColor(ink, cv2.COLOR_GRAY2RGBA), np.uint8)


def _numbers(stroke: Mapping[str, Any]) -> list[int]:
    """Return a stroke as numbers: pen width, whether it is ink, number of points, and each point's step."""
    points = _thinned(_points(stroke))
    steps = np.diff(points, axis=0, prepend=np.zeros((1, 2), np.int16))
    return [int(stroke["strokeWidth"]), int(stroke["stroke"] == _INK), len(points), *steps.ravel().tolist()]


def _points(stroke: Mapping[str, Any]) -> NDArray[np.float64]:
    """Return where the pen was: the first two numbers of each command of the path, a curve's control point included."""
    return np.array([command[1:3] for command in stroke["path"]], np.float64)


def _thinned(points: NDArray[np.float64]) -> NDArray[np.int16]:
    """Leave out points that are close to the one before; the last one stays."""
    kept = [points[0]]
    kept += [point for point in points[1:-1] if np.abs(point - kept[-1]).max() >= _STEP]
    rounded = np.round([*kept, points[-1]])
    if np.abs(rounded).max() > WIDTH + _MARGIN:
        raise ValueError("a point far outside the canvas")
    return rounded.astype(np.int16)


def _parts(numbers: NDArray[np.int16]) -> Iterator[tuple[int, bool, NDArray[np.int16]]]:
    """Take numbers apart into pen width, whether it is ink, and points.

    Raises:
        InvalidSetting: They are not what `_numbers` returns.
    """
    start = 0
    while start < len(numbers):
        head = numbers[start : start + 3].tolist()
        if len(head) < 3 or not 1 <= head[0] <= _MAX_WIDTH or head[1] not in (0, 1) or head[2] < 2:
            raise InvalidSetting(_UNREADABLE)
        width, is_ink, count = head
        steps = numbers[start + 3 : start + 3 + 2 * count]
        if len(steps) < 2 * count:
            raise InvalidSetting(_UNREADABLE)
        points = np.cumsum(steps.reshape(-1, 2), axis=0, dtype=np.int64)
        if (points < -_MARGIN).any() or (points > (WIDTH + _MARGIN, HEIGHT + _MARGIN)).any():
            raise InvalidSetting(_UNREADABLE)
        yield width, bool(is_ink), points.astype(np.int16)
        start += 3 + 2 * count


def _stroke(width: int, is_ink: bool, points: NDArray[np.int16]) -> dict[str, Any]:
    """Return a stroke as an object of Fabric.js: curves through the middles between points, as its pen draws them."""
    first, *between, last = points.tolist()
    path: list[list[Any]] = [["M", *first]]
    path += [
        ["Q", *point, (point[0] + after[0]) / 2, (point[1] + after[1]) / 2]
        for point, after in pairwise([*between, last])
    ]
    return {
        "type": "Path",
        "stroke": _INK if is_ink else _PAPER,
        "strokeWidth": width,
        "strokeLineCap": "round",
        "strokeLineJoin": "round",
        "fill": None,
        "path": [*path, ["L", *last]],
    }
