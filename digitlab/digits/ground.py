"""Ink told from its ground: a canvas, a drawing in any colours, or a photograph of a pen on paper.

A flat ground is one colour along the border, and ink is the distance from it. Paper in a photograph is lit unevenly, so
its brightness at each place is estimated by a grey-scale closing with a square wider than any stroke (J. Serra, "Image
Analysis and Mathematical Morphology", 1982), and ink is the share of that light that is missing. The lines of the paper
are found by the Hough transform (R. Duda and P. Hart, 1972) and taken out. What is left must rise above the noise.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

LARGEST_SIDE = 1024  # pixels: more detail than 28 x 28 can hold

_SAME = 2  # grey levels: equal but for rounding
_NEAR = 12  # grey levels: equal but for what JPEG does around a stroke
_STRONG = 128  # a peak of ink from about here on is kept as it is on black and on white; below, it is raised to 255
_LEAST_DIFFERENCE = 20  # grey levels: less is what compression left of a flat ground
_LEAST_PRINTED = 200  # pixels on the shorter side of a flat picture in which lines are looked for
_LEAST_PHOTO = 48  # pixels on the shorter side: below it nothing can be said about light

_SMALL = 256  # side of the picture in which the paper's brightness is estimated
_WIDEST_SQUARE = 0.25  # of that side: wider than any stroke, narrower than a table
_NARROWEST_SQUARE = 0.08
_SQUARE = 4.0  # widths of the strokes: wider than where they cross, narrower than the valleys between two shadows
_DARKEST_PAPER = 110  # grey level of half the picture: what is lighter is no board
_SHEET = 0.3  # in logarithms: how much lighter than its surroundings an area is that is too large for chalk
_BLACK = 8  # grey levels that are added before a logarithm is taken: what noise makes of black
_MOST_LEVEL = 0.08  # share of the light that the closing may overstate
_SMOOTHING = 500  # the standard deviation of the smoothing is this part of the picture's longer side
_STEP = 1.3  # between two of those pixels: sharper than the edge of a shadow
_DARK = 0.12  # of the paper's light: darker than a shadow
_OTHER_COLOUR = 0.06  # of the sum of red, green and blue: more than a shadow changes
_LEAST_CONTRAST = 0.1  # share of the paper's light that ink takes away at least; pencil takes 0.3 to 0.6
_NOISE = 5.0  # standard deviations of the noise that ink rises above
_CLEARLY = 1.8  # times what ink must rise above at least: a soft shadow stays below it
_LEAST_PEAK = 0.45  # of the darkest piece of ink: what stays lighter is a smudge, or the other side of the sheet
_LEAST_AREA = 0.03  # of the largest piece of ink: what is smaller is a speck
_LEAST_LENGTH = 0.05  # of the picture's longer side, that a digit has and specks have not
_EDGE = 0.03  # of the picture's longer side: what lies so near to the edge all along is no digit
_FRAME = 0.25  # of a side that a piece may touch before it is taken for the table or the sheet's edge

_LINE_SIDE = 512  # side of the picture in which lines are looked for
_LINE_WIDTH = 7  # pixels there: thicker is ink
_LINE_TILT = 15  # degrees by which paper may be turned
_LINE_COVER = 0.8  # of its way over the paper on which a line is seen
_MANY_LINES = 3  # so many are the paper's, however dark; fewer must be fainter than ink
_LEAST_LINE = 0.03  # share of the light that a line takes away at least
_LINE_VOTES = 0.15  # of the picture's width, by which a line is proposed
_SHORTEST_LINE = 0.1  # of the picture's width, where it leaves the picture at a corner
_MOST_CANDIDATES = 3000
_MOST_FAILURES = 12
_KNOTS = 65  # of a line as it is kept
_PARTS = 16  # of a line, each of which shows where it runs


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """The paper's lines; of each, float64 (65,): its row, as a share of the height, at places evenly over the width.

    Attributes:
        across: From left to right.
        down: From top to bottom, as if the picture were transposed.
    """

    across: list[NDArray[np.float64]]
    down: list[NDArray[np.float64]]


def ink_of(drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return how much ink each pixel has, whatever the colours and the light.

    Args:
        drawing: uint8 (height, width, 4), RGBA. Strokes of any colour on a transparent or flat ground, or a photograph
            of a pen on paper. Light strokes on black keep their grey values (ITU-R BT.601).

    Returns:
        uint8 (height, width), 0 ground to 255 ink, made smaller where the longer side has more than 1024 pixels.

    Raises:
        ValueError: Another shape or dtype came.
    """
    _check(drawing)
    drawing = _bounded(drawing)
    alpha = drawing[..., 3]
    if alpha.min() == 255:
        return _on_opaque(drawing)
    if np.median(_border(alpha)) >= 128:
        return _on_opaque(_on_one_colour(drawing))
    sheet = _sheet(drawing)
    if sheet is None:
        return _full_contrast(alpha) if alpha.max() < _STRONG else alpha.copy()
    ink = np.zeros_like(alpha)
    ink[sheet] = _on_opaque(_on_one_colour(drawing[sheet]))
    return ink


def _check(drawing: NDArray[np.uint8]) -> None:
    if not isinstance(drawing, np.ndarray):
        raise ValueError(f"A drawing is uint8 (height, width, 4), RGBA; {type(drawing).__name__} came.")
    if drawing.dtype != np.uint8 or drawing.ndim != 3 or drawing.shape[2] != 4 or 0 in drawing.shape:
        raise ValueError(
            f"A drawing is uint8 (height, width, 4), RGBA, of at least one pixel; {drawing.dtype} {drawing.shape} came."
        )


def _bounded(drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = drawing.shape[:2]
    scale = LARGEST_SIDE / max(height, width)
    return drawing if scale >= 1 else _smaller(drawing, LARGEST_SIDE)


def _smaller(picture: NDArray[Any], side: int) -> NDArray[Any]:
    """Bring the longer side to `side` pixels, where it has more; what is averaged over areas is antialiased."""
    height, width = picture.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return picture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def _border(picture: NDArray[Any]) -> NDArray[Any]:
    return np.concatenate([picture[0], picture[-1], picture[:, 0], picture[:, -1]])


def _sheet(drawing: NDArray[np.uint8]) -> tuple[slice, slice] | None:
    """Where an opaque picture lies on a transparent ground: a filled box of more than one brightness."""
    opaque = drawing[..., 3] >= 128
    rows, columns = np.nonzero(opaque.any(axis=1))[0], np.nonzero(opaque.any(axis=0))[0]
    if not len(rows):
        return None
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    grey = cv2.cvtColor(drawing[box], cv2.COLOR_RGBA2GRAY)[opaque[box]]
    is_picture = opaque[box].mean() > 0.85 and np.ptp(grey) >= _STRONG // 2
    return box if is_picture else None


def _on_one_colour(drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put what is partly transparent on the colour that the border has, as far as it is opaque."""
    border = _border(drawing)
    seen = border[border[:, 3] >= 128]
    colour = np.median(seen if len(seen) else border, axis=0)
    alpha = drawing[..., 3:].astype(np.float32) / 255
    colours = np.round(drawing[..., :3] * alpha + colour[:3].astype(np.float32) * (1 - alpha))
    return np.dstack([colours.astype(np.uint8), np.full(drawing.shape[:2], 255, np.uint8)])


def _on_opaque(drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(drawing, cv2.COLOR_RGBA2GRAY)
    ground = _ground_level(grey)
    border = _border(grey)
    if min(grey.shape) < _LEAST_PHOTO or _is_flat(border, ground):
        return _on_flat(drawing, grey, ground)
    return _on_paper(drawing, grey)


def _ground_level(grey: NDArray[np.uint8]) -> int:
    """The grey of the ground: most of the border has it; where that is a close call, most of the picture decides."""
    border, everywhere = (np.bincount(part, minlength=256) / part.size for part in (_border(grey), grey.ravel()))
    near = np.ones(2 * _SAME + 1)
    shares = np.convolve(border, near, "same") + 0.1 * np.convolve(everywhere, near, "same")
    around = int(shares.argmax())
    lowest = max(0, around - _SAME)
    return lowest + int(border[lowest : around + _SAME + 1].argmax())


def _is_flat(border: NDArray[np.uint8], ground: int) -> bool:
    """Whether the border has one or two colours only; light and noise would spread them."""
    distance = _distance(border, ground)
    if (distance == 0).mean() < 0.45:
        return False
    other = border[distance > _NEAR]
    second = np.median(other) if len(other) else ground
    return bool(((distance <= _NEAR) | (np.abs(border - second) <= _NEAR)).mean() >= 0.9)


def _distance(picture: NDArray[np.uint8], ground: int | NDArray[np.int16]) -> NDArray[np.uint8]:
    return np.asarray(np.abs(picture.astype(np.int16) - np.asarray(ground, np.int16)), np.uint8)


def _on_flat(drawing: NDArray[np.uint8], grey: NDArray[np.uint8], ground: int) -> NDArray[np.uint8]:
    """The distance from the ground's colour; ink of nearly the ground's own brightness is told by its colour."""
    ink = _distance(grey, ground)
    if ink.max() < _STRONG - _NEAR:
        colour = np.median(_border(drawing)[_distance(_border(grey), ground) <= _SAME, :3], axis=0)
        ink = _full_contrast(_distance(drawing[..., :3], colour.astype(np.int16)).max(axis=2))
    elif _NEAR < ground < 255 - _NEAR:
        ink = _as_bytes(ink * np.float32(255 / int(ink.max())))
    return _without_printed_lines(ink) if ground >= _STRONG and min(ink.shape) >= _LEAST_PRINTED else ink


def _without_printed_lines(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Squared paper that was scanned, or that a program for notes shows."""
    missing = ink.astype(np.float32) / np.float32(256)
    rest, darkest = _without_lines(missing, _lines(missing, np.zeros((1, 1), np.uint8), 0.0))
    return ink if rest is missing else _as_bytes(np.round(rest * 256)) * (rest > darkest)


def _full_contrast(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Raise ink to 255; what is hardly there at all is nothing."""
    if ink.max() < _LEAST_DIFFERENCE:
        return np.zeros_like(ink)
    return _sharp(ink, float(cv2.blur(ink, (3, 3)).max()))  # a single pixel may be what JPEG overshot


def _sharp(ink: NDArray[Any], peak: float) -> NDArray[np.uint8]:
    """Let ink be 255, ground 0, and the edge at 128 lie where half of the ink's peak is."""
    return _as_bytes((ink / np.float32(peak) - 0.3) * 640)


def _as_bytes(values: NDArray[Any]) -> NDArray[np.uint8]:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def _on_paper(drawing: NDArray[np.uint8], grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Ink on unevenly lit paper, in two looks: a coarse one for the width of the strokes, then a close one."""
    shape = grey.shape
    if max(shape) < _SMALL:
        size = tuple(max(1, round(length * _SMALL / max(shape))) for length in shape[::-1])
        drawing, grey = (cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC) for picture in (drawing, grey))
    if _is_board(grey):
        drawing, grey = 255 - drawing, 255 - grey
    smooth = cv2.GaussianBlur(grey, (0, 0), max(0.8, max(grey.shape) / _SMOOTHING))
    light = _light(smooth, _WIDEST_SQUARE)
    table = _table(drawing, light)
    missing, least = _missing(smooth, light, table)
    lines = _lines(missing, table, float(np.median(least)) / _NOISE)
    width = _stroke_width(_drawn(_smaller(missing, _SMALL), _smaller(least, _SMALL), table, lines))
    if 0 < _SQUARE * width < _WIDEST_SQUARE:
        light = _light(smooth, max(_NARROWEST_SQUARE, _SQUARE * width))
        missing, least = _missing(smooth, light, table)
    ink = _drawn(missing, least, table, lines)
    return ink if ink.shape == shape else _as_bytes(cv2.resize(ink, shape[::-1], interpolation=cv2.INTER_AREA))


def _stroke_width(ink: NDArray[np.uint8]) -> float:
    """A stroke's area over half the length of its outline, as a share of the picture's longer side."""
    strokes = (ink >= 128).astype(np.uint8)
    outlines, _ = cv2.findContours(strokes, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    length = sum(cv2.arcLength(outline, closed=True) for outline in outlines)
    return 2 * int(strokes.sum()) / length / max(ink.shape) if length else 0.0


def _missing(
    grey: NDArray[np.uint8], light: NDArray[np.float32], table: NDArray[np.uint8]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The share of the light that is missing at each place, and how much must be for ink."""
    missing = np.asarray(1 - grey / _enlarged(light, grey.shape), np.float32)
    if table.any():
        missing[_enlarged_mask(table, grey.shape)] = 0
    level, noise = _level_and_noise(missing)
    return missing - level, np.asarray(np.maximum(_LEAST_CONTRAST, _NOISE * noise), np.float32)


def _drawn(
    missing: NDArray[np.float32], least: NDArray[np.float32], table: NDArray[np.uint8], lines: _Lines
) -> NDArray[np.uint8]:
    rest, line = _without_lines(missing, lines)
    return _pieces(rest, least, _enlarged_mask(_edge(table), missing.shape), line)


def _edge(table: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What lies along the picture's edge or the sheet's."""
    slim = max(1, round(_EDGE * max(table.shape)))
    surrounded = cv2.copyMakeBorder(table, slim, slim, slim, slim, cv2.BORDER_CONSTANT, value=1)
    wide = cv2.dilate(surrounded, np.ones((2 * slim + 1, 2 * slim + 1), np.uint8))
    return _as_bytes(wide[slim:-slim, slim:-slim])


def _enlarged(values: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(values, shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _enlarged_mask(mask: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    return np.asarray(cv2.resize(mask, shape[::-1], interpolation=cv2.INTER_NEAREST) > 0)


def _level_and_noise(missing: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What blank paper shows, and its noise, each place by its surroundings: a shadow has more noise for its light.

    The noise is that between pixels a little apart, so that ink, whose inside is even, does not count as noise.
    """
    apart = max(2, max(missing.shape) // 200)
    sample = np.ascontiguousarray(missing[:: 1 + min(missing.shape) // 256])
    steps = cv2.absdiff(sample[:, apart:], sample[:, :-apart])
    level = np.clip(_middles(missing), 0, _MOST_LEVEL).astype(np.float32)
    noise = _middles(steps) * (1.4826 / np.sqrt(2))  # the standard deviation of a normal distribution
    noise = cv2.dilate(noise, np.ones((3, 3), np.uint8))  # at the edge of a shadow, that of the shadow
    return _enlarged(level, missing.shape), _enlarged(noise.astype(np.float32), missing.shape)


def _middles(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """The medians of 8 x 8 blocks; those that ink fills are outvoted by their neighbours."""
    blocks = cv2.resize(values, (128, 128), interpolation=cv2.INTER_NEAREST).reshape(8, 16, 8, 16)
    return np.asarray(cv2.medianBlur(np.median(blocks, axis=(1, 3)).astype(np.float32), 3), np.float32)


def _is_board(grey: NDArray[np.uint8]) -> bool:
    """Whether light strokes stand on a dark ground: it is dark, and what differs from its surroundings is lighter."""
    small = _smaller(grey, 64)
    if max(float(np.median(_border(small))), float(np.median(small))) > _DARKEST_PAPER:
        return False
    brightness = np.log(small.astype(np.float32) + _BLACK)
    difference = brightness - cv2.GaussianBlur(brightness, (0, 0), 8)
    skewness = float(((difference / max(float(difference.std()), 1e-6)) ** 3).mean())
    has_sheet = cv2.erode(difference, np.ones((9, 9), np.uint8)).max() > _SHEET
    return skewness > 1 and not has_sheet


def _light(grey: NDArray[np.uint8], share: float) -> NDArray[np.float32]:
    """How bright blank paper is at each place.

    Beyond the edge the picture is taken to be dark, so that light that falls off towards the edge, and a table there,
    are ground; the last erosion keeps the dark side of a sharp step from being taken for ink.
    """
    small = cv2.GaussianBlur(cv2.medianBlur(_smaller(grey, _SMALL), 7), (3, 3), 0)
    square = 2 * round(share * max(small.shape) / 2) + 1  # odd, or the closing moves the picture
    padded = cv2.copyMakeBorder(small, square, square, square, square, cv2.BORDER_CONSTANT, value=0)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, np.ones((square, square), np.uint8))
    closed = cv2.erode(closed[square:-square, square:-square], np.ones((3, 3), np.uint8))
    return np.maximum(np.asarray(closed, np.float32), 1)


def _table(drawing: NDArray[np.uint8], light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Where the picture shows what lies around the sheet: behind a sharp step, and of another colour or very dark.

    The light on paper may change as sharply, but not its colour, or not much.
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
    return _as_bytes(cv2.dilate(table, np.ones((9, 9), np.uint8)))


def _differs(colour: NDArray[np.float64], paper: NDArray[np.float64]) -> bool:
    if colour.sum() < _DARK * paper.sum():
        return True
    return bool(np.abs(colour / colour.sum() - paper / paper.sum()).max() > _OTHER_COLOUR)


def _without_lines(missing: NDArray[np.float32], lines: _Lines) -> tuple[NDArray[np.float32], float]:
    """Take out the paper's lines, those across and those down; say how much of the light the darkest took."""
    if not lines.across and not lines.down:
        return missing, 0.0
    is_ruled = max(len(lines.across), len(lines.down)) >= _MANY_LINES
    rest, one = _take_out(missing, lines.across, is_ruled)
    rest, other = _take_out(np.ascontiguousarray(rest.T), lines.down, is_ruled)
    return np.ascontiguousarray(rest.T), max(one, other)


def _lines(missing: NDArray[np.float32], table: NDArray[np.uint8], noise: float) -> _Lines:
    small = _smaller(missing, _LINE_SIDE)
    return _Lines(_across(small, table, noise), _across(np.ascontiguousarray(small.T), table.T, noise))


def _across(small: NDArray[np.float32], table: NDArray[np.uint8], noise: float) -> list[NDArray[np.float64]]:
    """Find lines that cross the whole picture from left to right."""
    height, width = small.shape
    thin = small - cv2.morphologyEx(small, cv2.MORPH_OPEN, np.ones((_LINE_WIDTH, 1), np.uint8))
    paper = ~_enlarged_mask(table, small.shape)
    thin *= paper
    seen = (thin > max(_LEAST_LINE, 2.5 * noise)).astype(np.uint8)
    middle, tilt = np.pi / 2, np.radians(_LINE_TILT)
    found = cv2.HoughLines(
        seen, 1, np.radians(0.25), int(_LINE_VOTES * width), min_theta=middle - tilt, max_theta=middle + tilt
    )
    if found is None:
        return []
    distance, angle = found.reshape(-1, 2)[:_MOST_CANDIDATES].T.astype(float)
    columns = np.arange(width)
    ends = (distance - np.array([[0], [width / 2], [width - 1]]) * np.cos(angle)) / np.sin(angle)
    thick, thicker = (cv2.dilate(seen, np.ones((wide, 1), np.uint8)) > 0 for wide in (3, 5))
    ends = ends[:, _is_hopeful(ends, thicker, paper)]
    kept: list[NDArray[np.float64]] = []
    failures = 0
    while ends.size and failures < _MOST_FAILURES:
        rows = _bent(thin, np.interp(columns, [0, width / 2, width - 1], ends[:, 0]))
        if _crosses(rows, thick, paper):
            kept.append(rows)
        else:
            failures += 1
        tried = np.stack([ends[:, 0], rows[[0, width // 2, -1]]])
        ends = ends[:, (np.abs(ends - tried[..., np.newaxis]).mean(axis=1) > _LINE_WIDTH).all(axis=0)]
    knots = np.linspace(0, width - 1, _KNOTS)
    return [(np.interp(knots, columns, rows) + 0.5) / height for rows in kept]


def _is_hopeful(ends: NDArray[np.float64], seen: NDArray[np.bool_], paper: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of many straight lines, each by three rows, are seen on more than half of their way."""
    height, width = seen.shape
    shares = np.linspace(0, 1, 64)[:, np.newaxis]
    rows = np.round(ends[0] + (ends[2] - ends[0]) * shares).astype(int)
    columns = np.round(shares * (width - 1)).astype(int)
    places = np.clip(rows, 0, height - 1)
    inside = (rows == places) & paper[places, columns]
    shares_seen = (seen[places, columns] & inside).sum(axis=0) / np.maximum(1, inside.sum(axis=0))
    return np.asarray(shares_seen > 0.5)


def _bent(thin: NDArray[np.float32], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bend a straight line to the parabola that it is on paper that curls, or behind a lens that bends it."""
    height, width = thin.shape
    reach = np.arange(-_LINE_WIDTH, _LINE_WIDTH + 1)
    band = np.round(rows).astype(int) + reach[:, np.newaxis]
    values = thin[np.clip(band, 0, height - 1), np.arange(width)] * ((band >= 0) & (band < height))
    starts = np.arange(_PARTS) * width // _PARTS
    parts = np.add.reduceat(values, starts, axis=1)
    offsets, strength = reach[parts.argmax(axis=0)], parts.max(axis=0)
    powers = np.vander((starts + width / (2 * _PARTS)) / width, 3)
    weights = np.minimum(strength, np.median(strength)) + 1e-6  # a line is even; ink is not
    for _ in range(2):
        bend = np.linalg.solve((powers.T * weights) @ powers, (powers.T * weights) @ offsets)
        weights = weights * (np.abs(offsets - powers @ bend) <= 2) + 1e-6  # without what ink has drawn aside
    known = powers[weights > 0.1 * weights.max(), 1]
    return rows + np.polyval(bend, np.clip(np.arange(width) / width, known.min(), known.max()))


def _crosses(rows: NDArray[np.float64], seen: NDArray[np.bool_], paper: NDArray[np.bool_]) -> bool:
    """Whether a line is seen all its way over the paper, from edge to edge."""
    height, width = seen.shape
    places, columns = np.round(rows).astype(int), np.arange(width)
    inside = (places >= 0) & (places < height)
    inside[inside] = paper[places[inside], columns[inside]]
    way = seen[places[inside], columns[inside]]
    edge = max(1, len(way) // 16)
    if len(way) < _SHORTEST_LINE * width or way.mean() < _LINE_COVER:
        return False
    return bool(way[:edge].mean() > 0.3 and way[-edge:].mean() > 0.3)


def _take_out(
    missing: NDArray[np.float32], lines: list[NDArray[np.float64]], is_ruled: bool
) -> tuple[NDArray[np.float32], float]:
    """Divide out what each line takes of the light: its median along the way, which crossing ink leaves as it is."""
    height, width = missing.shape
    reach = max(3, round(0.6 * _LINE_WIDTH * max(height, width) / _LINE_SIDE))
    offsets, columns = np.arange(-reach, reach + 1)[:, np.newaxis], np.arange(width)
    ink = float(np.percentile(missing[::2, ::2], 99.8)) if lines and not is_ruled else 0.0
    result, darkest = missing.copy(), 0.0
    for line in lines:
        rows = np.interp(columns, np.linspace(0, width - 1, _KNOTS), line) * height - 0.5
        band = np.round(rows).astype(int) + offsets
        inside = (band >= 0) & (band < height)
        values = missing[np.clip(band, 0, height - 1), columns]
        whole = values[:, inside.all(axis=0)][:, ::4]
        profile = np.median(whole, axis=1) if whole.size else np.zeros(len(band))
        profile = np.clip(cv2.dilate(profile.astype(np.float32)[:, np.newaxis], np.ones((3, 1), np.uint8)), 0, 0.9)
        if is_ruled or profile.max() < _LEAST_PEAK * ink:
            darkest = max(darkest, float(profile.max()))
            rest = 1 - (1 - values) / (1 - profile)
            np.put(result, (band * width + columns)[inside], rest[inside])
    return result, darkest


def _pieces(
    missing: NDArray[np.float32], least: NDArray[np.float32], edge: NDArray[np.bool_], line: float
) -> NDArray[np.uint8]:
    """Draw anew, in full contrast, the pieces of ink that are neither specks nor the sheet's surroundings."""
    ink = np.zeros(missing.shape, np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats((missing > least).astype(np.uint8), connectivity=8)
    order = [n for n in np.argsort(-stats[1:, cv2.CC_STAT_AREA])[:200] + 1 if not _is_frame(labels, stats[n], n, edge)]
    if not order:
        return ink
    largest = stats[order[0], cv2.CC_STAT_AREA]
    peaks = {}
    for n in order:
        if stats[n, cv2.CC_STAT_AREA] < _LEAST_AREA * largest:
            break
        box = _box(stats[n])
        if stats[n, cv2.CC_STAT_AREA] < largest / 3 and _is_line_from_the_edge(labels[box] == n, stats[n], ink.shape):
            continue
        peak = float(np.percentile(missing[box][labels[box] == n], 80))
        is_line = peak < 1.25 * line and _is_slim(labels[box] == n, ink.shape)
        if peak > _CLEARLY * least[box][labels[box] == n].mean() and not is_line:
            peaks[n] = peak
    longest = max((int(stats[n, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max()) for n in peaks), default=0)
    if longest < _LEAST_LENGTH * max(missing.shape):
        return ink
    darkest = max(peaks.values())
    for n, peak in peaks.items():
        if peak >= _LEAST_PEAK * darkest:
            box = _box(stats[n], 2)
            near = cv2.dilate((labels[box] == n).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
            ink[box] = np.maximum(ink[box], _sharp(missing[box], peak) * near)
    return ink


def _box(stats: NDArray[np.int32], margin: int = 0) -> tuple[slice, slice]:
    left, top, width, height = (int(value) for value in stats[:4])
    return (
        slice(max(0, top - margin), top + height + margin),
        slice(max(0, left - margin), left + width + margin),
    )


def _is_frame(labels: NDArray[np.int32], stats: NDArray[np.int32], number: int, edge: NDArray[np.bool_]) -> bool:
    """Whether a piece lies along the edge of the picture or the sheet, as a table's rest does."""
    box = _box(stats)
    if edge[box][labels[box] == number].mean() > 0.7:
        return True
    borders = (labels[0], labels[-1], labels[:, 0], labels[:, -1])
    return any(float((border == number).mean()) > _FRAME for border in borders)


def _is_line_from_the_edge(piece: NDArray[np.bool_], stats: NDArray[np.int32], shape: tuple[int, ...]) -> bool:
    """Whether a piece is what a line of the paper, or the sheet's edge, left in a corner of the picture."""
    left, top, width, height = (int(value) for value in stats[:4])
    if left > 1 and top > 1 and left + width < shape[1] - 1 and top + height < shape[0] - 1:
        return False
    return _is_slim(piece, shape)


def _is_slim(piece: NDArray[np.bool_], shape: tuple[int, ...]) -> bool:
    _, sides, _ = cv2.minAreaRect(cv2.findNonZero(piece.astype(np.uint8)))
    return bool(max(sides) > 6 * min(sides) and min(sides) < 1.5 * _LINE_WIDTH * max(shape) / _LINE_SIDE)
