"""Digits as picture files that people upload: small and large, thin and thick, pale and coloured, on white.

    python benchmarks/pictures.py STROKES_PATH [--model handwriting] [--every 10] [--fine]

Each sample is drawn with a pen of some width on 280 x 280 pixels, its ink 75 % of that size, and scaled to the side of
the picture. A cell of the grid is a pen, a side and an ink: a grey from 0, black, to 200, or one of ten colours. The
tables show, for each pen and side, the cell that is read worst; the last line is a JSON object with all cells.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation

import cv2
import numpy as np
from _drawings import SIDE, Sample, load
from numpy.typing import NDArray

from digitlab.networks.recognition import Recogniser
from digitlab.settings import ROOT

PENS = (1, 2, 4, 8, 14, 20, 40, 60)  # pixels, on 280 x 280
SIDES = (24, 32, 40, 64, 100, 280, 512)
GREYS = (0, 60, 120, 140, 160, 200)
FINE_GREYS = tuple(range(0, 201, 4))
COLOURS = {
    "red": (237, 28, 36),
    "orange": (255, 127, 39),
    "yellow": (255, 242, 0),
    "green": (34, 177, 76),
    "lime": (181, 230, 29),
    "teal": (0, 128, 128),
    "sky": (0, 162, 232),
    "blue": (63, 72, 204),
    "purple": (163, 73, 164),
    "pink": (255, 174, 201),
}
_SIZE = 0.75  # of the canvas that the ink's longer side takes
_FINE = 4  # times as large is drawn, for antialiasing

Ink = tuple[int, int, int]


def cover(sample: Sample, pen: int) -> NDArray[np.uint8]:
    """Return where the pen was, uint8 (1120, 1120), 0 or 255: four times as large as the canvas."""
    points = np.concatenate(sample.strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = max(_SIZE * SIDE - pen, 1) / max(float((high - low).max()), 1e-9)
    field = np.zeros((SIDE * _FINE, SIDE * _FINE), np.uint8)
    for stroke in sample.strokes:
        placed = ((stroke - (low + high) / 2) * scale + SIDE / 2) * _FINE * 16  # in sixteenths of a pixel
        whole = np.round(np.concatenate([placed, placed[-1:]])).astype(np.int32)
        cv2.polylines(field, [whole], False, (255,), max(1, pen * _FINE), cv2.LINE_8, 4)
    return field


def on_white(field: NDArray[np.uint8], side: int, ink: Ink) -> NDArray[np.uint8]:
    """Return a cover as a picture, uint8 (side, side, 4), RGBA, of an ink on white."""
    share = cv2.resize(field, (side, side), interpolation=cv2.INTER_AREA)[..., np.newaxis] / np.float32(255)
    colours = np.round(255 + share * (np.array(ink, np.float32) - 255)).astype(np.uint8)
    return np.dstack([colours, np.full((side, side), 255, np.uint8)])


def inks(greys: Sequence[int]) -> dict[str, Ink]:
    """Return greys and colours by name."""
    return {**{f"grey {grey}": (grey, grey, grey) for grey in greys}, **COLOURS}


def score(
    network: Recogniser, samples: Sequence[Sample], greys: Sequence[int]
) -> Iterator[tuple[int, int, str, float, float]]:
    """Yield each cell: pen, side, ink, the share that is read correctly, and the share that is confidently wrong."""
    for pen in PENS:
        fields = [cover(sample, pen) for sample in samples]
        for side in SIDES:
            for name, ink in inks(greys).items():
                readings = [network.read(on_white(field, side, ink)) for field in fields]
                right = [r.digit == sample.label for r, sample in zip(readings, samples, strict=True)]
                wrong = [r.is_sure and not correct for r, correct in zip(readings, right, strict=True)]
                yield pen, side, name, float(np.mean(right)), float(np.mean(wrong))


def show(cells: Sequence[tuple[int, int, str, float, float]], column: int, best: bool) -> None:
    """Print the worst figure of each pen and side over all inks."""
    print("pen / side" + "".join(f"{side:>8}" for side in SIDES))
    for pen in PENS:
        figures = [[cell[column] for cell in cells if cell[:2] == (pen, side)] for side in SIDES]
        print(f"{pen:>10}" + "".join(f"{(min(part) if best else max(part)):8.1%}" for part in figures))


def main() -> None:
    """Score the grid, print both tables, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("strokes", type=Path, metavar="STROKES_PATH")
    parser.add_argument("--model", default="handwriting", help="name of a network in models/")
    parser.add_argument("--every", type=int, default=10, help="of the samples: 1 takes all")
    parser.add_argument("--fine", action="store_true", help="greys in steps of 4")
    options = parser.parse_args()
    network = Recogniser.load(ROOT / "models" / f"{options.model}.keras")
    samples = load(options.strokes)[:: options.every]
    cells = list(score(network, samples, FINE_GREYS if options.fine else GREYS))
    print(f"read correctly, of {len(samples)} samples: the worst ink")
    show(cells, 3, best=True)
    print("confidently wrong: the worst ink")
    show(cells, 4, best=False)
    rows = [
        {"pen": pen, "side": side, "ink": ink, "accuracy": right, "confidently_wrong": wrong}
        for pen, side, ink, right, wrong in cells
    ]
    worst, most_wrong = min(cell[3] for cell in cells), max(cell[4] for cell in cells)
    print(json.dumps({"worst": worst, "most_confidently_wrong": most_wrong, "cells": rows}))


if __name__ == "__main__":
    main()
