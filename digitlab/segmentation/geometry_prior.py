"""What the place and the form of ink say for and against its being one digit: log-likelihoods, which add up."""

from typing import Any

from numpy.typing import NDArray

from digitlab.segmentation.components import TALL, Component, Scale, overlap

# What one digit more costs; what its being lower than so much of the line's height costs, for each line height; and the
# square of the line heights by which it is broader than so much.
_PIECE = 1.0
_LOWEST, _LOW = 0.65, 30.0
_BROADEST, _BROAD = 0.6, 10.0
BODY = 0.35  # of the line's height that a column's ink spans at least if it is a digit's body, not a tail or a flag,
_FLOURISH = 0.5  # which adds half its length to the breadth
# What a digit's end costs that cuts through connected ink: itself, and each pen's width that it passes.
_CUT, _CUT_INK = 2.0, 1.0
# What one digit costs that is made of two parts side by side: where both are tall, and each line height between them.
_SIDE_BY_SIDE, _GAP = 5.0, 12.0
_NEAR = 0.05  # of the line's height: a short part may be so far away


def size_prior(box: tuple[int, int, int, int], tall: int, scale: Scale) -> float:
    """Return the evidence of a candidate's size: a digit is about as tall as the line, and its body narrower than that.

    Args:
        box: Left, top, right and bottom, the last two the first column and row outside, in pixels.
        tall: How many of its columns are a digit's body.
        scale: The measures of the line.

    Returns:
        A log-likelihood, 0 or less.
    """
    left, top, right, bottom = box
    width = (tall + _FLOURISH * (right - left - tall)) / scale.height
    lowness = max(0.0, _LOWEST - (bottom - top) / scale.height)
    return -_PIECE - _LOW * lowness - _BROAD * max(0.0, width - _BROADEST) ** 2


def cut_prior(atom: Component) -> float:
    """Return the evidence for a digit's end after an atom."""
    return 0.0 if atom.cut is None else -_CUT - _CUT_INK * atom.cut


def join_prior(one: Component, other: Component, scale: Scale) -> float:
    """Return the evidence for one digit across two atoms: tall parts side by side are seldom one."""
    if one.cut is not None:
        return 0.0
    gap = _gap(one, other) / scale.height
    if min(one.mask.shape[0], other.mask.shape[0]) >= TALL * scale.height:
        return -_SIDE_BY_SIDE - _GAP * max(0.0, gap)
    return -_GAP * max(0.0, gap - _NEAR)


def _gap(one: Component, other: Component) -> float:
    """The ground between two parts along the rows that they share, or else between their boxes; in pixels."""
    top, bottom = max(one.top, other.top), min(one.bottom, other.bottom)
    box: float = -overlap(one, other)
    if bottom - top < 0.3 * min(one.mask.shape[0], other.mask.shape[0]):
        return box
    left, right = one.mask[top - one.top : bottom - one.top], other.mask[top - other.top : bottom - other.top]
    ends: NDArray[Any] = one.left + left.shape[1] - left[:, ::-1].argmax(axis=1)
    starts: NDArray[Any] = other.left + right.argmax(axis=1)
    both = left.any(axis=1) & right.any(axis=1)
    return float((starts - ends)[both].min()) if both.any() else box
