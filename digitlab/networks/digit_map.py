"""Where digits lie in a network's last hidden layer: what it takes for alike lies near. No Keras here."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SPARE = 8  # directions more than are asked for, and thrown away: they make the others exact
_ROUNDS = 4


@dataclass(frozen=True, slots=True, eq=False)
class MapAxes:
    """The directions in which digits differ most.

    Attributes:
        centre: float32 (width,), the mean of the digits' hidden layers.
        directions: float32 (width, count), of length 1 and at right angles, the one with the largest spread first.
        shares: float32 (count,): which share of the digits' variance lies in each.
    """

    centre: NDArray[np.float32]
    directions: NDArray[np.float32]
    shares: NDArray[np.float32]

    def places(self, hidden: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return where hidden layers, (n, width), lie along the axes, float32 (n, count)."""
        return np.asarray((hidden - self.centre) @ self.directions, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class DigitMap:
    """Many digits along a network's axes.

    Attributes:
        axes: The directions.
        points: float32 (n, count), the digits' places, in the order of their set.
    """

    axes: MapAxes
    points: NDArray[np.float32]

    def nearest(self, hidden: NDArray[np.float32], count: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the digits nearest to a hidden layer, (width,): their numbers in the set, and their distances."""
        distances = np.linalg.norm(self.points - self.axes.places(hidden[np.newaxis]), axis=1)
        order = np.argpartition(distances, count - 1)[:count]
        order = order[np.argsort(distances[order], kind="stable")]
        return order, distances[order]


def principal_axes(hidden: NDArray[np.float32], count: int) -> MapAxes:
    """Find the first principal axes of hidden layers, float32 (n, width), by subspace iteration.

    N. Halko, P.-G. Martinsson and J. A. Tropp, "Finding structure with randomness" (2011): a hidden layer may have
    thousands of numbers, and a full decomposition would take half a minute.
    """
    centre = hidden.mean(axis=0)
    spread = hidden - centre
    count = min(count, *spread.shape)
    wanted = min(count + _SPARE, *spread.shape)
    basis = np.random.default_rng(1).standard_normal((spread.shape[1], wanted)).astype(np.float32)
    for _ in range(_ROUNDS):
        basis, _ = np.linalg.qr(spread.T @ (spread @ basis))
    _, sizes, turns = np.linalg.svd(spread @ basis, full_matrices=False)
    directions = (basis @ turns.T)[:, :count]
    shares = sizes[:count] ** 2 / max(float((spread**2).sum()), 1e-12)
    return MapAxes(centre, np.ascontiguousarray(directions, np.float32), np.asarray(shares, np.float32))
