"""The map of digits: where they lie in a network's last hidden layer (PCA). Digits that look alike to it lie close."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_PICTURED = 2  # axes of a picture
_SPARE = 8  # extra directions, computed and dropped: they make the others exact
_ROUNDS = 4  # rounds of the subspace iteration


@dataclass(frozen=True, slots=True, eq=False)
class MapAxes:
    """The principal axes of a hidden layer: the directions in which digits differ most.

    Attributes:
        centre: float32 (width,), the mean of the digits' activations.
        directions: float32 (width, count), orthonormal, the one with the largest variance first.
        explained_variance_ratio: float32 (count,): the share of the digits' variance along each direction.

    Example:
        >>> axes = MapAxes(np.array([1.0, 1.0]), np.array([[1.0], [0.0]]), np.array([0.9]))
        >>> axes.project(np.array([[3.0, 5.0]])).tolist()
        [[2.0]]
    """

    centre: NDArray[np.float32]
    directions: NDArray[np.float32]
    explained_variance_ratio: NDArray[np.float32]

    def project(self, hidden: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the coordinates of activations, (n, width), along the axes, float32 (n, count)."""
        return np.asarray((hidden - self.centre) @ self.directions, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class DigitMap:
    """Many digits, projected to a network's principal axes.

    Attributes:
        axes: The axes.
        points: float32 (n, count), in the order of their set.

    Example:
        >>> axes = MapAxes(np.zeros(2), np.eye(2), np.array([0.6, 0.4]))
        >>> digit_map = DigitMap(axes, np.array([[0, 0], [3, 4], [1, 0]], np.float32))
        >>> indices, distances = digit_map.nearest(np.zeros(2, np.float32), 2)
        >>> indices.tolist(), distances.tolist()
        ([0, 2], [0.0, 1.0])
    """

    axes: MapAxes
    points: NDArray[np.float32]

    def nearest(self, hidden: NDArray[np.float32], count: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the digits nearest to activations, (width,): their indices in the set, and their distances."""
        distances = np.linalg.norm(self.points - self.axes.project(hidden[np.newaxis]), axis=1)
        order = np.argpartition(distances, count - 1)[:count]
        order = order[np.argsort(distances[order], kind="stable")]
        return order, distances[order]


def principal_axes(hidden: NDArray[np.float32], count: int) -> MapAxes:
    """Find the first principal axes of activations, float32 (n, width), by randomized subspace iteration.

    N. Halko, P.-G. Martinsson and J. A. Tropp, "Finding structure with randomness" (2011): a hidden layer may have
    thousands of numbers, and a full decomposition would take half a minute. There are no more axes than numbers
    or digits, but always the two of a picture: where there is one number, the second is zero.
    """
    centre = hidden.mean(axis=0)
    spread = hidden - centre
    wanted = min(count + _SPARE, *spread.shape)
    basis = np.random.default_rng(1).standard_normal((spread.shape[1], wanted)).astype(np.float32)
    for _ in range(_ROUNDS):
        basis, _ = np.linalg.qr(spread.T @ (spread @ basis))
    _, sizes, turns = np.linalg.svd(spread @ basis, full_matrices=False)
    found = min(count, *spread.shape)
    kept = max(found, _PICTURED)
    directions, shares = np.zeros((spread.shape[1], kept), np.float32), np.zeros(kept, np.float32)
    directions[:, :found] = (basis @ turns.T)[:, :found]
    shares[:found] = sizes[:found] ** 2 / max(float((spread**2).sum()), 1e-12)
    return MapAxes(centre, directions, shares)
