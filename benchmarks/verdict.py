"""How long Improve takes, from the click to the verdict on the page, for 50 real drawings of one person.

    python benchmarks/verdict.py STROKES_PATH [--models handwriting convolutional tutorial] [--repetitions 3]

Needs Chromium and requirements-dev.txt. For each network a server is started, and a headless Chromium on the same
machine brings in 50 digits of the file, about five of each kind, presses Improve and waits for the sentence
that says whether it helped; then it presses Improve again. Server, worker, and browser share what processors there are.
The last line is a JSON object: by network the first time (`first`), seconds after the server's start, so that its
worker still loads TensorFlow, and the median of the others (`again`), in seconds, and of all these the longest
(`longest`).
"""

import argparse
import json
import re
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command is run as it is, without an installation

import numpy as np
from _browser import DIGITLAB, PATIENCE, chromium, new_page, serving, wait_for
from _drawings import load, singles
from playwright.sync_api import FilePayload, Page, expect

from digitlab.preprocessing import normalization
from digitlab.preprocessing.bundles import to_npz

DRAWINGS = 50
PEN = 20  # pixels, on a canvas of 280
SEED = 7
VERDICT = re.compile("^(It helped|There was nothing|It did not help|It made the network forget)")


def drawings(strokes: Path) -> bytes:
    """Return digits of the file as the app brings them into form, in a file for My digits."""
    samples = load(strokes)
    chosen = [one for label in range(10) for one in [s for s in samples if s.label == label][: DRAWINGS // 10 + 1]]
    pairs = [
        (normalization.normalize(one), sample.label)
        for one, sample in zip(singles(chosen, PEN, SEED), chosen, strict=True)
    ]
    digits = [(image, label) for image, label in pairs if image is not None]
    kept = [digits[k] for k in np.random.default_rng(SEED).permutation(len(digits))[:DRAWINGS]]
    return to_npz(np.stack([image for image, _ in kept]), np.array([label for _, label in kept], np.uint8))


def bring_in(page: Page, content: bytes) -> None:
    """Make the digits the person's own."""
    page.get_by_role("tab", name="Take along, bring in").click()
    file = FilePayload(name="mine.npz", mimeType="application/octet-stream", buffer=content)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_test_id("stMain").get_by_role("button", name="Bring them in").click()
    expect(page.get_by_text(re.compile(f"{DRAWINGS} digits")).first).to_be_visible(timeout=PATIENCE)


def improved(page: Page, url: str, name: str) -> tuple[float, str]:
    """Press Improve; returns the seconds until the verdict shows, and the verdict."""
    page.goto(f"{url}/improve?model={name}")
    button = page.get_by_test_id("stMain").get_by_role("button", name="Improve", exact=True)
    button.wait_for()
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible(timeout=PATIENCE)
    started = time.monotonic()
    button.click()
    page.get_by_role("progressbar").first.wait_for()
    expect(page.get_by_text(VERDICT)).to_have_count(0, timeout=PATIENCE)  # the one of the time before
    verdict = page.get_by_text(VERDICT).first
    verdict.wait_for()
    return time.monotonic() - started, verdict.inner_text()


def main() -> None:
    """Measure each network, print its figures, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("strokes", type=Path, metavar="STROKES_PATH")
    parser.add_argument("--models", nargs="+", default=["handwriting", "convolutional", "tutorial"])
    parser.add_argument("--repetitions", type=int, default=3, help="how often, 2 or more")
    options = parser.parse_args()
    if options.repetitions < 2:
        parser.error("--repetitions: 2 or more, for the first time is told apart from the others.")
    content, seconds = drawings(options.strokes), {}
    with chromium() as browser:
        for name in options.models:
            times = []
            with serving(DIGITLAB) as url:
                wait_for(DIGITLAB, url)
                page = new_page(browser, DIGITLAB)
                page.goto(f"{url}/mydigits")
                bring_in(page, content)
                for _ in range(options.repetitions):
                    taken, verdict = improved(page, url, name)
                    times.append(taken)
                    print(f"{name}  {taken:.1f} s  {verdict}", flush=True)
                page.context.close()
            seconds[name] = {"first": times[0], "again": statistics.median(times[1:]), "longest": max(times)}
    print(json.dumps({"longest": max(one["longest"] for one in seconds.values()), "seconds": seconds}))


if __name__ == "__main__":
    main()
