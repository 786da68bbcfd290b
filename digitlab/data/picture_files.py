"""Opens picture files as drawings."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitlab.data.picture_decoding import count_pixels, decode, is_heif, millions
from digitlab.data.picture_process import decode_apart
from digitlab.errors import PictureUnreadable
from digitlab.translation import Text

MAX_FILE_SIZE = 50_000_000  # bytes: more than a picture of `MAX_PIXELS` takes in the usual formats
SUFFIXES = ("png", "jpg", "jpeg", "heic", "heif", "avif", "webp", "bmp", "gif", "tif", "tiff")
# What is larger is decoded in a process of its own. Up to here even a hostile file, such as one of 40,000 empty chunks,
# takes at most 2 s of processor time and 300 MB.
_MAX_SIZE_HERE = 500_000  # bytes
_MAX_PIXELS_HERE = 16_000_000


def open_picture(source: Path | bytes, name: str | None = None) -> NDArray[np.uint8]:
    """Open a picture file as a drawing.

    Args:
        source: A file's path, or its content. PNG, JPEG, HEIC, AVIF, WebP, BMP, GIF or TIFF; of several frames, the
            first is used.
        name: The name of the file in messages; None: that of its path, or "The file".

    Returns:
        uint8 (height, width, 4), RGBA, rotated as EXIF says, at most 1024 pixels on its longer side.

    Raises:
        PictureUnreadable: It is not a picture, is damaged, has more than 64 megapixels, 100 scans or 50 MB, or takes
            more time or memory than is allowed.
    """
    if isinstance(source, Path):
        name = name or source.name
        content = _read(source, name)
    else:
        name = name or Text("The file")
        content = source
    if not content:
        raise PictureUnreadable(Text("{name} is empty. Choose another file, or save it again.", name=name))
    if len(content) > MAX_FILE_SIZE:
        raise _too_long(name, len(content))
    return decode_apart(content, name) if _is_costly(content, name) else decode(content, name)


def _is_costly(content: bytes, name: str) -> bool:
    return is_heif(content) or len(content) > _MAX_SIZE_HERE or count_pixels(content, name) > _MAX_PIXELS_HERE


def _read(path: Path, name: str) -> bytes:
    try:
        if path.is_dir():
            raise PictureUnreadable(Text("{name} is a folder, not a picture. Choose a file in it.", name=name))
        if path.exists() and not path.is_file():
            raise PictureUnreadable(Text("{name} is a device, not a file. Choose a picture.", name=name))
        size = path.stat().st_size
        if size > MAX_FILE_SIZE:
            raise _too_long(name, size)
        with path.open("rb") as file:
            return file.read(MAX_FILE_SIZE + 1)  # it may have grown since
    except FileNotFoundError as error:
        raise PictureUnreadable(Text("{name} doesn't exist. Check the path.", name=name)) from error
    except PermissionError as error:
        raise PictureUnreadable(
            Text("{name} can't be read: permission denied. Check its permissions.", name=name)
        ) from error
    except OSError as error:
        raise PictureUnreadable(
            Text("{name} can't be read ({reason}). Check the path.", name=name, reason=error.strerror)
        ) from error


def _too_long(name: str, size: int) -> PictureUnreadable:
    return PictureUnreadable(
        Text(
            "{name} has {size} MB; up to {allowed} MB are allowed. Make the picture smaller and try again.",
            name=name,
            size=millions(size),
            allowed=millions(MAX_FILE_SIZE),
        )
    )
