"""The first page while the pen is still down, and what the network's layers answer."""

from conftest import settle, visit
from playwright.sync_api import Page, expect
from test_draw import SEVEN, answer, clear, draw, field

from digitlab.data.drawing_link import WIDTH

LIVE = ".digitlab-answer[data-live] [data-testid=digit]"
# The grey levels of the pictures of all layers, added up.
GREYS = """(() => {
    const isolated = [...document.querySelectorAll("[data-testid=stBidiComponentIsolated]")]
    const canvases = isolated.flatMap(({ shadowRoot }) => [...(shadowRoot?.querySelectorAll(".layers canvas") ?? [])])
    return canvases.map(canvas => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
        return data.filter((value, place) => place % 4 === 0).reduce((sum, value) => sum + value, 0)
    })
})()"""


def press(page: Page, points=SEVEN[0], steps: int = 30) -> None:
    """Draw a stroke, and leave the pen down."""
    corner = field(page)
    scale = corner["width"] / WIDTH
    for number, (x, y) in enumerate(points):
        page.mouse.move(corner["x"] + x * scale, corner["y"] + y * scale, steps=steps if number else 1)
        if number == 0:
            page.mouse.down()


def press_until_read(page: Page, digit: str = "7") -> None:
    """Draw a stroke, and move the pen a little until the digit is read."""
    press(page)
    expect(page.locator(LIVE)).to_have_text(digit)


def switch(page: Page, name: str) -> None:
    page.get_by_test_id("stCheckbox").filter(has_text=name).locator("label").click()
    settle(page)


def lift(page: Page, digits: str) -> None:
    """Lift the pen; now the page itself reads."""
    expect(answer(page)).to_have_count(0)
    page.mouse.up()
    expect(answer(page)).to_have_text(digits)
    expect(page.locator("[data-live]")).to_have_count(0)


def test_the_answer_comes_before_the_pen_is_lifted(new_page):
    page = new_page
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "digitlab/reading" in request.url else None)
    visit(page, "", "Draw a digit")
    press_until_read(page)
    expect(page.locator(".digitlab-bars li.read")).to_contain_text("7")
    lift(page, "7")
    expect(page.locator(".digitlab-bars li")).to_have_count(10)
    clear(page)
    draw(page, [[(80, 110), (80, 210)]])
    expect(answer(page)).to_have_text("1")
    press(page, [(240, 110), (240, 210)])
    expect(page.locator(LIVE)).to_have_text("11")
    lift(page, "11")
    clear(page)
    assert_erasing_all_invites_again_before_the_eraser_is_lifted(page)
    clear(page)
    page.get_by_role("radio", name="Pen").click()
    settle(page)
    switch(page, "Read while drawing")
    asked.clear()
    press(page)
    page.wait_for_timeout(500)
    expect(page.locator(LIVE)).to_have_count(0)
    lift(page, "7")
    assert asked == []
    clear(page)
    switch(page, "Read while drawing")
    assert_layers_are_in_sight_and_follow_the_pen(page)


def assert_erasing_all_invites_again_before_the_eraser_is_lifted(page: Page) -> None:
    draw(page, [[(160, 110), (160, 150)]])
    expect(answer(page)).to_have_text("1")
    page.get_by_role("radio", name="Eraser").click()
    settle(page)
    press(page, [(145, 80), (145, 180), (160, 180), (160, 80), (175, 80), (175, 180)])
    expect(page.locator(".digitlab-answer[data-live]")).to_contain_text("Draw a digit from 0 to 9")
    expect(page.locator(".digitlab-bars li.read")).to_have_count(0)
    page.mouse.up()
    expect(page.locator(".digitlab-answer:not([data-live])")).to_contain_text("Draw a digit from 0 to 9")


def assert_layers_are_in_sight_and_follow_the_pen(page: Page) -> None:
    switch(page, "See it think")
    for width, height, last in ((390, 844, "convolution_5"), (1280, 720, "Output"), (1180, 720, "Output")):
        page.set_viewport_size({"width": width, "height": height})
        shown = page.get_by_role("img", name=f"{last}:")
        expect(shown).to_be_visible()
        page.get_by_test_id("stMain").evaluate("element => element.scrollTo(0, 0)")
        for part in (page.locator("canvas.upper-canvas"), page.locator(".digitlab-answer"), shown):
            expect(part).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("img", name="convolution_1: 6 of 24 maps of 28 x 28")).to_be_visible()
    expect(page.get_by_role("img", name="Output: one unit for each digit")).to_be_visible()
    assert not any(page.evaluate(GREYS))
    press_until_read(page)
    live = page.evaluate(GREYS)
    assert len(live) == 7
    assert all(live)
    page.mouse.up()
    expect(answer(page)).to_have_text("7")
    clear(page)
    settle(page)
    assert not any(page.evaluate(GREYS))
