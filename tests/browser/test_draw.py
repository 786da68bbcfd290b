import math
import re

import numpy as np
from conftest import go_to, settle, visit
from playwright.sync_api import FloatRect, Page, expect

from digitlab.data.drawing_link import WIDTH

SEVEN = [[(80, 80), (230, 80), (140, 260)]]
ONE = [[(160, 60), (160, 260)]]
FOUR = [[(130, 60), (95, 180), (220, 180)], [(190, 70), (190, 270)]]
TWO_DIGITS = [[(60, 120), (60, 240)], [(150, 120), (240, 120), (180, 240)]]
DIGITS = {"7": SEVEN, "1": ONE, "4": FOUR}
# Makes the canvas' own wait of 200 ms last an hour.
NO_WAIT = (
    "const wait = setTimeout; window.setTimeout = (act, ms, ...more) => wait(act, ms === 200 ? 3.6e6 : ms, ...more)"
)


def field(page: Page) -> FloatRect:
    """Where the canvas lies, once its style sheets are there: before, it is below its background, in another size."""
    expect(page.get_by_label(re.compile("Canvas for drawing a digit|숫자를 그리는 캔버스"))).to_be_visible()
    expect(page.locator("canvas.dc-background-canvas")).to_have_css("position", "absolute")
    return page.locator("canvas.upper-canvas").bounding_box()


def draw(page: Page, strokes: list[list[tuple[int, int]]]) -> None:
    """Draw with the mouse; points are in pixels of the canvas."""
    corner = field(page)
    scale = corner["width"] / WIDTH
    for stroke in strokes:
        for number, (x, y) in enumerate(stroke):
            far = math.dist(stroke[number - 1], (x, y)) if number else 0
            page.mouse.move(corner["x"] + x * scale, corner["y"] + y * scale, steps=min(8, 1 + round(far / 20)))
            if number == 0:
                page.mouse.down()
        page.mouse.up()


def answer(page: Page):
    """The digit that the page itself has read, after the pen was lifted."""
    return page.locator(".digitlab-answer:not([data-live])").get_by_test_id("digit")


def seen(page: Page) -> str:
    """The picture that the network saw, as an address."""
    return page.locator(".digitlab-seen img").get_attribute("src")


def press(page: Page, name: str) -> None:
    page.get_by_test_id("stButton").filter(has_text=name).get_by_role("button").click()


def clear(page: Page) -> None:
    press(page, "Clear")
    expect(answer(page)).to_have_count(0)


def test_drawings_are_read_without_a_button(page):
    """Also if strokes come faster than answers, and, at last, on a canvas that has lost its button."""
    visit(page, "draw")
    for digit, strokes in DIGITS.items():
        draw(page, strokes)
        expect(answer(page)).to_have_text(digit)
        expect(page.locator(".dc-toolbar")).to_be_hidden()
        expect(page.locator(".digitlab-bars li")).to_have_count(10)
        expect(page.locator(".digitlab-bars li.read")).to_contain_text(digit)
        expect(page.locator(".digitlab-boxes")).to_have_count(0)  # one digit, also of two strokes
        clear(page)
    draw(page, TWO_DIGITS)
    expect(answer(page)).to_have_text("17")
    expect(page.locator(".digitlab-boxes i")).to_have_count(2)
    expect(page.locator(".digitlab-cards figure")).to_have_count(2)
    clear(page)
    draw(page, face())
    expect(page.get_by_text("I don't recognise this as a digit")).to_be_visible()
    expect(answer(page)).to_have_text("?")
    clear(page)
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    page.get_by_text("How your drawing is prepared").click()
    expect(page.locator(".digitlab-steps .shown")).to_have_count(4)
    expect(page.locator(".digitlab-steps .without").first).to_contain_text("Without this step")
    clear(page)
    assert_strokes_and_undo_faster_than_answers_count(page)
    clear(page)
    settle(page)
    page.locator("button[aria-label^='Update the app']").evaluate("button => button.remove()")
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")


def assert_strokes_and_undo_faster_than_answers_count(page: Page) -> None:
    draw(page, [[(x, 110), (x, 210)] for x in range(40, 340, 55)])
    expect(answer(page)).to_have_text("111111")
    clear(page)
    draw(page, [[(x, 110), (x, 210)] for x in (80, 160, 240)])
    press(page, "Undo")
    settle(page)  # two of three strokes may have been read before
    expect(answer(page)).to_have_text("11")
    page.get_by_role("radio", name="Pen").focus()  # a switch undoes nothing itself
    page.keyboard.press("Control+z")
    expect(answer(page)).to_have_text("1")
    press(page, "Undo")
    expect(answer(page)).to_have_count(0)
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")


def test_strokes_are_sent_on_release_and_the_eraser_stays(page):
    """The eraser stays chosen on another page and back."""
    with page.add_init_script(NO_WAIT):
        visit(page, "draw")
    draw(page, ONE)
    page.get_by_role("radio", name="Eraser").click()
    expect(answer(page)).to_have_text("1")
    settle(page)
    go_to(page, "My digits")
    expect(page.get_by_role("heading", name="My digits", level=1)).to_be_visible()
    go_to(page, "Start")
    expect(answer(page)).to_have_text("1")
    settle(page)
    draw(page, [[(x, 20), (x, 300)] for x in (145, 160, 175)])
    expect(answer(page)).to_have_count(0)


def test_a_drawing_outlives_another_page_and_a_bad_file(page):
    visit(page, "draw")
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    settle(page)
    seven = seen(page)
    go_to(page, "My digits")
    expect(page.get_by_role("heading", name="My digits", level=1)).to_be_visible()
    go_to(page, "Start")
    expect(answer(page)).to_have_text("7")
    bar_it(page)
    upload(page, "notes.png", b"This is a text.")
    expect(page.get_by_test_id("stAlert")).to_contain_text("notes.png")
    page.get_by_test_id("stMain").get_by_text("Draw", exact=True).first.click()
    expect(answer(page)).to_have_text("7")
    settle(page)
    press(page, "Undo")  # of the bar, and then there is the seven of before
    expect(page.locator(".digitlab-seen img")).to_have_attribute("src", seven)
    bar_it(page)


def bar_it(page: Page) -> None:
    """Draw a bar through a seven, which stays one: the old stroke is there as well."""
    before = seen(page)
    draw(page, [[(110, 170), (220, 170)]])
    expect(page.locator(".digitlab-seen img")).not_to_have_attribute("src", before)
    expect(answer(page)).to_have_text("7")


def test_a_finger_draws_on_a_phone(newcomer):
    context = newcomer(width=390, height=844, has_touch=True)
    page = context.pages[0]
    with page.add_init_script(NO_WAIT):
        visit(page, "draw")
    corner = field(page)
    finger = context.new_cdp_session(page)
    points = [(160, y) for y in range(60, 270, 15)]
    for number, (x, y) in enumerate(points):
        touch = {"x": corner["x"] + x, "y": corner["y"] + y}
        kind = "touchMove" if number else "touchStart"
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [touch]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    finger.detach()
    expect(answer(page)).to_have_text("1")
    expect(answer(page)).to_be_in_viewport()


def upload(page: Page, name: str, content: bytes, kind: str = "image/png") -> None:
    page.get_by_test_id("stMain").get_by_text("Upload", exact=True).first.click()
    settle(page)
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": kind, "buffer": content})
    settle(page)


def face() -> list[list[tuple[int, int]]]:
    turn = np.linspace(0, 2 * np.pi, 25)
    head = [(round(160 + 110 * np.cos(t)), round(160 + 110 * np.sin(t))) for t in turn]
    return [head, [(120, 120), (124, 130)], [(200, 120), (196, 130)], [(110, 190), (160, 225), (210, 190)]]
