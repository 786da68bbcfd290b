"""Browses a set of digits: which ones, in which order, counts and averages."""

import numpy as np
from numpy.typing import NDArray


def order(labels: NDArray[np.uint8], digit: int | None = None, seed: int = 0) -> NDArray[np.int64]:
    """Return the indices of the digits to show, in order.

    Args:
        labels: uint8 (n,), 0 to 9.
        digit: Only this digit; None: all.
        seed: Shuffle seed; 0 for the set's own order.

    Returns:
        int64 (m,), m of at most n.
    """
    chosen = np.arange(len(labels)) if digit is None else np.nonzero(labels == digit)[0]
    return chosen if seed == 0 else np.random.default_rng(seed).permutation(chosen)


def counts(labels: NDArray[np.uint8]) -> list[int]:
    """Return the number of each digit, 0 to 9."""
    return [int(count) for count in np.bincount(labels, minlength=10)]


def averages(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return each digit's mean picture, uint8 (10, 28, 28), of images uint8 (n, 28, 28)."""
    return np.stack([np.round(images[labels == digit].mean(axis=0)) for digit in range(10)]).astype(np.uint8)
