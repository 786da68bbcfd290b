"""From a drawing to a digit as MNIST has them: 28 x 28, cut to the ink, 20 pixels long, centred by mass.

The protocol is that of Y. LeCun et al., "Gradient-based learning applied to document recognition" (1998), section
III-A: size-normalised to fit a 20 x 20 box with the aspect ratio kept, antialiased, and moved so that the centre of
mass lies in the middle of the 28 x 28 field.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 28
BOX = 20
CENTRE = 14.0  # pixel index; MNIST's mean centre of mass lies here in both directions, not at 13.5
_FAINTEST = 48  # of 255: below it is a smudge of antialiasing or of compression, not ink


def to_digit(drawing: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Bring a drawing into MNIST's form.

    Args:
        drawing: uint8 (height, width, 4), RGBA. Light ink on dark, dark on light, or any ink on a transparent ground.

    Returns:
        uint8 (28, 28), 0 background to 255 ink; None where nothing is drawn.

    Raises:
        ValueError: Another shape or dtype came.
    """
    ink = _ink(drawing)
    rows, columns = np.nonzero(ink.max(axis=1) > _FAINTEST)[0], np.nonzero(ink.max(axis=0) > _FAINTEST)[0]
    if not len(rows):
        return None
    fitted = _fitted(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    # A few specks far apart, such as an eraser leaves, vanish when they are made small.
    return _centred(fitted) if fitted.max() > _FAINTEST else None


def _ink(drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """How much ink each pixel has, 0 to 255, whatever the colours: the difference from the ground."""
    if drawing.dtype != np.uint8 or drawing.ndim != 3 or drawing.shape[2] != 4 or 0 in drawing.shape:
        raise ValueError(f"A drawing is uint8 (height, width, 4); {drawing.dtype} {drawing.shape} came.")
    alpha = drawing[..., 3]
    if np.median(_border(alpha)) < 128:
        return alpha
    # ITU-R BT.601, as Pillow's own conversion to grey; on an opaque ground, so alpha thins the ink.
    grey = (drawing[..., :3] @ np.array([0.299, 0.587, 0.114])) * (alpha / 255.0)
    if np.median(_border(grey)) > 127:
        grey = 255 - grey
    return np.asarray(np.round(grey), np.uint8)


def _border(picture: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])


def _fitted(cut: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Scale so that the longer side has 20 pixels; the averaging over areas is the antialiasing."""
    height, width = cut.shape
    scale = BOX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(
        Image.fromarray(cut).resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BILINEAR)
    )


def _centred(digit: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put the centre of mass on pixel 14, as far as the 28 x 28 field allows it."""
    mass = digit.sum(dtype=np.int64)
    result = np.zeros((SIDE, SIDE), np.uint8)
    place = []
    for axis, length in enumerate(digit.shape):
        centre = (digit.sum(axis=1 - axis, dtype=np.int64) @ np.arange(length)) / mass
        place.append(int(np.clip(round(CENTRE - centre), 0, SIDE - length)))
    top, left = place
    result[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return result
