"""Distorts digits: by one kind of distortion at several strengths, or by several kinds at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.data.image_ops import to_uint8
from digitlab.translation import Text

_SEED = 1  # every network gets the same distorted digits, and nothing flickers
_UPSCALING = 4  # while the pen's width is changed by parts of a pixel


@dataclass(frozen=True, slots=True)
class Distortion:
    """One kind of distortion.

    Attributes:
        title: Its name.
        unit: Of its strength, as it is written after a number.
        strengths: The strengths that are measured, in order.
        neutral: The one of them that changes nothing.
        description: What it does, and what its strength means.
        change: From a digit, uint8 (28, 28), a strength and a random generator to the distorted digit.

    Example:
        >>> DISTORTIONS["shifted"].axis
        'Shifted, px'
        >>> distort(np.zeros((5, 28, 28), np.uint8), "shifted", 2, range(5)).shape
        (5, 28, 28)
    """

    title: str
    unit: str
    strengths: tuple[float, ...]
    neutral: float
    description: str
    change: Callable[[NDArray[np.uint8], float, np.random.Generator], NDArray[np.uint8]]

    @property
    def axis(self) -> str:
        """The label of the strengths' axis in a chart."""
        unit = self.unit.strip()
        return Text("{title}, {unit}", title=self.title, unit=unit) if unit else self.title


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """How much of each distortion to apply at once.

    Attributes:
        thicker: Pixels by which the pen is wider on each side of the line; negative: thinner.
        scale: Factor of the size, about the centre.
        rotation: Degrees, anticlockwise.
        right: Pixels.
        down: Pixels.
        noise: Standard deviation of the noise that is added to each pixel, of 255.
    """

    thicker: float = 0.0
    scale: float = 1.0
    rotation: float = 0.0
    right: float = 0.0
    down: float = 0.0
    noise: float = 0.0


def distort(images: NDArray[np.uint8], kind: str, strength: float, numbers: Sequence[int]) -> NDArray[np.uint8]:
    """Return images, uint8 (n, 28, 28), all distorted in one way and with one strength.

    Args:
        images: uint8 (n, 28, 28).
        kind: A key of `DISTORTIONS`.
        strength: In the distortion's unit.
        numbers: The digits' indices in their part of MNIST: the seeds, so that a digit always changes alike.
    """
    distortion = DISTORTIONS[kind]
    if strength == distortion.neutral:
        return images.copy()
    changed = [
        distortion.change(image, strength, np.random.default_rng((_SEED, number)))
        for image, number in zip(images, numbers, strict=True)
    ]
    return np.stack(changed) if changed else images.copy()


def distort_by_amounts(image: NDArray[np.uint8], amounts: Amounts) -> NDArray[np.uint8]:
    """Return a digit, uint8 (28, 28), first with another pen width, then moved, then with noise."""
    rng = np.random.default_rng(_SEED)
    if amounts.thicker:
        image = _thickened(image, amounts.thicker, rng)
    image = _moved(image, amounts.rotation, amounts.scale, (amounts.right, amounts.down))
    return _noised(image, amounts.noise, rng) if amounts.noise else image


def _moved(image: NDArray[np.uint8], angle: float, scale: float, shift: tuple[float, float]) -> NDArray[np.uint8]:
    """Rotate anticlockwise by degrees, scale about the centre, then move by (right, down) pixels."""
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, scale)
    matrix[:, 2] += shift
    return np.asarray(cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR))


def _rotated(image: NDArray[np.uint8], degrees: float, _: np.random.Generator) -> NDArray[np.uint8]:
    return _moved(image, degrees, 1, (0, 0))


def _shifted(image: NDArray[np.uint8], pixels: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    direction = rng.uniform(0, 2 * np.pi)
    return _moved(image, 0, 1, (pixels * np.cos(direction), pixels * np.sin(direction)))


def _scaled(image: NDArray[np.uint8], percent: float, _: np.random.Generator) -> NDArray[np.uint8]:
    return _moved(image, 0, percent / 100, (0, 0))


def _thickened(image: NDArray[np.uint8], pixels: float, _: np.random.Generator) -> NDArray[np.uint8]:
    fine = cv2.resize(image, None, fx=_UPSCALING, fy=_UPSCALING, interpolation=cv2.INTER_LINEAR)
    side = 2 * round(abs(pixels) * _UPSCALING) + 1
    pen = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    changed = cv2.dilate(fine, pen) if pixels > 0 else cv2.erode(fine, pen)
    return np.asarray(cv2.resize(changed, image.shape[::-1], interpolation=cv2.INTER_AREA))


def _blurred(image: NDArray[np.uint8], sigma: float, _: np.random.Generator) -> NDArray[np.uint8]:
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma, borderType=cv2.BORDER_CONSTANT))


def _noised(image: NDArray[np.uint8], deviation: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    return to_uint8(np.round(image + rng.normal(0, deviation, image.shape)))


def _hidden(image: NDArray[np.uint8], side: float, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Cover a square whose centre is on the digit: covering background would be no test."""
    rows, columns = np.nonzero(image)
    at = rng.integers(max(1, len(rows)))
    covered = image.copy()
    if len(rows):
        top, left = (int(middle[at] - side // 2) for middle in (rows, columns))
        covered[max(0, top) : max(0, top + int(side)), max(0, left) : max(0, left + int(side))] = 0
    return covered


DISTORTIONS = {
    "rotated": Distortion(
        Text("Rotated"),
        "°",
        (-60, -45, -30, -15, 0, 15, 30, 45, 60),
        0,
        Text("Digits are rotated about the centre; positive angles are anticlockwise."),
        _rotated,
    ),
    "shifted": Distortion(
        Text("Shifted"),
        " px",
        (0, 1, 2, 3, 4, 6, 8),
        0,
        Text("Digits are shifted by so many pixels, each in its own direction, and cut off at the edge."),
        _shifted,
    ),
    "scaled": Distortion(
        Text("Scaled"),
        " %",
        (40, 55, 70, 85, 100, 115, 130, 145),
        100,
        Text("Digits are scaled about the centre, to this share of their size."),
        _scaled,
    ),
    "thickened": Distortion(
        Text("Thickened"),
        " px",
        (-1, -0.5, 0, 0.5, 1, 1.5, 2),
        0,
        Text("The line gets so many pixels thicker on each side, or thinner where the number is negative."),
        _thickened,
    ),
    "blurred": Distortion(
        Text("Blurred"),
        " px",
        (0, 0.5, 1, 1.5, 2, 2.5, 3),
        0,
        Text("Digits are blurred with a Gaussian of this standard deviation."),
        _blurred,
    ),
    "noised": Distortion(
        Text("Noisy"),
        "",
        (0, 20, 40, 60, 80, 120, 160),
        0,
        Text("Gaussian noise of this standard deviation is added to each pixel, 0 to 255."),
        _noised,
    ),
    "hidden": Distortion(
        Text("Partly covered"),
        " px",
        (0, 4, 6, 8, 10, 12, 14),
        0,
        Text("A black square of this side covers a random part of the digit."),
        _hidden,
    ),
}
