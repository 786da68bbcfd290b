import re

from conftest import assert_fits, settle
from playwright.sync_api import Page, expect
from test_draw import SEVEN, draw


def compare(page: Page, names: str, view: str = "Figures") -> None:
    """Open a view of some networks, by its name in the address."""
    page.goto(f"/compare?with={names}&view={view.replace(' ', '+')}")
    expect(page.get_by_test_id("stMultiSelect")).to_be_visible()
    settle(page)


def test_networks_read_the_same_drawing_and_views_fit(page):
    compare(page, "tutorial,convolutional,handwriting", "One drawing")
    draw(page, SEVEN)
    readings = page.locator(".digitlab-readers figure")
    for name in ("Handwriting", "Convolutional", "Tutorial"):
        reading = readings.filter(has_text=re.compile(f"^{name} ")).first
        expect(reading.locator("strong")).to_have_text("7")
        expect(reading).to_contain_text(re.compile(r"\d% confident|unsure"))
    for view in ("Same drawing", "Scores and curves"):
        page.get_by_role("tab", name=view).click()
        expect(page.get_by_role("tab", name=view)).to_have_attribute("aria-selected", "true")
        settle(page)
        expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
        assert_fits(page)
