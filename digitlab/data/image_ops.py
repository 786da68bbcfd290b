"""Small operations on pictures, shared by several modules."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


def shrink(picture: NDArray[Any], side: int) -> NDArray[Any]:
    """Scale down to `side` pixels on the longer side, where it has more, with antialiasing."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def border_pixels(picture: NDArray[Any]) -> NDArray[Any]:
    """Return the pixels of the first and last row and column, (n,) or (n, channels)."""
    return np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])


def sharpen_edges(ink: NDArray[Any], peak: float | NDArray[np.float32]) -> NDArray[np.uint8]:
    """Set ink to 255 and background to 0, with the edge, 128, at half of the peak: one, or that of each place."""
    return to_uint8((ink / np.asarray(peak, np.float32) - 0.3) * 640)


def to_uint8(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Clip values to 0 to 255."""
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def enlarge_mask(mask: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Scale a mask of 0 and other values to another shape, with sharp edges."""
    return np.asarray(cv2.resize(mask, shape[::-1], interpolation=cv2.INTER_NEAREST) > 0)
