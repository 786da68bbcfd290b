"""Synthetic digits, drawn with a pen in many styles of handwriting: training data for what MNIST lacks.

A template (`templates.py`) is deformed as hands deform it, drawn with a pen of some width, and normalized like any
drawing. Digits of MNIST are redrawn with wider pens, too. Drawings of no digit have the label `NO_DIGIT`.

The amounts are our own choice, set so that a person can still read what was meant.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.data.augmentation import Augmentation, augment
from digitlab.data.labelled_digits import LabelledDigits
from digitlab.preprocessing import normalization
from digitlab.synthesis.templates import Template, digit_templates, other_templates

NO_DIGIT = 10  # the label of letters, signs and scribbles

CHUNK = 250  # pictures that a thread draws at a time, from their own seed
_MAX_OTHER_WIDTH = 0.25  # of the pen for no digits: with a wider pen a V or an arrow becomes a stick, which is a one
_LENGTH = 120.0  # pixels: the longer side of the path of the pen's middle
PENS = (0.06, 0.5)  # widths as a share of that length, all equally likely on a logarithmic scale
WIDEST = 0.9  # of a few pens, which fill most loops
_WIDEST_SHARE = 0.15  # of the digits, drawn with pens between the two
READABLE = 0.35  # the widest pen, likewise, with which every digit can be expected to be readable
_MIN_SIZE = 0.4  # share of the unit box: smaller signs, such as dots, are not enlarged
_STEP = 0.02  # share of the unit box: the distance of two points of a curve
_FRACTION_BITS = 4  # bits after the point in positions that are handed to cv2
_BENT = Augmentation(
    shift=0, rotation=12, scale=0, shear=0.25, elastic=1.2
)  # of MNIST's digits before they are redrawn

Stroke = NDArray[np.float64]
Strokes = list[Stroke]


def synthetic_digits(
    n: int, seed: int, first: int = 0, max_pen_width: float = WIDEST, *, with_rare: bool = True
) -> LabelledDigits:
    """Draw synthetic digits in many styles.

    Args:
        n: How many.
        seed: The same seed gives the same digits.
        first: Number of the first digit, a multiple of `CHUNK`. A digit depends on its number alone.
        max_pen_width: As a share of the longer side of the pen's path, 0.06 to 0.9.
        with_rare: Whether rare styles are drawn, too.

    Returns:
        uint8 (n, 28, 28), and their labels, uint8 (n,), 0 to 9.
    """
    templates = _allowed(digit_templates(), with_rare)
    return _in_chunks(n, [seed, 1], first, lambda rng, _: _picture(*_sample(templates, rng), rng, max_pen_width))


def non_digits(n: int, seed: int, first: int = 0, *, with_rare: bool = True) -> LabelledDigits:
    """Draw letters, signs, scribbles, dots and pairs of digits, as `synthetic_digits`; all labels are `NO_DIGIT`."""
    return _in_chunks(n, [seed, 2], first, lambda rng, _: _picture(*_other(rng, with_rare), rng, _MAX_OTHER_WIDTH))


def redraw(images: NDArray[np.uint8], labels: NDArray[np.uint8], seed: int, first: int = 0) -> LabelledDigits:
    """Redraw digits of MNIST, uint8 (n, 28, 28), slightly deformed and with wider pens, and normalize them again.

    A loop that a wide pen fills stays filled, as in a drawing. Otherwise as `synthetic_digits`.
    """

    def redrawn(rng: np.random.Generator, number: int) -> tuple[int, NDArray[np.uint8]]:
        return int(labels[number]), _repenned(augment(images[number : number + 1], _BENT, rng)[0], rng)

    return _in_chunks(len(images), [seed, 3], first, redrawn)


def _in_chunks(
    n: int, seed: Sequence[int], first: int, work: Callable[[np.random.Generator, int], tuple[int, NDArray[np.uint8]]]
) -> LabelledDigits:
    """Make n labelled pictures on all cores. Each chunk has its own seed, so the threads' order does not matter."""

    def chunk(start: int) -> list[tuple[int, NDArray[np.uint8]]]:
        rng = np.random.default_rng([*seed, first + start])
        return [work(rng, number) for number in range(start, min(start + CHUNK, n))]

    with ThreadPoolExecutor() as pool:
        made = [picture for pictures in pool.map(chunk, range(0, n, CHUNK)) for picture in pictures]
    images = np.array([image for _, image in made], np.uint8).reshape(n, normalization.SIDE, normalization.SIDE)
    return images, np.array([label for label, _ in made], np.uint8)


def _picture(
    label: int, strokes: Strokes, rng: np.random.Generator, max_pen_width: float = WIDEST
) -> tuple[int, NDArray[np.uint8]]:
    digit = normalization.normalize_ink(draw(strokes, _pen_width(rng, max_pen_width) * _LENGTH))
    return label, np.zeros((normalization.SIDE, normalization.SIDE), np.uint8) if digit is None else digit


def _pen_width(rng: np.random.Generator, max_pen_width: float) -> float:
    """Choose a pen, as a share of the longer side; one of the widest seldom, as few digits can be read then."""
    low, high = PENS
    if max_pen_width <= high:
        high = max_pen_width
    elif rng.random() < _WIDEST_SHARE:
        low, high = high, max_pen_width
    return float(np.exp(rng.uniform(*np.log([low, high]))))


def draw(strokes: Strokes, width: float) -> NDArray[np.uint8]:
    """Draw strokes, (n, 2) points (x, y) each, with a round pen. The longer side gets 120 pixels plus the pen's width.

    Returns:
        uint8 (height, width), 0 background to 255 ink, cropped to the ink with a margin.
    """
    points = np.concatenate(strokes)
    low, spread = points.min(axis=0), np.ptp(points, axis=0)
    scale = _LENGTH / max(float(spread.max()), _MIN_SIZE)
    margin = width / 2 + 3
    columns, rows = np.ceil(spread * scale + 2 * margin).astype(int)
    field = np.zeros((rows, columns), np.uint8)
    placed = [np.round(((stroke - low) * scale + margin) * 2**_FRACTION_BITS).astype(np.int32) for stroke in strokes]
    cv2.polylines(field, placed, False, (255,), max(1, round(width)), cv2.LINE_AA, _FRACTION_BITS)
    return field


def deformed(template: Template, rng: np.random.Generator) -> Strokes:
    """Return the strokes of a template, (n, 2) points each, deformed as by some hand."""
    wobble, drift = rng.uniform(0, 0.05), rng.uniform(0, 0.03)
    strokes = []
    for control in template.strokes:
        moved = control + rng.normal(0, wobble, control.shape) + rng.normal(0, drift, 2)
        same = np.flatnonzero(~np.diff(control, axis=0).any(axis=1))  # a corner is a point given twice
        moved[same + 1] = moved[same]
        strokes.append(_ends(curve(moved), rng))
    strokes = _bent(strokes, rng)
    if rng.random() < 0.3:
        strokes = [_smoothed(stroke, int(rng.integers(3, 9))) for stroke in strokes]
    if rng.random() < 0.2:  # a mouse or a slow tablet reports few points
        strokes = [_thinned(stroke, int(rng.integers(3, 8))) for stroke in strokes]
    return strokes


def curve(control: Stroke) -> Stroke:
    """Return points about 0.02 apart on the centripetal Catmull-Rom spline through control points, (n, 2).

    P. J. Barry and R. N. Goldman, "A recursive evaluation algorithm for a class of Catmull-Rom splines" (1988). A point
    given twice is a corner: the spline is split there.
    """
    corners = np.flatnonzero(~np.diff(control, axis=0).any(axis=1)) + 1
    parts = [_spline(part) for part in np.split(control, corners) if len(part) > 1]
    return np.concatenate(parts) if parts else control


def _spline(control: Stroke) -> Stroke:
    if len(control) == 2:
        return _between(control[0], control[1])
    # The ends are mirrored, so that the curve starts and ends at the first and last point.
    points = np.concatenate([2 * control[:1] - control[1:2], control, 2 * control[-1:] - control[-2:-1]])
    knots = np.concatenate([[0], np.cumsum(np.sqrt(np.maximum(np.hypot(*np.diff(points, axis=0).T), 1e-9)))])
    counts = np.maximum(2, (np.hypot(*np.diff(control, axis=0).T) / _STEP).astype(int))
    segment = np.repeat(np.arange(len(control) - 1), counts)
    share = np.concatenate([np.arange(count) / count for count in counts])
    t = knots[segment + 1] + share * (knots[segment + 2] - knots[segment + 1])

    def mixed(left: Stroke, right: Stroke, first: int, last: int) -> Stroke:
        start, end = knots[segment + first], knots[segment + last]
        weight = ((t - start) / (end - start))[:, None]
        return np.asarray((1 - weight) * left + weight * right)

    p = [points[segment + k] for k in range(4)]
    a = [mixed(p[k], p[k + 1], k, k + 1) for k in range(3)]
    b = [mixed(a[k], a[k + 1], k, k + 2) for k in range(2)]
    return np.concatenate([mixed(b[0], b[1], 1, 2), control[-1:]])


def _between(start: Stroke, end: Stroke) -> Stroke:
    n = max(2, int(np.hypot(*(end - start)) / _STEP))
    return np.linspace(start, end, n)


def _ends(stroke: Stroke, rng: np.random.Generator) -> Stroke:
    """Lift the pen a little too early or too late at both ends, sometimes with a tick."""
    for _ in range(2):
        stroke = stroke[::-1]
        amount = rng.normal(0, 0.03)
        if amount < 0:
            stroke = stroke[: max(2, len(stroke) - int(-amount / _STEP))]
        else:
            direction = stroke[-1] - stroke[-min(4, len(stroke))]
            length = max(float(np.hypot(*direction)), 1e-6)
            stroke = np.concatenate([stroke, [stroke[-1] + direction / length * amount]])
        if rng.random() < 0.06:
            stroke = np.concatenate([stroke, [stroke[-1] + rng.normal(0, 0.05, 2)]])
    return stroke


def _bent(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Slant, stretch and rotate all strokes, and bend them by long waves."""
    angle, slant = np.radians(rng.normal(0, 6)), float(np.clip(rng.normal(0.08, 0.2), -0.45, 0.65))
    stretch = np.exp(rng.normal(0, 0.2))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    form = turn @ np.array([[stretch, -slant], [0, 1]])
    waves = rng.uniform(0, 0.025, (3, 2)), rng.uniform(1, 7, (3, 2, 2)), rng.uniform(0, 2 * np.pi, (3, 2))
    bent = []
    for stroke in strokes:
        phase = np.einsum("nc,kdc->nkd", stroke, waves[1]) + waves[2]
        bent.append((stroke + (waves[0] * np.sin(phase)).sum(axis=1)) @ form.T)
    return bent


def _smoothed(stroke: Stroke, span: int) -> Stroke:
    """Round the corners, as in hasty writing."""
    if len(stroke) <= span:
        return stroke
    half = span // 2
    padded = np.pad(stroke, ((half, half), (0, 0)), "edge")
    kernel = np.full(2 * half + 1, 1 / (2 * half + 1))
    return np.stack([np.convolve(padded[:, axis], kernel, "valid") for axis in (0, 1)], axis=1)


def _thinned(stroke: Stroke, every: int) -> Stroke:
    return np.concatenate([stroke[:-1:every], stroke[-1:]])


def _sample(templates: Sequence[Template], rng: np.random.Generator) -> tuple[int, Strokes]:
    """Write a random template: each digit is equally likely, and its styles by their shares."""
    digit = rng.choice(sorted({-1 if template.digit is None else template.digit for template in templates}))
    kind = [template for template in templates if template.digit == (None if digit < 0 else digit)]
    shares = np.array([template.share for template in kind])
    template = kind[rng.choice(len(kind), p=shares / shares.sum())]
    return NO_DIGIT if template.digit is None else template.digit, deformed(template, rng)


def _allowed(templates: Sequence[Template], with_rare: bool) -> Sequence[Template]:
    return templates if with_rare else [template for template in templates if not template.is_rare]


def _other(rng: np.random.Generator, with_rare: bool) -> tuple[int, Strokes]:
    kind = rng.random()
    if kind < 0.65:
        strokes = _sample(_allowed(other_templates(), with_rare), rng)[1]
    elif kind < 0.8:
        strokes = _pair(rng, with_rare)
    elif kind < 0.97:
        strokes = _scribble(rng)
    else:
        strokes = [np.full((2, 2), rng.uniform()) for _ in range(rng.integers(1, 3))]  # dots
    return NO_DIGIT, strokes


def _pair(rng: np.random.Generator, with_rare: bool) -> Strokes:
    """Two digits side by side, close together."""
    strokes: Strokes = []
    end = 0.0
    for _ in range(2):
        digit = _sample(_allowed(digit_templates(), with_rare), rng)[1]
        points = np.concatenate(digit)
        height = max(float(np.ptp(points[:, 1])), 0.3)
        start = np.array([points[:, 0].min(), points[:, 1].min()])
        strokes += [(stroke - start) / height + [end, rng.normal(0, 0.05)] for stroke in digit]
        end = max(float(stroke[:, 0].max()) for stroke in strokes) + rng.uniform(-0.05, 0.4)
    return strokes


def _scribble(rng: np.random.Generator) -> Strokes:
    """Curves through random points, or hatching."""
    strokes = []
    for _ in range(rng.integers(1, 3)):
        n = int(rng.integers(6, 30))
        points = rng.uniform(0, 1, (n, 2))
        if rng.random() < 0.4:  # hatching
            points[:, 1] = np.linspace(0, 1, n) + rng.normal(0, 0.05, n)
            points[:, 0] = (np.arange(n) % 2) + rng.normal(0, 0.1, n)
        strokes.append(curve(points))
    return _bent(strokes, rng)


def _repenned(image: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    large = cv2.copyMakeBorder(image, *(8,) * 4, cv2.BORDER_CONSTANT, value=(0,))
    large = cv2.resize(large, None, fx=6, fy=6, interpolation=cv2.INTER_CUBIC)
    wider = rng.uniform(0, 1) ** 2 * WIDEST / 2 * _LENGTH
    away = cv2.distanceTransform(np.asarray(large <= 127, np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    digit = normalization.normalize_ink(
        np.asarray(255 * np.clip(wider + 0.5 - away, 0, 1), np.uint8) if wider > 1 else large
    )
    return image if digit is None else digit
