"""How soon the Train page shows the first point of the curve after the click.

    python benchmarks/first_point.py [--presets tutorial convolutional] [--rounds 5]

Needs Chromium and requirements-dev.lock. For each preset a server is started, and trains once on a few digits, so that
its worker is ready. A headless Chromium on the same machine opens Train with the preset, one epoch of all 60,000
digits, presses Train, and waits until the run is over. A time counts from the click to the frame that shows the first
point. Server, worker and browser share the processors. The last line is a JSON object with times in seconds for each
preset: the first one (`first`), for which the worker compiles the network unless it is the tutorial's, the median of
the others (`again`), and the longest of those (`max`).
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation

from _browser import DIGITLAB, PATIENCE, chromium, new_page, serving, wait_for
from playwright.sync_api import Page, expect

# Notes when Train was pressed, and the start of the frame that shows a point of that run's curve, not of one before.
WATCH = """(number) => {
  const before = new Set(document.querySelectorAll("svg.marks"))
  window.point = { clicked: 0, shown: 0 }
  addEventListener("click", (event) => { point.clicked ||= event.timeStamp }, { capture: true, once: true })
  const look = () => {
    const heading = document.querySelector(".st-key-run-heading")?.innerText ?? ""
    const points = [...document.querySelectorAll("g.mark-symbol.role-mark path")]
    if (!heading.split("\\n")[0].endsWith(` ${number}`) || points.every((it) => before.has(it.closest("svg")))) return
    observer.disconnect()
    requestAnimationFrame(() => { point.shown = performance.now() })
  }
  const observer = new MutationObserver(look)
  observer.observe(document, { subtree: true, childList: true, attributes: true })
}"""


READY = "preset_is_tutorial~epochs_is_1~training_digits_is_1000"  # until this is trained, the worker may be starting


def first_point(page: Page, url: str, settings: str, number: int) -> float:
    """Train the run of this number to its end; return the seconds from the click to its first point."""
    page.goto(f"{url}/train?settings=1~{settings}")
    button = page.locator(".st-key-train-start button")
    button.wait_for()
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible(timeout=PATIENCE)
    page.evaluate(WATCH, number)
    button.click()
    page.wait_for_function("point.shown")
    seconds: float = page.evaluate("(point.shown - point.clicked) / 1000")
    page.locator(".st-key-run-state [data-testid=stMetric]").first.wait_for()
    return seconds


def main() -> None:
    """Measure each preset, print its figures, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--presets", nargs="+", default=["tutorial", "convolutional"])
    parser.add_argument("--rounds", type=int, default=5, help="2 or more")
    options = parser.parse_args()
    if options.rounds < 2:
        parser.error("--rounds must be 2 or more, because the first time is reported separately.")
    seconds = {}
    with chromium() as browser:
        for preset in options.presets:
            times = []
            with serving(DIGITLAB) as url:
                wait_for(DIGITLAB, url)
                page = new_page(browser, DIGITLAB)
                first_point(page, url, READY, 1)
                for number in range(2, options.rounds + 2):
                    times.append(first_point(page, url, f"preset_is_{preset}~epochs_is_1", number))
                    print(f"{preset}  {times[-1]:.2f} s", flush=True)
                page.context.close()
            seconds[preset] = {"first": times[0], "again": statistics.median(times[1:]), "max": max(times[1:])}
    print(json.dumps({"seconds": seconds}))


if __name__ == "__main__":
    main()
