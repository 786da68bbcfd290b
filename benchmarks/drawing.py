"""How fast a drawn digit is read: the Draw page against Gradio's Sketchpad, with the same network.

    python3 -m venv gradio-venv && gradio-venv/bin/pip install -r benchmarks/requirements-gradio.txt
    python benchmarks/drawing.py --gradio-python gradio-venv/bin/python [--strokes 40]

Needs Chromium and requirements-dev.lock. Both apps run at the same time. A headless Chromium draws a digit in one, then
in the other, on a cleared canvas, and measures from the pointer's release to the frame that shows the answer. The
browser renders in software, also for the Sketchpad, which uses WebGL. The last line is a JSON object: medians and 95th
percentiles in milliseconds, and how many times faster the Draw page answers (`ratio`, `ratio_p95`).
"""

import argparse
import json
import statistics
import sys
import time
from itertools import cycle, islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation

from _browser import (
    DIGITLAB,
    answer_time,
    chromium,
    clear,
    draw,
    gradio,
    new_page,
    percentile,
    ready_to_draw,
    serving,
    wait_for,
)
from _canvas import STROKES

WARM_UP = 4  # strokes that do not count
SETTLE = 15  # seconds after the start, while workers and browser are busy


def main() -> None:
    """Measure both sides, print the figures, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gradio-python", type=Path, required=True, metavar="PATH")
    parser.add_argument("--strokes", type=int, default=40)
    options = parser.parse_args()
    sides = {"digitlab": DIGITLAB, "gradio": gradio(options.gradio_python)}
    times: dict[str, list[float]] = {name: [] for name in sides}
    with serving(sides["digitlab"]) as here, serving(sides["gradio"]) as there, chromium() as browser:
        pages = {}
        for (name, side), url in zip(sides.items(), (here, there), strict=True):
            wait_for(side, url)
            pages[name] = new_page(browser, side)
            pages[name].goto(url + side.path)
            ready_to_draw(pages[name], side)
        time.sleep(SETTLE)
        for number, digit in enumerate(islice(cycle(STROKES), options.strokes + WARM_UP)):
            for name, side in sides.items():
                pages[name].bring_to_front()
                draw(pages[name], side, digit)
                milliseconds = answer_time(pages[name])
                pages[name].wait_for_timeout(300)
                clear(pages[name], side)
                pages[name].wait_for_timeout(300)
                if number >= WARM_UP:
                    times[name].append(milliseconds)
            print(digit, *(f"{name} {values[-1]:.0f} ms" for name, values in times.items() if values), flush=True)
    medians = {name: statistics.median(values) for name, values in times.items()}
    slow = {name: percentile(values, 95) for name, values in times.items()}
    for name in sides:
        print(f"{name:9} median {medians[name]:4.0f} ms   95 % within {slow[name]:4.0f} ms")
    print(
        json.dumps(
            {
                "ratio": medians["gradio"] / medians["digitlab"],
                "ratio_p95": slow["gradio"] / slow["digitlab"],
                "median_ms": medians,
                "p95_ms": slow,
                "strokes": options.strokes,
            }
        )
    )


if __name__ == "__main__":
    main()
