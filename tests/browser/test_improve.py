"""A network is improved on a person's own digits, watched, and judged."""

import re

import numpy as np
from conftest import settle, visit
from playwright.sync_api import Page, expect
from test_mydigits import import_file

from digitlab.preprocessing.bundles import to_npz


def collect(page: Page, digits, n: int) -> None:
    """Import digits in a strange handwriting: upside down.

    With about one choice of digits in six, the network forgets more of MNIST than chance explains, and is not to be
    kept: with the first 60, for example.
    """
    images, labels = digits.part("test")
    import_file(page, "mine.npz", to_npz(np.ascontiguousarray(images[60 : 60 + n, ::-1]), labels[60 : 60 + n]))
    settle(page)


def test_network_is_improved_and_its_verdict_found_again(page, digits):
    collect(page, digits, 60)
    visit(page, "improve?model=tutorial")
    page.get_by_test_id("stMain").get_by_role("button", name="Improve", exact=True).click()
    page.wait_for_url(re.compile(r"run=\d+"))
    verdict = re.compile(r"It helped\. Unseen drawings read correctly: \d+ of 20")
    expect(page.get_by_text(verdict)).to_be_visible()
    settle(page)
    expect(page.get_by_test_id("stMetric")).to_have_count(4)
    expect(page.get_by_text(re.compile("Wrong before, correct now")).first).to_be_visible()
    page.locator(".grid button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("One of your own digits")).to_be_visible()
    expect(dialog.get_by_role("link", name="Why?")).to_have_count(2)
    expect(dialog.get_by_role("link", name="Why?").first).to_have_attribute("href", re.compile(r"explain=own-\d+"))
    page.keyboard.press("Escape")
    address = page.url
    page.get_by_role("link", name="Try it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Draw a digit")
    expect(page.get_by_test_id("stSelectbox").locator("input").first).to_have_value(re.compile("Tutorial, improved"))

    page.goto(address)
    expect(page.get_by_text(verdict)).to_be_visible()
    settle(page)
    page.get_by_role("link", name="Evaluate it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Evaluate")
    settle(page)
    page.get_by_test_id("stButtonGroup").get_by_text("My digits", exact=True).click()
    expect(page.get_by_text("40 of your 60 digits")).to_be_visible()
    expect(page.get_by_test_id("stMetric").first).to_contain_text("Accuracy on unseen digits")
    expect(page.get_by_test_id("stMetric").last).to_contain_text("of 20")
    page.get_by_test_id("stButtonGroup").get_by_text("Learned", exact=True).click()
    expect(page.get_by_test_id("stMetric").last).to_contain_text("of 40")
    expect(page).to_have_url(re.compile("own=learned"))
