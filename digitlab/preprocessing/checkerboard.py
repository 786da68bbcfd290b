"""Removes the checkerboard with which programs show that a picture is transparent, where it was saved as pixels."""

import numpy as np
from numpy.typing import NDArray

_SAME = 2  # grey levels: equal except for rounding
_STEP = 4  # pixels: every fourth one, right and down, is enough to find both levels
_MIN_SHARE = 0.15  # of the pixels, that each of both levels has
_CONTRAST = (8, 100)  # grey levels between both: more is a picture of a real board
_SIDES = range(3, 49)  # pixels: sides of the squares
_MIN_OPPOSITE = 0.97  # share of the pixels of both levels, of which one a square further has the other level


def without_checkerboard(drawing: NDArray[np.uint8], grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give the squares of a checkerboard one colour: that of the commoner level.

    Args:
        drawing: uint8 (height, width, 4), opaque RGBA.
        grey: Its grey values, uint8 (height, width).

    Returns:
        uint8 (height, width, 4); the same array where there is no checkerboard.
    """
    few = grey[::_STEP, ::_STEP]
    nearly = np.convolve(np.bincount(few.reshape(-1), minlength=256) / few.size, np.ones(2 * _SAME + 1), "same")
    first = int(nearly.argmax())
    if nearly[first] > 1 - _MIN_SHARE:
        return drawing
    distances = np.abs(np.arange(256) - first)
    is_near = (distances >= _CONTRAST[0]) & (distances <= _CONTRAST[1])
    second = int(np.where(is_near, nearly, 0).argmax())
    if nearly[second] < _MIN_SHARE or not is_near[second]:
        return drawing
    ours, theirs = (np.abs(grey.astype(np.int16) - level) <= _SAME for level in (first, second))
    squares = ours.astype(np.int8) - theirs
    if not any(_alternates(squares, side) for side in _SIDES if side < min(grey.shape)):
        return drawing
    result = drawing.copy()
    result[theirs] = np.median(drawing[ours], axis=0).astype(np.uint8)
    return result


def _alternates(squares: NDArray[np.int8], side: int) -> bool:
    """Whether 1 and -1 change places with each step of so many pixels, to the right and down.

    Args:
        squares: int8 (height, width), 1 and -1 for both levels, 0 for all else.
        side: Of the squares, in pixels.
    """
    for here, there in ((squares[:, side:], squares[:, :-side]), (squares[side:], squares[:-side])):
        product = here * there
        if np.count_nonzero(product < 0) < _MIN_OPPOSITE * np.count_nonzero(product):
            return False
    return True
