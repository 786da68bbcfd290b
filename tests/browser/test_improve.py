"""A network is improved on a person's own digits, watched, and judged."""

import json
import re

import numpy as np
from conftest import settle, visit
from playwright.sync_api import Page, expect
from test_mydigits import bring_in

from digitlab.preprocessing.bundles import to_npz


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
    expect(page.get_by_text(re.compile(r"It helped\. Of 20 drawings that it never saw"))).to_be_visible()
    settle(page)
    expect(page.get_by_test_id("stMetric")).to_have_count(4)
    expect(page.get_by_text(re.compile("Misread before, right now")).first).to_be_visible()
    page.locator(".grid button").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("One of your own digits")).to_be_visible()
    expect(dialog.get_by_role("link", name="Why?")).to_have_count(2)
    expect(dialog.get_by_role("link", name="Why?").first).to_have_attribute("href", re.compile(r"explain=own-\d+"))
    page.keyboard.press("Escape")
    address = page.url
    page.close()

    again = context.new_page()
    again.goto(address)
    expect(again.get_by_text("It helped. Of 20")).to_be_visible()
    settle(again)
    again.get_by_role("link", name="Try it").click()
    expect(again.get_by_role("heading", level=1)).to_have_text("Draw a digit")
    expect(again.get_by_test_id("stSelectbox").locator("input").first).to_have_value(re.compile("Tutorial, improved"))

    again.goto(address)
    again.get_by_role("link", name="Evaluate it").click()
    expect(again.get_by_role("heading", level=1)).to_have_text("Evaluate")
    settle(again)
    again.get_by_test_id("stMain").get_by_text("my digits", exact=True).click()
    expect(again.get_by_text("has learned from 40 of your 60 digits")).to_be_visible()
    expect(again.get_by_test_id("stMetric").first).to_contain_text("Unseen digits accuracy")
    expect(again.get_by_test_id("stMetric").last).to_contain_text("of 20")
    again.get_by_test_id("stMain").get_by_text("learned", exact=True).click()
    expect(again.get_by_test_id("stMetric").last).to_contain_text("of 40")
    settle(again)
    assert "own=learned" in again.url
    again.goto("/evaluate?model=tutorial&of=my+digits&view=Compare")
    again.get_by_label("Compared with").click()
    again.get_by_role("option", name=re.compile("Tutorial, improved")).first.click()
    expect(again.get_by_text("Tutorial, improved has learned from 40 more of your digits")).to_be_visible()
    expect(again.get_by_text("are read rightly by")).to_be_visible()


def test_where_it_is_not_known_what_was_learned_a_sentence_says_so_and_no_figure_proves_anything(page, app, digits):
    models = app.modules_file.parent / "models"
    card = json.loads((models / "tutorial.json").read_text()) | {"name": "tuned", "is_ready_made": False}
    card["config"] |= {"tuning": {"base": "gone-bad", "learned": [1], "held_back": []}}
    cards = {models / "tuned.json": json.dumps(card), models / "gone-bad.json": "{"}
    for path, text in cards.items():
        path.write_text(text)
    collect(page, digits, 4)
    visit(page, "evaluate?model=tuned&of=my+digits")
    for path in cards:
        path.unlink()
    expect(page.get_by_text("The card gone-bad.json cannot be read")).to_be_visible()
    expect(page.get_by_test_id("stMetric")).to_have_count(0)
