"""The page Explain: from a drawing to why it was read so."""

import re

from conftest import assert_sound, settle, visit
from playwright.sync_api import Page, expect
from test_draw import FOUR, answer, draw


def sample(url: str) -> str:
    """The number of the digit that an address shows."""
    return re.search(r"sample=(\d+)", url)[1]


def look(page: Page, view: str, network: str = "tutorial") -> None:
    """Open a view of one of MNIST's digits, a four, by the view's name in the address."""
    visit(page, f"understand?set=test&sample=4&model={network}&view={view.replace(' ', '+')}", "Explain")
    expect(page.get_by_test_id("stSpinner")).to_have_count(0)
    settle(page)


def test_drawing_is_explained_after_one_click(page):
    visit(page, "draw")
    draw(page, FOUR)
    expect(answer(page)).to_have_text("4")
    page.get_by_role("link", name="Why?").click()
    expect(page.get_by_role("heading", name="Explain", level=1)).to_be_visible()
    expect(answer(page)).to_have_text("4")
    for title in ("Occlusion", "Integrated gradients", "Grad-CAM", "Gradient"):
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    assert "Supports it most" in page.get_by_alt_text(re.compile("^Integrated")).get_attribute("alt")


def show(page: Page, view: str) -> None:
    """Choose a view by its title, on the page that is open."""
    page.get_by_test_id("stButtonGroup").get_by_text(view, exact=True).click()
    expect(page.get_by_role("heading", name=view, level=3)).to_be_visible()
    settle(page)
    expect(page.get_by_test_id("stSpinner")).to_have_count(0)


def test_layers_are_stepped_through_and_views_fit_a_phone(page):
    look(page, "Layer by layer", "handwriting")
    expect(page.get_by_text(re.compile(r"^\d+ maps of \d+ x \d+")).first).to_be_visible()
    for _ in range(3):
        page.get_by_role("button", name="Next layer").click()
        settle(page)  # two clicks before the page has run are one
    expect(page.get_by_alt_text(re.compile("^Training digit"))).to_have_count(12)
    first = page.get_by_alt_text(re.compile("^Training digit")).first
    before = first.get_attribute("alt") or ""
    page.get_by_label("Filter", exact=True).fill("5")
    page.keyboard.press("Enter")
    expect(page.get_by_text("activate filter 5 most")).to_be_visible()
    expect(first).not_to_have_attribute("alt", before)
    assert_views_fit_a_phone(page)


def test_pictures_of_the_smallest_network_are_clicked(page):
    look(page, "Change its mind")
    expect(page.get_by_alt_text("Changed. Read as 9")).to_be_visible()
    page.get_by_role("button", name=re.compile("^→ 1:")).click()
    expect(page.get_by_alt_text("Changed. Read as 1")).to_be_visible()
    assert_views_fit_a_phone(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    assert_neighbour_becomes_the_picture(page)
    assert_digit_on_the_map_is_clicked_to_inspect_it(page)


def assert_neighbour_becomes_the_picture(page: Page) -> None:
    show(page, "Nearest neighbours")
    page.locator(".grid button").nth(2).click()
    number = re.search(r"Training digit (\d+)", page.get_by_text(re.compile(r"^Training digit \d")).inner_text())[1]
    page.get_by_role("button", name="Explain this digit").click()
    settle(page)
    expect(page.get_by_label("Sample", exact=True)).to_have_value(number)
    expect(page).to_have_url(re.compile("set=training"))


def assert_digit_on_the_map_is_clicked_to_inspect_it(page: Page) -> None:
    before = page.url
    show(page, "Digit map")
    signs = page.get_by_test_id("stVegaLiteChart").locator("svg .mark-text text")
    expect(signs.nth(1000)).to_be_attached()
    settle(page)
    signs.nth(1000).click(force=True)  # another one may lie over it, and is clicked then
    button = page.get_by_role("button", name="Explain this digit")
    expect(button).to_be_visible()
    button.click()
    settle(page)
    expect(page).not_to_have_url(re.compile(rf"sample={sample(before)}(&|$)"))  # the set may be the same as before
    expect(page).to_have_url(re.compile(r"set=training.*sample=\d+|sample=\d+.*set=training"))
    expect(page.get_by_text("Label: ").first).to_be_visible()


def assert_views_fit_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for view in ("Class gradients", "Forward pass", "Activations"):
        show(page, view)
        expect(page.get_by_test_id("stAlert")).to_have_count(0)
        assert_sound(page)
