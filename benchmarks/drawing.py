"""How fast a drawn digit is read: the first page against Gradio's Sketchpad, and while the pen still moves.

    python3 -m venv gradio-venv && gradio-venv/bin/pip install -r benchmarks/requirements-gradio.txt
    python benchmarks/drawing.py --gradio-python gradio-venv/bin/python [--strokes 40]
    python benchmarks/drawing.py --only live [--strokes 40]

Needs Chromium and requirements-dev.lock.

First part, `sides`: both apps run at the same time. A headless Chromium draws a digit in one, then in the other, on a
cleared canvas, and measures from the pointer's release to the frame that shows the answer. The browser renders in
software, also for the Sketchpad, which uses WebGL. The last line is a JSON object: medians and 95th percentiles in
milliseconds, and how many times faster the first page answers (`ratio`, `ratio_p95`).

Second part, `live`: one person draws by turns with and without "Read while drawing"; the pen moves for two seconds a
stroke. Counted are the readings that a second of movement shows. How old what is shown is: at each frame while the pen
moves, the time since the picture was taken that the answer on the page belongs to; the first answer of a stroke starts
it. Then from the release to the frame with the page's own answer, in both ways.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

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
from playwright.sync_api import Page

PARTS = ["sides", "live"]
STROKE = 2_000  # milliseconds of a stroke, while the pen moves
# Watches the answers that come while the pen moves: when the picture of each was taken, and the age of what is shown.
WATCH_LIVE = """
window.live = { isDrawn: false, readings: 0, ages: [], taken: 0, began: 0, ended: 0 }
const ask = window.fetch
window.fetch = async (address, options) => {
  if (!String(address).includes("/digitlab/reading")) return ask(address, options)
  const taken = performance.now(), answer = await ask(address, options)
  answer.clone().json().then((reply) => setTimeout(() => {
    if (!live.isDrawn || !reply.answer) return
    live.readings += 1
    live.taken = taken
  }))
  return answer
}
const look_again = () => {
  if (live.isDrawn && live.taken) live.ages.push(performance.now() - live.taken)
  requestAnimationFrame(look_again)
}
requestAnimationFrame(look_again)
addEventListener("mousedown", () => { Object.assign(live, { isDrawn: true, began: performance.now() }) }, true)
addEventListener("mouseup", () => { Object.assign(live, { isDrawn: false, ended: performance.now() }) }, true)
live.begin = () => { Object.assign(live, { isDrawn: false, readings: 0, ages: [], taken: 0 }) }
live.end = () => ({ readings: live.readings, ages: live.ages, seconds: (live.ended - live.began) / 1000 })
"""
WARM_UP = 4  # strokes that do not count
SETTLE = 15  # seconds after the start, while workers and browser are busy


def main() -> None:
    """Measure the parts that are asked for, print the figures, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gradio-python", type=Path, metavar="PATH", help="needed for the part `sides`")
    parser.add_argument("--only", choices=PARTS, help="run one part")
    parser.add_argument("--strokes", type=int, default=40)
    options = parser.parse_args()
    parts = [options.only] if options.only else PARTS
    if "sides" in parts and options.gradio_python is None:
        parser.error("the part `sides` needs --gradio-python")
    figures: dict[str, Any] = {"strokes": options.strokes}
    if "sides" in parts:
        figures |= compare_sides(options.gradio_python, options.strokes)
    if "live" in parts:
        figures |= {"live": measure_live(options.strokes)}
    print(json.dumps(figures))


def compare_sides(gradio_python: Path, strokes: int) -> dict[str, Any]:
    """Draw in both apps by turns; returns the times from release to answer, and their ratios."""
    sides = {"digitlab": DIGITLAB, "gradio": gradio(gradio_python)}
    times: dict[str, list[float]] = {name: [] for name in sides}
    with serving(sides["digitlab"]) as here, serving(sides["gradio"]) as there, chromium() as browser:
        pages = {}
        for (name, side), url in zip(sides.items(), (here, there), strict=True):
            wait_for(side, url)
            pages[name] = new_page(browser, side)
            pages[name].goto(url + side.path)
            ready_to_draw(pages[name], side)
        time.sleep(SETTLE)
        for number, digit in enumerate(islice(cycle(STROKES), strokes + WARM_UP)):
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
    medians, slow = summary(times)
    return {
        "ratio": medians["gradio"] / medians["digitlab"],
        "ratio_p95": slow["gradio"] / slow["digitlab"],
        "median_ms": medians,
        "p95_ms": slow,
    }


def measure_live(strokes: int) -> dict[str, Any]:
    """Draw by turns with and without reading while the pen moves; returns how often and how soon is read."""
    times: dict[str, list[float]] = {"with": [], "without": []}
    rates: list[float] = []
    ages: list[float] = []
    with serving(DIGITLAB) as url, chromium() as browser:
        wait_for(DIGITLAB, url)
        page = new_page(browser, DIGITLAB)
        page.add_init_script(WATCH_LIVE)
        page.goto(url + DIGITLAB.path)
        ready_to_draw(page, DIGITLAB)
        time.sleep(SETTLE)
        for number, digit in enumerate(islice(cycle(STROKES), strokes + WARM_UP)):
            for way in times:
                set_live(page, way == "with")
                page.evaluate("live.begin()")
                draw(page, DIGITLAB, digit, milliseconds=STROKE)
                milliseconds = answer_time(page)
                seen = page.evaluate("live.end()")
                page.wait_for_timeout(300)
                clear(page, DIGITLAB)
                page.wait_for_timeout(300)
                if number >= WARM_UP:
                    times[way].append(milliseconds)
                if number >= WARM_UP and way == "with":
                    rates.append(seen["readings"] / seen["seconds"])
                    ages += seen["ages"]
            print(digit, *(f"{way} {values[-1]:.0f} ms" for way, values in times.items() if values), flush=True)
    medians, slow = summary(times)
    rate, age = statistics.median(rates), percentile(ages, 95)
    print(
        f"{rate:.1f} readings a second while the pen moves; what is shown is up to {age:.0f} ms old in 95 % of frames"
    )
    return {"readings_per_second": rate, "age_p95_ms": age, "median_ms": medians, "p95_ms": slow}


def set_live(page: Page, is_on: bool) -> None:
    """Switch "Read while drawing" on or off, and wait until the page has done so."""
    field = page.locator("[data-testid=stCheckbox]", has_text="Read while drawing")
    if field.locator("input").is_checked() != is_on:
        field.locator("label").click()
        page.wait_for_timeout(500)


def summary(times: Mapping[str, Sequence[float]]) -> tuple[dict[str, float], dict[str, float]]:
    """Print and return medians and 95th percentiles."""
    medians = {name: statistics.median(values) for name, values in times.items()}
    slow = {name: percentile(values, 95) for name, values in times.items()}
    for name in times:
        print(f"{name:9} median {medians[name]:4.0f} ms   95 % within {slow[name]:4.0f} ms")
    return medians, slow


if __name__ == "__main__":
    main()
