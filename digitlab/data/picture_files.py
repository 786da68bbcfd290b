"""Opens picture files as drawings, with care for hostile ones, and writes digits as PNG files."""

import io
import re
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from digitlab.data.jpeg_scans import has_more_scans
from digitlab.errors import PictureUnreadable

MAX_PIXELS = 40_000_000  # more than a phone's camera takes by default
MAX_FILE_SIZE = 50_000_000  # bytes: more than a picture of that size takes in the usual formats
_MAX_SCANS = 100  # of a JPEG; programs write about 10
_WORKING_SIDE = 1024  # pixels: more detail than 28 x 28 can hold, and fast to process
SUFFIXES = ("png", "jpg", "jpeg", "webp", "bmp", "gif", "tif", "tiff")
_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
_ORIENTATION = 0x0112  # EXIF's tag for how the camera was held

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
    MemoryError,
    struct.error,
    zlib.error,
)


def open_picture(source: Path | bytes, name: str | None = None) -> NDArray[np.uint8]:
    """Open a picture file as a drawing.

    Args:
        source: A file's path, or its content. PNG, JPEG, WebP, BMP, GIF or TIFF; of several frames, the first is used.
        name: The name of the file in messages; None: that of its path, or "The file".

    Returns:
        uint8 (height, width, 4), RGBA, rotated as EXIF says, at most 1024 pixels on its longer side.

    Raises:
        PictureUnreadable: It is not a picture, is damaged, or has more than 40 megapixels, 100 scans
            or 50 MB.
    """
    if isinstance(source, Path):
        name = name or source.name
        content = _read(source, name)
    else:
        name = name or "The file"
        content = source
    with _opened(content, name) as picture:
        return _upright(picture)


def count_pixels(content: bytes, name: str) -> int:
    """Return how many pixels a picture file has, without decoding them; raises as `open_picture` does."""
    with _opened(content, name) as picture:
        return picture.width * picture.height


@contextmanager
def _opened(content: bytes, name: str) -> Iterator[Image.Image]:
    """Open a picture after checking its file, and translate Pillow's errors."""
    if not content:
        raise PictureUnreadable(f"{name} is empty. Choose another file, or save it again.")
    if len(content) > MAX_FILE_SIZE:
        raise _too_long(name, len(content))
    try:
        with warnings.catch_warnings():
            # Our own limit on pixels is lower, and what Pillow repairs needs no warning.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise _too_large(name, picture.width * picture.height)
                if isinstance(picture, JpegImageFile) and has_more_scans(content, _MAX_SCANS):
                    raise PictureUnreadable(
                        f"{name} is a JPEG with more than {_MAX_SCANS} scans; up to {_MAX_SCANS} are allowed. Open it "
                        "in an image editor, save it again and retry."
                    )
                yield picture
    except PictureUnreadable:
        raise
    except Image.DecompressionBombError as error:
        pixels = re.search(r"\((\d+) pixels\)", str(error))
        raise _too_large(name, int(pixels[1]) if pixels else None) from error
    except UnidentifiedImageError as error:
        raise PictureUnreadable(_no_picture(name, content)) from error
    except _DAMAGED as error:
        raise PictureUnreadable(f"{name} is damaged and can't be read ({error}). Save it again and retry.") from error


def _read(path: Path, name: str) -> bytes:
    try:
        if path.is_dir():
            raise PictureUnreadable(f"{name} is a folder, not a picture. Choose a file in it.")
        if path.exists() and not path.is_file():
            raise PictureUnreadable(f"{name} is a device, not a file. Choose a picture.")
        size = path.stat().st_size
        if size > MAX_FILE_SIZE:
            raise _too_long(name, size)
        with path.open("rb") as file:
            return file.read(MAX_FILE_SIZE + 1)  # it may have grown since
    except FileNotFoundError as error:
        raise PictureUnreadable(f"{name} doesn't exist. Check the path.") from error
    except PermissionError as error:
        raise PictureUnreadable(f"{name} can't be read: permission denied. Check its permissions.") from error
    except OSError as error:
        raise PictureUnreadable(f"{name} can't be read ({error.strerror}). Check the path.") from error


def _upright(picture: Image.Image) -> NDArray[np.uint8]:
    """Shrink the picture first, so that copies cost little; then rotate it as the camera was held."""
    picture.draft("RGB", (_WORKING_SIDE, _WORKING_SIDE))
    picture.load()
    orientation = _orientation(picture)
    small = _eight_bits(picture)
    small.thumbnail((_WORKING_SIDE, _WORKING_SIDE))
    drawing = Image.fromarray(np.asarray(small.convert("RGBA")))  # without the EXIF data, which may be damaged
    drawing.getexif()[_ORIENTATION] = orientation
    return np.asarray(ImageOps.exif_transpose(drawing))


def _orientation(picture: Image.Image) -> int:
    """EXIF's orientation, 1 to 8; 1, upright, where it is missing or invalid."""
    try:
        orientation = picture.getexif().get(_ORIENTATION, 1)
    except _DAMAGED:
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
    values = np.asarray(whole.reduce(max(1, max(whole.size) // _WORKING_SIDE)), np.float64)
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
    values = np.nan_to_num(values, nan=low, posinf=high, neginf=low)
    return Image.fromarray(np.asarray((values - low) / max(high - low, 1e-9) * 255, np.uint8))


def _no_picture(name: str, content: bytes) -> str:
    start = content[:1024].lstrip().lower()
    if content[4:8] == b"ftyp":
        kind = "AVIF" if content[8:12] in (b"avif", b"avis") else "HEIC"
        return f"{name} is a {kind} picture, which can't be opened here. Save it as JPEG and try again."
    if start.startswith(b"%pdf-"):
        return f"{name} is a PDF document, not a picture. Save the page as PNG or JPEG and try again."
    if b"<svg" in start:
        return f"{name} is an SVG drawing, which can't be opened here. Save it as PNG and try again."
    return f"{name} is not a supported picture. Use PNG, JPEG, WebP, BMP, GIF or TIFF."


def _too_large(name: str, pixels: int | None) -> PictureUnreadable:
    limit = _millions(MAX_PIXELS)
    if pixels is None:
        return PictureUnreadable(f"{name} has more than {limit} megapixels. Make it smaller and try again.")
    return PictureUnreadable(
        f"{name} has {_millions(pixels)} megapixels; up to {limit} are allowed. Make it smaller and try again."
    )


def _too_long(name: str, size: int) -> PictureUnreadable:
    return PictureUnreadable(
        f"{name} has {_millions(size)} MB; up to {_millions(MAX_FILE_SIZE)} MB are allowed. "
        "Make the picture smaller and try again."
    )


def _millions(number: int) -> str:
    """In millions, with one decimal unless it is 0; rounded up, so that a rejected number is above the limit."""
    return f"{-(-number // 100_000) / 10:,.1f}".removesuffix(".0")


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
