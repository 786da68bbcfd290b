"""Photographs of handwriting, nearly, for tests of what people upload."""

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw


def photo(*strokes: Sequence[tuple[int, int]]) -> bytes:
    """Dark strokes, points of 320 x 320 pixels, on paper that is lit from one side, as a JPEG file."""
    light = np.linspace(240, 120, 320)[np.newaxis].repeat(320, axis=0)
    noise = np.random.default_rng(1).normal(0, 4, light.shape)
    paper = Image.fromarray(np.clip(light + noise, 0, 255).astype(np.uint8))
    for stroke in strokes:
        ImageDraw.Draw(paper).line(stroke, fill=40, width=10)
    file = io.BytesIO()
    paper.save(file, "JPEG")
    return file.getvalue()
