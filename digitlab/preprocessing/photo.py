"""Extracts ink from a photo of handwriting on paper, or of chalk on a board.

Paper is lit unevenly, so its brightness at each place is estimated by a grey-scale closing with a square wider than any
stroke (J. Serra, "Image Analysis and Mathematical Morphology", 1982), and ink is the share of that light that is
missing. Ruled lines are removed (`ruled_lines`). The rest must exceed the noise.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.data.image_ops import border_pixels, enlarge_mask, sharpen_edges, shrink, to_uint8
from digitlab.preprocessing.frames import remove_frames
from digitlab.preprocessing.rectangles import find_rectangles
from digitlab.preprocessing.ruled_lines import LINE_SIDE, LINE_WIDTH, MIN_PEAK, Lines, find_lines, remove_lines

_SMALL = 256  # side of the picture in which the paper's brightness is estimated
_MAX_SQUARE = 0.25  # of that side: wider than any stroke, narrower than a table
_MIN_SQUARE = 0.08
_SQUARE = 4.0  # widths of the strokes: wider than where they cross, narrower than the valleys between two shadows
_MIN_PAPER = 110  # median grey level: a lighter picture does not show a board
_SHEET = 0.3  # in logarithms: how much lighter than its surroundings an area is that is too large to be chalk
_BLACK = 8  # grey levels, added before the logarithm: the level of noise in black
_MAX_LEVEL = 0.08  # share of the light that the closing may overestimate
_SMOOTHING = 500  # the standard deviation of the smoothing is this part of the picture's longer side
_STEP = 1.3  # ratio between two of those pixels: sharper than the edge of a shadow
_DARK = 0.12  # share of the paper's light: darker than a shadow
_OTHER_COLOUR = 0.06  # share of the sum of red, green and blue: more than a shadow changes
_MIN_CONTRAST = 0.1  # share of the paper's light that ink absorbs at threshold; pencil absorbs 0.3 to 0.6
_NOISE = 5.0  # standard deviations by which ink exceeds the noise
_CLEARLY = 1.8  # times the threshold of ink: soft shadows stay below
_REACH = 12  # the level of a stroke is that of its darkest place within this part of the component's longer side
_MIN_LEVEL = 0.25  # ratio of the palest level of a component's strokes to its peak
_OVER_LINE = 3.5  # ratio of that level to the lines of the paper: rests of those are cut off
_MIN_AREA = 0.03  # share of the largest component's area: smaller ones are specks
_MIN_LENGTH = 0.05  # share of the picture's longer side: digits are longer, specks are shorter
_EDGE = 0.03  # share of the picture's longer side: a component that stays so close to the edge is not a digit
_FRAME = 0.25  # share of a side of the picture: a component that touches more of it is the table or the sheet's edge


def ink_on_paper(drawing: NDArray[np.uint8], grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Extract ink from unevenly lit paper in two passes: a coarse one for the width of the strokes, then a fine one."""
    shape = grey.shape
    if max(shape) < _SMALL:
        size = tuple(max(1, round(length * _SMALL / max(shape))) for length in shape[::-1])
        drawing, grey = (cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC) for picture in (drawing, grey))
    if _is_board(grey):
        drawing, grey = 255 - drawing, 255 - grey
    smooth = cv2.GaussianBlur(grey, (0, 0), max(0.8, max(grey.shape) / _SMOOTHING))
    light = _light(smooth, _MAX_SQUARE)
    table = _table(drawing, light)
    missing, threshold = _missing(smooth, light, table)
    lines = find_lines(missing, table, float(np.median(threshold)) / _NOISE)
    width = _stroke_width(_drawn(shrink(missing, _SMALL), shrink(threshold, _SMALL), table, lines))
    if 0 < _SQUARE * width < _MAX_SQUARE:
        light = _light(smooth, max(_MIN_SQUARE, _SQUARE * width))
        missing, threshold = _missing(smooth, light, table)
    ink = _drawn(_without_frames(missing, threshold), threshold, table, lines)
    return ink if ink.shape == shape else to_uint8(cv2.resize(ink, shape[::-1], interpolation=cv2.INTER_AREA))


def _without_frames(missing: NDArray[np.float32], threshold: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what is missing without printed frames: before lines are removed, or only parts of a frame would go."""
    ink = 255 * (missing > threshold).astype(np.uint8)
    rest = remove_frames(ink, find_rectangles(ink))
    return missing if rest is ink else missing * (cv2.dilate(rest, np.ones((3, 3), np.uint8)) > 0)


def _stroke_width(ink: NDArray[np.uint8]) -> float:
    """Return the strokes' area over half the length of their outlines, as a share of the picture's longer side."""
    strokes = (ink >= 128).astype(np.uint8)
    outlines, _ = cv2.findContours(strokes, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    length = sum(cv2.arcLength(outline, closed=True) for outline in outlines)
    return 2 * int(strokes.sum()) / length / max(ink.shape) if length else 0.0


def _missing(
    grey: NDArray[np.uint8], light: NDArray[np.float32], table: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the share of the light that is missing at each place, and the threshold for ink."""
    missing = np.asarray(1 - grey / _enlarged(light, grey.shape), np.float32)
    if table.any():
        missing[enlarge_mask(table, grey.shape)] = 0
    level, noise = _level_and_noise(missing)
    return missing - level, np.asarray(np.maximum(_MIN_CONTRAST, _NOISE * noise), np.float32)


def _drawn(
    missing: NDArray[np.float32], threshold: NDArray[np.float32], table: NDArray[np.uint8], lines: Lines
) -> NDArray[np.uint8]:
    rest, line = remove_lines(missing, lines)
    return _components(rest, threshold, enlarge_mask(_edge(table), missing.shape), line)


def _edge(table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return what lies along the edge of the picture or of the sheet."""
    slim = max(1, round(_EDGE * max(table.shape)))
    surrounded = cv2.copyMakeBorder(table, slim, slim, slim, slim, cv2.BORDER_CONSTANT, value=1)
    wide = cv2.dilate(surrounded, np.ones((2 * slim + 1, 2 * slim + 1), np.uint8))
    return to_uint8(wide[slim:-slim, slim:-slim])


def _enlarged(values: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(values, shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _level_and_noise(missing: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the level of blank paper and its noise, from the surroundings of each place: shadows are noisier.

    Noise is the difference between pixels a little apart, so that ink, which is uniform, does not count.
    """
    apart = max(2, max(missing.shape) // 200)
    sample = np.ascontiguousarray(missing[:: 1 + min(missing.shape) // 256])
    steps = cv2.absdiff(sample[:, apart:], sample[:, :-apart])
    level = np.clip(_middles(missing), 0, _MAX_LEVEL).astype(np.float32)
    noise = _middles(steps) * (1.4826 / np.sqrt(2))  # median absolute difference to standard deviation
    noise = cv2.dilate(noise, np.ones((3, 3), np.uint8))  # the edge of a shadow is as noisy as the shadow
    return _enlarged(level, missing.shape), _enlarged(noise.astype(np.float32), missing.shape)


def _middles(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the medians of 8 x 8 blocks, filtered so that neighbours outvote blocks full of ink."""
    blocks = cv2.resize(values, (128, 128), interpolation=cv2.INTER_NEAREST).reshape(8, 16, 8, 16)
    return np.asarray(cv2.medianBlur(np.median(blocks, axis=(1, 3)).astype(np.float32), 3), np.float32)


def _is_board(grey: NDArray[np.uint8]) -> bool:
    """Whether there are light strokes on a dark background: it is dark, and what stands out is lighter."""
    small = shrink(grey, 64)
    if max(float(np.median(border_pixels(small))), float(np.median(small))) > _MIN_PAPER:
        return False
    brightness = np.log(small.astype(np.float32) + _BLACK)
    difference = brightness - cv2.GaussianBlur(brightness, (0, 0), 8)
    skewness = float(((difference / max(float(difference.std()), 1e-6)) ** 3).mean())
    has_sheet = cv2.erode(difference, np.ones((9, 9), np.uint8)).max() > _SHEET
    return skewness > 1 and not has_sheet


def _light(grey: NDArray[np.uint8], share: float) -> NDArray[np.float32]:
    """Return how bright blank paper is at each place.

    Outside, the picture counts as dark, so that light that fades towards the edge, and a table there, are background.
    The last erosion prevents the dark side of a sharp step from becoming ink.
    """
    small = cv2.GaussianBlur(cv2.medianBlur(shrink(grey, _SMALL), 7), (3, 3), 0)
    square = 2 * round(share * max(small.shape) / 2) + 1  # odd, or the closing moves the picture
    padded = cv2.copyMakeBorder(small, square, square, square, square, cv2.BORDER_CONSTANT, value=0)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((square, square), np.uint8))
    closed = cv2.erode(closed[square:-square, square:-square], np.ones((3, 3), np.uint8))
    return np.maximum(np.asarray(closed, np.float32), 1)


def _table(drawing: NDArray[np.uint8], light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return where the picture shows the surroundings of the sheet: beyond a sharp step, another colour or very dark.

    The light on paper may change as sharply, but its colour hardly does.
    """
    table = np.zeros(light.shape, np.uint8)
    window = np.ones((3, 3), np.uint8)
    steps = cv2.dilate(light, window) > _STEP * cv2.erode(light, window)
    if not steps.any():
        return table
    colours = cv2.resize(drawing[..., :3], light.shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((~steps).astype(np.uint8), connectivity=4)
    regions = [n for n in range(1, len(stats)) if stats[n, cv2.CC_STAT_AREA] >= 20]
    if not regions:
        return table
    means = {n: np.array(cv2.mean(colours, (labels == n).astype(np.uint8))[:3]) for n in regions}
    paper = max(regions, key=lambda n: means[n].sum() * stats[n, cv2.CC_STAT_AREA])
    for n in regions:
        if means[n].sum() < means[paper].sum() and _differs(means[n], means[paper]):
            table[labels == n] = 1
    table = cv2.morphologyEx(table, cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
    return to_uint8(cv2.dilate(table, np.ones((9, 9), np.uint8)))


def _differs(colour: NDArray[np.float64], paper: NDArray[np.float64]) -> bool:
    if colour.sum() < _DARK * paper.sum():
        return True
    return bool(np.abs(colour / colour.sum() - paper / paper.sum()).max() > _OTHER_COLOUR)


def _components(
    missing: NDArray[np.float32], threshold: NDArray[np.float32], edge: NDArray[np.bool_], line: float
) -> NDArray[np.uint8]:
    """Draw, in full contrast, the components that are neither specks nor the sheet's surroundings."""
    ink = np.zeros(missing.shape, np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((missing > threshold).astype(np.uint8), connectivity=8)
    order = [n for n in np.argsort(-stats[1:, cv2.CC_STAT_AREA])[:200] + 1 if not _is_frame(labels, stats[n], n, edge)]
    if not order:
        return ink
    largest = stats[order[0], cv2.CC_STAT_AREA]
    peaks = {}
    for n in order:
        if stats[n, cv2.CC_STAT_AREA] < _MIN_AREA * largest:
            break
        box = _box(stats[n])
        if stats[n, cv2.CC_STAT_AREA] < largest / 3 and _is_line_from_the_edge(labels[box] == n, stats[n], ink.shape):
            continue
        peak = float(np.percentile(missing[box][labels[box] == n], 80))
        is_line = peak < 1.25 * line and _is_slim(labels[box] == n, ink.shape)
        if peak > _CLEARLY * threshold[box][labels[box] == n].mean() and not is_line:
            peaks[n] = peak
    max_length = max((int(stats[n, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max()) for n in peaks), default=0)
    if max_length < _MIN_LENGTH * max(missing.shape):
        return ink
    darkest = max(peaks.values())
    for n, peak in peaks.items():
        if peak >= MIN_PEAK * darkest:
            box = _box(stats[n], 2)
            near = cv2.dilate((labels[box] == n).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
            levels = _stroke_levels(missing[box] * (labels[box] == n), peak, line)
            ink[box] = np.maximum(ink[box], sharpen_edges(missing[box], levels) * near)
    return ink


def _stroke_levels(missing: NDArray[np.float32], peak: float, line: float) -> NDArray[np.float32]:
    """Return how dark the strokes of a component are at each place: glare, or a pen that runs dry, makes them paler.

    They are darker than the rests of ruled lines, which are as dark as `line`.
    """
    reach = 2 * (max(missing.shape) // _REACH) + 3
    darkest = cv2.dilate(cv2.blur(missing, (3, 3)), np.ones((reach, reach), np.uint8))
    levels = cv2.GaussianBlur(darkest, (0, 0), reach / 4)
    return np.asarray(np.clip(levels, min(max(_MIN_LEVEL * peak, _OVER_LINE * line), peak), peak), np.float32)


def _box(stats: NDArray[np.int32], margin: int = 0) -> tuple[slice, slice]:
    left, top, width, height = (int(value) for value in stats[:4])
    return (
        slice(max(0, top - margin), top + height + margin),
        slice(max(0, left - margin), left + width + margin),
    )


def _is_frame(labels: NDArray[np.int32], stats: NDArray[np.int32], number: int, edge: NDArray[np.bool_]) -> bool:
    """Whether a component lies along the edge of the picture or the sheet, as a rest of the table does."""
    box = _box(stats)
    if edge[box][labels[box] == number].mean() > 0.7:
        return True
    borders = (labels[0], labels[-1], labels[:, 0], labels[:, -1])
    return any(float((border == number).mean()) > _FRAME for border in borders)


def _is_line_from_the_edge(component: NDArray[np.bool_], stats: NDArray[np.int32], shape: tuple[int, ...]) -> bool:
    """Whether a component is the rest of a ruled line, or of the sheet's edge, in a corner of the picture."""
    left, top, width, height = (int(value) for value in stats[:4])
    if left > 1 and top > 1 and left + width < shape[1] - 1 and top + height < shape[0] - 1:
        return False
    return _is_slim(component, shape)


def _is_slim(component: NDArray[np.bool_], shape: tuple[int, ...]) -> bool:
    _, sides, _ = cv2.minAreaRect(cv2.findNonZero(component.astype(np.uint8)))
    return bool(max(sides) > 6 * min(sides) and min(sides) < 1.5 * LINE_WIDTH * max(shape) / LINE_SIDE)
