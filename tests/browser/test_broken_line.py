"""The network between a browser and the app is gone for a while."""

from conftest import settle, visit, wait_until
from playwright.sync_api import expect
from test_draw import draw, field

SEVEN = [[(80, 60), (260, 60), (220, 150), (170, 270)]]
BAR = [[(140, 165), (260, 165)]]
ANOTHER_PROCESS = """
const Socket = window.WebSocket
window.WebSocket = class extends Socket {
    constructor(address, protocols) { super(address, protocols.slice(0, 2)) }  // not for the session that it had
}
"""


def test_drawing_and_answer_outlive_a_broken_line(newcomer, line):
    page = newcomer(line.url).pages[0]
    visit(page, "", "Draw a digit")
    draw(page, SEVEN)
    expect(page.locator(".digitlab-answer strong")).to_have_text("7")
    line.cut()
    expect(page.get_by_role("dialog").get_by_text("Connection error")).to_be_visible()
    page.keyboard.press("Escape")
    draw(page, BAR)  # the canvas works without the server
    line.mend()
    wait_until(page, "document.querySelector('[data-testid=stApp][data-test-connection-state=CONNECTED]')")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".digitlab-answer strong")).to_have_text("7")
    draw(page, [[(40, 40), (44, 300)], [(20, 300), (60, 300)]])
    expect(page.locator(".digitlab-answer strong")).to_have_text("17")


def test_a_page_that_comes_to_another_process_reads_on(newcomer, line):
    page = newcomer(line.url).pages[0]
    with page.add_init_script(ANOTHER_PROCESS):
        visit(page, "", "Draw a digit")
    field(page)  # the browser has loaded all that the page needs
    line.cut()
    wait_until(page, "!document.querySelector('[data-test-connection-state=CONNECTED]')")
    line.mend()
    wait_until(page, "document.querySelector('[data-test-connection-state=CONNECTED]')")
    settle(page)
    draw(page, SEVEN)
    expect(page.locator(".digitlab-answer strong")).to_have_text("7")
