"""Decodes the content of a picture file with Pillow, with care for hostile ones."""

import io
import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from digitlab.data.jpeg_scans import has_more_scans
from digitlab.errors import PictureUnreadable
from digitlab.translation import Text

MAX_PIXELS = 64_000_000  # phones take 12, 48 or 50 megapixels
MAX_SIDE = 1024  # pixels of a drawing: more detail than 28 x 28 can hold, and fast to process
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
_MAX_SCANS = 100  # scans of a JPEG; programs write about 10
_ORIENTATION = 0x0112  # EXIF's tag for how the camera was held
_AVIF_BRANDS = (b"avif", b"avis")
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1")

# What Pillow raises for a damaged file.
_DAMAGED = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    OverflowError,
    ZeroDivisionError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    zlib.error,
)


def decode(content: bytes, name: str, formats: tuple[str, ...] = FORMATS) -> NDArray[np.uint8]:
    """Decode a picture.

    Args:
        content: The content of its file. Of several frames, the first is used.
        name: The name of the file in messages.
        formats: Pillow's names of the formats that are tried.

    Returns:
        uint8 (height, width, 4), RGBA, rotated as EXIF says, at most `MAX_SIDE` pixels on its longer side.

    Raises:
        PictureUnreadable: It is not a picture, is damaged, or has more than `MAX_PIXELS` pixels or 100 scans.
    """
    with _opened(content, name, formats) as picture:
        return _upright(picture)


def count_pixels(content: bytes, name: str) -> int:
    """Return how many pixels a picture has, without decoding them; raises as `decode` does."""
    with _opened(content, name, FORMATS) as picture:
        return picture.width * picture.height


def is_heif(content: bytes) -> bool:
    """Whether a file says that it is a HEIC or AVIF picture."""
    return content[4:8] == b"ftyp" and content[8:12] in (*_AVIF_BRANDS, *_HEIF_BRANDS)


def millions(number: int) -> str:
    """Return a number in millions, with one decimal unless it is 0; rounded up, so that it stays above a limit.

    Example:
        >>> millions(64_000_000), millions(64_000_001)
        ('64', '64.1')
    """
    return f"{-(-number // 100_000) / 10:,.1f}".removesuffix(".0")


@contextmanager
def _opened(content: bytes, name: str, formats: tuple[str, ...]) -> Iterator[Image.Image]:
    """Open a picture after checking its header, and translate Pillow's errors."""
    try:
        with warnings.catch_warnings():
            # Our own limit on pixels is lower, and what Pillow repairs needs no warning.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=formats) as picture:
                _check(picture, content, name)
                yield picture
    except PictureUnreadable:
        raise
    except Image.DecompressionBombError as error:
        pixels = re.search(r"\((\d+) pixels\)", str(error))
        raise _too_large(name, int(pixels[1]) if pixels else None) from error
    except UnidentifiedImageError as error:
        raise PictureUnreadable(_no_picture(name, content)) from error
    except MemoryError as error:
        raise PictureUnreadable(
            Text("{name} takes too much memory to open. Make it smaller and try again.", name=name)
        ) from error
    except _DAMAGED as error:
        raise PictureUnreadable(
            Text(
                "{name} is damaged and can't be read ({reason}). Save it again and retry.", name=name, reason=str(error)
            )
        ) from error


def _check(picture: Image.Image, content: bytes, name: str) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_large(name, picture.width * picture.height)
    if isinstance(picture, JpegImageFile) and has_more_scans(content, _MAX_SCANS):
        raise PictureUnreadable(
            Text(
                "{name} is a JPEG with more than {allowed} scans; up to {allowed} are allowed. Open it in an "
                "image editor, save it again and retry.",
                name=name,
                allowed=_MAX_SCANS,
            )
        )


def _upright(picture: Image.Image) -> NDArray[np.uint8]:
    """Shrink the picture first, so that copies cost little; then rotate it as the camera was held."""
    picture.draft("RGB", (MAX_SIDE, MAX_SIDE))
    picture.load()
    orientation = _orientation(picture)
    small = _eight_bits(picture)
    small.thumbnail((MAX_SIDE, MAX_SIDE))
    drawing = Image.fromarray(np.asarray(small.convert("RGBA")))  # without the EXIF data, which may be damaged
    drawing.getexif()[_ORIENTATION] = orientation
    return np.asarray(ImageOps.exif_transpose(drawing))


def _orientation(picture: Image.Image) -> int:
    """EXIF's orientation, 1 to 8; 1, upright, where it is missing or invalid."""
    try:
        orientation = picture.getexif().get(_ORIENTATION, 1)
    except (MemoryError, *_DAMAGED):
        return 1
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Convert a picture to a mode of 8 bits whose pixels can be averaged.

    Grey values of more than 8 bits are scaled by the range of finite values; Pillow would cut them off at 255.
    """
    if picture.mode == "1":
        return picture.convert("L")
    if picture.mode in ("P", "PA") or "transparency" in picture.info:
        return picture.convert("RGBA")
    if not picture.mode.startswith(("I", "F")):
        return picture
    whole = picture.convert("I") if picture.mode.startswith("I;") else picture
    values = np.asarray(whole.reduce(max(1, max(whole.size) // MAX_SIDE)), np.float64)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    values = np.nan_to_num(values, nan=low, posinf=high, neginf=low)
    return Image.fromarray(np.asarray((values - low) / max(high - low, 1e-9) * 255, np.uint8))


def _no_picture(name: str, content: bytes) -> str:
    start = content[:1024].lstrip().lower()
    if is_heif(content):
        kind = "AVIF" if content[8:12] in _AVIF_BRANDS else "HEIC"
        return Text(
            "{name} is a {kind} picture, which can't be opened here. Save it as JPEG and try again.",
            name=name,
            kind=kind,
        )
    if start.startswith(b"%pdf-"):
        return Text("{name} is a PDF document, not a picture. Save the page as PNG or JPEG and try again.", name=name)
    if b"<svg" in start:
        return Text("{name} is an SVG drawing, which can't be opened here. Save it as PNG and try again.", name=name)
    return Text("{name} is not a supported picture. Use PNG, JPEG, HEIC, AVIF, WebP, BMP, GIF or TIFF.", name=name)


def _too_large(name: str, pixels: int | None) -> PictureUnreadable:
    limit = millions(MAX_PIXELS)
    if pixels is None:
        return PictureUnreadable(
            Text("{name} has more than {limit} megapixels. Make it smaller and try again.", name=name, limit=limit)
        )
    return PictureUnreadable(
        Text(
            "{name} has {size} megapixels; up to {limit} are allowed. Make it smaller and try again.",
            name=name,
            size=millions(pixels),
            limit=limit,
        )
    )
