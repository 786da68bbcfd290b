"""The first page while the pen is still down, and what the network's layers answer."""

from conftest import settle, visit
from playwright.sync_api import Page, Route, expect
from test_draw import SEVEN, answer, draw, field

from digitlab.data.drawing_link import WIDTH

LIVE = ".digitlab-answer[data-live] [data-testid=digit]"
BUSY = "Live reading rests: the server is busy."
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


def test_the_answer_comes_before_the_pen_is_lifted(page):
    visit(page, "", "Draw a digit")
    press_until_read(page)
    expect(page.locator(".digitlab-bars li.read")).to_contain_text("7")
    expect(answer(page)).to_have_count(0)  # of the page itself
    page.mouse.up()
    expect(answer(page)).to_have_text("7")
    expect(page.locator("[data-live]")).to_have_count(0)
    expect(page.locator(".digitlab-bars li")).to_have_count(10)


def test_a_number_is_read_while_it_is_drawn(page):
    visit(page, "", "Draw a digit")
    draw(page, [[(80, 110), (80, 210)]])
    expect(answer(page)).to_have_text("1")
    press(page, [(240, 110), (240, 210)])
    expect(page.locator(LIVE)).to_have_text("11")
    page.mouse.up()
    expect(answer(page)).to_have_text("11")


def test_the_switch_turns_it_off(page):
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "digitlab/reading" in request.url else None)
    visit(page, "", "Draw a digit")
    switch(page, "Read while drawing")
    press(page)
    page.wait_for_timeout(500)
    expect(page.locator(LIVE)).to_have_count(0)
    page.mouse.up()
    expect(answer(page)).to_have_text("7")
    assert asked == []


def test_it_rests_while_the_server_is_busy(page):
    def refuse(route: Route) -> None:
        route.fulfill(status=503, json={"error": "Others are being read."})

    visit(page, "", "Draw a digit")
    page.route("**/digitlab/reading?*", refuse)
    press(page)
    for step in range(80):
        page.mouse.move(500 + step % 2, 300)
        page.wait_for_timeout(50)
        if page.get_by_text(BUSY).is_visible():
            break
    expect(page.get_by_text(BUSY)).to_be_visible()
    page.mouse.up()
    expect(page.get_by_test_id("digit")).not_to_have_count(0)


def test_the_layers_follow_the_pen(page):
    visit(page, "", "Draw a digit")
    switch(page, "See it think")
    expect(page.get_by_role("img", name="convolution_1: 8 of 24 maps of 28 x 28")).to_be_visible()
    expect(page.get_by_role("img", name="Output: one unit for each digit")).to_be_visible()
    assert not any(page.evaluate(GREYS))
    press_until_read(page)
    live = page.evaluate(GREYS)
    assert len(live) == 7
    assert all(live)
    page.mouse.up()
    expect(answer(page)).to_have_text("7")
    page.get_by_role("button", name="Clear").click()
    expect(answer(page)).to_have_count(0)
    settle(page)
    assert not any(page.evaluate(GREYS))
