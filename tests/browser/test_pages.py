import re
import threading

import pytest
from conftest import assert_sound, go_to, settle, visit
from playwright.sync_api import expect

PAGES = {
    "": "Draw a digit",
    "browse": "Browse MNIST",
    "train": "Train",
    "search": "Try many",
    "learn": "Learn",
    "improve": "Improve",
    "mydigits": "My digits",
    "evaluate": "Evaluate",
    "compare": "Compare",
    "models": "Models",
    "understand": "Explain",
    "watch": "Watch it learn",
}


def test_a_link_opens_the_same_view_of_mnist(page, context):
    visit(page, "", "Draw a digit")
    page.get_by_role("link", name="1. Browse").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Browse MNIST")
    settle(page)
    page.get_by_text("Test", exact=True).click()
    settle(page)
    page.get_by_test_id("stMain").get_by_text("7", exact=True).first.click()
    settle(page)
    page.get_by_role("button", name="Next").click()
    settle(page)
    detail = page.get_by_text(re.compile("sample .* labelled"))
    first = detail.inner_text()
    page.locator(".grid button").nth(4).click()
    expect(detail).not_to_have_text(first)
    settle(page)
    chosen = detail.inner_text()
    pictures = [image.get_attribute("src") for image in page.locator(".grid img").all()]
    other = context.new_page()
    other.goto(page.url)
    settle(other)
    expect(other.get_by_text(re.compile("sample .* labelled"))).to_have_text(chosen)
    expect(other.locator(".grid img")).to_have_count(len(pictures))
    assert [image.get_attribute("src") for image in other.locator(".grid img").all()] == pictures
    assert "labelled 7" in chosen


def wait_until_quiet(page, messages, before):
    """Wait until the server has answered, with more messages than before, and then sent nothing for 300 ms."""
    count = before
    for _ in range(400):
        page.wait_for_timeout(300)
        if len(messages) == count > before:
            return
        count = len(messages)
    pytest.fail("the server did not answer")


@pytest.mark.parametrize(
    ("path", "name"),
    [("browse", re.compile("^[0-9], sample")), ("evaluate?model=tutorial", re.compile("^4 read as 9: "))],
)
def test_a_click_on_a_page_being_left_breaks_nothing(new_page, path, name):
    """The server's messages are held back, so that the old page is still there when the new one has run."""
    page = new_page
    held, is_held = [], threading.Event()

    def between(browser_side):
        server_side = browser_side.connect_to_server()
        server_side.on_message(
            lambda message: held.append((browser_side, message)) if is_held.is_set() else browser_side.send(message)
        )
        browser_side.on_message(server_side.send)

    page.route_web_socket(re.compile("_stcore/stream"), between)
    visit(page, path)
    picture = page.get_by_role("button", name=name).first
    expect(picture).to_be_visible()
    settle(page)
    is_held.set()
    go_to(page, "My digits")
    wait_until_quiet(page, held, 0)  # the new page has run
    before = len(held)
    picture.click()
    wait_until_quiet(page, held, before)
    is_held.clear()
    for browser_side, message in held:
        browser_side.send(message)
    settle(page)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert_sound(page)
