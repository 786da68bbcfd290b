"""Drawings to score a recogniser on: replayed pen strokes, numbers composed of them, and printed letters.

A file of strokes is gzipped JSON, `{"samples": [{"label": 7, "strokes": [[[x, y], ...], ...]}, ...]}`, y points down.
A sample may name its "writer".
"""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import matplotlib
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

SIDE = 280  # pixels, of a canvas
LETTERS = "ACEFGHJKLMNPRTUVWXYacdefhkmnprtuvwx"  # letters that do not look like a digit
FACES = (
    "DejaVuSans",
    "DejaVuSans-Oblique",
    "DejaVuSerif",
    "DejaVuSerif-Italic",
    "DejaVuSansMono",
    "STIXGeneral",
    "STIXGeneralItalic",
    "cmmi10",
    "cmss10",
    "cmtt10",
)  # all included in matplotlib

Stroke = NDArray[np.float64]  # (n, 2), x and y in pixels
Drawing = NDArray[np.uint8]  # (height, width, 4), white ink on opaque black


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A digit as it was written: its label, its strokes (n, 2), and its writer, empty where unknown."""

    label: int
    strokes: tuple[Stroke, ...]
    writer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """How digits are placed on a line: ranges from minimum to maximum, as shares of their common height.

    Attributes:
        pen: Width of the pen.
        gap: Space between the ink of two digits; below 0 their boxes overlap.
        height: Height of a digit.
        base: Distance of a digit below the line.
    """

    pen: tuple[float, float] = (0.06, 0.12)
    gap: tuple[float, float] = (0.05, 0.5)
    height: tuple[float, float] = (0.8, 1.2)
    base: tuple[float, float] = (-0.08, 0.08)


def load(path: Path) -> list[Sample]:
    """Read a file of strokes."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        samples = json.load(file)["samples"]
    return [
        Sample(sample["label"], tuple(np.array(s, float) for s in sample["strokes"]), sample.get("writer", ""))
        for sample in samples
    ]


def singles(samples: Sequence[Sample], pen: float, seed: int) -> Iterator[Drawing]:
    """Draw each sample at a random place on a canvas, its ink 30 to 90 % of the canvas' size."""
    rng = np.random.default_rng(seed)
    for sample in samples:
        points = np.concatenate(sample.strokes)
        low, spread = points.min(axis=0), np.ptp(points, axis=0)
        scale = max(rng.uniform(0.3, 0.9) * SIDE - pen, 1) / max(float(spread.max()), 1e-9)
        place = pen / 2 + rng.uniform(0, 1, 2) * (SIDE - pen - spread * scale)
        yield draw([(stroke - low) * scale + place for stroke in sample.strokes], pen, (SIDE, SIDE))


def numbers(samples: Sequence[Sample], n: int, line: Line, seed: int) -> Iterator[tuple[Drawing, str]]:
    """Draw n numbers of 2 to 5 randomly chosen samples; yield each with its text, such as "2026"."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        chosen = [samples[k] for k in rng.choice(len(samples), rng.integers(2, 6), replace=False)]
        yield compose(chosen, line, rng), "".join(str(sample.label) for sample in chosen)


def compose(digits: Sequence[Sample], line: Line, rng: np.random.Generator, height: float = 150.0) -> Drawing:
    """Draw digits beside each other, about `height` pixels high, each with its own height and place on the line."""
    pen, end = rng.uniform(*line.pen) * height, 0.0
    strokes: list[Stroke] = []
    for number, digit in enumerate(digits):
        points = np.concatenate(digit.strokes)
        low, spread = points.min(axis=0), np.ptp(points, axis=0)
        # A flat digit is scaled by its width instead.
        scale = (rng.uniform(*line.height) * height - pen) / max(spread[1], 0.8 * spread[0], 1e-9)
        start = end + (rng.uniform(*line.gap) * height if number else 0)
        foot = rng.uniform(*line.base) * height
        strokes += [
            (stroke - [low[0], low[1] + spread[1]]) * scale + [start + pen / 2, foot] for stroke in digit.strokes
        ]
        end = start + spread[0] * scale + pen
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    field = np.array([max(SIDE * len(digits), end + 40), SIDE])
    place = pen + rng.uniform(0, 1, 2) * np.maximum(field - 2 * pen - (high - low), 0) - low
    return draw([stroke + place for stroke in strokes], pen, (int(field[0]), SIDE))


def draw(strokes: Sequence[Stroke], pen: float, size: tuple[int, int]) -> Drawing:
    """Draw strokes with a round pen on a black canvas of (width, height): at twice the size, then averaged."""
    width, height = size
    ink = np.zeros((height * 2, width * 2), np.uint8)
    for stroke in strokes:
        points = np.round(stroke * 2 * 16).astype(np.int32)  # in sixteenths of a pixel
        cv2.polylines(ink, [np.concatenate([points, points[-1:]])], False, (255,), max(1, int(pen * 2)), cv2.LINE_8, 4)
    return on_black(cv2.resize(ink, size, interpolation=cv2.INTER_AREA))


def letters() -> Iterator[Drawing]:
    """Print each letter in each typeface. None of these shapes was part of the training."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    for face in FACES:
        font = ImageFont.truetype(folder / f"{face}.ttf", 160)
        for letter in LETTERS:
            image = Image.new("L", (SIDE, SIDE))
            ImageDraw.Draw(image).text((SIDE // 2, SIDE // 2), letter, 255, font, anchor="mm")
            yield on_black(np.asarray(image))


def on_black(ink: NDArray[np.uint8]) -> Drawing:
    """Turn ink, (height, width), into a drawing."""
    return np.dstack([ink, ink, ink, np.full_like(ink, 255)])
