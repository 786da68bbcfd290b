"""The weights inside a `.keras` file from elsewhere: plain numbers, as many as there are, and nothing else. No Keras.

HDF5 can point to other files (external links, external storage, virtual data sets), declare a size that is not there,
and name filters that are loaded as code. So the plain numbers are copied to a new file, and nothing else.
"""

from pathlib import Path

import h5py
import numpy as np

from digitlab.errors import ModelRejected

_MAX_OBJECTS = 5000
_MAX_DIMENSIONS = 6
_OPTIMIZER = "optimizer"  # what a training would go on with
_KINDS = "fiu"  # of NumPy: floating and whole numbers


def copy_weights(source: Path, target: Path, most: int) -> int:
    """Copy the weights to a new file.

    Args:
        source: An HDF5 file, hostile.
        target: Where to.
        most: Numbers that it may hold.

    Returns:
        How many there are.

    Raises:
        ModelRejected: It holds something else, or declares what is not there.
    """
    try:
        with h5py.File(source, "r") as old, h5py.File(target, "w") as new:
            return _Copy(most).group(old, new)
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, UnicodeError) as error:
        raise ModelRejected("Its weights cannot be read: the file is damaged. Fetch or save it again.") from error


class _Copy:
    """One copy; counts what it has seen."""

    def __init__(self, most: int) -> None:
        self._most, self._numbers, self._objects = most, 0, 0

    def group(self, old: h5py.Group, new: h5py.Group, depth: int = 0) -> int:
        if depth > 20:
            raise ModelRejected("Its weights lie in groups within groups without an end. Save it again with Keras 3.")
        for name in old:
            self._objects += 1
            if self._objects > _MAX_OBJECTS:
                raise ModelRejected(f"Its weights are in more than {_MAX_OBJECTS:,} pieces. Choose a smaller network.")
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
                raise ModelRejected("Its weights hold something else than numbers. Save it again with Keras 3.")
        return self._numbers

    def _check(self, data: h5py.Dataset) -> None:
        if data.dtype.kind not in _KINDS or data.dtype.fields or data.dtype.subdtype or data.ndim > _MAX_DIMENSIONS:
            raise ModelRejected(f"Its weights hold values of type {str(data.dtype)[:40]}, no plain numbers.")
        numbers = int(np.prod(data.shape, dtype=object)) if data.shape is not None else 0
        self._numbers += numbers
        if self._numbers > self._most:
            raise ModelRejected(f"It declares more than {self._most:,} weights. Choose a smaller network.")
        if data.is_virtual or data.external:
            raise ModelRejected("Its weights point to another file. Save the network again with Keras 3.")
        if data.chunks is not None or data.id.get_storage_size() != numbers * data.dtype.itemsize:
            raise ModelRejected(
                f"Its weights declare {numbers:,} numbers and do not hold them as Keras writes them. Save it again."
            )

    def _plain(self, data: h5py.Dataset) -> "np.ndarray[tuple[int, ...], np.dtype[np.generic]]":
        values = data[()]
        if not np.isfinite(values).all():
            raise ModelRejected("Some of its weights are infinite or not a number (NaN). Train it anew.")
        return np.asarray(values)
