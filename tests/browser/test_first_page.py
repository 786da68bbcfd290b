"""The first page: everything in sight, the drawing kept and shared, old addresses, keys, languages."""

import re

import pytest
from conftest import go_to, network, settle, visit
from playwright.sync_api import Page, expect
from test_draw import FOUR, SEVEN, answer, draw, field, seen

BAR = [(110, 170), (220, 170)]  # of a seven
ERASER = 6  # among the radio buttons of the page, whatever the language: language, source, tool
HEIGHTS = {360: 640, 390: 844, 1280: 720}


def show_link(page: Page) -> str:
    page.get_by_role("button", name=re.compile("Copy link")).click()
    link = page.get_by_test_id("stPopoverBody").locator("code").inner_text()
    page.keyboard.press("Escape")
    return link


@pytest.mark.parametrize("width", HEIGHTS)
def test_canvas_tools_and_answer_are_in_sight_together(newcomer, width):
    page = (newcomer() if width > 1000 else newcomer(width=390, height=844)).pages[0]
    page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
    visit(page, "", "Draw a digit")
    before = field(page)
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    settle(page)
    assert field(page) == before  # the first stroke pushes nothing
    parts = [answer(page), page.locator(".digitlab-answer span"), page.get_by_role("heading", level=1)]
    parts += [page.get_by_role("button", name=name) for name in ("Undo", "Clear")]
    parts += [page.get_by_role("radio", name=name) for name in ("Pen", "Eraser")]
    for part in [*parts, page.locator("canvas.upper-canvas")]:
        expect(part).to_be_in_viewport(ratio=0.99)
    if width > 1000:
        expect(network(page)).to_be_in_viewport()
        expect(page.locator(".digitlab-seen img")).to_be_in_viewport(ratio=0.99)
    else:
        assert before["width"] == width - 32


def test_a_reload_keeps_drawing_and_language(page):
    visit(page, "", "Draw a digit")
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    page.get_by_test_id("stMain").get_by_role("radio").nth(ERASER).click()
    settle(page)
    before = seen(page)
    page.get_by_role("radio", name="한국어").click()
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(answer(page)).to_have_text("7")
    expect(page.get_by_test_id("stMain").get_by_role("radio").nth(ERASER)).to_be_checked()
    settle(page)
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(answer(page)).to_have_text("7")
    settle(page)
    assert seen(page) == before
    visit(page, "understand?lang=en", "Explain")  # a link is stronger than what is remembered
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(answer(page)).to_have_text("7")
    go_to(page, "Start")
    expect(page.get_by_role("heading", level=1)).to_have_text("Draw a digit")
    expect(answer(page)).to_have_text("7")
    page.get_by_role("button", name="Clear").click()
    expect(answer(page)).to_have_count(0)
    settle(page)
    page.reload()
    expect(page.get_by_text("Draw a digit from 0 to 9")).to_be_visible()
    expect(answer(page)).to_have_count(0)
    settle(page)
    expect(page.get_by_role("radio", name="Pen")).to_be_checked()
    assert_a_digit_is_drawn_by_keys(page)


def test_undo_and_clear_work_before_the_canvas_is_loaded(page):
    visit(page, "", "Draw a digit")
    draw(page, [*SEVEN, BAR])
    expect(answer(page)).to_have_text("7")
    settle(page)
    before = seen(page)
    held = []
    page.route("**/bidi-components/streamlit-drawable-canvas*/*.js", lambda code: held.append(code))
    page.reload()
    expect(answer(page)).to_have_text("7")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".digitlab-seen img")).not_to_have_attribute("src", before)
    expect(answer(page)).to_have_text("7")
    page.get_by_role("button", name="Undo").click()
    expect(answer(page)).to_have_count(0)
    for code in held:
        code.continue_()
    draw(page, FOUR)
    expect(answer(page)).to_have_text("4")


def test_an_address_carries_a_drawing_to_somebody_else(page, newcomer):
    visit(page, "", "Draw a digit")
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    link = show_link(page)
    assert len(link) < 400
    other = newcomer().pages[0]
    other.goto(link.replace("/?", "/draw?"))  # the page's earlier address does, too
    expect(answer(other)).to_have_text("7")
    expect(other).not_to_have_url(re.compile("drawing="))
    settle(other)
    draw(other, [BAR])
    settle(other)
    other.get_by_role("button", name="Undo").click()
    settle(other)
    other.get_by_role("button", name="Undo").click()
    expect(answer(other)).to_have_count(0)


@pytest.mark.parametrize("path", ["draw", "start"])
def test_old_addresses_lead_to_the_canvas(page, path):
    page.goto(f"/{path}?source=Upload&model=tutorial")
    expect(page.get_by_test_id("stFileUploaderDropzoneInput")).to_be_attached()
    expect(page).to_have_url(re.compile(r"[0-9]/\?.*source=Upload"))
    expect(network(page)).to_have_value(re.compile("Tutorial"))
    expect(page).to_have_title("DigitLab")


def assert_a_digit_is_drawn_by_keys(page: Page) -> None:
    canvas = page.get_by_label("Canvas for drawing a digit")
    hint = page.get_by_text("Arrow keys move the pen, Space puts it down and lifts it")
    field(page)
    expect(hint).to_be_hidden()
    page.get_by_role("radio", name="Camera").focus()
    page.keyboard.press("Tab")
    expect(canvas).to_be_focused()
    expect(hint).to_be_visible()
    page.keyboard.press("Space")
    for _step in range(20):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(answer(page)).to_have_text("1")
    page.keyboard.press("Control+z")
    expect(answer(page)).to_have_count(0)
    expect(canvas).to_be_focused()
    page.keyboard.press("Tab")
    expect(hint).to_be_hidden()


def test_a_browser_in_korean_is_answered_in_korean(newcomer):
    page = newcomer(locale="ko-KR").pages[0]
    page.goto("/")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    settle(page)
