"""Small random changes to digits, so that a network sees each of them a little differently in every epoch."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab.errors import InvalidSetting

_LIMITS = {
    "shift": (8.0, "pixels"),
    "rotation": (45.0, "degrees"),
    "scale": (0.5, "as a share of the size"),
    "shear": (0.5, "as a share of the height"),
    "elastic": (4.0, "pixels"),
    "erasing": (1.0, "as a share of the digits"),
}
_KNOTS = 6  # of the net, in each direction, that an elastic change pulls at: about one every 5 pixels
_ERASED = (3, 7)  # pixels: the side of what is erased, smallest and one over the largest


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """How far a digit may change; each amount but `erasing` is drawn uniformly from -value to +value.

    Attributes:
        shift: Pixels to the side and up or down, 0 to 8.
        rotation: Degrees, 0 to 45.
        scale: Share of the size, 0 to 0.5; 0.1 gives 90 % to 110 %.
        shear: Pixels to the side per pixel of height, 0 to 0.5; 0.2 slants by 11 degrees.
        elastic: Pixels by which a rubber sheet is pulled here and there, 0 to 4 (P. Y. Simard et al., "Best practices
            for convolutional neural networks applied to visual document analysis", 2003).
        erasing: Share of the digits that lose a small square, 0 to 1 (Z. Zhong et al., "Random erasing data
            augmentation", 2020).
    """

    shift: float = 0.0
    rotation: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    elastic: float = 0.0
    erasing: float = 0.0

    def __post_init__(self) -> None:
        for name, (limit, unit) in _LIMITS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= limit:
                raise InvalidSetting(f"Augmentation: {name} is {value!r}. Choose 0 to {limit:g} ({unit}).")

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in _LIMITS)


def augment(images: NDArray[np.uint8], augmentation: Augmentation, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Change every image by its own random amounts: shear, rotate, scale, shift, pull and erase it.

    Args:
        images: uint8 (n, 28, 28).
        augmentation: How far.
        rng: Where the randomness comes from; the same state gives the same images.

    Returns:
        New images, uint8 (n, 28, 28); what comes in from outside is background.
    """
    n = len(images)
    angles = np.radians(rng.uniform(-augmentation.rotation, augmentation.rotation, n))
    scales = 1 + rng.uniform(-augmentation.scale, augmentation.scale, n)
    shifts = rng.uniform(-augmentation.shift, augmentation.shift, (n, 2))
    # What is off draws nothing from `rng`: a training of before these settings gives the same figures still.
    shears = rng.uniform(-augmentation.shear, augmentation.shear, n) if augmentation.shear else np.zeros(n)
    pulls = _pulls(n, images.shape[1:], augmentation.elastic, rng) if augmentation.elastic else None
    changed = _warp(images, angles, scales, shifts, shears, pulls)
    return _with_erasures(changed, augmentation.erasing, rng) if augmentation.erasing else changed


def _pulls(n: int, shape: tuple[int, ...], most: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """By how much each pixel is pulled, float32 (2, n, pixels): random at the knots of a net, smooth between them."""
    knots = rng.uniform(-most, most, (2, n, _KNOTS, _KNOTS)).astype(np.float32)
    down, right = (_smooth_weights(side) for side in shape)
    return np.asarray((down @ knots @ right.T).reshape(2, n, -1), np.float32)


def _smooth_weights(side: int) -> NDArray[np.float32]:
    """float32 (side, knots): Gaussian weights of the knots at each pixel, which sum to 1."""
    apart = np.linspace(0, _KNOTS - 1, side)[:, None] - np.arange(_KNOTS)
    weights = np.exp(-(apart**2) / (2 * 0.6**2))  # 0.6 of a knot's distance: neighbours blend, and peaks stay
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def _with_erasures(images: NDArray[np.uint8], share: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    n, height, width = images.shape
    sizes = np.asarray(rng.integers(*_ERASED, n))
    tops, lefts = rng.integers(0, height - sizes), rng.integers(0, width - sizes)
    for k in np.flatnonzero(rng.random(n) < share):
        images[k, tops[k] : tops[k] + sizes[k], lefts[k] : lefts[k] + sizes[k]] = 0
    return images


def _warp(
    images: NDArray[np.uint8],
    angles: NDArray[np.float64],
    scales: NDArray[np.float64],
    shifts: NDArray[np.float64],
    shears: NDArray[np.float64],
    pulls: NDArray[np.float32] | None,
) -> NDArray[np.uint8]:
    """Shear, rotate by `angles`, scale by `scales` about the middle, then move by `shifts` (x, y); sampled bilinearly.

    `pulls` (x and y) are added to where each pixel comes from.
    """
    n, height, width = images.shape
    down, right = np.mgrid[:height, :width].astype(np.float32)
    x = right.ravel() - (width - 1) / 2 - shifts[:, :1].astype(np.float32)
    y = down.ravel() - (height - 1) / 2 - shifts[:, 1:].astype(np.float32)
    if pulls is not None:
        x, y = x + pulls[0], y + pulls[1]
    if shears.any():
        x = x + shears.astype(np.float32)[:, None] * y
    cosine = (np.cos(angles) / scales).astype(np.float32)[:, None]
    sine = (np.sin(angles) / scales).astype(np.float32)[:, None]
    # One pixel of background around each image, so that whatever is asked for outside is found there.
    source_x = np.clip(cosine * x + sine * y + (width + 1) / 2, 0, width + 0.999)
    source_y = np.clip(cosine * y - sine * x + (height + 1) / 2, 0, height + 0.999)
    padded = np.pad(images, ((0, 0), (1, 2), (1, 2))).reshape(n, -1)
    left, top = source_x.astype(np.intp), source_y.astype(np.intp)
    share_x, share_y = source_x - left, source_y - top
    corner = top * (width + 3) + left
    rows = np.arange(n)[:, None]

    def row(start: NDArray[np.intp]) -> NDArray[Any]:
        here = padded[rows, start].astype(np.float32)
        return np.asarray(here + share_x * (padded[rows, start + 1] - here))

    upper = row(corner)
    result = upper + share_y * (row(corner + width + 3) - upper)
    return np.asarray(result + 0.5, np.uint8).reshape(images.shape)
