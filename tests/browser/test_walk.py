"""One walk through the app, with `--pictures FOLDER`: it takes the pictures of the README."""

import re
from pathlib import Path

import pytest
from conftest import settle, visit
from playwright.sync_api import Page, expect
from test_draw import SEVEN, answer, draw
from test_train import press_train, set_epochs


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> Path:
    """Where the pictures go."""
    if request.config.getoption("--pictures") is None:
        pytest.skip("takes pictures with --pictures FOLDER; other tests go the same ways")
    return request.config.getoption("--pictures")


@pytest.fixture
def take(folder: Path, page: Page):
    """Takes a picture for the README."""
    page.set_viewport_size({"width": 1180, "height": 800})

    def picture(name: str, height: int = 800) -> None:
        page.set_viewport_size({"width": 1180, "height": height})
        settle(page)
        page.mouse.move(0, 0)
        page.screenshot(path=folder / f"{name}.png")

    return picture


def test_a_newcomer_walks_through_the_lab(take, page):
    visit(page, "", "Draw a digit")
    page.get_by_role("link", name="1. Browse").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Browse MNIST")
    visit(page, "browse?digit=7")
    expect(page.locator(".grid button")).to_have_count(48 + 10)
    take("browse")
    visit(page, "train")
    set_epochs(page, 12)
    press_train(page)
    expect(page.get_by_text(re.compile(r"Epoch ([6-9]|1\d) of 12"))).to_be_visible()
    take("train")
    expect(page.get_by_role("link", name="Try it")).to_be_visible()
    page.get_by_role("link", name="Watch it learn").last.click()
    expect(page.get_by_role("heading", name="Confusion matrix")).to_be_visible()
    take("watch", height=1180)
    take_the_other_pages(page, take)


def take_the_other_pages(take, page):
    visit(page, "draw")
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    page.get_by_text("See it think").click()
    take("draw", height=880)
    visit(page, "learn?step=build")
    take("learn", height=900)
    visit(page, "understand?set=test&sample=4&view=Change+its+mind", "Explain")
    expect(page.get_by_alt_text(re.compile("^Changed. .*9"))).to_be_visible()
    take("understand", height=1180)
    visit(page, "evaluate")
    expect(page.get_by_role("heading", name="Confusion matrix")).to_be_visible()
    take("evaluate")
    visit(page, "models")
    take("models")
