"""Distorting a digit by given amounts: what a person does to see how much of it a network bears."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_FINE = 8  # pixels a side of each pixel while the pen is changed
_SEED = 1  # of the noise: the same amount is the same picture, so that nothing flickers


@dataclass(frozen=True, slots=True, kw_only=True)
class Tampering:
    """What is done to a digit, in this order.

    Attributes:
        thicker: Pixels by which the pen is wider; below 0 thinner.
        scale: Of the size, about the middle; 1 leaves it.
        rotation: Degrees, anticlockwise.
        right: Pixels.
        down: Pixels.
        noise: Standard deviation of what is added to each pixel, of 255.
    """

    thicker: float = 0.0
    scale: float = 1.0
    rotation: float = 0.0
    right: float = 0.0
    down: float = 0.0
    noise: float = 0.0


def tamper(image: NDArray[np.uint8], tampering: Tampering) -> NDArray[np.uint8]:
    """Distort a digit, uint8 (28, 28); what comes in from outside is background. Returns another of its kind."""
    if tampering.thicker:
        image = _with_other_pen(image, tampering.thicker)
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), tampering.rotation, tampering.scale)
    matrix[:, 2] += tampering.right, tampering.down
    moved = np.asarray(cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR), np.uint8)
    if not tampering.noise:
        return moved
    noise = np.random.default_rng(_SEED).normal(0, tampering.noise, moved.shape)
    return np.asarray(np.clip(np.round(moved + noise), 0, 255), np.uint8)


def _with_other_pen(image: NDArray[np.uint8], thicker: float) -> NDArray[np.uint8]:
    """Move the edge of the ink outwards by half of `thicker` pixels."""
    large = cv2.resize(image, None, fx=_FINE, fy=_FINE, interpolation=cv2.INTER_CUBIC)
    inside = np.asarray(large > 127, np.uint8)
    within, away = (cv2.distanceTransform(part, cv2.DIST_L2, cv2.DIST_MASK_5) for part in (inside, 1 - inside))
    depth = within - away + thicker / 2 * _FINE
    drawn = np.asarray(255 * np.clip(depth + 0.5, 0, 1), np.uint8)
    return np.asarray(cv2.resize(drawn, image.shape[::-1], interpolation=cv2.INTER_AREA), np.uint8)
