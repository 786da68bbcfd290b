"""Copies the weights in an uploaded `.keras` file: plain numbers, and nothing else.

HDF5 can point to other files (external links, external storage, virtual data sets), declare a size that it does not
have, and name filters that are loaded as code. So only the plain numbers are copied to a new file.
"""

from pathlib import Path

import h5py
import numpy as np

from digitlab.errors import ModelRejected

_MAX_OBJECTS = 5000
_MAX_DIMENSIONS = 6
_OPTIMIZER = "optimizer"  # its state, which only a resumed training needs
_KINDS = "fiu"  # of NumPy: floats and integers


def copy_weights(source: Path, target: Path, max_count: int) -> int:
    """Copy the weights to a new file.

    Args:
        source: A hostile HDF5 file.
        target: The new file.
        max_count: How many numbers it may hold.

    Returns:
        How many numbers it holds.

    Raises:
        ModelRejected: It holds anything else, or less than it declares.
    """
    try:
        with h5py.File(source, "r") as old, h5py.File(target, "w") as new:
            return _Copy(max_count).group(old, new)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, UnicodeError) as error:
        raise ModelRejected("Its weights can't be read: the file is damaged. Download or save it again.") from error


class _Copy:
    """Copies one file, and counts its numbers and objects."""

    def __init__(self, max_count: int) -> None:
        self._max_count, self._numbers, self._objects = max_count, 0, 0

    def group(self, old: h5py.Group, new: h5py.Group, depth: int = 0) -> int:
        if depth > 20:
            raise ModelRejected("Its weights are in too deeply nested groups. Save it again with Keras 3.")
        for name in old:
            self._objects += 1
            if self._objects > _MAX_OBJECTS:
                raise ModelRejected(f"Its weights are in more than {_MAX_OBJECTS:,} parts. Choose a smaller network.")
            if not isinstance(old.get(name, getlink=True), h5py.HardLink):
                raise ModelRejected("Its weights point to another file or place. Save the network again with Keras 3.")
            if depth == 0 and name == _OPTIMIZER:
                continue
            kind = old.get(name, getclass=True)
            if kind is h5py.Group:
                self.group(old[name], new.create_group(name), depth + 1)
            elif kind is h5py.Dataset:
                self._check(old[name])
                new.create_dataset(name, data=self._plain(old[name]))
            else:
                raise ModelRejected("Its weights hold something other than numbers. Save it again with Keras 3.")
        return self._numbers

    def _check(self, data: h5py.Dataset) -> None:
        if data.dtype.kind not in _KINDS or data.dtype.fields or data.dtype.subdtype or data.ndim > _MAX_DIMENSIONS:
            raise ModelRejected(
                f"Its weights hold values of type {str(data.dtype)[:40]}. Only plain numbers are allowed."
            )
        numbers = int(np.prod(data.shape, dtype=object)) if data.shape is not None else 0
        self._numbers += numbers
        if self._numbers > self._max_count:
            raise ModelRejected(f"It declares more than {self._max_count:,} weights. Choose a smaller network.")
        if data.is_virtual or data.external:
            raise ModelRejected("Its weights point to another file. Save the network again with Keras 3.")
        if data.chunks is not None or data.id.get_storage_size() != numbers * data.dtype.itemsize:
            raise ModelRejected(
                f"Its weights declare {numbers:,} numbers, but do not store them as Keras does. Save it again."
            )

    def _plain(self, data: h5py.Dataset) -> "np.ndarray[tuple[int, ...], np.dtype[np.generic]]":
        values = data[()]
        if not np.isfinite(values).all():
            raise ModelRejected("Some of its weights are infinite or not a number (NaN). Train it again.")
        return np.asarray(values)
