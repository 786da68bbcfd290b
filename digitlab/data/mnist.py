"""The MNIST data set, from the file in this package."""

import functools
import hashlib
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from digitlab.errors import DataDamaged, DataMissing
from digitlab.translation import Text

PATH = Path(__file__).with_name("mnist.npz")
SHA256 = "06b0d1f124c4e5fa796686ade41a9b778edacc8622f2195a352ef479ad44fc16"
_SHAPES = {"x_train": (60_000, 28, 28), "y_train": (60_000,), "x_test": (10_000, 28, 28), "y_test": (10_000,)}

# What NumPy and zipfile raise for a damaged file, and for an encrypted or unknown archive.
UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    EOFError,
    TypeError,
    AttributeError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True, slots=True, eq=False)
class Mnist:
    """70,000 handwritten digits (LeCun, Cortes, Burges, 1998; CC BY-SA 3.0).

    Attributes:
        x_train: uint8 (60000, 28, 28), 0 background to 255 ink.
        y_train: uint8 (60000,), 0 to 9.
        x_test: uint8 (10000, 28, 28).
        y_test: uint8 (10000,).

    Example:
        >>> mnist = load()
        >>> images, labels = mnist.part("test")
        >>> images.shape, int(labels[0])
        ((10000, 28, 28), 7)
    """

    x_train: NDArray[np.uint8]
    y_train: NDArray[np.uint8]
    x_test: NDArray[np.uint8]
    y_test: NDArray[np.uint8]

    def part(self, name: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Return (images, labels) of the "training" or the "test" set."""
        return {"training": (self.x_train, self.y_train), "test": (self.x_test, self.y_test)}[name]


def content_hash(arrays: dict[str, NDArray[np.uint8]]) -> str:
    """Return the SHA-256 of the bytes of the four arrays, in the order x_train, y_train, x_test, y_test."""
    digest = hashlib.sha256()
    for name in _SHAPES:
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()


def load(path: Path = PATH) -> Mnist:
    """Load and check the data set, once a process; later calls return the same arrays.

    Args:
        path: An `.npz` file in Keras' layout.

    Returns:
        Read-only arrays.

    Raises:
        DataMissing: There is no such file.
        DataDamaged: The content is not exactly MNIST.
    """
    return _load(path.resolve())


@functools.lru_cache(maxsize=4)
def _load(path: Path) -> Mnist:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in _SHAPES}
    except FileNotFoundError as error:
        raise DataMissing(Text("The file {path} is missing.", path=path)) from error
    except UNREADABLE as error:
        raise _damaged(path) from error
    right = all(a.dtype == np.uint8 and a.shape == _SHAPES[n] for n, a in arrays.items())
    if not right or content_hash(arrays) != SHA256:
        raise _damaged(path)
    for array in arrays.values():
        array.flags.writeable = False
    return Mnist(**arrays)


def _damaged(path: Path) -> DataDamaged:
    return DataDamaged(
        Text(
            "The file {path} is damaged: its content is not the MNIST data set. Restore it with "
            "`git checkout`, or delete it and start again with an internet connection.",
            path=path,
        )
    )
