"""Pictures of digits in forms, plots and grids, for tests of what people upload; the digits are writing templates."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image, ImageDraw, ImageFont

from digitlab.synthesis.handwriting import curve, draw
from digitlab.synthesis.templates import digit_templates

FINE = 4  # times as large is drawn, for antialiasing


def written(digit: int, style: int = 0) -> list[np.ndarray]:
    """The strokes of a digit, (n, 2) points each, about 0 to 1; the most common style of writing is 0."""
    styles = sorted((t for t in digit_templates() if t.digit == digit), key=lambda template: -template.share)
    return [curve(stroke) for stroke in styles[style].strokes]


def form(
    digits: Sequence[Sequence[np.ndarray] | None],
    *,
    kind: str = "cells",
    cell: tuple[int, int] = (60, 80),
    pen: float = 5,
    line: float = 2,
    margin: int = 20,
    grey: float = 1.0,
    size: float = 0.7,
    shift: float = 0.0,
    angle: float = 0.0,
) -> np.ndarray:
    """float32 (height, width), 0 to 1: how dark each pixel of a form is, in which a digit or nothing is in each cell.

    Args:
        digits: Strokes for each cell from left to right, None for an empty one.
        kind: "cells" share their sides, "boxes" stand apart, "comb" has a base with ticks, "frame" is one for all, and
            "none" has no lines.
        cell: Width and height of a cell, in pixels.
        pen: Width of the strokes.
        line: Width of the printed lines.
        margin: Pixels around the form.
        grey: How dark the printed lines are.
        size: Height of a digit, as a share of the cell's.
        shift: How far the digits are moved down, as a share of the cell's height.
        angle: Degrees by which the picture is rotated.
    """
    width, height = cell
    gap = width // 5 if kind == "boxes" else 0
    shape = (height + 2 * margin) * FINE, (len(digits) * (width + gap) - gap + 2 * margin) * FINE
    printed, ink = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    for number, strokes in enumerate(digits):
        left = margin + number * (width + gap)
        _print_cell(printed, kind, (left, margin, width, height), line, number in (0, len(digits) - 1))
        if strokes is not None:
            for stroke in _placed(strokes, (left, margin + shift * height, width, height), size):
                points = np.round(stroke * FINE * 16).astype(np.int32)
                cv2.polylines(ink, [points], False, 255, max(1, round(pen * FINE)), cv2.LINE_AA, 4)
    if kind == "frame":
        _rectangle(printed, margin, margin, margin + len(digits) * width, margin + height, line)
    dark = np.maximum(ink, printed * np.float32(grey)).astype(np.float32)
    if angle:
        turn = cv2.getRotationMatrix2D((shape[1] / 2, shape[0] / 2), angle, 1)
        dark = cv2.warpAffine(dark, turn, shape[::-1])
    return cv2.resize(dark, (shape[1] // FINE, shape[0] // FINE), interpolation=cv2.INTER_AREA) / np.float32(255)


def _print_cell(printed: np.ndarray, kind: str, box: tuple[int, int, int, int], line: float, is_last: bool) -> None:
    left, top, width, height = box
    if kind in ("cells", "boxes"):
        _rectangle(printed, left, top, left + width, top + height, line)
    elif kind == "comb":
        for place in (left, left + width):
            _rectangle(printed, place, top + 0.7 * height, place, top + height, line)
        _rectangle(printed, left, top + height, left + width, top + height, line)


def _rectangle(printed: np.ndarray, left: float, top: float, right: float, bottom: float, line: float) -> None:
    for x0, y0, x1, y1 in (
        (left, top, right, top),
        (left, bottom, right, bottom),
        (left, top, left, bottom),
        (right, top, right, bottom),
    ):
        start_x, start_y, stop_x, stop_y = (
            round(place * FINE) for place in (x0 - line / 2, y0 - line / 2, x1 + line / 2, y1 + line / 2)
        )
        printed[start_y:stop_y, start_x:stop_x] = 255


def _placed(strokes: Sequence[np.ndarray], box: tuple[float, ...], size: float) -> list[np.ndarray]:
    left, top, width, height = box
    points = np.concatenate(strokes)
    low, spread = points.min(axis=0), np.ptp(points, axis=0)
    scale = min(size * height / max(spread[1], 0.3), 0.8 * width / max(spread[0], 0.1))
    return [(stroke - low - spread / 2) * scale + [left + width / 2, top + height / 2] for stroke in strokes]


def on_paper(dark: np.ndarray, *, paper=(255, 255, 255), ink=(0, 0, 0)) -> np.ndarray:
    """uint8 (height, width, 4), RGBA: a form of `form` on flat paper."""
    colours = np.add(paper, dark[..., np.newaxis] * np.subtract(ink, paper, dtype=float))
    return np.dstack([np.round(colours).astype(np.uint8), np.full(dark.shape, 255, np.uint8)])


def scanned(dark: np.ndarray, noise: float = 4.0) -> np.ndarray:
    """uint8 (height, width, 4), RGBA: a form on paper that is lit from one side, with noise."""
    lit = np.linspace(240, 150, dark.shape[1])
    grey = lit * (1 - 0.85 * cv2.GaussianBlur(dark, (0, 0), 0.7))
    grey = grey + np.random.default_rng(1).normal(0, noise, dark.shape)
    seen = np.clip(grey, 0, 255).astype(np.uint8)
    return np.dstack([seen, seen, seen, np.full_like(seen, 255)])


def small(digit: int, pen: float = 12) -> np.ndarray:
    """uint8 (28, 28): a digit as MNIST has it, 0 background to 255 ink."""
    ink = draw(written(digit), pen)
    scale = 20 / max(ink.shape)
    ink = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    image = np.zeros((28, 28), np.uint8)
    top, left = (28 - ink.shape[0]) // 2, (28 - ink.shape[1]) // 2
    image[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return image


def plot(
    images: Sequence[np.ndarray],
    cmap: str = "viridis",
    *,
    axes: bool = True,
    title: str = "Label: digit",
    inches: tuple[float, float] = (6.4, 4.8),
    dpi: int = 100,
    edges: str | None = None,
) -> np.ndarray:
    """uint8 (height, width, 4), RGBA: `imshow` of each image, as `savefig` writes it.

    With `edges`, `pcolormesh` draws each pixel as a square with a line of that colour around it.
    """
    figure = Figure(inches, dpi=dpi)
    canvas = FigureCanvasAgg(figure)
    for number, image in enumerate(images):
        part = figure.add_subplot(1, len(images), number + 1)
        if edges is None:
            part.imshow(image, cmap=cmap)
        else:
            part.pcolormesh(image[::-1], cmap=cmap, edgecolors=edges, linewidth=0.5)
            part.set_aspect("equal")
        part.set_title(title)
        if not axes:
            part.axis("off")
    canvas.draw()
    return np.asarray(canvas.buffer_rgba()).copy()


def notebook(output: np.ndarray, *, dark: bool = False) -> np.ndarray:
    """uint8 (height, width, 4), RGBA: a screenshot of a notebook's cell, and of a plot, its output."""
    face = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSansMono.ttf"
    font = ImageFont.truetype(face, 14)
    page, text, cell, edge = (
        ((17, 17, 17), (220, 220, 220), (33, 33, 33), (66, 66, 66))
        if dark
        else ((255, 255, 255), (0, 0, 0), (247, 247, 247), (207, 207, 207))
    )
    screen = Image.new("RGBA", (900, len(output) + 130), page)
    draw = ImageDraw.Draw(screen)
    draw.rectangle([90, 10, 880, 60], cell, edge)
    draw.text((20, 15), "[12]:", text, font)
    draw.text((98, 15), "plt.imshow(x_test[0])\nplt.title(y_test[0]);", text, font)
    draw.text((20, 75), "[12]:", text, font)
    draw.text((98, 75), "<matplotlib.image.AxesImage at 0x7f2c>", text, font)
    screen.paste(Image.fromarray(output), (98, 100))
    return np.asarray(screen)


def pixels(image: np.ndarray, cmap: str, cell: int = 12) -> np.ndarray:
    """uint8 (height, width, 4), RGBA: each pixel of an image as a square, with grey lines between them."""
    colours = np.asarray(matplotlib.colormaps[cmap](image, bytes=True))
    large = colours.repeat(cell, axis=0).repeat(cell, axis=1)
    large[::cell] = large[:, ::cell] = (128, 128, 128, 255)
    return large
