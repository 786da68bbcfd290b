"""Small operations on pictures that several modules share."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


def smaller(picture: NDArray[Any], side: int) -> NDArray[Any]:
    """Bring the longer side to `side` pixels, where it has more; what is averaged over areas is antialiased."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def rim(picture: NDArray[Any]) -> NDArray[Any]:
    """Return the pixels of the first and last row and column, (n,) or (n, channels)."""
    return np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])


def sharp(ink: NDArray[Any], peak: float) -> NDArray[np.uint8]:
    """Let ink be 255, ground 0, and the edge at 128 lie where half of the ink's peak is."""
    return as_bytes((ink / np.float32(peak) - 0.3) * 640)


def as_bytes(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Cut values off at 0 and 255."""
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def enlarged_mask(mask: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Bring a mask of 0 and others to another shape, its edges as they are."""
    return np.asarray(cv2.resize(mask, shape[::-1], interpolation=cv2.INTER_NEAREST) > 0)
