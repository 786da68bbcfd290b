"""Numbers as colours that everybody can distinguish: from blue (opposes) over black to orange (supports).

Blue and orange differ for every kind of colour vision. Both become lighter away from 0, so that the strength is visible
without colour. The anchors are from M. Okabe and K. Ito's palette (https://jfly.uni-koeln.de/color/).
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_T = TypeVar("_T", bound=np.generic)

_OPPOSES = ("#0d1117", "#0b3a5e", "#0072b2", "#56b4e9", "#cfeaff")
_SUPPORTS = ("#0d1117", "#5e2a08", "#d55e00", "#f0a030", "#fff0b8")
_OUTLINE = (255, 255, 255, 255)
_FRAME = (240, 160, 48, 255)
_DIMMED = 0.3  # share of the brightness that is left around a frame
_FRAMED_SCALE, _FRAME_WIDTH = 6, 2  # times a framed digit is enlarged; pixels of the frame
_SCALE = 10  # pixels for each pixel of a digit under a heat map

SIGNED = f"linear-gradient(90deg, {', '.join((*reversed(_OPPOSES), *_SUPPORTS[1:]))})"
POSITIVE = f"linear-gradient(90deg, {', '.join(_SUPPORTS)})"


def colour_map(values: NDArray[np.floating], maximum: float | None = None) -> NDArray[np.uint8]:
    """Colour values of any shape: 0 is black, positive values are orange, negative ones blue.

    Args:
        values: float (...).
        maximum: The magnitude from which on the colour is the lightest; None: the largest of these values.

    Returns:
        uint8 (..., 4), RGBA.
    """
    top = max_magnitude(values) if maximum is None else maximum
    shares = np.clip(values / max(top, 1e-12), -1, 1).astype(np.float64)
    picture = np.full((*values.shape, 4), 255, np.uint8)
    for colours, sign in ((_OPPOSES, -1), (_SUPPORTS, 1)):
        chosen = shares * sign > 0 if sign < 0 else shares >= 0
        anchors = np.array([[int(colour[place : place + 2], 16) for place in (1, 3, 5)] for colour in colours])
        at = np.abs(shares[chosen]) * (len(anchors) - 1)
        for channel in range(3):
            picture[chosen, channel] = np.round(np.interp(at, range(len(anchors)), anchors[:, channel]))
    return picture


def max_magnitude(values: NDArray[np.floating]) -> float:
    """Return the largest absolute value; 0 if there are no values."""
    return float(np.abs(values).max(initial=0))


def over_digit(
    values: NDArray[np.floating], digit: NDArray[np.uint8], maximum: float | None = None
) -> NDArray[np.uint8]:
    """Colour values, (28, 28), and draw the outline of a digit, uint8 (28, 28), on them; returns RGBA."""
    picture = enlarge(colour_map(values, maximum), _SCALE)
    ink = enlarge(digit > 100, _SCALE)
    inner = np.zeros_like(ink)
    inner[1:-1, 1:-1] = ink[:-2, 1:-1] & ink[2:, 1:-1] & ink[1:-1, :-2] & ink[1:-1, 2:]
    picture[ink & ~inner] = _OUTLINE
    return picture


def framed(digit: NDArray[np.uint8], top: int, left: int, side: int) -> NDArray[np.uint8]:
    """Frame a square of a digit, uint8 (28, 28), and dim the rest; returns RGBA. The square may lie partly outside."""
    rows, columns = (slice(max(start, 0), max(start + side, 0)) for start in (top, left))
    picture = np.repeat((digit * np.float32(_DIMMED))[..., np.newaxis], 4, 2).astype(np.uint8)
    picture[rows, columns] = digit[rows, columns, np.newaxis]
    picture[..., 3] = 255
    large = enlarge(picture, _FRAMED_SCALE)
    edge = np.zeros(large.shape[:2], bool)
    inner = edge.copy()
    rows, columns = (
        slice(part.start * _FRAMED_SCALE, min(part.stop * _FRAMED_SCALE, len(edge))) for part in (rows, columns)
    )
    edge[rows, columns] = True
    inner[
        rows.start + _FRAME_WIDTH : rows.stop - _FRAME_WIDTH, columns.start + _FRAME_WIDTH : columns.stop - _FRAME_WIDTH
    ] = True
    large[edge & ~inner] = _FRAME
    return large


def enlarge(picture: NDArray[_T], times: int) -> NDArray[_T]:
    """Make every pixel a square of `times` x `times` pixels."""
    return picture.repeat(times, axis=0).repeat(times, axis=1)


def sheet(pictures: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """Arrange pictures, uint8 (n, height, width, 4), in rows on one sheet, with a transparent pixel between them."""
    n, height, width, _ = pictures.shape
    rows = -(-n // columns)
    laid = np.zeros((rows * (height + 1) - 1, columns * (width + 1) - 1, 4), np.uint8)
    for number, picture in enumerate(pictures):
        top, left = number // columns * (height + 1), number % columns * (width + 1)
        laid[top : top + height, left : left + width] = picture
    return laid
