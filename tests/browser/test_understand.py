"""The Understand page: from a drawing to why it was read so."""

import re

import pytest
from conftest import assert_sound, network, settle, visit
from playwright.sync_api import Page, expect
from test_draw import FOUR, answer, draw


def look(page: Page, view: str, network: str = "tutorial") -> None:
    """Open a view of one of MNIST's digits, a four."""
    visit(page, f"understand?set=test&sample=4&model={network}&view={view.replace(' ', '+')}")
    expect(page.get_by_test_id("stSpinner")).to_have_count(0)
    settle(page)


def test_a_drawing_is_explained_after_one_click(page):
    visit(page, "draw")
    draw(page, FOUR)
    expect(answer(page)).to_have_text("4")
    page.get_by_role("link", name="Why?").click()
    expect(page.get_by_role("heading", name="Understand", level=1)).to_be_visible()
    expect(answer(page)).to_have_text("4")
    for title in ("Occlusion", "Integrated gradients", "Grad-CAM", "Gradient"):
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    assert re.search("most for it", page.get_by_alt_text(re.compile("^Integrated")).get_attribute("alt"))


def test_without_a_drawing_the_way_to_draw_is_shown(page):
    visit(page, "understand")
    expect(page.get_by_text("Nothing is drawn yet")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_the_layers_are_stepped_through(page):
    look(page, "Layer by layer", "convolutional")
    expect(page.get_by_text("24 maps of 14 x 14").first).to_be_visible()
    page.get_by_role("button", name="Next layer").click()
    expect(page.get_by_text("normalization_1:")).to_be_visible()


def test_a_deeper_filter_shows_what_excites_it(page):
    look(page, "Layer by layer", "handwriting")
    for _ in range(3):
        page.get_by_role("button", name="Next layer").click()
        settle(page)  # two clicks before the page has run are one
    expect(page.get_by_alt_text(re.compile("^Training digit"))).to_have_count(12)
    first = page.get_by_alt_text(re.compile("^Training digit")).first
    before = first.get_attribute("alt") or ""
    page.get_by_label("Filter", exact=True).fill("5")
    page.keyboard.press("Enter")
    expect(page.get_by_text("filter 5 answers most")).to_be_visible()
    expect(first).not_to_have_attribute("alt", before)


def test_the_bars_move_with_a_slider(page):
    look(page, "Distort it")
    bars = page.locator(".digitlab-bars").last
    before = bars.inner_text()
    slider = page.get_by_role("slider", name="Rotate, in degrees")
    slider.focus()
    for _ in range(30):
        page.keyboard.press("ArrowRight")
    expect(bars).not_to_have_text(before)
    page.get_by_role("button", name="As it was").click()
    expect(slider).to_have_attribute("aria-valuetext", "0")


def test_another_digit_is_chosen_to_be_made_of_it(page):
    look(page, "Change its mind")
    expect(page.get_by_text(re.compile("read as 9")).first).to_be_visible()
    page.get_by_role("button", name=re.compile("^→ 1:")).click()
    expect(page.get_by_alt_text("Changed, read as 1")).to_be_visible()


def test_the_map_is_made_and_the_nearest_digits_are_shown(page):
    look(page, "Digits like it")
    expect(page.get_by_text("these training digits resemble")).to_be_visible()
    look(page, "Map of digits")
    expect(page.get_by_test_id("stVegaLiteChart").locator("canvas, svg").first).to_be_visible()


def test_a_digit_like_it_becomes_the_picture(page):
    look(page, "Digits like it")
    page.locator(".grid button").nth(2).click()
    number = re.search(r"Training digit (\d+)", page.get_by_text(re.compile(r"^Training digit \d")).inner_text())[1]
    page.get_by_role("button", name="Look at this one").click()
    settle(page)
    expect(page.get_by_label("Sample", exact=True)).to_have_value(number)
    expect(page).to_have_url(re.compile("set=training"))


def test_a_sign_on_the_map_is_clicked_to_look_at_its_digit(page):
    look(page, "Map of digits")
    signs = page.get_by_test_id("stVegaLiteChart").locator("svg .mark-text text")
    expect(signs.nth(1000)).to_be_attached()
    settle(page)
    signs.nth(1000).click(force=True)  # another sign may lie over it, and is clicked then
    button = page.get_by_role("button", name="Look at this one")
    expect(button).to_be_visible()
    button.click()
    settle(page)
    expect(page).to_have_url(re.compile(r"set=training.*sample=\d+|sample=\d+.*set=training"))
    expect(page.get_by_text("Labelled").first).to_be_visible()


@pytest.mark.parametrize(
    ("path", "title"), [("browse?set=training&sample=7", "Browse"), ("browse?set=test&sample=8", "Browse")]
)
def test_browse_leads_to_the_explanation_of_the_very_digit(page, path, title):
    visit(page, path + "&model=tutorial", title)
    page.get_by_role("link", name="Why?").click()
    expect(page.get_by_role("heading", name="Understand", level=1)).to_be_visible()
    settle(page)
    expect(page.get_by_label("Sample", exact=True)).to_have_value(path[-1])
    expect(page.get_by_role("radio", name=re.search("set=(\\w+)", path)[1])).to_be_checked()
    expect(network(page)).to_have_value(re.compile("[Tt]utorial"))


@pytest.mark.parametrize("view", ["For and against", "The arithmetic", "Layer by layer"])
@pytest.mark.parametrize("network", ["tutorial", "handwriting"])
def test_every_view_fits_a_telephone(page, network, view):
    page.set_viewport_size({"width": 390, "height": 844})
    look(page, view, network)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    assert_sound(page)
