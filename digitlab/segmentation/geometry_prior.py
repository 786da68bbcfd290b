"""The prior of the geometry: how likely ink is one digit by its position and form, as log-likelihoods that add up."""

from typing import Any

from numpy.typing import NDArray

from digitlab.segmentation.components import TALL, Component, WritingScale, overlap

# The cost of each digit; of being lower than this share of the line's height, per line height; and of being wider than
# this many line heights, per square of the excess.
_DIGIT_COST = 1.0
_MIN_HEIGHT, _LOW_COST = 0.65, 30.0
_MAX_WIDTH, _WIDE_COST = 0.6, 10.0
BODY = 0.35  # share of the line's height: a column whose ink spans more belongs to a digit's body, not to a flourish
_FLOURISH = 0.5  # the share of a flourish's length that adds to the width
# The cost of a cut through connected ink, and of each pen width that it passes.
_CUT_COST, _CUT_INK_COST = 1.0, 1.0
# The cost of one digit made of two tall components side by side, and of each line height between two components.
_SIDE_BY_SIDE_COST, _GAP_COST = 5.0, 12.0
_AS_TALL = 0.6  # share of the taller one's height: a lower one may be a part of it, such as the left side of a four
_MAX_FREE_GAP = 0.05  # line heights between a short component and its digit


def size_prior(box: tuple[int, int, int, int], tall: int, scale: WritingScale) -> float:
    """Return the prior of a segment's size: a digit is about as tall as the line, and its body is narrower than tall.

    Args:
        box: (left, top, right, bottom) in pixels; right and bottom are the first ones outside.
        tall: How many of its columns belong to a digit's body.
        scale: The scale of the writing.

    Returns:
        A log-likelihood, 0 or less.
    """
    left, top, right, bottom = box
    width = (tall + _FLOURISH * (right - left - tall)) / scale.height
    lowness = max(0.0, _MIN_HEIGHT - (bottom - top) / scale.height)
    return -_DIGIT_COST - _LOW_COST * lowness - _WIDE_COST * max(0.0, width - _MAX_WIDTH) ** 2


def cut_prior(atom: Component) -> float:
    """Return the prior of a digit's end after an atom."""
    return 0.0 if atom.cut_cost is None else -_CUT_COST - _CUT_INK_COST * atom.cut_cost


def join_prior(first: Component, second: Component, scale: WritingScale) -> float:
    """Return the prior of one digit across two atoms: two tall components side by side are rarely one digit."""
    if first.cut_cost is not None:
        return 0.0
    gap = _gap(first, second) / scale.height
    lower, taller = sorted((first.component_height, second.component_height))
    if lower >= max(TALL * scale.height, _AS_TALL * taller):
        return -_SIDE_BY_SIDE_COST - _GAP_COST * max(0.0, gap)
    return -_GAP_COST * max(0.0, gap - _MAX_FREE_GAP)


def _gap(first: Component, second: Component) -> float:
    """Return the gap between two components in the rows that they share, or else between their boxes, in pixels."""
    top, bottom = max(first.top, second.top), min(first.bottom, second.bottom)
    box: float = -overlap(first, second)
    if bottom - top < 0.3 * min(first.mask.shape[0], second.mask.shape[0]):
        return box
    left, right = first.mask[top - first.top : bottom - first.top], second.mask[top - second.top : bottom - second.top]
    ends: NDArray[Any] = first.left + left.shape[1] - left[:, ::-1].argmax(axis=1)
    starts: NDArray[Any] = second.left + right.argmax(axis=1)
    both = left.any(axis=1) & right.any(axis=1)
    return float((starts - ends)[both].min()) if both.any() else box
