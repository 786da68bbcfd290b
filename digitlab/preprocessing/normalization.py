"""From a drawing to a digit as MNIST has them: 28 x 28, cut to the ink, 20 pixels long, centred by mass.

Place, size and centre follow Y. LeCun et al., "Gradient-based learning applied to document recognition" (1998), section
III-A: size-normalised to fit a 20 x 20 box with the aspect ratio kept, antialiased, and moved so that the centre of
mass lies in the middle of the 28 x 28 field.

The width of the pen is taken out before: the signed distance of every pixel to the edge of the ink is cut at another
level, which is a dilation of thin ink and an erosion of thick ink by a disc (J. Serra, "Image analysis and mathematical
morphology", 1982). Eroding by the disc that the pen was loses nothing of what a thick pen left: where a loop is filled,
the same level is cut through the filling.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.preprocessing.foreground import extract_foreground

SIDE = 28
BOX = 20
CENTRE = 14.0  # pixel index; MNIST's mean centre of mass lies here in both directions, not at 13.5
PEN = 2.4  # pixels of the 28 x 28: the width that every stroke is brought to, about that of MNIST's
MIN_INK = 48  # of 255: below it is a smudge of antialiasing or of compression, not ink

_MIN_LINE = 0.1  # pixels of ink per pixel of the longer side; a line of one pixel has 1
_WORKING_SIDE = 160  # pixels: the ink's longer side while its width is changed; half a pixel is 2 % of a stroke then
_MAX_WIDTH = 0.45  # of the ink's longer side: what is wider is no pen, but a filled loop whose form tells the digit
_USUAL = 0.35  # quantile of the widths along the strokes: below the median, since crossings and filled loops are wider
_ROUND, _FULL = 0.85, 0.7  # of its longer side, and of its box: a disc fills 0.79 of it, a digit's line hardly half
_MIN_LENGTH = 0.15  # share of the ink's longer side that the pen's middle travels at least; a dot would have none
_NEIGHBOURS = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A step on the way from a drawing to a digit.

    Attributes:
        name: "crop", "thickness", "scale" or "centre".
        picture: uint8 (height, width), the ink after this step, 0 to 255.
        without: uint8 (28, 28), the digit that comes out if this step alone is left out.
    """

    name: str
    picture: NDArray[np.uint8]
    without: NDArray[np.uint8]


def normalize(drawing: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Bring a drawing into MNIST's form.

    Args:
        drawing: uint8 (height, width, 4), RGBA. Light ink on dark, dark on light, any ink on a transparent ground, or
            a photograph of a pen on paper.

    Returns:
        uint8 (28, 28), 0 background to 255 ink; None where nothing is drawn.

    Raises:
        ValueError: Another shape or dtype came.
    """
    return normalize_ink(extract_foreground(drawing))


def normalize_ink(ink: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Bring ink, uint8 (height, width), 0 none to 255, into MNIST's form; None where there is none."""
    box = _box(ink)
    return None if box is None else _centred(_fitted(_with_usual_pen(ink[box])))


def steps(ink: NDArray[np.uint8]) -> list[Step]:
    """Return each step of `from_ink`, and what comes out without it; an empty list where there is no ink.

    Without "crop" the whole field is made 28 x 28; without "scale" the ink keeps the share of the field that it has;
    without "centre" it keeps its place in the field.
    """
    box = _box(ink)
    if box is None:
        return []
    cut = ink[box]
    inked = _with_usual_pen(cut)
    small = _fitted(inked)
    share = SIDE / max(ink.shape)  # of the field's scale
    kept = _resized(inked, share * max(cut.shape) / max(inked.shape))
    return [
        Step("crop", cut, _placed(_resized(ink, share), (0.5, 0.5))),
        Step("thickness", inked, _centred(_fitted(cut))),
        Step("scale", small, _centred(kept)),
        Step("centre", _centred(small), _placed(small, _place(box, ink.shape))),
    ]


def is_blob(digit: NDArray[np.uint8]) -> bool:
    """Whether ink brought into form, uint8 (28, 28), is a full disc or square: a dot, in which nothing is written."""
    box = _box(digit)
    if box is None:
        return False
    height, width = digit[box].shape
    return min(height, width) >= _ROUND * max(height, width) and float((digit[box] > 127).mean()) >= _FULL


def _box(ink: NDArray[np.uint8]) -> tuple[slice, slice] | None:
    """The rows and columns that have ink; None where there is none, or so little of it that it is specks."""
    _, seen = cv2.threshold(ink, MIN_INK, 255, cv2.THRESH_BINARY)
    left, top, width, height = cv2.boundingRect(seen)
    if not width or cv2.countNonZero(seen) < _MIN_LINE * max(width, height):
        return None
    return slice(top, top + height), slice(left, left + width)


def _resized(ink: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    """Scale; the averaging over areas is the antialiasing."""
    height, width = ink.shape
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR), np.uint8)


def _with_usual_pen(cut: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Draw the same line with a pen that is `PEN` wide once the ink is 20 pixels long; the size is a working size."""
    scale = _WORKING_SIDE / max(cut.shape)
    if scale < 0.5:  # a line of a pixel would fade when it is made small
        cut = np.asarray(cv2.dilate(cut, np.ones((int(1 / scale),) * 2, np.uint8)), np.uint8)
    _, inside = cv2.threshold(_surrounded(_resized(cut, scale), 1), 127, 1, cv2.THRESH_BINARY)
    depth = _distance(inside)
    if not depth.any():
        return cut
    width = min(_pen_width(depth), _MAX_WIDTH * _WORKING_SIDE)
    length = max(_WORKING_SIDE - width, _MIN_LENGTH * _WORKING_SIDE)
    usual = PEN * length / (BOX - PEN)  # with this pen the ink is `length + usual` long, of which it is PEN / BOX
    excess = (width - usual) / 2
    # The edge lies half a pixel outside of the outermost pixels. Nothing is drawn outside of an ink that is made
    # thinner, and all inside of one that is made thicker, so that one side's distance is enough.
    cover = depth - excess if excess > 0 else 1 - excess - _distance(1 - _surrounded(inside, 1 + int(-excess)))
    drawn = (255 * cover.clip(0, 1)).astype(np.uint8)
    box = _box(drawn)
    return cut if box is None else drawn[box]


def _surrounded(picture: NDArray[np.uint8], margin: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.copyMakeBorder(picture, *(margin,) * 4, cv2.BORDER_CONSTANT, value=(0,)), np.uint8)


def _distance(inside: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The distance of each pixel that is not 0 to the nearest that is."""
    return np.asarray(cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_5), np.float32)


def _pen_width(depth: NDArray[np.float32]) -> float:
    """Estimate a pen's width in pixels from how far inside the ink each pixel lies, at the ridges of that distance."""
    ridge = (depth > 0) & (depth >= cv2.dilate(depth, _NEIGHBOURS))
    depths = np.sort(depth[ridge])
    place = _USUAL * (len(depths) - 1)
    low = int(place)
    return float(2 * (depths[low] + (place - low) * (depths[min(low + 1, len(depths) - 1)] - depths[low])) - 1)


def _fitted(cut: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Scale so that the longer side has 20 pixels."""
    return _resized(cut, BOX / max(cut.shape))


def _centred(digit: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put the centre of mass on pixel 14, as far as the 28 x 28 field allows it."""
    moments = cv2.moments(digit)
    mass = max(moments["m00"], 1.0)
    top, left = (
        min(max(round(CENTRE - moments[name] / mass), 0), SIDE - length)
        for name, length in zip(("m01", "m10"), digit.shape, strict=True)
    )
    return _laid(digit, top, left)


def _place(box: tuple[slice, slice], field: tuple[int, ...]) -> tuple[float, float]:
    """Where in the field a box lies, from 0 (upper or left edge) to 1."""
    down, right = (part.start / max(side - (part.stop - part.start), 1) for part, side in zip(box, field, strict=True))
    return down, right


def _placed(digit: NDArray[np.uint8], place: tuple[float, float]) -> NDArray[np.uint8]:
    top, left = (round(share * (SIDE - side)) for share, side in zip(place, digit.shape, strict=True))
    return _laid(digit, top, left)


def _laid(digit: NDArray[np.uint8], top: int, left: int) -> NDArray[np.uint8]:
    result = np.zeros((SIDE, SIDE), np.uint8)
    result[top : top + digit.shape[0], left : left + digit.shape[1]] = digit
    return result
