import re

import pytest
from conftest import network, settle, visit
from playwright.sync_api import FloatRect, Page, expect

SEVEN = [[(80, 80), (230, 80), (140, 260)]]
ONE = [[(160, 60), (160, 260)]]
FOUR = [[(130, 60), (95, 180), (220, 180)], [(190, 70), (190, 270)]]
DIGITS = {"7": SEVEN, "1": ONE, "4": FOUR}


def field(page: Page) -> FloatRect:
    """Where the canvas lies, once its style sheet is there: before, it lies below its background, 327 pixels lower."""
    expect(page.locator("canvas.dc-background-canvas")).to_have_css("position", "absolute")
    return page.locator("canvas.upper-canvas").bounding_box()


def draw(page: Page, strokes: list[list[tuple[int, int]]]) -> None:
    """Draw with the mouse; points are in pixels of the canvas."""
    corner = field(page)
    for stroke in strokes:
        for number, (x, y) in enumerate(stroke):
            page.mouse.move(corner["x"] + x, corner["y"] + y, steps=8 if number else 1)
            if number == 0:
                page.mouse.down()
        page.mouse.up()


def answer(page: Page):
    return page.get_by_test_id("digit")


def seen(page: Page) -> str:
    """The picture that the network saw, as an address."""
    return page.locator(".digitlab-seen img").get_attribute("src")


@pytest.mark.parametrize("digit", DIGITS)
def test_a_drawn_digit_is_read_without_a_button(page, digit):
    visit(page, "draw")
    draw(page, DIGITS[digit])
    expect(answer(page)).to_have_text(digit)
    expect(page.locator(".digitlab-bars li")).to_have_count(10)
    expect(page.locator(".digitlab-bars li.read")).to_contain_text(digit)


def test_an_empty_canvas_is_an_invitation_and_no_digit(page):
    visit(page, "draw")
    expect(page.get_by_text("Draw a digit from 0 to 9")).to_be_visible()
    expect(answer(page)).to_have_count(0)


def test_the_eraser_takes_ink_away(page):
    visit(page, "draw")
    draw(page, ONE)
    expect(answer(page)).to_have_text("1")
    page.get_by_test_id("stMain").get_by_text("Eraser").click()
    settle(page)
    draw(page, [[(x, 20), (x, 300)] for x in (145, 160, 175)])
    expect(answer(page)).to_have_count(0)


def test_undo_takes_back_a_stroke_and_clear_all(page):
    visit(page, "draw")
    draw(page, ONE)
    expect(answer(page)).to_have_text("1")
    draw(page, [[(160, 60), (70, 190), (250, 190)]])
    expect(answer(page)).not_to_have_text("1")
    page.get_by_test_id("stButton").filter(has_text="Undo").get_by_role("button").click()
    expect(answer(page)).to_have_text("1")
    page.get_by_test_id("stButton").filter(has_text="Clear").get_by_role("button").click()
    expect(answer(page)).to_have_count(0)
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")


def test_a_drawing_is_still_there_after_a_look_at_another_page(page):
    visit(page, "draw")
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    page.get_by_role("link", name="Models").click()
    expect(page.get_by_role("heading", name="Models", level=1)).to_be_visible()
    page.get_by_role("link", name="Draw", exact=True).click()
    expect(answer(page)).to_have_text("7")
    before = seen(page)
    draw(page, [[(110, 170), (220, 170)]])
    expect(page.locator(".digitlab-seen img")).not_to_have_attribute("src", before)
    expect(answer(page)).to_have_text("7")  # barred: the old stroke is there as well


def test_another_network_reads_the_same_drawing(page):
    visit(page, "draw?model=tutorial")
    expect(network(page)).to_have_value(re.compile("Tutorial"))
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")


def test_a_finger_draws_on_a_telephone(browser, app):
    context = browser.new_context(base_url=app.url, viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    visit(page, "draw")
    corner = field(page)
    finger = context.new_cdp_session(page)
    points = [(160, y) for y in range(60, 270, 15)]
    for number, (x, y) in enumerate(points):
        touch = {"x": corner["x"] + x, "y": corner["y"] + y}
        kind = "touchMove" if number else "touchStart"
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [touch]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(answer(page)).to_have_text("1")
    expect(answer(page)).to_be_in_viewport()
    context.close()
