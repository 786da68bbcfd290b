"""Small random changes to digits, so that a network sees each of them a little differently in every epoch."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab.errors import InvalidSetting

_LIMITS = {"shift": (8.0, "pixels"), "rotation": (45.0, "degrees"), "scale": (0.5, "as a share of the size")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """How far a digit may move; each amount is drawn uniformly from -value to +value.

    Attributes:
        shift: Pixels to the side and up or down, 0 to 8.
        rotation: Degrees, 0 to 45.
        scale: Share of the size, 0 to 0.5; 0.1 gives 90 % to 110 %.
    """

    shift: float = 0.0
    rotation: float = 0.0
    scale: float = 0.0

    def __post_init__(self) -> None:
        for name, (limit, unit) in _LIMITS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= limit:
                raise InvalidSetting(f"Augmentation: {name} is {value!r}. Choose 0 to {limit:g} ({unit}).")

    def __bool__(self) -> bool:
        return any((self.shift, self.rotation, self.scale))


def augment(images: NDArray[np.uint8], augmentation: Augmentation, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Shift, rotate and scale every image by its own random amounts.

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
    return _warp(images, angles, scales, shifts)


def _warp(
    images: NDArray[np.uint8], angles: NDArray[np.float64], scales: NDArray[np.float64], shifts: NDArray[np.float64]
) -> NDArray[np.uint8]:
    """Rotate by `angles`, scale by `scales` about the middle, then move by `shifts` (x, y), with bilinear sampling."""
    n, height, width = images.shape
    down, right = np.mgrid[:height, :width].astype(np.float32)
    x = right.ravel() - (width - 1) / 2 - shifts[:, :1].astype(np.float32)
    y = down.ravel() - (height - 1) / 2 - shifts[:, 1:].astype(np.float32)
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
