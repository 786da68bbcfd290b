"""Extracts the foreground, the ink: from a canvas, a drawing in any colours, or a photo of handwriting on paper.

A flat background has one colour along the border, and ink is the distance from it. Everything else is a photo; see
`photo`.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from digitlab.data.image_ops import border_pixels, sharpen_edges, shrink, to_uint8
from digitlab.preprocessing.checkerboard import without_checkerboard
from digitlab.preprocessing.colormaps import values_of_colormap
from digitlab.preprocessing.discs import invert_discs
from digitlab.preprocessing.frames import SMALL_PRINT, remove_frames
from digitlab.preprocessing.photo import ink_on_paper
from digitlab.preprocessing.picture_edges import inside_bars, remove_corners
from digitlab.preprocessing.pixel_grid import sample_squares
from digitlab.preprocessing.rectangles import Rectangle, find_panels, find_rectangles
from digitlab.preprocessing.ruled_lines import remove_printed_lines, remove_tilted_squares
from digitlab.preprocessing.tilted_sheet import without_surroundings

MAX_SIDE = 1024  # pixels: more detail than 28 x 28 can hold
_SAME = 2  # grey levels: equal except for rounding
_PICTURE_WEIGHT = 0.1  # weight of the whole picture against its border, for the grey of the background
_NEAR = 12  # grey levels: equal except for JPEG artefacts around a stroke
_STRONG = 128  # ink with a lower peak is told from the background by its colour, too
_FULL = 192  # ink of at least this level is kept as it is; paler ink is raised, or its line would break where it is cut
_MIN_DIFFERENCE = 20  # grey levels: smaller differences come from compression, unless the background has none
_MIN_PRINTED = 200  # pixels on the shorter side of a flat picture from which on lines are searched for
_MOST = 0.6  # share of the height, and of the width, of a figure that its plot takes at least
_MAX_PANELS, _MAX_DEPTH = 24, 4  # more, beside or within each other, are no plots: a bound for a hostile picture
_MAX_FRAME = 0.04  # share of the shorter side: no line of a frame at the picture's very edge is as thick
# A picture of two levels that is no photo, in shares of its pixels:
_TWO_LEVELS, _MIN_LEVEL = 0.4, 0.05  # with one of both levels at least; with the rarer one at least
_MAX_BEYOND = 0.01  # darker, lighter, or evenly in between at most: ink in a shadow, and the shadow itself, are
_OVERSHOOT = 0.1  # of the difference of both levels, not of the pixels: cubic interpolation goes beyond them by it
_MIN_SMOOTH = 0.4  # that smoothing leaves as they are at least: there is no noise
_EDGE = 0.06  # of the shorter side, not of the pixels: what lies so close to both levels is a soft edge
_MIN_PHOTO = 48  # pixels on the shorter side: in a smaller picture the light can't be estimated


def extract_foreground(drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return how much ink each pixel has, whatever the colours and the light.

    Args:
        drawing: uint8 (height, width, 4), RGBA. Strokes of any colour on a transparent or flat background, or a photo
            of handwriting on paper. Grey is luma (ITU-R BT.601).

    Returns:
        uint8 (height, width), 0 background to 255 ink, scaled down where the longer side has more than 1024 pixels.
        Pale ink, whose upper quartile is below 192, is raised to 255.

    Raises:
        ValueError: The drawing has another shape or dtype.
    """
    _check(drawing)
    drawing = np.ascontiguousarray(_bounded(drawing))
    alpha = drawing[..., 3]
    if _is_opaque(drawing):
        return _on_opaque(drawing)
    if alpha.min() == alpha.max():  # then the colours alone hold the ink
        return _on_opaque(drawing | np.array([0, 0, 0, 255], np.uint8))
    if np.median(border_pixels(alpha)) >= 128:
        return _on_opaque(_on_one_colour(drawing))
    sheet = _sheet(drawing)
    if sheet is None:
        alpha = alpha.copy()  # in one piece
        ink = remove_frames(alpha, find_rectangles(alpha))
        return _full_contrast(ink) if alpha.max() < _STRONG else _raise_pale(ink)
    ink = np.zeros_like(alpha)
    ink[sheet] = _on_opaque(_on_one_colour(drawing[sheet]))
    return ink


def _check(drawing: NDArray[np.uint8]) -> None:
    if not isinstance(drawing, np.ndarray):
        raise ValueError(f"A drawing must be uint8 (height, width, 4), RGBA, not {type(drawing).__name__}.")
    if drawing.dtype != np.uint8 or drawing.ndim != 3 or drawing.shape[2] != 4 or 0 in drawing.shape:
        raise ValueError(
            f"A drawing must be uint8 (height, width, 4), RGBA, with pixels in it, not {drawing.dtype} {drawing.shape}."
        )


def _is_opaque(drawing: NDArray[np.uint8]) -> bool:
    """Whether alpha is 255 everywhere, tested on the bits that all pixels share, four bytes at a time."""
    shared = np.bitwise_and.reduce(drawing.view(np.uint32), axis=None)
    return bool(np.atleast_1d(shared).view(np.uint8)[3] == 255)


def _bounded(drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = drawing.shape[:2]
    scale = MAX_SIDE / max(height, width)
    return drawing if scale >= 1 else shrink(drawing, MAX_SIDE)


def _sheet(drawing: NDArray[np.uint8]) -> tuple[slice, slice] | None:
    """Return where an opaque picture lies on a transparent background: a filled box of more than one brightness."""
    opaque = drawing[..., 3] >= 128
    rows, columns = np.nonzero(opaque.any(axis=1))[0], np.nonzero(opaque.any(axis=0))[0]
    if not len(rows):
        return None
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    grey = cv2.cvtColor(drawing[box], cv2.COLOR_RGBA2GRAY)[opaque[box]]
    is_picture = opaque[box].mean() > 0.85 and np.ptp(grey) >= _STRONG // 2
    return box if is_picture else None


def _on_one_colour(drawing: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Blend transparent pixels with the colour of the opaque part of the border."""
    border = border_pixels(drawing)
    seen = border[border[:, 3] >= 128]
    colour = np.median(seen if len(seen) else border, axis=0)
    alpha = drawing[..., 3:].astype(np.float32) / 255
    colours = np.round(drawing[..., :3] * alpha + colour[:3].astype(np.float32) * (1 - alpha))
    return np.dstack([colours.astype(np.uint8), np.full(drawing.shape[:2], 255, np.uint8)])


def _on_opaque(drawing: NDArray[np.uint8], depth: int = 0) -> NDArray[np.uint8]:
    """Return the ink of an opaque picture, which may itself be a plot within `depth` others."""
    grey = cv2.cvtColor(drawing, cv2.COLOR_RGBA2GRAY)
    plain = without_checkerboard(without_surroundings(drawing, grey), grey)
    if plain is not drawing:
        drawing, grey = plain, cv2.cvtColor(plain, cv2.COLOR_RGBA2GRAY)
    border = _border(grey)
    background = _background_level(grey, border)
    inside = inside_bars(grey, background) if depth < _MAX_DEPTH else None
    if inside is not None and (beside := _within(drawing, inside, depth + 1)).any():
        return beside
    is_flat = min(grey.shape) < _MIN_PHOTO or _is_flat(border, background) or _has_two_levels(grey)
    ink = _difference(drawing, grey, background) if is_flat else grey
    rectangles = find_rectangles(ink) if is_flat else []
    written = _in_panels(drawing, ink, rectangles, depth + 1) if rectangles and depth < _MAX_DEPTH else None
    if written is not None:
        return written
    squares = _on_squares(drawing, grey)
    if squares is not None:
        return squares
    return _on_flat(ink, rectangles, background) if is_flat else ink_on_paper(drawing, grey)


def _within(drawing: NDArray[np.uint8], place: tuple[slice, slice], depth: int) -> NDArray[np.uint8]:
    """Return the ink of a part of a picture, and none elsewhere."""
    ink = np.zeros(drawing.shape[:2], np.uint8)
    ink[place] = _on_opaque(np.ascontiguousarray(drawing[place]), depth)
    return ink


def _border(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the pixels of the border, or of what lies within it where it is itself a printed frame."""
    border = border_pixels(grey)
    depth = max(2, round(_MAX_FRAME * min(grey.shape)))
    level = int(border[0])
    if min(grey.shape) < _MIN_PHOTO or np.count_nonzero(border == level) < 0.95 * border.size:
        return border
    inner = border_pixels(grey[depth:-depth, depth:-depth])
    if np.count_nonzero(inner == level) > 0.5 * inner.size:
        return border
    other = int(np.median(inner))
    is_frame = abs(other - level) > _MIN_DIFFERENCE and np.count_nonzero(_distance(inner, other) <= _SAME) > (
        0.7 * inner.size
    )
    return inner if is_frame else border


def _background_level(grey: NDArray[np.uint8], border: NDArray[np.uint8]) -> int:
    """Return the grey of the background: the commonest of the border or, in a close case, of the whole picture."""
    level = int(border[0])
    if (border == level).all():
        return level
    shares, near = np.bincount(border, minlength=256) / border.size, np.ones(2 * _SAME + 1)

    def commonest(around: int) -> int:
        lowest = max(0, around - _SAME)
        return lowest + int(shares[lowest : around + _SAME + 1].argmax())

    nearly = np.convolve(shares, near, "same")
    candidates = {commonest(int(around)) for around in np.flatnonzero(nearly > nearly.max() - 1.001 * _PICTURE_WEIGHT)}
    if len(candidates) == 1:
        return candidates.pop()
    everywhere = cv2.calcHist([grey], [0], None, [256], [0, 256]).reshape(256).astype(np.float64) / grey.size
    return commonest(int((nearly + _PICTURE_WEIGHT * np.convolve(everywhere, near, "same")).argmax()))


def _is_flat(border: NDArray[np.uint8], background: int) -> bool:
    """Whether the border has only one or two colours; light and noise would spread them."""
    distance = _distance(border, background)
    if np.count_nonzero(distance == 0) < 0.45 * border.size:
        return False
    other = border[distance > _NEAR]
    if not len(other):
        return True
    alike = np.count_nonzero(np.abs(other - np.median(other)) <= _NEAR)
    return bool(border.size - len(other) + alike >= 0.9 * border.size)


def _has_two_levels(grey: NDArray[np.uint8]) -> bool:
    """Whether a picture, uint8 (height, width), is flat inside, as one that is cropped to its ink.

    It has two levels far apart, with soft edges between them, and no noise.
    """
    shares = cv2.calcHist([grey], [0], None, [256], [0, 256]).reshape(256) / grey.size
    nearly = np.convolve(shares, np.ones(2 * _SAME + 1), "same")
    first = int(nearly.argmax())
    second = int(np.where(np.abs(np.arange(256) - first) >= _STRONG, nearly, 0).argmax())
    is_rare = nearly[first] + nearly[second] < _TWO_LEVELS or nearly[second] < _MIN_LEVEL
    if is_rare or abs(first - second) < _STRONG:
        return False
    dark, light = min(first, second), max(first, second)
    margin = max(_NEAR, round(_OVERSHOOT * (light - dark)))
    beyond = shares[: max(0, dark - margin)].sum() + shares[light + margin + 1 :].sum()
    near = np.ones((2 * round(_EDGE * min(grey.shape)) + 1,) * 2, np.uint8)
    is_even = cv2.subtract(cv2.dilate(grey, near), cv2.erode(grey, near)) < _STRONG // 2
    between = (grey > dark + _NEAR) & (grey < light - _NEAR)
    if beyond > _MAX_BEYOND or np.mean(between & is_even) > _MAX_BEYOND:
        return False
    return bool(np.mean(grey == cv2.GaussianBlur(grey, (0, 0), 1.0)) >= _MIN_SMOOTH)


def _distance(picture: NDArray[np.uint8], background: int | NDArray[np.uint8]) -> NDArray[np.uint8]:
    levels = np.asarray(background, np.uint8)
    return np.asarray(np.maximum(picture, levels) - np.minimum(picture, levels))


def _difference(drawing: NDArray[np.uint8], grey: NDArray[np.uint8], background: int) -> NDArray[np.uint8]:
    """Return the distance from the background; ink of nearly the same brightness is recognised by its colour."""
    ink = _distance(grey, background) if background else grey
    if ink.max() < _STRONG - _NEAR:
        alike = _distance(border_pixels(grey), background) <= _SAME
        paper = border_pixels(drawing)[alike] if alike.any() else drawing[ink <= _SAME]
        colour = np.median(paper[..., :3], axis=0)
        return _full_contrast(_distance(drawing[..., :3], colour.astype(np.uint8)).max(axis=2))
    if _NEAR < background < 255 - _NEAR:
        return to_uint8(ink * np.float32(255 / int(ink.max())))
    return ink


def _in_panels(
    drawing: NDArray[np.uint8], page: NDArray[np.uint8], rectangles: Sequence[Rectangle], depth: int
) -> NDArray[np.uint8] | None:
    """Return the ink of the panels on a page, without those with small print; None where nothing is written in any."""
    panels = find_panels(page, rectangles)
    places, inks = [], []
    for place in [rectangle.inside for rectangle in rectangles if rectangle.may_be_plot][:_MAX_PANELS]:
        inside = np.ascontiguousarray(drawing[place])
        ink = None
        if not _is_figure(inside):  # whose white is no value of a plot's map, and no pixel of it
            inside = inside if (values := values_of_colormap(inside)) is None else values
            ink = _on_squares(inside, cv2.cvtColor(inside, cv2.COLOR_RGBA2GRAY))
        if ink is not None or place in panels:
            places.append(place)
            inks.append(_on_opaque(inside, depth) if ink is None else ink)
    heights = [int(np.count_nonzero((ink >= _STRONG).any(axis=1))) for ink in inks]
    if not any(heights):
        return None
    written = np.zeros_like(page)
    for place, ink, height in zip(places, inks, heights, strict=True):
        if height >= SMALL_PRINT * max(heights):
            written[place] = ink
    return written


def _is_figure(inside: NDArray[np.uint8]) -> bool:
    """Whether a panel is only the figure around a plot, which takes most of it."""
    grey = cv2.cvtColor(inside, cv2.COLOR_RGBA2GRAY)
    border = _border(grey)
    background = _background_level(grey, border)
    if min(grey.shape) < _MIN_PHOTO or not _is_flat(border, background):
        return False
    ink = _difference(inside, grey, background)
    shapes = [grey[plot].shape for plot in find_panels(ink, find_rectangles(ink))]
    return any(height > _MOST * grey.shape[0] and width > _MOST * grey.shape[1] for height, width in shapes)


def _on_squares(drawing: NDArray[np.uint8], grey: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """Return the ink of a picture whose pixels are drawn as squares; None where they aren't."""
    squares = sample_squares(drawing, grey)
    if squares is None:
        return None
    return np.asarray(cv2.resize(_on_opaque(squares), grey.shape[::-1], interpolation=cv2.INTER_CUBIC), np.uint8)


def _on_flat(ink: NDArray[np.uint8], rectangles: Sequence[Rectangle], background: int) -> NDArray[np.uint8]:
    """Return the ink of a flat page without printed lines and frames, and raise it where it is pale."""
    ink = invert_discs(remove_corners(ink))
    rest = remove_frames(ink, rectangles)
    if background >= _STRONG and min(ink.shape) >= _MIN_PRINTED:
        if rest is not ink:  # a line of tilted paper is not found any more if half of it was taken for a frame
            rest = np.minimum(rest, remove_tilted_squares(ink))
        rest = remove_printed_lines(rest)  # first: pale lines of the paper would decide how pale the ink is
    return _raise_pale(rest)


def _full_contrast(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Raise ink to 255; the faintest traces become 0.

    Edges become sharp, but for those of a small clean picture: few of its pixels lie in a loop, which would close.
    """
    is_clean = _is_clean(ink)
    if ink.max() < _MIN_DIFFERENCE and not is_clean:
        return np.zeros_like(ink)
    peak = float(cv2.blur(ink, (3, 3)).max())  # a single pixel may be a JPEG artefact
    is_soft = is_clean and min(ink.shape) < _MIN_PHOTO
    return to_uint8(ink * np.float32(255 / peak)) if is_soft else sharpen_edges(ink, peak)


def _is_clean(ink: NDArray[np.uint8]) -> bool:
    """Whether most of a picture is exactly its background, so that the faintest line is no noise but rounding."""
    return bool(ink.max() > _SAME and np.count_nonzero(ink) < 0.5 * ink.size)


def _raise_pale(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Raise the level of pale ink to 255: of grey lines, and of lines so thin that no pixel is covered by them whole.

    The level is the upper quartile of what is ink at all, so that neither the soft edges nor a few dark spots decide.
    """
    seen = ink[ink > max(_MIN_DIFFERENCE, int(ink.max()) // 5)]
    level = float(np.quantile(seen, 0.75)) if len(seen) else 255.0
    return ink if level >= _FULL else to_uint8(np.minimum(ink * np.float32(255 / level), 255))
