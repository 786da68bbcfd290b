"""Decodes the picture that the canvas sends after a stroke: many people may draw at once."""

import io
import struct
import zlib

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitlab.errors import PictureUnreadable
from digitlab.translation import Text

_MAX_SIZE = 500_000  # bytes; a canvas full of strokes has about 30,000
_MAX_PIXELS = 1024 * 1024
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
)


def decode(content: bytes) -> NDArray[np.uint8]:
    """Decode a PNG file with white strokes on black, opaque: its first channel says it all.

    Returns:
        uint8 (height, width, 4), RGBA.

    Raises:
        PictureUnreadable: It is no PNG, is damaged, or is larger than a canvas.
    """
    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
            if len(content) > _MAX_SIZE or picture.width * picture.height > _MAX_PIXELS:
                raise PictureUnreadable(Text("The drawing is larger than the canvas. Clear it, and draw again."))
            ink = np.asarray(picture.getchannel(0), np.uint8)
    except _DAMAGED as error:
        raise PictureUnreadable(
            Text("The drawing can't be read ({reason}). Clear it, and draw again.", reason=str(error))
        ) from error
    return np.asarray(cv2.cvtColor(ink, cv2.COLOR_GRAY2RGBA), np.uint8)
