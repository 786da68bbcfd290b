"""Small random changes of digits, so that a network sees each of them slightly differently in every epoch."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.fields import SettingSpec, check_settings, declare, values_of
from digitlab.translation import Text

_KNOTS = 6  # points of the grid of an elastic distortion, in each direction: about one every 5 pixels
_ERASED = (3, 7)  # pixels: the side of an erased square, the minimum and one more than the maximum


@dataclass(frozen=True, slots=True, kw_only=True)
class Augmentation:
    """How far a digit may change; each amount but `erasing` is drawn uniformly from -value to +value.

    Attributes:
        shift: Pixels to the side and up or down.
        rotation: Degrees.
        scale: Share of the size; 0.1 gives 90 % to 110 %.
        shear: Pixels to the side per pixel of height; 0.2 slants by 11 degrees.
        elastic: Pixels by which a rubber sheet is pulled here and there (P. Y. Simard et al., "Best practices for
            convolutional neural networks applied to visual document analysis", 2003).
        erasing: Share of the digits that lose a small square (Z. Zhong et al., "Random erasing data augmentation",
            2020).

    Raises:
        InvalidSetting: with the setting, the value and what is allowed.

    Example:
        >>> Augmentation(shift=2, rotation=10).shear
        0.0
        >>> bool(Augmentation())
        False
    """

    shift: float = declare(
        SettingSpec(default=0.0, label=Text("Shift"), high=8, step=0.5, unit=Text("pixels"), form_format="%g px")
    )
    rotation: float = declare(
        SettingSpec(default=0.0, label=Text("Rotation"), high=45, step=1, unit=Text("degrees"), form_format="%g°")
    )
    scale: float = declare(
        SettingSpec(
            default=0.0,
            label=Text("Scale"),
            high=0.5,
            step=0.05,
            unit=Text("share of the size"),
            form_format="percent",
        )
    )
    shear: float = declare(
        SettingSpec(
            default=0.0,
            label=Text("Shear"),
            help=Text("Slants to both sides."),
            high=0.5,
            step=0.05,
            unit=Text("share of the height"),
        )
    )
    elastic: float = declare(
        SettingSpec(
            default=0.0,
            label=Text("Elastic"),
            help=Text("Distorts the digit locally, as if it were drawn on rubber."),
            high=4,
            step=0.1,
            unit=Text("pixels"),
            form_format="%g px",
        )
    )
    erasing: float = declare(
        SettingSpec(
            default=0.0,
            label=Text("Erasing"),
            help=Text("Share of the digits that lose a small square."),
            high=1,
            step=0.05,
            unit=Text("share of the digits"),
            form_format="percent",
        )
    )

    def __post_init__(self) -> None:
        check_settings(self)

    def __bool__(self) -> bool:
        return any(values_of(self).values())


def augment(images: NDArray[np.uint8], augmentation: Augmentation, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Change each image by random amounts of its own: shear, rotate, scale, shift, distort and erase.

    Args:
        images: uint8 (n, 28, 28).
        augmentation: The maximum amounts.
        rng: The random generator; the same state gives the same images.

    Returns:
        New images, uint8 (n, 28, 28); pixels from outside are background.
    """
    n = len(images)
    angles = np.radians(rng.uniform(-augmentation.rotation, augmentation.rotation, n))
    scales = 1 + rng.uniform(-augmentation.scale, augmentation.scale, n)
    shifts = rng.uniform(-augmentation.shift, augmentation.shift, (n, 2))
    # A setting that is off draws nothing from `rng`, so that older trainings give the same metrics again.
    shears = rng.uniform(-augmentation.shear, augmentation.shear, n) if augmentation.shear else np.zeros(n)
    pulls = _pulls(n, images.shape[1:], augmentation.elastic, rng) if augmentation.elastic else None
    matrices = _matrices(angles, scales, shifts, shears, images.shape[1:])
    changed = _warp(images, matrices) if pulls is None else _pull(images, matrices, pulls)
    return _with_erasures(changed, augmentation.erasing, rng) if augmentation.erasing else changed


def _pulls(n: int, shape: tuple[int, ...], max_pull: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Return the displacement of each pixel, float32 (2, n, pixels): random at the knots of a grid, smooth between."""
    knots = rng.uniform(-max_pull, max_pull, (2, n, _KNOTS, _KNOTS)).astype(np.float32)
    down, right = (_smooth_weights(side) for side in shape)
    return np.asarray((down @ knots @ right.T).reshape(2, n, -1), np.float32)


def _smooth_weights(side: int) -> NDArray[np.float32]:
    """Return Gaussian weights of the knots at each pixel, float32 (side, knots), which sum to 1."""
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


def _matrices(
    angles: NDArray[np.float64],
    scales: NDArray[np.float64],
    shifts: NDArray[np.float64],
    shears: NDArray[np.float64],
    shape: tuple[int, ...],
) -> NDArray[np.float64]:
    """Return the source of each pixel (x, y, 1) of a changed image, float64 (n, 2, 3).

    The image is sheared, rotated by its angle, scaled about the centre, then moved by its shift (x, y).
    """
    middle = (np.array(shape[::-1]) - 1) / 2
    cosine, sine = np.cos(angles) / scales, np.sin(angles) / scales
    turns = np.stack([cosine, cosine * shears + sine, -sine, cosine - sine * shears], axis=1).reshape(-1, 2, 2)
    moves = middle - (turns @ (middle + shifts)[:, :, None])[:, :, 0]
    return np.asarray(np.concatenate([turns, moves[:, :, None]], axis=2), np.float64)


def _warp(images: NDArray[np.uint8], matrices: NDArray[np.float64]) -> NDArray[np.uint8]:
    changed = np.empty_like(images)
    size, how = images.shape[:0:-1], cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    for image, matrix, result in zip(list(images), list(matrices), list(changed), strict=True):
        cv2.warpAffine(image, matrix, size, result, how)
    return changed


def _pull(images: NDArray[np.uint8], matrices: NDArray[np.float64], pulls: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Warp, with `pulls` added to the source of each pixel."""
    n, height, width = images.shape
    down, right = np.mgrid[:height, :width].astype(np.float32)
    points = np.stack([right.ravel() + pulls[0], down.ravel() + pulls[1]], axis=1)
    sources = matrices[:, :, :2].astype(np.float32) @ points + matrices[:, :, 2:].astype(np.float32)
    changed = np.empty_like(images)
    for image, (x, y), result in zip(images, sources.reshape(n, 2, height, width), changed, strict=True):
        cv2.remap(image, x, y, cv2.INTER_LINEAR, result)
    return changed
