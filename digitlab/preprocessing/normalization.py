"""Normalizes a drawing to MNIST's form: 28 x 28, cropped to the ink, 20 pixels long, centred by mass.

Position, size and centre follow Y. LeCun et al., "Gradient-based learning applied to document recognition" (1998),
section III-A: size-normalised to fit a 20 x 20 box with the aspect ratio kept, antialiased, and moved so that the
centre of mass lies in the middle of the 28 x 28 field.

The width of the pen is normalized first: the signed distance of every pixel to the edge of the ink is cut at another
level, which dilates thin ink and erodes thick ink by a disc (J. Serra, "Image analysis and mathematical morphology",
1982). Eroding by the disc that was the pen loses nothing that a thick pen drew: in a filled loop, the same level cuts
through the filling. Where a thick pen fills a whole digit, its width shows at the outline alone: what a pen drew stays
as it is when it is opened by a disc that is no larger than the pen (same source).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.preprocessing.foreground import extract_foreground

SIDE = 28
BOX = 20
CENTRE = 14.0  # pixel index; MNIST's mean centre of mass lies here in both directions, not at 13.5
PEN = 2.4  # pixels of the 28 x 28: the width that every stroke gets, about that of MNIST's
MIN_INK = 48  # grey level, of 255: fainter pixels come from antialiasing or compression and are not ink

_MIN_LINE = 0.1  # pixels of ink per pixel of the longer side; a line of one pixel has 1
_WORKING_SIDE = 160  # pixels: the ink's longer side while its width is changed; half a pixel is then 2 % of a stroke
_MAX_WIDTH = 0.45  # share of the ink's longer side: a wider stroke is a filled loop, whose form shows the digit
_THICK = 0.2  # share of the ink's longer side: a wider stroke may be several that flow together
_OPENED = 0.98  # share of the ink that an opening by the pen leaves at least; the raster takes the rest
_ROUND_PEN = 0.992  # likewise, by half of the pen: strokes with sharp corners were drawn with no round pen
_HALVINGS = 5  # of the range from half of the usual width to all of it: the pen's is then exact to 2 %
_USUAL = 0.35  # quantile of the widths along the strokes: below the median, since crossings and filled loops are wider
_ROUND, _FULL = 0.85, 0.7  # of its longer side, and of its box: a disc fills 0.79 of it, a digit hardly half
_MIN_LENGTH = 0.15  # share of the ink's longer side that the pen's middle moves at least; for a dot it would be 0
_NEIGHBOURS = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class NormalizationStep:
    """A step of the normalization.

    Attributes:
        name: "crop", "thickness", "scale" or "centre".
        picture: uint8 (height, width), the ink after this step, 0 to 255.
        without: uint8 (28, 28), the resulting digit if only this step is skipped.
    """

    name: str
    picture: NDArray[np.uint8]
    without: NDArray[np.uint8]


def normalize(drawing: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Normalize a drawing to MNIST's form.

    Args:
        drawing: uint8 (height, width, 4), RGBA, as `extract_foreground` takes it: light ink on dark, dark on light, any
            ink on a transparent background, or a photo of handwriting on paper.

    Returns:
        uint8 (28, 28), 0 background to 255 ink; None where nothing is drawn.

    Raises:
        ValueError: The drawing has another shape or dtype.
    """
    return normalize_ink(extract_foreground(drawing))


def normalize_ink(ink: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Normalize ink, uint8 (height, width), 0 background to 255 ink; None where there is no ink."""
    box = _box(ink)
    return None if box is None else _centred(_fitted(_with_usual_pen(ink[box])))


def steps(ink: NDArray[np.uint8]) -> list[NormalizationStep]:
    """Return each step of `normalize_ink`, and the result without it; an empty list where there is no ink.

    Without "crop" the whole field is scaled to 28 x 28; without "scale" the ink keeps its size relative to the field;
    without "centre" it keeps its position in the field.
    """
    box = _box(ink)
    if box is None:
        return []
    cut = ink[box]
    inked = _with_usual_pen(cut)
    small = _fitted(inked)
    share = SIDE / max(ink.shape)  # of the field's scale
    unscaled = _resized(inked, share * max(cut.shape) / max(inked.shape))
    return [
        NormalizationStep("crop", cut, _placed(_resized(ink, share), (0.5, 0.5))),
        NormalizationStep("thickness", inked, _centred(_fitted(cut))),
        NormalizationStep("scale", small, _centred(unscaled)),
        NormalizationStep("centre", _centred(small), _placed(small, _place(box, ink.shape))),
    ]


def is_blob(digit: NDArray[np.uint8]) -> bool:
    """Whether a normalized digit, uint8 (28, 28), is a filled disc or square: a dot in which nothing is written."""
    box = _box(digit)
    if box is None:
        return False
    height, width = digit[box].shape
    return min(height, width) >= _ROUND * max(height, width) and float((digit[box] > 127).mean()) >= _FULL


def _box(ink: NDArray[np.uint8]) -> tuple[slice, slice] | None:
    """Return the rows and columns that have ink; None where there is no ink, or only specks."""
    _, seen = cv2.threshold(ink, MIN_INK, 255, cv2.THRESH_BINARY)
    left, top, width, height = cv2.boundingRect(seen)
    if not width or cv2.countNonZero(seen) < _MIN_LINE * max(width, height):
        return None
    return slice(top, top + height), slice(left, left + width)


def _resized(ink: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """Scale; averaging over areas antialiases."""
    height, width = ink.shape
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR), np.uint8)


def _with_usual_pen(cut: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Redraw the line with a pen that is `PEN` wide once the ink is 20 pixels long; the result has a working size."""
    scale = _WORKING_SIDE / max(cut.shape)
    if scale < 0.5:  # a line of one pixel would fade when scaled down
        cut = np.asarray(cv2.dilate(cut, np.ones((int(1 / scale),) * 2, np.uint8)), np.uint8)
    _, inside = cv2.threshold(_surrounded(_resized(cut, scale), 1), 127, 1, cv2.THRESH_BINARY)
    depth = _distance(inside)
    if not depth.any():
        return cut
    width = _pen_width(depth)
    length = max(_WORKING_SIDE - width, _MIN_LENGTH * _WORKING_SIDE)
    usual = PEN * length / (BOX - PEN)  # with this pen the ink is `length + usual` long, of which it is PEN / BOX
    excess = (width - usual) / 2
    # The edge lies half a pixel outside the outermost pixels. Thinner ink lies all inside the old one, and thicker ink
    # covers all of it, so that the distance on one side is enough.
    cover = depth - excess if excess > 0 else 1 - excess - _distance(1 - _surrounded(inside, 1 + int(-excess)))
    drawn = (255 * cover.clip(0, 1)).astype(np.uint8)
    box = _box(drawn)
    return cut if box is None else drawn[box]


def _surrounded(picture: NDArray[np.uint8], margin: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.copyMakeBorder(picture, *(margin,) * 4, cv2.BORDER_CONSTANT, value=(0,)), np.uint8)


def _distance(inside: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the distance of each pixel that is not 0 to the nearest one that is."""
    return np.asarray(cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_5), np.float32)


def _pen_width(depth: NDArray[np.float32]) -> float:
    """Estimate the pen's width in pixels from the distance of each ink pixel to the edge."""
    width = min(_width_of_strokes(depth), _MAX_WIDTH * _WORKING_SIDE)
    is_thin = width < _THICK * _WORKING_SIDE
    if is_thin or _opened(depth, width) >= _OPENED or _opened(depth, width / 2) < _ROUND_PEN:
        return width
    low, high = width / 2, width
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _opened(depth, middle) >= _OPENED else (low, middle)
    return low


def _width_of_strokes(depth: NDArray[np.float32]) -> float:
    """Return the usual width in pixels along the ridges of the distance to the edge."""
    ridge = (depth > 0) & (depth >= cv2.dilate(depth, _NEIGHBOURS))
    depths = np.sort(depth[ridge])
    place = _USUAL * (len(depths) - 1)
    low = int(place)
    return float(2 * (depths[low] + (place - low) * (depths[min(low + 1, len(depths) - 1)] - depths[low])) - 1)


def _opened(depth: NDArray[np.float32], width: float) -> float:
    """Return which share of the ink, 0 to 1, is left when it is opened by a disc.

    Args:
        depth: float32 (height, width), the distance of each ink pixel to the edge in pixels; 0 where there is no ink.
        width: Of the disc, in pixels.
    """
    radius = (width + 1) / 2
    away = _distance(np.asarray(depth < radius, np.uint8))
    left = np.asarray((depth > 0) & (away < radius), np.uint8)
    return float(cv2.countNonZero(left) / cv2.countNonZero(depth))


def _fitted(cut: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Scale to 20 pixels on the longer side."""
    return _resized(cut, BOX / max(cut.shape))


def _centred(digit: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Move the centre of mass to pixel 14, as far as the 28 x 28 field allows it."""
    moments = cv2.moments(digit)
    mass = max(moments["m00"], 1.0)
    top, left = (
        min(max(round(CENTRE - moments[name] / mass), 0), SIDE - length)
        for name, length in zip(("m01", "m10"), digit.shape, strict=True)
    )
    return _laid(digit, top, left)


def _place(box: tuple[slice, slice], field: tuple[int, ...]) -> tuple[float, float]:
    """Return where a box lies in the field, from 0 (upper or left edge) to 1."""
    down, right = (part.start / max(side - (part.stop - part.start), 1) for part, side in zip(box, field, strict=True))
    return down, right


def _placed(digit: NDArray[np.uint8], place: tuple[float, float]) -> NDArray[np.uint8]:
    top, left = (round(share * (SIDE - side)) for share, side in zip(place, digit.shape, strict=True))
    return _laid(digit, top, left)


def _laid(digit: NDArray[np.uint8], top: int, left: int) -> NDArray[np.uint8]:
    result = np.zeros((SIDE, SIDE), np.uint8)
    result[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return result
