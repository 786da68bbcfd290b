import re

from conftest import network, settle, visit
from playwright.sync_api import expect


def test_a_link_keeps_a_network_that_was_chosen_elsewhere(page):
    visit(page, "models?model=tutorial", "Models")
    page.get_by_role("link", name="Evaluate it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Evaluate")
    page.get_by_role("tab", name="Two networks").click()
    expect(page.get_by_text("Only Tutorial is correct")).to_be_visible()
    settle(page)
    assert "other=" in page.url
    page.goto(page.url)  # in a session of its own
    expect(page.get_by_text("Only Tutorial is correct")).to_be_visible()
    expect(network(page)).to_have_value(re.compile("Tutorial"))
