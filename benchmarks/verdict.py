"""How long Improve takes, from the click to the verdict on the page, for 50 real drawings of one person.

    python benchmarks/verdict.py STROKES_PATH [--models handwriting convolutional tutorial] [--repetitions 3]

Needs Chromium and requirements-dev.lock. For each network a server is started. A headless Chromium on the same machine
imports 50 digits of the file, about five of each, presses Improve and waits for the sentence that says whether it
helped; then it presses Improve again. Server, worker and browser share the processors.
The last line is a JSON object with times in seconds for each network: the first one (`first`), directly after the
server's start, while its worker still loads TensorFlow, the median of the others (`again`), the longest (`max`), and
the longest of all networks (`max_seconds`).
"""

import argparse
import json
import re
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # the command runs without an installation

import numpy as np
from _browser import DIGITLAB, PATIENCE, chromium, new_page, serving, wait_for
from _drawings import load, singles
from playwright.sync_api import FilePayload, Page, expect

from digitlab.preprocessing import normalization
from digitlab.preprocessing.bundles import to_npz

DRAWINGS = 50
PEN = 20  # pixels, on a canvas of 280
SEED = 7
VERDICT = re.compile("^(It helped|There was nothing to improve|It did not help|It made the network forget)")


def drawings(strokes: Path) -> bytes:
    """Return normalized digits of the file, as a file that My digits imports."""
    samples = load(strokes)
    chosen = [
        sample for label in range(10) for sample in [s for s in samples if s.label == label][: DRAWINGS // 10 + 1]
    ]
    pairs = [
        (normalization.normalize(drawing), sample.label)
        for drawing, sample in zip(singles(chosen, PEN, SEED), chosen, strict=True)
    ]
    digits = [(image, label) for image, label in pairs if image is not None]
    selected = [digits[k] for k in np.random.default_rng(SEED).permutation(len(digits))[:DRAWINGS]]
    return to_npz(np.stack([image for image, _ in selected]), np.array([label for _, label in selected], np.uint8))


def import_digits(page: Page, content: bytes) -> None:
    """Import the digits on My digits."""
    page.get_by_role("tab", name="Export / import").click()
    file = FilePayload(name="mine.npz", mimeType="application/octet-stream", buffer=content)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_test_id("stMain").get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text(re.compile(f"{DRAWINGS} digits")).first).to_be_visible(timeout=PATIENCE)


def improve(page: Page, url: str, name: str) -> tuple[float, str]:
    """Press Improve; return the seconds until the verdict shows, and the verdict."""
    page.goto(f"{url}/improve?model={name}")
    button = page.get_by_test_id("stMain").get_by_role("button", name="Improve", exact=True)
    button.wait_for()
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible(timeout=PATIENCE)
    started = time.monotonic()
    button.click()
    page.get_by_role("progressbar").first.wait_for()
    expect(page.get_by_text(VERDICT)).to_have_count(0, timeout=PATIENCE)  # the previous one
    verdict = page.get_by_text(VERDICT).first
    verdict.wait_for()
    return time.monotonic() - started, verdict.inner_text()


def main() -> None:
    """Measure each network, print its figures, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("strokes", type=Path, metavar="STROKES_PATH")
    parser.add_argument("--models", nargs="+", default=["handwriting", "convolutional", "tutorial"])
    parser.add_argument("--repetitions", type=int, default=3, help="2 or more")
    options = parser.parse_args()
    if options.repetitions < 2:
        parser.error("--repetitions must be 2 or more, because the first time is reported separately.")
    content, seconds = drawings(options.strokes), {}
    with chromium() as browser:
        for name in options.models:
            times = []
            with serving(DIGITLAB) as url:
                wait_for(DIGITLAB, url)
                page = new_page(browser, DIGITLAB)
                page.goto(f"{url}/mydigits")
                import_digits(page, content)
                for _ in range(options.repetitions):
                    taken, verdict = improve(page, url, name)
                    times.append(taken)
                    print(f"{name}  {taken:.1f} s  {verdict}", flush=True)
                page.context.close()
            seconds[name] = {"first": times[0], "again": statistics.median(times[1:]), "max": max(times)}
    print(json.dumps({"max_seconds": max(times["max"] for times in seconds.values()), "seconds": seconds}))


if __name__ == "__main__":
    main()
