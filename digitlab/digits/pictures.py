"""Pictures and files: opened carefully and turned into a drawing, or written from a digit."""

import io
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from digitlab.errors import PictureUnreadable

LARGEST = 40_000_000  # pixels: above what a telephone's camera takes in its usual setting
_WORKING_SIDE = 1024  # pixels: more detail than 28 x 28 can hold, and quick to work on
_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")


def open_picture(source: Path | bytes) -> NDArray[np.uint8]:
    """Open a picture file as a drawing.

    Args:
        source: A file's path, or its content. PNG, JPEG, WebP, BMP, GIF or TIFF; of several frames the first is taken.

    Returns:
        uint8 (height, width, 4), RGBA, turned the right way up (EXIF), at most 1024 pixels on its longer side.

    Raises:
        PictureUnreadable: Not a picture, damaged, or more than 40 megapixels.
    """
    name = source.name if isinstance(source, Path) else "The picture"
    try:
        content = source.read_bytes() if isinstance(source, Path) else source
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit below is our own, and lower
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                width, height = picture.size
                if width * height > LARGEST:
                    raise _too_large(name)
                picture.draft("RGB", (_WORKING_SIDE, _WORKING_SIDE))
                upright = ImageOps.exif_transpose(_eight_bits(picture))
                upright.thumbnail((_WORKING_SIDE, _WORKING_SIDE))
                return np.asarray(upright.convert("RGBA"))
    except FileNotFoundError as error:
        raise PictureUnreadable(f"{name} is not there. Check the path.") from error
    except Image.DecompressionBombError as error:
        raise _too_large(name) from error
    except UnidentifiedImageError as error:
        raise PictureUnreadable(
            f"{name} is not a picture that can be opened. Use PNG, JPEG, WebP, BMP, GIF or TIFF."
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        if isinstance(error, PictureUnreadable):
            raise
        raise PictureUnreadable(f"{name} is damaged and cannot be read ({error}). Save it again and retry.") from error


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Bring grey pictures of more than 8 bits to 8, over the values that they use; Pillow's own way cuts at 255."""
    if not picture.mode.startswith(("I", "F")):
        return picture
    values = np.nan_to_num(np.asarray(picture, np.float32))
    spread = max(float(np.ptp(values)), 1e-9)
    return Image.fromarray(np.asarray((values - values.min()) / spread * 255, np.uint8))


def _too_large(name: str) -> PictureUnreadable:
    return PictureUnreadable(
        f"{name} is too large: up to {LARGEST // 1_000_000} megapixels can be read. Make it smaller and try again."
    )


def to_png(digit: NDArray[np.uint8]) -> bytes:
    """Return a digit, uint8 (28, 28), as a PNG file of that size, white ink on black."""
    file = io.BytesIO()
    Image.fromarray(digit).save(file, "PNG")
    return file.getvalue()
