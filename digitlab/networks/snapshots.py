"""A network as it was after an epoch, small enough to keep many. No Keras here: pages read these, too."""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab.errors import SnapshotDamaged
from digitlab.networks.digit_map import MapAxes

LOOKED_AT = 1000  # digits whose answers are kept
ON_THE_MAP = 500  # of them, the first
_FIRST = 3  # epochs that are all kept: most happens in them
_LATER = 16  # epochs at most that are kept of all
_HALF = 60_000.0  # what float16 can hold, nearly
_UNREADABLE = (EOFError, OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Snapshot:
    """A network after an epoch, and how it read some digits then.

    Attributes:
        epoch: 1 for the first; 0 before it.
        preset: Name of the architecture.
        weights: As `keras.Model.get_weights` gives them, kernels rounded to float16: about three digits.
        first: Number, in the training set, of the first digit that was looked at. The digits follow each other there.
        answers: uint8 (n,), what was read in each.
        axes: The two directions in which the first `ON_THE_MAP` of them differed most in the last hidden layer.
        points: float32 (m, 2): where those lay.
    """

    epoch: int
    preset: str
    weights: list[NDArray[Any]]
    first: int
    answers: NDArray[np.uint8]
    axes: MapAxes
    points: NDArray[np.float32]

    @property
    def first_weights(self) -> NDArray[np.float32]:
        """The first layer's weights as pictures, float32 (neurons, 28, 28) or (filters, height, width)."""
        kernel = np.asarray(self.weights[0], np.float32)
        return np.moveaxis(kernel[:, :, 0] if kernel.ndim == 4 else kernel.reshape(28, 28, -1), -1, 0)

    def confusion(self, labels: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return int64 (10, 10): true digits, of the training set's labels (60000,), in rows; answers in columns."""
        counts = np.zeros((10, 10), np.int64)
        np.add.at(counts, (labels[self.first : self.first + len(self.answers)], self.answers), 1)
        return counts


def is_kept(epoch: int, planned: int) -> bool:
    """Whether an epoch of so many planned ones gets a snapshot: the first ones, the last, and some between."""
    return epoch <= _FIRST or epoch == planned or epoch % -(-planned // _LATER) == 0


def write(snapshot: Snapshot) -> bytes:
    """Return a snapshot as the content of a file."""
    words = {"epoch": snapshot.epoch, "preset": snapshot.preset, "first": snapshot.first}
    axes = snapshot.axes
    arrays = {f"weights{number}": _small(array) for number, array in enumerate(snapshot.weights)}
    arrays |= {"answers": snapshot.answers, "points": snapshot.points}
    arrays |= {"centre": axes.centre, "directions": axes.directions, "shares": axes.shares}
    content = io.BytesIO()
    np.savez(content, allow_pickle=False, words=np.frombuffer(json.dumps(words).encode(), np.uint8), **arrays)
    return content.getvalue()


def read(content: bytes) -> Snapshot:
    """The other way round. `SnapshotDamaged` if it is none."""
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
        raise SnapshotDamaged("A snapshot of this run cannot be read. Delete the run, or train it again.") from error


def turned(maps: Sequence[NDArray[np.float32]]) -> list[NDArray[np.float64]]:
    """Return for each map, (m, 2), how it is to be turned or mirrored to lie as the last one lies, float64 (2, 2).

    Main directions come in any turn, and without this a film of them would jump (orthogonal Procrustes,
    P. H. Schönemann, 1966). Points are multiplied by it from the right.
    """
    turns: list[NDArray[np.float64]] = []
    for points, following in zip(maps[-2::-1], maps[:0:-1], strict=True):
        wanted = following @ (turns[-1] if turns else np.eye(2))
        left, _, right = np.linalg.svd(points.T.astype(np.float64) @ wanted)
        turns.append(left @ right)
    return [*reversed(turns), *([np.eye(2)] if maps else [])]


def _small(array: NDArray[Any]) -> NDArray[Any]:
    """Kernels may be rounded; biases and what normalizes are few, and matter more."""
    is_kernel = array.ndim > 1 and float(np.abs(array).max(initial=0)) < _HALF
    return array.astype(np.float16) if is_kernel else array
