import re

import pytest
from conftest import PATIENCE, assert_sound, network, settle, visitor
from playwright.sync_api import Page, expect

from digitlab.data.distortions import DISTORTIONS


def evaluate(page: Page, view: str, rest: str = "") -> None:
    """Open a view of the smallest network, and wait for the answers that it needs."""
    page.goto(f"/evaluate?model=tutorial&view={view}{rest}")
    is_done = "[data-testid=stApp][data-test-script-state=notRunning] [role=tabpanel]"
    expect(page.locator(is_done).first).to_be_visible()
    settle(page)


def test_a_click_on_a_cell_shows_its_pictures_and_a_click_on_one_opens_it(page):
    evaluate(page, "Overview")
    cell = page.get_by_role("button", name=re.compile("^4 read as 9: "))
    count = int(cell.inner_text())
    cell.click()
    expect(page.get_by_role("heading", name="4 read as 9")).to_be_visible()
    expect(page.locator(".grid button")).to_have_count(count)
    expect(page.locator(".grid button").first).to_contain_text("4 → 9")
    page.locator(".grid button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".digitlab-bars li")).to_have_count(10)
    expect(dialog).to_contain_text("labelled 4")
    expect(dialog).to_contain_text("reads 9")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Show all mistakes").click()
    expect(page.get_by_role("heading", name="Mistakes")).to_be_visible()


def test_an_opened_picture_leads_to_its_explanation_by_the_same_network(page):
    evaluate(page, "Overview", "&of=validation")
    page.locator(".grid button").first.click()
    dialog = page.get_by_role("dialog")
    told = re.compile(r"Sample (\d+) of MNIST's training set")
    expect(dialog).to_contain_text(told)
    number = told.search(dialog.inner_text())[1]
    dialog.get_by_role("link", name="Why?").click()
    expect(page.get_by_role("heading", name="Understand", level=1)).to_be_visible()
    settle(page)
    expect(page.get_by_label("Sample", exact=True)).to_have_value(number)
    expect(page).to_have_url(re.compile(f"explain=training-{number}"))
    expect(network(page)).to_have_value(re.compile("[Tt]utorial"))
    page.get_by_role("button", name="Another", exact=True).click()
    expect(page).not_to_have_url(re.compile("explain"))


def test_cells_show_counts_or_shares(page):
    evaluate(page, "Overview")
    right = page.get_by_role("button", name=re.compile("^0 read as 0: "))
    expect(right).to_have_text(re.compile(r"^9\d\d$"))
    page.get_by_text("shares", exact=True).click()
    expect(right).to_have_text(re.compile(r"^9\d\.\d$"))


def test_the_digits_kept_for_validation_are_another_set(page):
    evaluate(page, "Overview", "&of=validation")
    expect(page.get_by_test_id("stMetric").first).to_contain_text("Validation accuracy")
    expect(page.get_by_test_id("stMetric").last).to_contain_text("of 12,000")


@pytest.mark.parametrize("view", ["Overview", "Certainty", "Robustness", "Compare", "Labels"])
@pytest.mark.parametrize("width", [1280, 390])
def test_each_view_fits_the_screen(browser, app, view, width):
    context = visitor(browser, app.url, width, 844)
    page = context.new_page()
    evaluate(page, view)
    expect(page.get_by_role("tab", name=view)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    assert_sound(page)
    context.close()


def test_a_higher_threshold_keeps_less(page):
    evaluate(page, "Certainty")
    kept = page.get_by_test_id("stMetricValue").nth(2)
    page.get_by_role("slider").press("Home")
    expect(kept).to_have_text("100.00%")
    page.get_by_role("slider").press("End")
    expect(kept).to_have_text(re.compile(r"^[1-8]?\d\.\d\d%$"))
    expect(page.get_by_text("No mistake is that sure.")).to_be_visible()


def test_two_networks_are_compared_and_both_are_shown_in_a_picture(page):
    evaluate(page, "Compare")
    expect(page.get_by_text("McNemar's exact test")).to_be_visible()
    expect(page.get_by_text("That is hardly luck")).to_be_visible()
    settle(page)
    page.locator(".grid button").first.click()
    expect(page.get_by_role("dialog").locator(".digitlab-bars li")).to_have_count(20)


def test_well_known_doubtful_labels_are_found(page):
    evaluate(page, "Labels")
    expect(page.get_by_role("heading", name=re.compile("Likely label errors: "))).to_be_visible(timeout=3 * PATIENCE)
    settle(page)
    star = page.locator(".grid button").filter(has_text="★").first
    star.click()
    expect(page.get_by_role("dialog")).to_contain_text("of 5 people")


def test_robustness_is_measured_in_the_background_and_kept(page):
    evaluate(page, "Robustness")
    page.get_by_role("button", name="Measure").click()
    expect(page.get_by_text("Distorting and reading")).to_be_visible()
    page.get_by_role("tab", name="Overview").click()
    expect(page.get_by_test_id("stMetric").first).to_contain_text("Test accuracy")
    page.get_by_role("tab", name="Robustness").click()
    expect(page.get_by_text("Distorting and reading")).to_have_count(0)
    expect(page.get_by_text("The mean accuracy over all strengths")).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(1)
    page.get_by_text("hidden", exact=True).first.click()
    expect(page).to_have_url(re.compile("distortion=hidden"))
    expect(page.locator(".grid button")).to_have_count(len(DISTORTIONS["hidden"].strengths))
    evaluate(page, "Robustness")
    expect(page.get_by_role("button", name="Measure")).to_have_count(0)
