"""Snapshots of a network after an epoch, small enough to store many."""

import io
import json
import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab.errors import SnapshotDamaged
from digitlab.networks.digit_map import MapAxes
from digitlab.translation import Text

READ_DIGITS = 1000  # digits whose answers a snapshot has
MAP_DIGITS = 500  # the first of them, which are on the map
_ALL_UP_TO = 3  # epochs: most of the learning happens in the first ones
_MAX_LATER = 16  # snapshots of the later epochs, evenly spread
_MAX_HALF = 60_000.0  # nearly the largest value of float16
_UNREADABLE = (EOFError, OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Snapshot:
    """A network after an epoch, and what it read in some digits then.

    Attributes:
        epoch: 1 for the first; 0 before it.
        preset: Name of the preset; "own" of a network that somebody designed, whose layers its run's settings have.
        weights: As `keras.Model.get_weights` returns them, kernels rounded to float16: about three decimal digits.
        first: Index, in the training set, of the first digit that was read. The others follow it there.
        answers: uint8 (n,), the digit read in each.
        axes: The first two principal axes of the first `MAP_DIGITS` of them in the last hidden layer.
        points: float32 (m, 2): their places on the map.

    Example:
        >>> axes = MapAxes(np.zeros(4, np.float32), np.eye(4, 2, dtype=np.float32), np.ones(2, np.float32))
        >>> snapshot = Snapshot(
        ...     epoch=1,
        ...     preset="tutorial",
        ...     weights=[np.zeros((784, 128), np.float16)],
        ...     first=48_000,
        ...     answers=np.array([3], np.uint8),
        ...     axes=axes,
        ...     points=np.zeros((1, 2), np.float32),
        ... )
        >>> snapshot.first_weights.shape
        (128, 28, 28)
        >>> read(write(snapshot)).epoch
        1
    """

    epoch: int
    preset: str
    weights: list[NDArray[Any]]
    first: int
    answers: NDArray[np.uint8]
    axes: MapAxes
    points: NDArray[np.float32]

    @property
    def size(self) -> int:
        """How many bytes its arrays take in memory."""
        axes = self.axes
        arrays = (*self.weights, self.answers, self.points, axes.centre, axes.directions, axes.explained_variance_ratio)
        return sum(array.nbytes for array in arrays)

    @property
    def first_weights(self) -> NDArray[np.float32]:
        """The first layer's weights as pictures, float32 (neurons, 28, 28) or (filters, height, width)."""
        kernel = np.asarray(next(array for array in self.weights if array.ndim > 1), np.float32)
        side = math.isqrt(len(kernel))  # of the image, which may have been pooled before
        return np.moveaxis(kernel[:, :, 0] if kernel.ndim == 4 else kernel.reshape(side, side, -1), -1, 0)

    def confusion(self, labels: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return int64 (10, 10): true digits, from the training set's labels (60000,), in rows; answers in columns."""
        counts = np.zeros((10, 10), np.int64)
        np.add.at(counts, (labels[self.first : self.first + len(self.answers)], self.answers), 1)
        return counts


def has_snapshot(epoch: int, planned: int) -> bool:
    """Whether an epoch of a training gets a snapshot: the first epochs do, the last one, and some between."""
    return epoch <= _ALL_UP_TO or epoch == planned or epoch % -(-planned // _MAX_LATER) == 0


def write(snapshot: Snapshot) -> bytes:
    """Return a snapshot as the content of an `.npz` file."""
    metadata = {"epoch": snapshot.epoch, "preset": snapshot.preset, "first": snapshot.first}
    axes = snapshot.axes
    arrays = {f"weights{number}": _small(array) for number, array in enumerate(snapshot.weights)}
    arrays |= {"answers": snapshot.answers, "points": snapshot.points}
    arrays |= {"centre": axes.centre, "directions": axes.directions, "shares": axes.explained_variance_ratio}
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, words=np.frombuffer(json.dumps(metadata).encode(), np.uint8), **arrays)
    return content.getvalue()


def read(content: bytes) -> Snapshot:
    """Return the snapshot in the content of a file; `SnapshotDamaged` if there is none."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            count = sum(name.startswith("weights") for name in file.files)
            return Snapshot(
                **json.loads(file["words"].tobytes()),
                weights=[file[f"weights{number}"] for number in range(count)],
                answers=file["answers"],
                axes=MapAxes(file["centre"], file["directions"], file["shares"]),
                points=file["points"],
            )
    except _UNREADABLE as error:
        raise SnapshotDamaged(
            Text("A snapshot of this run cannot be read. Delete the run, or train it again.")
        ) from error


def alignments(maps: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float64]]:
    """Return for each map, (m, 2), the rotation or reflection that aligns it with the last one, float64 (2, 2).

    Principal axes have any orientation, and without this the map would jump from epoch to epoch (orthogonal Procrustes,
    P. H. Schönemann, 1966). Multiply the points by it from the right.
    """
    turns: list[NDArray[np.float64]] = []
    for points, following in zip(maps[-2::-1], maps[:0:-1], strict=True):
        wanted = following @ (turns[-1] if turns else np.eye(2))
        left, _, right = np.linalg.svd(points.T.astype(np.float64) @ wanted)
        turns.append(left @ right)
    return [*reversed(turns), *([np.eye(2)] if maps else [])]


def _small(array: NDArray[Any]) -> NDArray[Any]:
    """Round kernels only: biases and the weights of normalizations are few, and matter more."""
    is_kernel = array.ndim > 1 and float(np.abs(array).max(initial=0)) < _MAX_HALF
    return array.astype(np.float16) if is_kernel else array
