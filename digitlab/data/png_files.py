"""Writes pictures as PNG files."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def to_png(picture: NDArray[np.uint8]) -> bytes:
    """Return a digit, uint8 (height, width), or a picture, (height, width, 4), as a PNG file of that size."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def thumbnail(picture: NDArray[np.uint8], max_side: int) -> NDArray[np.uint8]:
    """Return a picture, uint8 (height, width, 4), scaled down to at most `max_side` pixels on its longer side."""
    small = Image.fromarray(picture)
    small.thumbnail((max_side, max_side))
    return np.asarray(small)
