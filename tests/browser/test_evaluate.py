import re

from conftest import assert_fits, network, settle
from playwright.sync_api import Page, expect

from digitlab.data.distortions import DISTORTIONS

VIEWS = ["Overview", "Calibration", "Robustness", "Two networks", "Label noise"]


def evaluate(page: Page, view: str, rest: str = "") -> None:
    """Open a view of the smallest network, by its name in the address, and wait for the answers that it needs."""
    page.goto(f"/evaluate?model=tutorial&view={view}{rest}")
    is_done = "[data-testid=stApp][data-test-script-state=notRunning] [role=tabpanel]"
    expect(page.locator(is_done).first).to_be_visible()
    settle(page)


def test_a_cell_s_picture_opens_and_all_views_fit_the_screen(page):
    evaluate(page, "Overview")
    cell = page.get_by_role("button", name=re.compile("^4 read as 9: "))
    count = int(cell.inner_text())
    cell.click()
    expect(page.get_by_role("heading", name="4 read as 9")).to_be_visible()
    expect(page).to_have_url(re.compile("cell=4-9"))  # opened by a link in tests/ui
    expect(page.locator(".grid button")).to_have_count(count)
    page.locator(".grid button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".digitlab-bars li")).to_have_count(10)
    expect(dialog).to_contain_text("labelled 4")
    expect(dialog).to_contain_text("predicted 9")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    for view in VIEWS:
        page.get_by_role("tab", name=view).click()
        expect(page.get_by_role("tab", name=view)).to_have_attribute("aria-selected", "true")
        settle(page)
        expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
        assert_fits(page)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("tab", name="Robustness").click()
    assert_robustness_is_measured_in_the_background(page)


def test_opened_picture_leads_to_its_explanation(page):
    evaluate(page, "Overview", "&of=validation")
    page.locator(".grid button").first.click()
    dialog = page.get_by_role("dialog")
    sentence = re.compile(r"Sample (\d+) of MNIST's training set")
    expect(dialog).to_contain_text(sentence)
    number = sentence.search(dialog.inner_text())[1]
    dialog.get_by_role("link", name="Why?").click()
    expect(page.get_by_role("heading", name="Explain", level=1)).to_be_visible()
    settle(page)
    expect(page.get_by_label("Sample", exact=True)).to_have_value(number)
    expect(page).to_have_url(re.compile(f"explain=training-{number}"))
    expect(network(page)).to_have_value(re.compile("[Tt]utorial"))
    page.get_by_role("button", name="Random", exact=True).click()
    expect(page).not_to_have_url(re.compile("explain"))


def assert_robustness_is_measured_in_the_background(page: Page) -> None:
    page.get_by_role("button", name="Measure").click()
    expect(page.get_by_text("Distorting and reading")).to_be_visible()
    page.get_by_role("tab", name="Overview").click()
    expect(page.get_by_test_id("stMetric").first).to_contain_text("Test accuracy")
    page.get_by_role("tab", name="Robustness").click()
    expect(page.get_by_text("Distorting and reading")).to_have_count(0)
    expect(page.get_by_text("Mean accuracy over all strengths")).to_be_visible()
    expect(page.get_by_test_id("stVegaLiteChart")).to_have_count(1)
    page.get_by_test_id("stButtonGroup").get_by_text(DISTORTIONS["hidden"].title, exact=True).click()
    expect(page).to_have_url(re.compile("distortion=hidden"))
    expect(page.locator(".grid button")).to_have_count(len(DISTORTIONS["hidden"].strengths))
    evaluate(page, "Robustness")
    expect(page.get_by_role("button", name="Measure")).to_have_count(0)
