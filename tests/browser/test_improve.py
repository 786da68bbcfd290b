"""A network is improved on a person's own digits, watched, and judged."""

import re

import numpy as np
from conftest import settle, visit
from playwright.sync_api import Page, expect
from test_mydigits import bring_in

from digitlab.digits.bundles import to_npz

MINUTE = 60_000


def collect(page: Page, digits, n: int) -> None:
    """Bring in digits of a strange hand, which writes on its head."""
    images, labels = digits.part("test")
    bring_in(page, "mine.npz", to_npz(np.ascontiguousarray(images[:n, ::-1]), labels[:n]))
    settle(page)


def test_too_few_digits_are_told_with_how_many_are_needed_and_where_to_collect_them(page, digits):
    collect(page, digits, 4)
    visit(page, "improve")
    expect(page.get_by_text("You have 4 digits of your own, and 10 are needed")).to_be_visible()
    expect(page.get_by_test_id("stMain").get_by_role("button", name="Improve")).to_have_count(0)
    page.get_by_role("link", name="Collect my digits").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("My digits")


def test_a_network_is_improved_and_the_proof_is_found_again(page, context, digits):
    collect(page, digits, 60)
    visit(page, "improve?model=tutorial")
    page.get_by_test_id("stMain").get_by_role("button", name="Improve", exact=True).click()
    page.wait_for_url(re.compile(r"run=\d+"))
    expect(page.get_by_text(re.compile(r"It helped\. Of 20 drawings that it never saw"))).to_be_visible(
        timeout=2 * MINUTE
    )
    settle(page)
    expect(page.get_by_test_id("stMetric")).to_have_count(4)
    expect(page.get_by_text(re.compile("Misread before, right now")).first).to_be_visible()
    address = page.url
    page.close()

    again = context.new_page()
    again.goto(address)
    expect(again.get_by_text("It helped. Of 20")).to_be_visible()
    settle(again)
    again.get_by_role("link", name="Draw with it").click()
    expect(again.get_by_role("heading", level=1)).to_have_text("Draw a digit")
    expect(again.get_by_test_id("stSelectbox").locator("input").first).to_have_value(re.compile("Tutorial, improved"))
