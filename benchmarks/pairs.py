"""Pairs of digits that stand apart or touch: how many are read correctly, and how many are wrong but confident.

    python benchmarks/pairs.py STROKES_PATH [--model handwriting] [--pairs 16] [--half 0]

Each pair is one of 00, 11, 17, 47, 58 and 88, of two random samples 130 pixels tall, drawn with a pen of 14 pixels. The
boxes of their ink are 20 pixels apart, or overlap by 1, 3 or 8 pixels. "each alone" reads both digits of a pair on
canvases of their own: more pairs than these no cutting gets right. `--half` takes every other writer: settings may be
chosen on the writers of one half and verified on those of the other. The last line is a JSON object.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation

import numpy as np
from _drawings import SIDE, Drawing, Sample, Stroke, draw, load

from digitlab.networks.recognition import Recogniser
from digitlab.settings import ROOT

NUMBERS = ("00", "11", "17", "47", "58", "88")
OVERLAPS = (-20, 1, 3, 8)  # pixels
PEN, HEIGHT, MARGIN = 14, 130, 60  # pixels
SEED = 7


def standing(sample: Sample) -> list[Stroke]:
    """Return a sample's strokes, the ink 130 pixels tall; a flat digit is scaled by its width instead.

    The left end of the ink lies at x = 0, its foot at y = 0.
    """
    points = np.concatenate(sample.strokes)
    low, spread = points.min(axis=0), np.ptp(points, axis=0)
    scale = (HEIGHT - PEN) / max(spread[1], 0.8 * spread[0], 1e-9)
    return [(stroke - [low[0], low[1] + spread[1]]) * scale + PEN / 2 * np.array([1, -1]) for stroke in sample.strokes]


def on_canvas(strokes: Sequence[Stroke], width: int) -> Drawing:
    """Draw strokes that stand at (0, 0) with a margin to their left and below."""
    return draw([stroke + np.array([MARGIN, SIDE - MARGIN]) for stroke in strokes], PEN, (width, SIDE))


def pairs(samples: Sequence[Sample], n: int) -> Iterator[tuple[Sample, Sample]]:
    """Choose n pairs of samples for each of the numbers."""
    rng = np.random.default_rng(SEED)
    by_digit = [[sample for sample in samples if sample.label == digit] for digit in range(10)]
    for number in NUMBERS:
        for _ in range(n):
            first, second = (by_digit[int(sign)][rng.integers(len(by_digit[int(sign)]))] for sign in number)
            yield first, second


def beside_each_other(first: Sample, second: Sample, overlap: int) -> Drawing:
    """Draw two samples whose boxes overlap by some pixels; below 0 they stand apart."""
    left, right = standing(first), standing(second)
    shift = float(np.concatenate(left)[:, 0].max()) + PEN / 2 - overlap
    return on_canvas([*left, *(stroke + np.array([shift, 0]) for stroke in right)], 2 * SIDE)


def alone(network: Recogniser, pair: tuple[Sample, Sample]) -> str:
    """Read both samples on canvases of their own."""
    return "".join(network.read(on_canvas(standing(sample), SIDE)).sign for sample in pair)


def score(network: Recogniser, chosen: Sequence[tuple[Sample, Sample]], overlap: int) -> dict[str, float]:
    """Read all pairs with an overlap; return shares from 0 to 1, and the median time of a reading."""
    right, wrong_and_sure, counted, times = [], [], [], []
    for first, second in chosen:
        drawing = beside_each_other(first, second, overlap)
        started = time.perf_counter()
        number = network.read_number(drawing)
        times.append(1000 * (time.perf_counter() - started))
        right.append(number.text == f"{first.label}{second.label}")
        counted.append(len(number.digits) == 2)
        wrong_and_sure.append(not right[-1] and all(digit.reading.is_sure for digit in number.digits))
    return {
        "right": float(np.mean(right)),
        "two_digits": float(np.mean(counted)),
        "wrong_and_sure": float(np.mean(wrong_and_sure)),
        "milliseconds": statistics.median(times),
    }


def half_of(samples: list[Sample], half: int) -> list[Sample]:
    """Return the samples of every other writer."""
    chosen = sorted({sample.writer for sample in samples})[half::2]
    return [sample for sample in samples if sample.writer in chosen]


def main() -> None:
    """Score each overlap, print the figures, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("strokes", type=Path, metavar="STROKES_PATH")
    parser.add_argument("--model", default="handwriting", help="name of a network in models/")
    parser.add_argument("--pairs", type=int, default=16, help="of each number and overlap")
    parser.add_argument("--half", type=int, choices=(0, 1), help="of the writers; by default all of them")
    options = parser.parse_args()
    network = Recogniser.load(ROOT / "models" / f"{options.model}.keras")
    samples = load(options.strokes)
    chosen = list(pairs(samples if options.half is None else half_of(samples, options.half), options.pairs))
    each_alone = float(np.mean([alone(network, pair) == f"{pair[0].label}{pair[1].label}" for pair in chosen]))
    results = {str(overlap): score(network, chosen, overlap) for overlap in OVERLAPS}
    print(f"{len(chosen)} pairs, each alone: right {each_alone:.1%}")
    for overlap, row in results.items():
        print(
            f"overlap {overlap:>3} px: right {row['right']:.1%}, two digits {row['two_digits']:.1%}, "
            f"wrong and confident {row['wrong_and_sure']:.1%}, {row['milliseconds']:.1f} ms"
        )
    touching = float(np.mean([row["right"] for overlap, row in results.items() if int(overlap) > 0]))
    print(f"touching: right {touching:.1%}")
    print(json.dumps({"each_alone": each_alone, "touching": touching, "overlaps": results}))


if __name__ == "__main__":
    main()
