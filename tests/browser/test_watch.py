"""Watch it learn: from a training to the same picture, as it was read after each epoch."""

import re

import pytest
from conftest import settle, visit
from playwright.sync_api import Page, expect
from test_draw import SEVEN, answer, draw
from test_train import fill, press_train


@pytest.fixture(scope="module")
def trained(visitors, app) -> str:
    """The address of a run of ten epochs on few digits, which overfits."""
    with visitors.visitor(app.url) as context:
        page = context.new_page()
        visit(page, "train")
        page.get_by_text("More settings").click()
        fill(page, "Training digits", "500")
        press_train(page)
        expect(page.get_by_text("finished").first).to_be_visible()
        expect(page.get_by_text("Too little data")).to_be_visible()
        number = re.search(r"run=(\d+)", page.url)[1]
    return f"watch?run={number}"


def open_watch(page: Page, address: str) -> None:
    visit(page, address, "Watch it learn")
    expect(page.get_by_test_id("stSpinner")).to_have_count(0)
    settle(page)


def test_the_same_picture_is_read_as_it_was_after_each_epoch(page, trained):
    open_watch(page, trained)
    expect(page.get_by_text("after epoch 10").first).to_be_visible()
    in_the_end = page.locator(".digitlab-bars").inner_text()
    slider = page.get_by_role("slider", name="After epoch")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.get_by_text("before the first epoch").first).to_be_visible()
    expect(page.locator(".digitlab-bars")).not_to_have_text(in_the_end)
    expect(page.get_by_alt_text(re.compile("first layer's 128 neurons"))).to_be_visible()


def test_it_plays_from_the_start_to_the_end(page, trained):
    open_watch(page, trained)
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_text("before the first epoch").first).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_text("after epoch 10").first).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible()


def test_a_cell_of_the_confusion_shows_its_pictures(page, trained):
    open_watch(page, trained)
    cell = page.get_by_role("button", name=re.compile("^7 read as 7"))
    count = re.search(r": (\d+)", cell.get_attribute("aria-label"))[1]
    cell.click()
    expect(page.get_by_text(f"7 read as 7, after epoch 10: {count}")).to_be_visible()


def test_a_drawing_is_watched(page, trained):
    visit(page, "draw")
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    page.get_by_role("link", name="Watch it learn").first.click()
    expect(page.get_by_role("heading", name="Watch it learn")).to_be_visible()
    expect(page.get_by_text("Final reading:")).to_be_visible()
    expect(page.get_by_role("radio", name="My drawing")).to_be_checked()


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_fits_the_screen(page, trained, width):
    page.set_viewport_size({"width": width, "height": 900})
    open_watch(page, trained)
    expect(page.get_by_role("heading", name="Layer statistics")).to_be_visible()


def test_a_run_that_is_not_there_is_told(page, trained):
    open_watch(page, "watch?run=99999")
    expect(page.get_by_text("There is no run 99999 to watch")).to_be_visible()
