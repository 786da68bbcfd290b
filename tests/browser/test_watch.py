"""Watch it learn: from a training to the same picture, as it was read after each epoch."""

import re

import pytest
from conftest import assert_sound, go_to, settle, visit
from playwright.sync_api import Page, expect
from test_draw import SEVEN, answer, draw
from test_train import fill, press_train


@pytest.fixture(scope="module")
def trained(visitors, app) -> str:
    """The address of a run of ten epochs on few digits, which overfits."""
    with visitors.visitor(app.url) as context:
        page = context.pages[0]
        visit(page, "train")
        page.get_by_text("More settings").click()
        fill(page, "Training digits", "500")
        press_train(page)
        expect(page.get_by_text("finished").first).to_be_visible()
        expect(page.get_by_text("Too little data").first).to_be_visible()
        number = re.search(r"run=(\d+)", page.url)[1]
    return f"watch?run={number}"


def open_watch(page: Page, address: str) -> None:
    visit(page, address, "Watch it learn")
    expect(page.get_by_test_id("stSpinner")).to_have_count(0)
    settle(page)


def test_the_drawing_goes_along_to_watch(page, trained):
    visit(page, "draw")
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    go_to(page, "Watch it learn")
    expect(page.get_by_role("heading", name="Watch it learn")).to_be_visible()
    expect(page.get_by_text("Final reading:")).to_be_visible()
    expect(page.get_by_role("radio", name="My drawing")).to_be_checked()


def test_the_film_is_in_sight_and_plays(page, trained):
    """All of it on a wide screen; on phones the picture's reading, and the controls above whatever is looked at."""
    page.set_viewport_size({"width": 1280, "height": 720})
    open_watch(page, trained)
    expect(page.get_by_text("confident after epoch 10")).to_be_visible()
    expect(page.get_by_role("heading", name="Layer statistics")).to_be_visible()
    assert_sound(page)
    digit_map = page.locator(".st-key-watch-map").get_by_test_id("stVegaLiteChart")
    controls = [page.get_by_role("button", name="Play"), page.get_by_test_id("stSlider")]
    reading = [page.get_by_text("By another user"), page.locator(".digitlab-bars")]
    curve = page.locator(".st-key-watch-curve").get_by_test_id("stVegaLiteChart")
    others = [digit_map, page.locator(".digitlab-sheet img"), curve]
    for part in (*controls, *reading, *others):
        expect(part).to_be_in_viewport(ratio=1)
    for width, height in ((390, 844), (360, 640)):
        page.set_viewport_size({"width": width, "height": height})
        page.get_by_role("heading", level=1).scroll_into_view_if_needed()
        for part in (*controls, *reading):
            expect(part).to_be_in_viewport(ratio=1)
        digit_map.evaluate("map => map.scrollIntoView()")
        for part in (*controls, digit_map):
            expect(part).to_be_in_viewport(ratio=1)
        assert_sound(page)
    page.set_viewport_size({"width": 1280, "height": 720})
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_text("confident before training")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_text("confident after epoch 10")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    cell = page.get_by_role("button", name=re.compile("^7 read as 7"))
    label = cell.get_attribute("aria-label")
    cell.click()
    expect(page.get_by_text(label, exact=True)).to_be_visible()
