"""Reading a canvas: `Recogniser.read` against the usual code with Keras, with the same network.

    python benchmarks/reading.py [--model handwriting] [--canvases 300] [--readings 100000] [--threads 4]

The other side makes the canvas grey and 28 x 28 with OpenCV and calls `model.predict` for that one picture; it neither
finds the ink nor adjusts the pen's width. The time of `model(picture)` instead is shown as well. The sides read the
same canvases, in turn. Before that, without TensorFlow in the process, threads share one `Recogniser` for many
readings: each answer must equal that of a single thread, and the process' memory is measured before and after. The last
line is a JSON object; `ratio` says how many times faster `Recogniser.read` is than the other side, by the medians.
Memory is measured on Linux only, and is null elsewhere.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation

import cv2
import numpy as np
from _drawings import Drawing, draw
from numpy.typing import NDArray

from digitlab.networks.recognition import Recogniser
from digitlab.preprocessing.foreground import extract_foreground
from digitlab.preprocessing.normalization import normalize_ink
from digitlab.settings import ROOT
from digitlab.synthesis import handwriting
from digitlab.synthesis.templates import digit_templates

SIZES = ((358, 320), (280, 280))  # pixels: the Draw page's canvas, and the tutorial's
WARM_UP = 2000  # readings, after which a process has all the memory that it needs
SEED = 7


def canvases(n: int) -> list[Drawing]:
    """Draw n digits in white on black, 30 to 90 % of the canvas' height, with pens of 8 to 40 pixels."""
    rng = np.random.default_rng(SEED)
    templates = digit_templates()
    drawings = []
    for number in range(n):
        size, pen = SIZES[number % len(SIZES)], rng.uniform(8, 40)
        strokes = handwriting.deformed(templates[rng.integers(len(templates))], rng)
        points = np.concatenate(strokes)
        low, spread = points.min(axis=0), np.ptp(points, axis=0)
        scale = (rng.uniform(0.3, 0.9) * min(size) - pen) / spread.max()
        place = pen / 2 + rng.uniform(0, 1, 2) * (np.array(size) - pen - spread * scale)
        drawings.append(draw([(stroke - low) * scale + place for stroke in strokes], pen, size))
    return drawings


def summary(seconds: Sequence[float]) -> dict[str, float]:
    """Return median and spread, in milliseconds."""
    values = 1000 * np.percentile(seconds, [50, 5, 95])
    return dict(zip(("median", "p5", "p95"), values.round(3).tolist(), strict=True))


def seconds(read: Callable[[Drawing], object], canvas: Drawing) -> float:
    """Return how long one reading takes, in seconds."""
    started = time.perf_counter()
    read(canvas)
    return time.perf_counter() - started


def memory_mib() -> float | None:
    """Return the process' memory now, in MiB; None where the system does not report it."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return None
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def in_threads(network: Recogniser, drawings: Sequence[Drawing], n: int, threads: int) -> tuple[float, int]:
    """Read n times in threads; return readings per second, and how many differ from those of a single thread."""
    expected = [network.read(drawing).probabilities for drawing in drawings]

    def work(first: int) -> int:
        places = (number % len(drawings) for number in range(first, n, threads))
        return sum(network.read(drawings[place]).probabilities != expected[place] for place in places)

    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        wrong = sum(pool.map(work, range(threads)))
    return n / (time.perf_counter() - started), wrong


def endurance(network: Recogniser, drawings: Sequence[Drawing], n: int, threads: int) -> dict[str, object]:
    """Read many times, in one thread and in several."""
    per_second, wrong = {}, 0
    for count in sorted({1, 2, threads}):
        per_second[str(count)], more = in_threads(network, drawings, WARM_UP, count)
        wrong += more
    before = memory_mib()
    _, more = in_threads(network, drawings, n, threads)
    return {
        "readings": n,
        "threads": threads,
        "per_second_by_threads": per_second,
        "different_answers": wrong + more,
        "memory_before_mib": before,
        "memory_after_mib": memory_mib(),
    }


def sides(network: Recogniser, path: Path) -> dict[str, Callable[[Drawing], object]]:
    """What is measured, by name."""
    import keras

    model = keras.saving.load_model(path)

    def small(canvas: Drawing) -> NDArray[np.uint8]:
        grey = cv2.cvtColor(canvas, cv2.COLOR_RGBA2GRAY)
        return np.asarray(cv2.resize(grey, (28, 28), interpolation=cv2.INTER_AREA))[np.newaxis]

    return {
        "Recogniser.read": network.read,
        "resize, model.predict": lambda canvas: model.predict(small(canvas), verbose=0)[0].argmax(),
        "resize, model(picture)": lambda canvas: model(small(canvas), training=False).numpy()[0].argmax(),
        "ink alone": lambda canvas: normalize_ink(extract_foreground(canvas)),
        "Recogniser.read_number": network.read_number,
    }


def main() -> None:
    """Measure, print, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="handwriting", help="name of a network in models/")
    parser.add_argument("--canvases", type=int, default=300)
    parser.add_argument("--readings", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=4)
    options = parser.parse_args()
    path = ROOT / "models" / f"{options.model}.keras"
    network, drawings = Recogniser.load(path), canvases(options.canvases)

    result = endurance(network, drawings, options.readings, options.threads)
    for name, value in result.items():
        print(f"{name:24}{value}", flush=True)
    measured = sides(network, path)
    times: dict[str, list[float]] = {name: [] for name in measured}
    for number, drawing in enumerate([*drawings[:5], *drawings]):
        for name, read in measured.items():
            taken = seconds(read, drawing)
            if number >= 5:  # the first five are a warm-up
                times[name].append(taken)
    milliseconds = {name: summary(taken) for name, taken in times.items()}
    for name, row in milliseconds.items():
        print(f"{name:24}" + "  ".join(f"{key} {value:8.3f} ms" for key, value in row.items()))
    ours, theirs, called = (row["median"] for row in list(milliseconds.values())[:3])
    print(json.dumps({"ratio": theirs / ours, "ratio_to_call": called / ours, "milliseconds": milliseconds, **result}))


if __name__ == "__main__":
    main()
