"""The scales of pixels that networks are trained on elsewhere, and what a person chooses for an import."""

from dataclasses import dataclass
from typing import Any

from digitlab.errors import InvalidSetting
from digitlab.translation import Text

ScaleStep = tuple[str, dict[str, Any]]  # the name of one of Keras' layers, and its settings


@dataclass(frozen=True, slots=True)
class PixelScale:
    """A scale, as the layers that compute it from pictures of shape (n, height, width), 0 background and 1 ink.

    Example:
        >>> SCALES[1]
        PixelScale(title='0 to 255', steps=(('Rescaling', {'scale': 255, 'offset': 0}),))
    """

    title: str
    steps: tuple[ScaleStep, ...]


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """What a person decides about an import.

    Attributes:
        scale: Title of one of `SCALES`; empty: it is found out.
        is_corrected: Whether outputs in another order, or a network for transposed pictures, are adapted to MNIST's.
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
)
