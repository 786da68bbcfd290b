"""The app in Firefox: it starts, draws and trains."""

from collections.abc import Iterator

import pytest
from conftest import App
from firefox import Firefox, firefox
from test_train import LITTLE_WORK

# Finds an element in the page, or in a component's shadow.
FIND = """((selector) => {
    const roots = [document]
    for (const root of roots) {
        const found = root.querySelector(selector)
        if (found) return found
        for (const element of root.querySelectorAll("*")) if (element.shadowRoot) roots.push(element.shadowRoot)
    }
})"""
CANVAS = f"{FIND}('canvas.upper-canvas')"
# An icon's name stands before a button's own text.
BUTTON = r"""[...document.querySelectorAll("[data-testid=stMain] button")].find(
    button => button.innerText.trim().split("\n").at(-1) === "{}" && !button.disabled
)"""


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with firefox(tmp_path_factory.mktemp("firefox")) as started_browser:
        yield started_browser


def test_firefox_draws(app: App, tab: Firefox) -> None:
    tab.visit(f"{app.url}/draw")
    tab.wait_for(CANVAS)
    x, y, width, height = tab.box(CANVAS)
    corners = [(0.3, 0.2), (0.7, 0.2), (0.6, 0.45), (0.5, 0.8)]
    tab.drag([(x + across * width, y + down * height) for across, down in corners])
    tab.wait_for(f"{FIND}('.digitlab-answer strong')?.innerText === '7'")


def test_firefox_trains(app: App, tab: Firefox) -> None:
    tab.visit(f"{app.url}/train?settings=1~epochs_is_500~{LITTLE_WORK}")
    tab.click(BUTTON.format("Train"))
    tab.wait_for("document.body.innerText.includes('Epoch 1')")
    tab.click(BUTTON.format("Stop"))
    tab.wait_for("!document.body.innerText.includes('Stopping') && document.body.innerText.includes('Stopped')")
    assert "Traceback" not in tab.text()
