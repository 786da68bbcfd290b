"""Reads plots in false colours: turns colours of a colormap back into the values that they stand for.

Brightness doesn't tell a value in many maps: "jet" goes from dark blue over yellow to dark red.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

# Of Matplotlib's; their reverses have the same colours. In cyclic ones, such as "hsv", both ends look alike.
_NAMES = (
    "jet", "turbo", "rainbow", "gist_rainbow", "nipy_spectral", "gist_ncar", "coolwarm", "bwr", "seismic",
    "RdBu", "RdGy", "RdYlBu", "RdYlGn", "Spectral", "PiYG", "PRGn", "BrBG", "PuOr",
)  # fmt: skip
_MIN_COLOURS, _MAX_COLOURS = 4, 3000  # a drawing without soft edges has fewer, a photo more
_BITS = 3  # lowest bits of red, green and blue that are dropped: JPEG makes thousands of colours of one
_STRAIGHT = 0.97  # of the variance that lies along one line, where one ink is blended with a background
_MAX_DISTANCE = 24.0  # levels of 0 to 255, Euclidean: the distance of a colour from those of a map
_WITHIN = 0.75  # of the pixels, without the commonest colour, that are as near: JPEG blends those at edges
_MONOTONE = 0.9  # correlation of the ranks of value and brightness, from which on brightness tells enough
_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601


def values_of_colormap(picture: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return a plot in false colours as grey levels: how far each value is from the commonest one.

    Args:
        picture: uint8 (height, width, 4), RGBA, opaque: what lies within the axes.

    Returns:
        uint8 (height, width, 4), opaque greys, 0 at the commonest value to 255 at the furthest; None where the colours
        are those of no such map, or brightness tells enough.
    """
    colours, places, counts = _distinct(picture[..., :3])
    if len(colours) > _MAX_COLOURS:
        colours, places, counts = _distinct(np.asarray(picture[..., :3] >> _BITS << _BITS, np.uint8))
    if not _MIN_COLOURS <= len(colours) <= _MAX_COLOURS:
        return None
    variances = np.linalg.eigvalsh(np.cov(colours.T))
    if variances[-1] >= _STRAIGHT * variances.sum():
        return None
    commonest = int(counts.argmax())
    others = np.delete(counts, commonest)
    matches = (_match(colours, commonest, others, levels) for levels in _levels())
    distance, values = min(matches, key=lambda match: match[0])
    along = np.abs(values - values[commonest])
    if distance > _MAX_DISTANCE or _is_monotone(along, colours @ _LUMA):
        return None
    grey = np.round(255 * along / along.max()).astype(np.uint8)[places].reshape(picture.shape[:2])
    return np.dstack([grey, grey, grey, np.full_like(grey, 255)])


def _distinct(
    colours: NDArray[np.uint8],
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
    """Return the distinct colours, (n, 3), which of them each pixel has, and how often each occurs."""
    wide = colours.astype(np.uint32)
    codes = wide[..., 0] << 16 | wide[..., 1] << 8 | wide[..., 2]
    found, places, counts = np.unique(codes, return_inverse=True, return_counts=True)
    return np.stack([found >> 16, found >> 8 & 255, found & 255], axis=1).astype(np.float64), places, counts


@cache
def _levels() -> tuple[NDArray[np.float64], ...]:
    """Return the 256 colours, (256, 3), 0 to 255, of each map."""
    import matplotlib  # only here: that takes a fifth of a second

    return tuple(matplotlib.colormaps[name](np.arange(256) / 255)[:, :3] * 255 for name in _NAMES)


def _match(
    colours: NDArray[np.float64], commonest: int, others: NDArray[np.intp], levels: NDArray[np.float64]
) -> tuple[float, NDArray[np.intp]]:
    """Return how far most pixels are from the colours of a map, and the value, 0 to 255, of each colour."""
    distances = np.sqrt(np.maximum((colours**2).sum(1)[:, np.newaxis] - 2 * colours @ levels.T + (levels**2).sum(1), 0))
    values, nearest = distances.argmin(axis=1), np.delete(distances.min(axis=1), commonest)
    order = np.argsort(nearest)
    share = np.cumsum(others[order]) / others.sum()
    return max(float(nearest[order][np.searchsorted(share, _WITHIN)]), float(distances[commonest].min())), values


def _is_monotone(values: NDArray[np.intp], brightness: NDArray[np.float64]) -> bool:
    """Whether brightness rises, or falls, with the value."""
    ranks = np.argsort(np.argsort(values)), np.argsort(np.argsort(brightness))
    return bool(abs(np.corrcoef(*ranks)[0, 1]) >= _MONOTONE)
