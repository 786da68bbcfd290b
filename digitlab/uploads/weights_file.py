"""Copies the weights in an uploaded `.keras` file: plain numbers, and nothing else.

HDF5 can point to other files (external links, external storage, virtual data sets), declare a size that it does not
have, and name filters that are loaded as code. So only the plain numbers are copied to a new file.
"""

from collections import Counter
from pathlib import Path

import h5py
import numpy as np

from digitlab.errors import ModelRejected
from digitlab.translation import Text

_MAX_OBJECTS = 5000
_MAX_DIMENSIONS = 6
_OPTIMIZER = ("optimizer", "optimizer_weights")  # its state, which only a resumed training needs
_OLD_LAYERS = "_layer_checkpoint_dependencies"  # as Keras 2.12 to 2.14 called what Keras 3 calls "layers"
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
            copy = _Copy(max_count)
            copy.group(old, new)
            _rename_old_layers(new)
            return copy.count
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, UnicodeError) as error:
        raise ModelRejected(
            Text("Its weights can't be read: the file is damaged. Download or save it again.")
        ) from error


def _rename_old_layers(group: h5py.Group) -> None:
    """Give groups of layers the names that Keras 3 expects: their kind, and a number from the second of a kind on."""
    if _OLD_LAYERS in group and "layers" not in group:
        group.move(_OLD_LAYERS, "layers")
        layers, counts = group["layers"], Counter[str]()
        for name in sorted(layers, key=_kind_and_number):
            kind, _ = _kind_and_number(name)
            new = f"{kind}_{counts[kind]}" if counts[kind] else kind
            counts[kind] += 1
            if new != name:
                layers.move(name, new)
    for child in group.values():
        if isinstance(child, h5py.Group):
            _rename_old_layers(child)


def _kind_and_number(name: str) -> tuple[str, int]:
    kind, _, number = name.rpartition("_")
    return (kind, int(number)) if number.isdecimal() and kind else (name, 0)


class _Copy:
    """Copies one file, and counts its numbers and objects."""

    def __init__(self, max_count: int) -> None:
        self._max_count, self._numbers, self._objects = max_count, 0, 0

    @property
    def count(self) -> int:
        """How many numbers were copied."""
        return self._numbers

    def group(self, old: h5py.Group, new: h5py.Group, depth: int = 0) -> None:
        """Copy a group and what is in it."""
        if depth > 20:
            raise ModelRejected(Text("Its weights are in too deeply nested groups. Save it again with Keras 3."))
        for name in old:
            self._objects += 1
            if self._objects > _MAX_OBJECTS:
                raise ModelRejected(
                    Text(
                        "Its weights are in more than {allowed:,} parts. Choose a smaller network.",
                        allowed=_MAX_OBJECTS,
                    )
                )
            if not isinstance(old.get(name, getlink=True), h5py.HardLink):
                raise ModelRejected(
                    Text("Its weights point to another file or place. Save the network again with Keras 3.")
                )
            if depth == 0 and name in _OPTIMIZER:
                continue
            kind = old.get(name, getclass=True)
            if kind is h5py.Group:
                # Windows' Keras separated names by "\\".
                self.group(old[name], new.require_group(name.replace("\\", "/")), depth + 1)
            elif kind is h5py.Dataset:
                self._check(old[name])
                new.create_dataset(name, data=self._plain(old[name]))
            else:
                raise ModelRejected(Text("Its weights hold something other than numbers. Save it again with Keras 3."))

    def _check(self, data: h5py.Dataset) -> None:
        if data.dtype.kind not in _KINDS or data.dtype.fields or data.dtype.subdtype or data.ndim > _MAX_DIMENSIONS:
            raise ModelRejected(
                Text(
                    "Its weights hold values of type {kind}. Only plain numbers are allowed.", kind=str(data.dtype)[:40]
                )
            )
        numbers = int(np.prod(data.shape, dtype=object)) if data.shape is not None else 0
        self._numbers += numbers
        if self._numbers > self._max_count:
            raise ModelRejected(
                Text("It declares more than {allowed:,} weights. Choose a smaller network.", allowed=self._max_count)
            )
        if data.is_virtual or data.external:
            raise ModelRejected(Text("Its weights point to another file. Save the network again with Keras 3."))
        if data.chunks is not None or data.id.get_storage_size() != numbers * data.dtype.itemsize:
            raise ModelRejected(
                Text(
                    "Its weights declare {numbers:,} numbers, but do not store them as Keras does. Save it again.",
                    numbers=numbers,
                )
            )

    def _plain(self, data: h5py.Dataset) -> "np.ndarray[tuple[int, ...], np.dtype[np.generic]]":
        values = data[()]
        if not np.isfinite(values).all():
            raise ModelRejected(Text("Some of its weights are infinite or not a number (NaN). Train it again."))
        return np.asarray(values)
