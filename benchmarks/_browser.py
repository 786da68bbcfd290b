"""DigitLab and an app made with Gradio, each started as its users start it, and a Chromium that draws in both."""

import shutil
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import _servers
from _canvas import STROKES
from playwright.sync_api import Browser, Page, sync_playwright

_FRAME = 0.016  # seconds between the points of a slow stroke
PATIENCE = 90_000  # milliseconds to wait for anything on a page
# Records when the pointer was released, and when the answer's text changed: the start of the frame that shows it.
_WATCH = """
window.watched = { released: 0, text: "", shown: 0 }
addEventListener("mouseup", (event) => { watched.released = event.timeStamp }, true)
const look = () => {
  const text = document.querySelector(ANSWER)?.textContent.trim() ?? ""
  if (text !== watched.text) {
    watched.text = text
    requestAnimationFrame(() => { watched.shown = performance.now() })
  }
}
new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true })
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """An app to draw in.

    Attributes:
        command: Command that starts it; the port is appended.
        path: Path of the page with the canvas.
        health: Path that responds once the server is up.
        field: Selector of the canvas.
        tool: Selector of a button to press before the first stroke; empty where none is needed.
        answer: Selector of the element with the digit that was read.
        clear: Selector of the button that clears the canvas.
    """

    command: Sequence[str]
    path: str = "/"
    health: str = "/"
    field: str
    tool: str = ""
    answer: str
    clear: str


DIGITLAB = Side(
    command=_servers.streamlit(),
    path="/",
    health="/_stcore/health",
    field="canvas.upper-canvas",
    answer=".digitlab-answer:not([data-live]) [data-testid=digit]",  # as the pen is lifted
    clear="[data-testid=stButton]:has-text('Clear') button",
)


def gradio(python: Path) -> Side:
    """Return the same app with Gradio's Sketchpad; `python` has the packages of requirements-gradio.txt."""
    return Side(
        command=[str(python), "benchmarks/_gradio_app.py"],
        field="canvas",
        tool="button[aria-label=Brush]",
        answer="[data-testid=label-output-value]",
        clear="button[aria-label='Clear canvas']",
    )


@contextmanager
def serving(side: Side) -> Iterator[str]:
    """Start the app, yield its address at once, before it responds, and stop it afterwards."""
    with _servers.serving(side.command) as server:
        yield server.url


def wait_for(side: Side, url: str) -> None:
    """Wait until the server responds."""
    _servers.wait_for(url + side.health)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a headless Chromium: the system's, or else Playwright's own."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


def new_page(browser: Browser, side: Side) -> Page:
    """Open a page with an empty cache; it and all others of its context record releases and answers."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    context.set_default_timeout(PATIENCE)
    context.add_init_script(f"const ANSWER = {side.answer!r}\n{_WATCH}")
    return context.new_page()


def ready_to_draw(page: Page, side: Side) -> None:
    """Wait until the canvas accepts a stroke."""
    page.wait_for_selector(side.field)
    if side is DIGITLAB:  # until its style sheet has loaded, the canvas is below its background
        page.wait_for_function(
            "[...document.querySelectorAll('[data-testid=stBidiComponentIsolated]')].some(({ shadowRoot }) => {"
            "const canvas = shadowRoot?.querySelector('canvas.upper-canvas');"
            "return canvas && getComputedStyle(canvas.closest('.dc-root')).position === 'relative' })"
        )
    if side.tool:
        page.click(side.tool)


def draw(page: Page, side: Side, digit: str, milliseconds: int = 0) -> None:
    """Draw a digit in one stroke with the mouse, at once or in about so many milliseconds."""
    box = page.locator(side.field).first.bounding_box()
    assert box is not None
    side_length = 0.8 * min(box["width"], box["height"])  # the Sketchpad's canvas is wider than its drawing area
    left, top = box["x"] + (box["width"] - side_length) / 2, box["y"] + (box["height"] - side_length) / 2
    points = [(left + x * side_length, top + y * side_length) for x, y in STROKES[digit]]
    page.mouse.move(*points[0])
    page.mouse.down()
    for start, end in pairwise(points):
        if milliseconds:
            _glide(page, start, end, milliseconds / 1000 / (len(points) - 1))
        else:
            page.mouse.move(*end, steps=8)
    page.mouse.up()


def _glide(page: Page, start: tuple[float, float], end: tuple[float, float], seconds: float) -> None:
    """Move the mouse in so many seconds, however long each of its steps takes."""
    began = time.monotonic()
    share = 0.0
    while share < 1:
        time.sleep(_FRAME)
        share = min(1.0, (time.monotonic() - began) / seconds)
        page.mouse.move(*(here + (there - here) * share for here, there in zip(start, end, strict=True)))


def answer_time(page: Page) -> float:
    """Wait for the answer after a release, and return the milliseconds in between."""
    page.wait_for_function("watched.text && watched.shown > watched.released")
    milliseconds: float = page.evaluate("watched.shown - watched.released")
    return milliseconds


def clear(page: Page, side: Side) -> None:
    """Clear the canvas, and wait until no digit is shown."""
    page.locator(side.clear).first.click()
    page.wait_for_function("!watched.text")
    if side.tool:
        page.click(side.tool)  # clearing deselects it


def percentile(values: Sequence[float], percent: int) -> float:
    """Return a percentile, 1 to 99, by linear interpolation."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
