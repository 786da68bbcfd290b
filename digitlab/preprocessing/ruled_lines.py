"""Finds the lines of ruled and squared paper by the Hough transform (R. Duda and P. Hart, 1972), and removes them."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.data.image_ops import enlarge_mask, shrink, to_uint8

MIN_PEAK = 0.45  # share of the darkest ink: lighter components are smudges, or shine through from the other side
LINE_SIDE = 512  # side of the picture in which lines are searched for
LINE_WIDTH = 7  # pixels there: thicker lines are ink
_LINE_TILT = 15  # degrees by which paper may be rotated
_LINE_COVER = 0.8  # share of its length on the paper along which a line is visible
_MANY_LINES = 3  # lines: so many belong to the paper, however dark; fewer must be fainter than ink
_MIN_RISE = 0.01  # tangent of the angle from which on paper is tilted: half a degree
_UNEVEN = 0.2  # share of the distance of two lines: a line that is further from its place is ink
_MIN_SHOWN = 0.6  # share of its length in the picture that a line spans at least if it ends at a corner of the paper
_MAX_ABSORBED = 0.9  # share of the light that a line absorbs at most, or noise in it would be multiplied
_OPAQUE = 0.7  # share of the light that a line absorbs: from there on, ink on it can hardly be told from it
_CROSSING = 0.5  # share of the light that ink absorbs on both sides of a line that it crosses
_MIN_LINE = 0.03  # share of the light that a line absorbs at least
_LINE_VOTES = 0.15  # share of the picture's width: the votes that a candidate needs
_MIN_LINE_LENGTH = 0.1  # share of the picture's width, for a line that leaves the picture at a corner
_MAX_CANDIDATES = 3000
_MAX_FAILURES = 12
_KNOTS = 65  # points with which a line is stored
_PARTS = 16  # pieces of a line whose positions are measured


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """The lines of the paper; each is float64 (65,): its row, as a share of the height, at even steps over the width.

    Attributes:
        horizontal: From left to right.
        vertical: From top to bottom, in the transposed picture.
    """

    horizontal: list[NDArray[np.float64]]
    vertical: list[NDArray[np.float64]]


def remove_printed_lines(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Remove the lines of squared paper that was scanned, or that a note-taking program shows."""
    missing = ink.astype(np.float32) / np.float32(256)
    return _without(ink, missing, find_lines(missing, np.zeros((1, 1), np.uint8), 0.0))


def remove_tilted_squares(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Remove the lines of squared paper that was scanned at an angle.

    Args:
        ink: uint8 (height, width), 0 background to 255 ink.

    Returns:
        uint8 (height, width); the same array if it was not, or if there are no squares.
    """
    missing = ink.astype(np.float32) / np.float32(256)
    lines = find_lines(missing, np.zeros((1, 1), np.uint8), 0.0)
    if min(len(lines.horizontal), len(lines.vertical)) < _MANY_LINES:
        return ink
    rises = [line[-1] - line[0] for line in lines.horizontal]
    if abs(float(np.median(rises))) * ink.shape[0] < _MIN_RISE * ink.shape[1]:
        return ink
    return _without(ink, missing, lines)


def _without(ink: NDArray[np.uint8], missing: NDArray[np.float32], lines: Lines) -> NDArray[np.uint8]:
    """Return ink without lines; `missing` is the share of the light that it absorbs. The same array without lines."""
    rest, darkest = remove_lines(missing, lines)
    return ink if rest is missing else to_uint8(np.round(rest * 256)) * (rest > darkest)


def remove_lines(missing: NDArray[np.float32], lines: Lines) -> tuple[NDArray[np.float32], float]:
    """Remove the paper's lines; return the rest, and how much of the light the darkest line absorbed."""
    if not lines.horizontal and not lines.vertical:
        return missing, 0.0
    is_ruled = max(len(lines.horizontal), len(lines.vertical)) >= _MANY_LINES
    rest, darkest_horizontal = _remove(missing, lines.horizontal, is_ruled)
    rest, darkest_vertical = _remove(_transposed(rest), lines.vertical, is_ruled)
    return _transposed(rest), max(darkest_horizontal, darkest_vertical)


def find_lines(missing: NDArray[np.float32], table: NDArray[np.uint8], noise: float) -> Lines:
    """Find lines in the missing share of the light, float32 (height, width); `table` marks what is not paper."""
    small = shrink(missing, LINE_SIDE)
    return Lines(_horizontal(small, table, noise), _horizontal(_transposed(small), table.T, noise))


def _transposed(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the transpose, copied in blocks."""
    return np.asarray(cv2.transpose(picture), np.float32)


def _horizontal(small: NDArray[np.float32], table: NDArray[np.uint8], noise: float) -> list[NDArray[np.float64]]:
    """Find lines that cross the whole picture from left to right."""
    height, width = small.shape
    thin = small - cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((LINE_WIDTH, 1), np.uint8))
    paper = ~enlarge_mask(table, small.shape)
    thin *= paper
    seen = (thin > max(_MIN_LINE, 2.5 * noise)).astype(np.uint8)
    middle, tilt = np.pi / 2, np.radians(_LINE_TILT)
    found = cv2.HoughLines(
        seen, 1, np.radians(0.25), int(_LINE_VOTES * width), min_theta=middle - tilt, max_theta=middle + tilt
    )
    if found is None:
        return []
    distance, angle = found.reshape(-1, 2)[:_MAX_CANDIDATES].T.astype(float)
    columns = np.arange(width)
    ends = (distance - np.array([[0], [width / 2], [width - 1]]) * np.cos(angle)) / np.sin(angle)
    thick, thicker = (cv2.dilate(seen, np.ones((wide, 1), np.uint8)) > 0 for wide in (3, 5))
    ends = ends[:, _is_candidate(ends, thicker, paper)]
    found_lines: list[NDArray[np.float64]] = []
    others: list[NDArray[np.float64]] = []
    while ends.size and len(others) < _MAX_FAILURES:
        rows = _bent(thin, np.interp(columns, [0, width / 2, width - 1], ends[:, 0]))
        (found_lines if _crosses(rows, thick, paper) else others).append(rows)
        tried = np.stack([ends[:, 0], rows[[0, width // 2, -1]]])
        ends = ends[:, (np.abs(ends - tried[..., np.newaxis]).mean(axis=1) > LINE_WIDTH).all(axis=0)]
    found_lines += [rows for rows in others if _belongs(rows, found_lines, thick, paper)]
    knots = np.linspace(0, width - 1, _KNOTS)
    return [(np.interp(knots, columns, rows) + 0.5) / height for rows in found_lines]


def _is_candidate(ends: NDArray[np.float64], seen: NDArray[np.bool_], paper: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which of many straight lines, each given by three rows, are visible on more than half of their length."""
    height, width = seen.shape
    shares = np.linspace(0, 1, 64)[:, np.newaxis]
    rows = np.round(ends[0] + (ends[2] - ends[0]) * shares).astype(int)
    columns = np.round(shares * (width - 1)).astype(int)
    places = np.clip(rows, 0, height - 1)
    inside = (rows == places) & paper[places, columns]
    shares_seen = (seen[places, columns] & inside).sum(axis=0) / np.maximum(1, inside.sum(axis=0))
    return np.asarray(shares_seen > 0.5)


def _bent(thin: NDArray[np.float32], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fit a parabola to a straight line: paper curls, and lenses distort."""
    height, width = thin.shape
    reach = np.arange(-LINE_WIDTH, LINE_WIDTH + 1)
    band = np.round(rows).astype(int) + reach[:, np.newaxis]
    values = thin[np.clip(band, 0, height - 1), np.arange(width)] * ((band >= 0) & (band < height))
    starts = np.arange(_PARTS) * width // _PARTS
    parts = np.add.reduceat(values, starts, axis=1)
    offsets, strength = reach[parts.argmax(axis=0)], parts.max(axis=0)
    powers = np.vander((starts + width / (2 * _PARTS)) / width, 3)
    weights = np.minimum(strength, np.median(strength)) + 1e-6  # a line is uniform; ink is not
    for _ in range(2):
        bend = np.linalg.solve((powers.T * weights) @ powers, (powers.T * weights) @ offsets)
        weights = weights * (np.abs(offsets - powers @ bend) <= 2) + 1e-6  # without the parts that ink displaced
    known = powers[weights > 0.1 * weights.max(), 1]
    return rows + np.polyval(bend, np.clip(np.arange(width) / width, known.min(), known.max()))


def _crosses(rows: NDArray[np.float64], seen: NDArray[np.bool_], paper: NDArray[np.bool_]) -> bool:
    """Whether a line is visible on all of its length over the paper, from edge to edge."""
    height, width = seen.shape
    places, columns = np.round(rows).astype(int), np.arange(width)
    inside = (places >= 0) & (places < height)
    inside[inside] = paper[places[inside], columns[inside]]
    visible = seen[places[inside], columns[inside]]
    edge = max(1, len(visible) // 16)
    if len(visible) < _MIN_LINE_LENGTH * width or visible.mean() < _LINE_COVER:
        return False
    return bool(visible[:edge].mean() > 0.3 and visible[-edge:].mean() > 0.3)


def _belongs(
    rows: NDArray[np.float64], lines: list[NDArray[np.float64]], seen: NDArray[np.bool_], paper: NDArray[np.bool_]
) -> bool:
    """Whether a line belongs to the evenly spaced lines of tilted paper, though it ends at a corner of that paper.

    Args:
        rows: float64 (width,), the line's row in each column, in pixels.
        lines: Other lines, in the same form.
        seen: bool (height, width), where something dark is seen.
        paper: bool (height, width), where there is paper.
    """
    slopes = [(line[-1] - line[0]) / len(line) for line in (*lines, rows)]
    if len(lines) < _MANY_LINES or abs(np.median(slopes)) < _MIN_RISE:
        return False
    if abs(slopes[-1] - np.median(slopes)) > _MIN_RISE:
        return False
    middles = np.sort([line[len(line) // 2] for line in lines])
    step = float(np.median(np.diff(middles)))
    if step < 1:  # pixel: they cross each other, as no lines of paper do
        return False
    distance = float(np.abs(middles - rows[len(rows) // 2]).min()) / step
    if distance < 0.5 or abs(distance - round(distance)) > _UNEVEN:
        return False
    height = seen.shape[0]
    places = np.round(rows).astype(int)
    inside = np.flatnonzero((places >= 0) & (places < height))
    visible = (seen & paper)[places[inside], inside]
    (shown,) = np.nonzero(visible)
    if not len(shown) or np.ptp(shown) < _MIN_SHOWN * len(inside):
        return False
    return bool(visible[shown[0] : shown[-1] + 1].mean() >= _LINE_COVER)


def _remove(
    missing: NDArray[np.float32], lines: list[NDArray[np.float64]], is_ruled: bool
) -> tuple[NDArray[np.float32], float]:
    """Divide by the light that each line lets through: a median along the line, which crossing ink does not change."""
    height, width = missing.shape
    reach = max(3, round(0.6 * LINE_WIDTH * max(height, width) / LINE_SIDE))
    offsets, columns = np.arange(-reach, reach + 1)[:, np.newaxis], np.arange(width)
    ink = float(np.percentile(missing[::2, ::2], 99.8)) if lines and not is_ruled else 0.0
    result, darkest = missing.copy(), 0.0
    for line in lines:
        rows = np.interp(columns, np.linspace(0, width - 1, _KNOTS), line) * height - 0.5
        band = np.round(rows).astype(int) + offsets
        inside = (band >= 0) & (band < height)
        values = missing.take(np.clip(band, 0, height - 1) * width + columns)
        whole = values[:, inside.all(axis=0)][:, ::4]
        profile = np.median(whole, axis=1) if whole.size else np.zeros(len(band))
        profile = cv2.dilate(profile.astype(np.float32)[:, np.newaxis], np.ones((3, 1), np.uint8))
        is_opaque, profile = profile > _OPAQUE, np.clip(profile, 0, _MAX_ABSORBED)
        if is_ruled or profile.max() < MIN_PEAK * ink:
            darkest = max(darkest, float(profile.max()))
            rest = 1 - (1 - values) / (1 - profile)
            if is_opaque.any():
                goes_on = (values[0] > _CROSSING) & (values[-1] > _CROSSING)
                rest = np.where(is_opaque, values * goes_on, rest)
            np.put(result, (band * width + columns)[inside], rest[inside])
    return result, darkest
