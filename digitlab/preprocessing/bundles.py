"""Exports and imports many digits as one file.

A ZIP has a folder for each class, 0 to 9, with a PNG for each digit: unpacked, it is what Keras'
`image_dataset_from_directory` reads. An `.npz` has two arrays: images, uint8 (n, 28, 28), and labels, uint8 (n,).
"""

import io
import time
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from digitlab.data.archives import Archive, ArchiveLimits
from digitlab.data.image_ops import border_pixels
from digitlab.data.labelled_digits import LabelledDigits
from digitlab.data.picture_files import open_picture
from digitlab.data.png_files import to_png
from digitlab.errors import BundleRejected
from digitlab.preprocessing import normalization
from digitlab.translation import Text

SUFFIXES = ("zip", "npz")
MAX_FILE_SIZE = 20_000_000  # bytes
MAX_COUNT = 5_000  # digits in a file
_MAX_SECONDS = 60  # seconds for opening all pictures of a ZIP
_PICTURES = ArchiveLimits(max_files=MAX_COUNT, max_file_size=20_000_000, max_total_size=100_000_000)
_ARRAYS = ArchiveLimits(max_files=2, max_file_size=MAX_COUNT * 784 + 1000, max_total_size=MAX_COUNT * (784 + 8) + 2000)
_DARK = 127  # grey level, of 255: a border up to this mean is background


def to_zip(images: Iterable[NDArray[np.uint8]], labels: Iterable[int], names: Iterable[str]) -> bytes:
    """Return digits as a ZIP of PNG files. It has all ten folders, so that Keras numbers the classes correctly.

    Args:
        images: uint8 (28, 28) each.
        labels: 0 to 9, one for each image.
        names: A file name for each image, without a suffix.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:  # stored: PNG files are compressed already
        for label in range(10):
            archive.writestr(f"{label}/", b"")
        for image, label, name in zip(images, labels, names, strict=True):
            archive.writestr(f"{label}/{name}.png", to_png(image))
    return file.getvalue()


def to_npz(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> bytes:
    """Return digits, uint8 (n, 28, 28) and (n,), as an `.npz` for `numpy.load(..., allow_pickle=False)`."""
    file = io.BytesIO()
    np.savez_compressed(file, images=images, labels=labels)
    return file.getvalue()


def from_file(content: bytes, name: str, *, seconds: float = _MAX_SECONDS) -> LabelledDigits:
    """Read a file of digits that comes from outside.

    Args:
        content: The content of a ZIP or an `.npz` file.
        name: Its name; the suffix says which.
        seconds: The time that opening the pictures of a ZIP may take, by the clock; the last of them may exceed it.

    Returns:
        Images, uint8 (n, 28, 28), and labels, uint8 (n,), with n of at least 1. Pictures of another size or with a
        light background are normalized like uploaded pictures.

    Raises:
        BundleRejected: It is invalid or too large; the message says what is wrong and where.
        PictureUnreadable: A picture in it is damaged or too large.
    """
    if len(content) > MAX_FILE_SIZE:
        raise BundleRejected(
            Text(
                "{name} has {size:,.1f} MB; up to {allowed} MB are allowed. Split it into several files.",
                name=name,
                size=len(content) / 1e6,
                allowed=MAX_FILE_SIZE // 1_000_000,
            )
        )
    ending = PurePosixPath(name).suffix.lower()
    if ending not in (".zip", ".npz"):
        raise BundleRejected(
            Text(
                "{name} is not a .zip or .npz file. Choose a .zip with a folder for each digit, or an .npz.", name=name
            )
        )
    return _from_zip(content, name, seconds) if ending == ".zip" else _from_npz(content, name)


def _from_zip(content: bytes, name: str, seconds: float) -> LabelledDigits:
    archive = Archive(content, name, _PICTURES)
    if not archive.names:
        raise BundleRejected(Text("{name} holds no pictures. Put them into folders named 0 to 9.", name=name))
    labels = [_label_of(file, archive) for file in archive.names]
    images = list(_images(archive, name, seconds))
    return np.stack(images), np.array(labels, np.uint8)


def _label_of(file: str, archive: Archive) -> int:
    folder = PurePosixPath(file).parent.name
    if folder not in list("0123456789"):
        raise BundleRejected(
            Text(
                "{file} is not in a folder named 0 to 9. Put each picture into one of them.",
                file=archive.describe(file),
            )
        )
    return int(folder)


def _images(archive: Archive, name: str, seconds: float) -> Iterator[NDArray[np.uint8]]:
    end = time.monotonic() + seconds
    for file in archive.names:
        if time.monotonic() > end:
            raise BundleRejected(
                Text(
                    "Opening the pictures in {name} takes longer than {seconds:.0f} s. Make them smaller, or split "
                    "the file.",
                    name=name,
                    seconds=seconds,
                )
            )
        packed, described = archive.read(file), archive.describe(file)
        image = _as_digit(open_picture(packed, described))
        if image is None:
            raise BundleRejected(Text("Couldn't find any writing in {file}. Leave it out.", file=described))
        yield image


def _as_digit(picture: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return a picture, uint8 (height, width, 4), as a digit, as it is if already normalized; None without ink."""
    if picture.shape == (28, 28, 4):
        grey = picture[..., 0]
        is_grey = bool((picture[..., :3] == grey[..., np.newaxis]).all() and (picture[..., 3] == 255).all())
        if is_grey and float(border_pixels(grey).mean()) <= _DARK:
            return grey.copy() if grey.any() else None
    return normalization.normalize(picture)


def _from_npz(content: bytes, name: str) -> LabelledDigits:
    archive = Archive(content, name, _ARRAYS)
    if sorted(archive.names) != ["images.npy", "labels.npy"]:
        raise BundleRejected(
            Text("{name} doesn't hold exactly two arrays, images and labels. Save these two and no others.", name=name)
        )
    images, labels = (_array(archive.read(f"{part}.npy"), part, name) for part in ("images", "labels"))
    _check_shapes(images, labels, name)
    _check_values(images, labels, name)
    return np.ascontiguousarray(images, np.uint8), labels.astype(np.uint8)


def _check_shapes(images: NDArray[np.generic], labels: NDArray[np.generic], name: str) -> None:
    """Raise `BundleRejected` unless they are uint8 (n, 28, 28) and integers (n,), with an allowed n."""
    if images.dtype != np.uint8 or images.shape[1:] != (28, 28):
        raise BundleRejected(
            Text(
                "In {name}, images is {dtype} {shape}. Save it as uint8 (n, 28, 28), 0 background to 255 ink.",
                name=name,
                dtype=images.dtype,
                shape=images.shape,
            )
        )
    if labels.dtype.kind not in "iu" or labels.shape != images.shape[:1]:
        raise BundleRejected(
            Text(
                "In {name}, labels is {dtype} {shape}. Save it as integers, one for each of the {count:,} images.",
                name=name,
                dtype=labels.dtype,
                shape=labels.shape,
                count=len(images),
            )
        )
    if not 0 < len(images) <= MAX_COUNT:
        raise BundleRejected(
            Text(
                "{name} holds {count:,} digits; 1 to {allowed:,} are allowed.",
                name=name,
                count=len(images),
                allowed=MAX_COUNT,
            )
        )


def _check_values(images: NDArray[np.generic], labels: NDArray[np.generic], name: str) -> None:
    """Raise `BundleRejected` where a label is no digit, or an image is empty."""
    wrong = np.flatnonzero(~np.isin(labels, range(10)))
    if wrong.size:
        raise BundleRejected(
            Text(
                "In {name}, the label of image {image} is {label}. Labels are 0 to 9.",
                name=name,
                image=wrong[0],
                label=labels[wrong[0]],
            )
        )
    empty = np.flatnonzero(~images.any(axis=(1, 2)))
    if empty.size:
        raise BundleRejected(Text("In {name}, image {image} is empty. Leave it out.", name=name, image=empty[0]))


def _array(packed: bytes, part: str, name: str) -> NDArray[np.generic]:
    """Read an array, after checking the size that its header declares."""
    file = io.BytesIO(packed)
    try:
        version = np.lib.format.read_magic(file)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read_header(file)
        if np.prod(shape, dtype=object) * dtype.itemsize != len(packed) - file.tell():
            raise ValueError("the header declares another size")
        array: NDArray[np.generic] = np.load(io.BytesIO(packed), allow_pickle=False)
    except (ValueError, EOFError, OSError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise BundleRejected(
            Text(
                "In {name}, {part} is not a readable array. Save it again with numpy.savez, without objects in it.",
                name=name,
                part=part,
            )
        ) from error
    return array
