"""Numbers as colours that everybody can tell apart: from blue (against) over black to orange (for).

Blue and orange differ for any kind of colour vision, and both grow lighter away from 0, so that even without colour the
strength is seen. The anchors are from M. Okabe and K. Ito's palette (https://jfly.uni-koeln.de/color/).
"""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_T = TypeVar("_T", bound=np.generic)

_AGAINST = ("#0d1117", "#0b3a5e", "#0072b2", "#56b4e9", "#cfeaff")
_FOR = ("#0d1117", "#5e2a08", "#d55e00", "#f0a030", "#fff0b8")
_OUTLINE = (255, 255, 255, 255)
_FRAME = (240, 160, 48, 255)
_DIMMED = 0.3  # of its brightness
_FINE, _LINE = 6, 2  # pixels a side of each pixel, and the width of a frame
_SIDE = 10  # pixels a side of each pixel that is shown

SIGNED = f"linear-gradient(90deg, {', '.join((*reversed(_AGAINST), *_FOR[1:]))})"
POSITIVE = f"linear-gradient(90deg, {', '.join(_FOR)})"


def colour_map(values: NDArray[np.floating], most: float | None = None) -> NDArray[np.uint8]:
    """Colour values of any shape: 0 black, above it orange, below it blue.

    Args:
        values: float (...).
        most: What has the lightest colour, and what is beyond it, too; None: the largest of these values.

    Returns:
        uint8 (..., 4), RGBA.
    """
    top = strongest(values) if most is None else most
    shares = np.clip(values / max(top, 1e-12), -1, 1).astype(np.float64)
    picture = np.full((*values.shape, 4), 255, np.uint8)
    for colours, sign in ((_AGAINST, -1), (_FOR, 1)):
        chosen = shares * sign > 0 if sign < 0 else shares >= 0
        anchors = np.array([[int(colour[place : place + 2], 16) for place in (1, 3, 5)] for colour in colours])
        at = np.abs(shares[chosen]) * (len(anchors) - 1)
        for channel in range(3):
            picture[chosen, channel] = np.round(np.interp(at, range(len(anchors)), anchors[:, channel]))
    return picture


def strongest(values: NDArray[np.floating]) -> float:
    """Return the largest distance from 0; 0 where there are no values."""
    return float(np.abs(values).max(initial=0))


def over_digit(values: NDArray[np.floating], digit: NDArray[np.uint8], most: float | None = None) -> NDArray[np.uint8]:
    """Colour values, (28, 28), and draw the outline of a digit's ink, uint8 (28, 28), on them, RGBA."""
    picture = enlarged(colour_map(values, most), _SIDE)
    ink = enlarged(digit > 100, _SIDE)
    inner = np.zeros_like(ink)
    inner[1:-1, 1:-1] = ink[:-2, 1:-1] & ink[2:, 1:-1] & ink[1:-1, :-2] & ink[1:-1, 2:]
    picture[ink & ~inner] = _OUTLINE
    return picture


def framed(digit: NDArray[np.uint8], top: int, left: int, side: int) -> NDArray[np.uint8]:
    """Frame a square of a digit, uint8 (28, 28), and dim what is around it, RGBA; it may lie outside in part."""
    rows, columns = (slice(max(start, 0), max(start + side, 0)) for start in (top, left))
    picture = np.repeat((digit * np.float32(_DIMMED))[..., np.newaxis], 4, 2).astype(np.uint8)
    picture[rows, columns] = digit[rows, columns, np.newaxis]
    picture[..., 3] = 255
    large = enlarged(picture, _FINE)
    edge = np.zeros(large.shape[:2], bool)
    inner = edge.copy()
    rows, columns = (slice(part.start * _FINE, min(part.stop * _FINE, len(edge))) for part in (rows, columns))
    edge[rows, columns] = True
    inner[rows.start + _LINE : rows.stop - _LINE, columns.start + _LINE : columns.stop - _LINE] = True
    large[edge & ~inner] = _FRAME
    return large


def enlarged(picture: NDArray[_T], times: int) -> NDArray[_T]:
    """Make every pixel a square of so many pixels."""
    return picture.repeat(times, axis=0).repeat(times, axis=1)


def sheet(pictures: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    """Lay pictures, uint8 (n, height, width, 4), out on one in rows, with a transparent pixel between them."""
    n, height, width, _ = pictures.shape
    rows = -(-n // columns)
    laid = np.zeros((rows * (height + 1) - 1, columns * (width + 1) - 1, 4), np.uint8)
    for number, picture in enumerate(pictures):
        top, left = number // columns * (height + 1), number % columns * (width + 1)
        laid[top : top + height, left : left + width] = picture
    return laid
