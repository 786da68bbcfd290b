"""The scales of pixels that networks are trained on elsewhere, and what a person chooses for an import."""

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlab.errors import InvalidSetting
from digitlab.translation import Text

ScaleStep = tuple[str, dict[str, Any]]  # the name of one of Keras' layers, and its settings


@dataclass(frozen=True, slots=True)
class PixelScale:
    """A scale, as the layers that compute it from pictures of shape (n, height, width), 0 background and 1 ink.

    Attributes:
        title: In words.
        steps: The layers.
        is_by_pixel: Whether each pixel has statistics of its own, which are not in `steps` yet.

    Example:
        >>> SCALES[1]
        PixelScale(title='0 to 255', steps=(('Rescaling', {'scale': 255, 'offset': 0}),), is_by_pixel=False)
    """

    title: str
    steps: tuple[ScaleStep, ...]
    is_by_pixel: bool = False

    def with_statistics(self, statistics: NDArray[np.float64]) -> "PixelScale":
        """Return a scale by pixel with its step, from `pixel_statistics`; any other as it is."""
        if not self.is_by_pixel:
            return self
        mean, variance = statistics
        return dataclasses.replace(
            self, steps=(("Normalization", {"axis": (1, 2), "mean": mean, "variance": variance}),)
        )


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """What a person decides about an import.

    Attributes:
        scale: Title of one of `SCALES`; empty: it is found out.
        is_corrected: Whether outputs in another order, or a network for turned pictures, are adapted to MNIST's.
    """

    scale: str = ""
    is_corrected: bool = False

    def __post_init__(self) -> None:
        """Check the scale; `InvalidSetting` if there is no such."""
        if self.scale and self.scale not in (titles := [scale.title for scale in SCALES]):
            raise InvalidSetting(
                Text(
                    "There is no scale {scale!r}. Choose one of: {scales}.",
                    scale=self.scale[:60],
                    scales="; ".join(titles),
                )
            )


def pixel_statistics(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return what StandardScaler of scikit-learn learns of pictures, 0 background and 1 ink.

    Args:
        images: uint8 (n, height, width), 0 to 255, of at most a million pictures.

    Returns:
        float64 (2, height, width): mean and variance of each pixel, a variance of 1 where the pixel is constant.

    Example:
        >>> pixel_statistics(np.array([[[0, 255]], [[0, 0]]], np.uint8)).tolist()
        [[[0.0, 0.5]], [[1.0, 0.25]]]
    """
    count = len(images)
    totals = images.sum(axis=0, dtype=np.int64)
    squares = np.einsum("nij,nij->ij", images, images, dtype=np.int64)
    variance = (count * squares - totals**2) / (255 * count) ** 2  # of whole numbers: exactly 0 if constant
    return np.stack([totals / (255 * count), np.where(variance > 0, variance, 1)])


def _rescaling(scale: float, offset: float) -> ScaleStep:
    return "Rescaling", {"scale": scale, "offset": offset}


def _binary(max_background: int) -> tuple[ScaleStep, ...]:
    """Return 0 for pixels of at most `max_background` of 255, else 1."""
    return _rescaling(255, -max_background), ("ReLU", {"max_value": 1})


_DARK = _rescaling(-1, 1)
SCALES = (  # from the simplest to the least usual: among scales that fit equally well the first is taken
    PixelScale(Text("0 to 1"), ()),
    PixelScale(Text("0 to 255"), (_rescaling(255, 0),)),
    PixelScale(Text("-1 to 1"), (_rescaling(2, -1),)),
    PixelScale(Text("-0.5 to 0.5"), (_rescaling(1, -0.5),)),
    PixelScale(Text("standardized"), (_rescaling(1 / 0.3081, -0.1307 / 0.3081),)),
    PixelScale(Text("1 to 0, dark on light"), (_DARK,)),
    PixelScale(Text("255 to 0, dark on light"), (_rescaling(-255, 255),)),
    PixelScale(Text("1 to -1, dark on light"), (_rescaling(-2, 1),)),
    PixelScale(Text("each column normalized, as by normalize(x, axis=1)"), (("UnitNormalization", {"axis": 1}),)),
    PixelScale(Text("each row normalized, as by normalize(x, axis=2)"), (("UnitNormalization", {"axis": 2}),)),
    PixelScale(Text("each picture normalized"), (("UnitNormalization", {"axis": [1, 2]}),)),
    PixelScale(Text("0 or 1, binarized at half"), _binary(127)),
    PixelScale(Text("0 or 1, any ink is 1"), _binary(0)),
    PixelScale(Text("1 or 0, binarized at half, dark on light"), (*_binary(127), _DARK)),
    PixelScale(Text("standardized pixel by pixel, as by StandardScaler()"), (), is_by_pixel=True),
)
