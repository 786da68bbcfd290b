import re

import pytest
from conftest import assert_sound, settle, visitor
from playwright.sync_api import Page, expect
from test_draw import SEVEN, draw


def compare(page: Page, names: str, view: str = "Figures") -> None:
    """Open the page with some networks."""
    page.goto(f"/compare?with={names}&view={view.replace(' ', '+')}")
    expect(page.get_by_role("tab", name=view)).to_have_attribute("aria-selected", "true")
    settle(page)


def test_networks_stand_side_by_side_with_curves_and_settings(page):
    compare(page, "tutorial,convolutional")
    for title in ("Scores, size and speed", "How they learned", "Settings that differ"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(3)
    expect(page.get_by_test_id("stDataFrame")).to_have_count(2)


def test_the_address_keeps_the_choice_for_another_tab(page, context):
    compare(page, "tutorial,convolutional")
    page.get_by_test_id("stMultiSelect").get_by_role("button", name=re.compile("Remove Convolutional")).click()
    page.wait_for_url(lambda url: "convolutional" not in url)
    settle(page)
    expect(page.get_by_text("Choose two or more.")).to_be_visible()
    page.get_by_test_id("stMultiSelect").locator("input").click()
    page.get_by_role("option", name=re.compile("^Handwriting")).click()
    page.wait_for_url(lambda url: "handwriting" in url)
    settle(page)
    other = context.new_page()
    other.goto(page.url)
    settle(other)
    expect(other.get_by_test_id("stMultiSelect")).to_contain_text("Handwriting")
    expect(other.get_by_test_id("stMultiSelect")).not_to_contain_text("Convolutional")


def test_a_network_brings_another_one_along(page):
    page.goto("/models?model=tutorial")
    settle(page)
    page.get_by_role("link", name="Compare it").click()
    expect(page.get_by_test_id("stMultiSelect")).to_contain_text("Tutorial")
    expect(page.get_by_role("heading", name="How they learned")).to_be_visible()


def test_nonsense_in_the_address_is_left_out(page):
    compare(page, "tutorial,../../x,run:999,handwriting")
    expect(page.get_by_role("heading", name="How they learned")).to_be_visible()


def test_all_networks_read_the_same_drawing_at_once(page):
    compare(page, "tutorial,convolutional", "One drawing")
    expect(page.get_by_text(re.compile(r"\d+ networks read it at once"))).to_be_visible()
    draw(page, SEVEN)
    readers = page.locator(".digitlab-readers figure")
    expect(readers.first).to_be_visible()
    assert readers.count() >= 3
    for name in ("Handwriting", "Convolutional", "Tutorial"):
        expect(readers.filter(has_text=re.compile(f"^{name} ")).first.locator("strong")).to_have_text("7")


@pytest.mark.parametrize("view", ["Figures", "One drawing"])
@pytest.mark.parametrize("width", [1280, 390])
def test_each_view_of_a_comparison_fits_the_screen(browser, app, view, width):
    context = visitor(browser, app.url, width, 844)
    page = context.new_page()
    compare(page, "tutorial,convolutional,handwriting", view)
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    assert_sound(page)
    context.close()
