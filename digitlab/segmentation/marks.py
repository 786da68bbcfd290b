"""Finds the components of a line's ink that are no part of a digit: specks, circles, underlines, captions and holes."""

import cv2
import numpy as np

from digitlab.segmentation.components import TALL, Component, WritingScale, bounding_box, overlap

# An underline: at least so many times as wide as tall, and as wide as this share of what it underlines; its distance is
# at least this share of a digit's height, or it would be the foot of a one or the base of a two.
_SLIM, _UNDERLINED, _MIN_DISTANCE = 5.0, 0.8, 0.08
# A circle around digits: it may be so much narrower than tall; all of its ink is so far from its middle, in radii, and
# in this share of all directions; something in it is so high, as a share of its height. A zero is narrower, or holds a
# dot or a slash: one straight stroke, so slim, and less steep than this ratio of width to height.
_MIN_ROUND, _MIN_RADIUS, _MIN_CLOSED, _MIN_CIRCLED, _MAX_SLIM, _STEEP = 0.75, 0.65, 0.85, 0.35, 0.25, 0.3
_DIRECTIONS = 36
# A punched hole is a disc: the least ratio of its sides, and the share of its box that it fills. Another one, which
# differs in size and column by at most this share of its size, stands at least so many sizes above or below it.
_MIN_DISC, _MIN_FILL, _MAX_FILL, _ALIKE, _MIN_APART = 0.85, 0.65, 0.88, 0.2, 2.0
_MAX_PRINT, _PRINT_DISTANCE = 0.25, 0.3  # share of the line's height: of small print, and of the blank between them


def without_marks(parts: list[Component], scale: WritingScale) -> list[Component]:
    """Return the components without specks, circles around digits, underlines, captions and punched holes."""
    seen = [part for part in parts if not is_speck(part, scale)]
    seen = [part for part in seen if not is_circle(part, seen) and not is_hole_in_paper(part, seen)]
    return [part for part in seen if not is_underline(part, seen, scale) and not is_small_print(part, seen, scale)]


def is_speck(part: Component, scale: WritingScale) -> bool:
    """Whether a component is dust, or an accidental touch of the pen."""
    length: int = max(part.mask.shape)
    return length < max(0.08 * scale.height, min(1.4 * scale.pen, 0.3 * scale.height))


def is_underline(part: Component, parts: list[Component], scale: WritingScale) -> bool:
    """Whether a component is a line under the digits among all components of the ink."""
    return bool(_underlined(part, parts, scale))


def is_wide_underline(part: Component, parts: list[Component], scale: WritingScale) -> bool:
    """Whether a component is an underline that sticks out on both sides: a stroke broken off a digit rarely does."""
    digits = _underlined(part, parts, scale)
    if not digits:
        return False
    left, _, right, _ = bounding_box(digits)
    return part.left < left and part.right > right


def _underlined(part: Component, parts: list[Component], scale: WritingScale) -> list[Component]:
    """Return the digits that a component underlines; an empty list where it is no underline."""
    height, width = part.mask.shape
    if width < _SLIM * height:
        return []
    others = [other for other in parts if other is not part and overlap(part, other) > 0]
    above = [other for other in others if other.bottom <= part.top - _MIN_DISTANCE * other.mask.shape[0]]
    digits = [other for other in above if other.mask.shape[0] >= max(TALL * scale.height, 2 * height)]
    if not digits or any(other.top < part.bottom and other not in above for other in others):
        return []
    left, _, right, _ = bounding_box(digits)
    return digits if width >= _UNDERLINED * (right - left) else []


def is_circle(part: Component, parts: list[Component]) -> bool:
    """Whether a component is a circle around digits among all components of the ink; it may have a gap."""
    height, width = part.mask.shape
    if width < _MIN_ROUND * height:
        return False
    inside = [
        other
        for other in parts
        if part.left < other.left and other.right < part.right and part.top < other.top and other.bottom < part.bottom
    ]
    if max((other.mask.shape[0] for other in inside), default=0) < _MIN_CIRCLED * height:
        return False
    if len(inside) == 1 and _is_straight(inside[0]):
        length, breadth = inside[0].mask.shape
        if breadth >= _STEEP * length:
            return False
    rows, columns = np.nonzero(part.mask)
    across, down = (2 * columns + 1) / width - 1, (2 * rows + 1) / height - 1
    directions = np.floor(np.arctan2(down, across) / (2 * np.pi) * _DIRECTIONS)
    is_round = float(np.quantile(np.hypot(across, down), 0.02)) >= _MIN_RADIUS
    return is_round and len(np.unique(directions)) >= _MIN_CLOSED * _DIRECTIONS


def is_hole_in_paper(part: Component, parts: list[Component]) -> bool:
    """Whether a component is one of the holes that were punched in a sheet, among all components of the ink.

    The dots of a colon look alike, and are no part of a digit either.
    """
    if not _is_dot(part):
        return False
    size = max(part.mask.shape)
    discs = [other for other in parts if other is not part and _is_dot(other)]
    return (
        any(
            abs(max(other.mask.shape) - size) <= _ALIKE * size
            and abs(other.left + other.right - part.left - part.right) <= 2 * _ALIKE * size
            and abs(other.top - part.top) >= _MIN_APART * size
            for other in discs
        )
        and len(parts) > len(discs) + 1
    )


def is_small_print(part: Component, parts: list[Component], scale: WritingScale) -> bool:
    """Whether a component lies above or below the line of digits, and is far too small for one, like a caption."""
    if max(part.mask.shape) >= _MAX_PRINT * scale.height:
        return False
    tall = [other for other in parts if other.mask.shape[0] >= TALL * scale.height]
    if not tall:
        return False
    _, top, _, bottom = bounding_box(tall)
    distance = _PRINT_DISTANCE * scale.height
    return part.bottom <= top - distance or part.top >= bottom + distance


def _is_dot(part: Component) -> bool:
    """Whether a component is a filled disc."""
    is_round = min(part.mask.shape) >= _MIN_DISC * max(part.mask.shape)
    return bool(is_round and _MIN_FILL <= part.mask.mean() <= _MAX_FILL)


def _is_straight(part: Component) -> bool:
    _, sides, _ = cv2.minAreaRect(cv2.findNonZero(part.mask.view(np.uint8)))
    return bool(min(sides) < _MAX_SLIM * max(sides))
