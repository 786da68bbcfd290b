"""How soon one can draw after the server's start: DigitLab's Draw page against Gradio's Sketchpad.

    python3 -m venv gradio-venv && gradio-venv/bin/pip install -r benchmarks/requirements-gradio.txt
    python benchmarks/opening.py --gradio-python gradio-venv/bin/python [--repetitions 5]

Needs Chromium and requirements-dev.lock. Each repetition starts one server, then the other. A headless Chromium,
already running and with an empty cache, opens the page as soon as the server responds, draws once the canvas accepts a
stroke, and does the same in a second tab. In DigitLab it then visits all pages, twice. A page change counts from the
click to the new heading, and to the end of the page's script (on the first visit of Evaluate a worker reads 10,000
digits). The last line is a JSON object: medians in seconds from the server's start (`second_tab`: from the tab's
opening), of page changes in milliseconds, and how many times sooner DigitLab has a canvas and a first reading (`ratio`,
`ratio_reading`).
"""

import argparse
import json
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation

from _browser import DIGITLAB, Side, answer_time, chromium, draw, gradio, new_page, ready_to_draw, serving, wait_for
from playwright.sync_api import Browser, Page

PAGES = ("Browse", "Train", "Draw", "Evaluate", "Models")
Lists = dict[str, list[float]]
SETTLE = 10  # seconds before the page changes, while workers load TensorFlow


def open_app(browser: Browser, side: Side, times: Lists, changes: Lists, completed: Lists) -> None:
    """Start the app once; record the seconds until each stage, and the milliseconds of DigitLab's page changes."""
    started = time.monotonic()
    with serving(side) as url:
        wait_for(side, url)
        times["server"].append(time.monotonic() - started)
        page = new_page(browser, side)
        page.goto(url + side.path)
        ready_to_draw(page, side)
        times["canvas"].append(time.monotonic() - started)
        draw(page, side, "7")
        answer_time(page)
        times["reading"].append(time.monotonic() - started)
        started = time.monotonic()
        second = page.context.new_page()
        second.goto(url + side.path)
        ready_to_draw(second, side)
        draw(second, side, "7")
        answer_time(second)
        times["second_tab"].append(time.monotonic() - started)
        second.close()
        if side is DIGITLAB:
            time.sleep(SETTLE)
            for nth in ("", " again"):
                for title in PAGES:
                    shown, complete = change_page(page, title)
                    changes[f"{title}{nth}"].append(shown)
                    completed[f"{title}{nth}"].append(complete)
        page.context.close()


def change_page(page: Page, title: str) -> tuple[float, float]:
    """Click on a page's name; return the milliseconds until its heading shows, and until its script has run."""
    page.evaluate(
        "addEventListener('click', (event) => { window.clicked = event.timeStamp }, { capture: true, once: true })"
    )
    page.get_by_test_id("stTopNavLink").filter(has_text=title).first.click()
    shown, complete = page.evaluate(
        """async (title) => {
          const until = async (condition) => {
            while (!condition()) await new Promise(requestAnimationFrame)
            return performance.now() - window.clicked
          }
          return [
            await until(() => document.querySelector("h1")?.textContent.startsWith(title)),
            await until(() => document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]")),
          ]
        }""",
        title,
    )
    page.wait_for_timeout(500)
    return shown, complete


def main() -> None:
    """Measure both sides, print the figures, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gradio-python", type=Path, required=True, metavar="PATH")
    parser.add_argument("--repetitions", type=int, default=5)
    options = parser.parse_args()
    sides = {"digitlab": DIGITLAB, "gradio": gradio(options.gradio_python)}
    times: dict[str, Lists] = {name: defaultdict(list) for name in sides}
    changes: Lists = defaultdict(list)
    completed: Lists = defaultdict(list)
    with chromium() as browser:
        for _ in range(options.repetitions):
            for name, side in sides.items():
                open_app(browser, side, times[name], changes, completed)
                print(
                    f"{name:9}", *(f"{stage} {values[-1]:.2f} s  " for stage, values in times[name].items()), flush=True
                )
    medians = {name: {stage: statistics.median(s) for stage, s in stages.items()} for name, stages in times.items()}
    for title, values in changes.items():
        complete = statistics.median(completed[title])
        print(f"to {title:15} {statistics.median(values):4.0f} ms   complete {complete:6.0f} ms")
    print(
        json.dumps(
            {
                "ratio": medians["gradio"]["canvas"] / medians["digitlab"]["canvas"],
                "ratio_reading": medians["gradio"]["reading"] / medians["digitlab"]["reading"],
                "seconds": medians,
                "page_change_ms": {title: statistics.median(values) for title, values in changes.items()},
            }
        )
    )


if __name__ == "__main__":
    main()
