"""A person's own digits: drawn on request, looked through, taken along, brought in; and nobody else's."""

import io
import re
import zipfile

import numpy as np
import pytest
from conftest import settle, visit
from playwright.sync_api import Page, expect
from test_draw import FOUR, ONE, SEVEN, answer, draw

from digitlab.preprocessing.bundles import to_npz


@pytest.fixture
def another(newcomer):
    """The page of somebody else, who has a browser of their own."""
    return newcomer().new_page()


def button(page: Page, name: str):
    return page.get_by_test_id("stMain").get_by_role("button", name=name)


def delete_chosen(page: Page) -> None:
    """Delete the one digit that is chosen, and say so when asked."""
    button(page, "Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete 1 digit").click()


def correct(page: Page, *digits: int) -> None:
    """Correct each digit of the drawing."""
    button(page, "Wrong? Correct it").click()
    settle(page)
    for place, digit in enumerate(digits):
        choices = page.get_by_test_id("stPopoverBody").get_by_test_id("stButtonGroup").nth(place)
        choices.get_by_text(str(digit), exact=True).click()
        settle(page)
    page.keyboard.press("Escape")


def saved(page: Page, sentence: str):
    """The sentence that a drawing was saved, which links to it."""
    return page.get_by_test_id("stMain").get_by_role("link", name=sentence)


def look(page: Page, view: str = "Look through") -> None:
    visit(page, "mydigits", "My digits")
    if view != "Look through":
        page.get_by_role("tab", name=view).click()
        settle(page)


def captions(page: Page) -> list[str]:
    spans = page.locator(".grid button span")
    expect(spans.first).to_be_visible()
    return spans.all_inner_texts()


def bring_in(page: Page, name: str, content: bytes) -> None:
    look(page, "Take along, bring in")
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    button(page, "Bring them in").click()
    settle(page)


def test_what_is_asked_for_is_what_there_are_fewest_of(page):
    look(page, "Draw more")
    asked = page.locator(".digitlab-request")
    button(page, "Keep it, next").click()
    expect(page.get_by_text("Nothing is drawn yet. Draw a 0")).to_be_visible()
    for digit, strokes in enumerate([SEVEN, ONE]):
        expect(asked).to_have_text(f"Please draw a {digit}")
        settle(page)
        draw(page, strokes)
        button(page, "Keep it, next").click()
        expect(page.get_by_text(f"Kept as a {digit}.")).to_be_visible()
    expect(asked).to_have_text("Please draw a 2")
    settle(page)
    button(page, "Take it back").click()
    expect(asked).to_have_text("Please draw a 1")
    settle(page)
    draw(page, ONE)
    page.keyboard.press("Enter")
    expect(asked).to_have_text("Please draw a 2")
    page.get_by_test_id("stButtonGroup").get_by_text("4", exact=True).click()
    expect(asked).to_have_text("Please draw a 4")
    settle(page)
    draw(page, FOUR)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Kept as a 4.")).to_be_visible()
    expect(page.get_by_role("img", name="0: 1, 1: 1, 2: 0, 3: 0, 4: 1")).to_be_visible()
    page.get_by_role("tab", name="Look through").click()
    settle(page)
    assert captions(page) == ["4", "1", "0"]


def test_the_drawing_of_the_draw_page_stays_while_others_are_drawn_on_request(page):
    visit(page, "draw")
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    page.get_by_role("link", name="My digits").click()
    settle(page)
    page.get_by_role("tab", name="Draw more").click()
    settle(page)
    draw(page, ONE)
    button(page, "Keep it, next").click()
    expect(page.get_by_text("Kept as a 0.")).to_be_visible()
    page.get_by_role("link", name="Draw", exact=True).click()
    expect(answer(page)).to_have_text("7")


def test_nobody_sees_anothers_digits_and_a_file_of_them_comes_in_elsewhere(page, another):
    visit(page, "draw")
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    correct(page, 1)
    expect(saved(page, "Saved to My digits as 1")).to_be_visible()
    look(another)
    expect(another.get_by_text("You have no digits of your own yet")).to_be_visible()
    look(page, "Take along, bring in")
    with page.expect_download() as download:
        button(page, "Pictures").click()
    content = download.value.path().read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert [name for name in archive.namelist() if name.startswith("1/") and name.endswith(".png")]
    bring_in(another, "theirs.zip", content)
    expect(another.get_by_text("1 digit came in.")).to_be_visible()
    bring_in(another, "theirs.zip", content)
    expect(another.get_by_text("1 digit were there already").or_(another.get_by_text("No new digit"))).to_be_visible()
    look(another)
    assert captions(another) == ["1"]
    another.locator(".grid button").click()
    settle(another)
    delete_chosen(another)
    expect(another.get_by_text("You have no digits of your own yet")).to_be_visible()
    look(page)
    assert captions(page) == ["1, read as 7"]


def test_why_ones_own_digit_is_read_so_is_one_click_away_and_anothers_is_refused(page, another, digits):
    images, labels = digits.part("test")
    bring_in(page, "some.npz", to_npz(images[:30], labels[:30]))
    look(page)
    page.locator(".grid button").nth(25).click()
    settle(page)
    page.get_by_test_id("stMain").get_by_role("link", name="Why?").click()
    expect(page.get_by_role("heading", name="Understand", level=1)).to_be_visible()
    settle(page)
    expect(page.get_by_text(f"You call it {labels[4]}.")).to_be_visible()  # the newest come first
    expect(page.locator(".grid button.chosen")).to_have_count(1)
    expect(page.get_by_test_id("stNumberInput").get_by_label("Page, of 3")).to_have_value("2")
    page.locator(".grid button").first.click()
    expect(page.get_by_text(f"You call it {labels[15]}.")).to_be_visible()
    settle(page)
    number = re.search(r"explain=own-(\d+)", page.url)[1]

    visit(another, f"understand?explain=own-{number}")
    expect(another.get_by_text(f"You have no drawing {number}.")).to_be_visible()
    expect(another.locator(".digitlab-bars")).to_have_count(0)
    bring_in(another, "one.npz", to_npz(images[:1], labels[:1]))
    visit(another, f"understand?explain=own-{number}")
    expect(another.get_by_text(f"You have no drawing {number}.")).to_be_visible()
    another.locator(".grid button").click()
    expect(another.get_by_text(f"You call it {labels[0]}.")).to_be_visible()
    expect(another.get_by_text(f"You have no drawing {number}.")).to_have_count(0)


def test_why_can_be_asked_again_and_a_digit_that_was_deleted_is_not_asked_for_any_more(page, digits):
    images, labels = digits.part("test")
    bring_in(page, "some.npz", to_npz(images[:3], labels[:3]))
    before, newest = (page.get_by_text(f"You call it {label}.") for label in labels[1:3])
    visit(page, "understand?explain=test-0&model=tutorial")
    page.get_by_test_id("stMain").get_by_text("My digits", exact=True).click()
    expect(newest).to_be_visible()
    settle(page)
    page.get_by_role("link", name="My digits").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My digits")
    settle(page)
    page.locator(".grid button").first.click()
    settle(page)  # until it is chosen, the link is there and leads nowhere
    for _ in range(2):
        page.get_by_test_id("stMain").get_by_role("link", name="Why?").click()
        expect(newest).to_be_visible()
        settle(page)
        page.get_by_role("link", name="My digits").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("My digits")
        settle(page)
    delete_chosen(page)
    expect(page.locator(".grid button")).to_have_count(2)
    settle(page)
    page.get_by_role("link", name="Understand", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Understand")
    settle(page)
    page.get_by_test_id("stMain").get_by_text("My digits", exact=True).click()
    expect(before).to_be_visible()
    expect(page.locator(".grid button.chosen")).to_have_count(1)
    expect(page.get_by_text("You have no drawing")).to_have_count(0)


def test_digits_are_filtered_and_all_that_are_listed_are_deleted(page, digits):
    images, labels = digits.part("test")
    bring_in(page, "some.npz", to_npz(images[:70], labels[:70]))
    look(page)
    expect(page.locator(".grid button")).to_have_count(60)
    sevens = int(np.sum(labels[:70] == 7))
    page.get_by_text(f"7 · {sevens}", exact=True).click()
    settle(page)
    assert captions(page) == ["7"] * sevens
    button(page, "Choose all").click()
    expect(page.get_by_text(f"{sevens} digits chosen")).to_be_visible()
    button(page, "Delete").click()
    page.get_by_role("dialog").get_by_role("button", name=f"Delete {sevens} digits").click()
    expect(page.get_by_text("7 · 0", exact=True)).to_be_visible()
    expect(page.get_by_text(f"all · {70 - sevens}", exact=True)).to_be_visible()


def test_a_file_that_is_not_taken_is_told_in_a_sentence_and_nothing_is_kept(page):
    bring_in(page, "theirs.zip", b"This is a text.")
    expect(page.get_by_test_id("stAlertContentError")).to_contain_text("theirs.zip is no ZIP file")
    bad = io.BytesIO()
    with zipfile.ZipFile(bad, "w") as archive:
        archive.writestr("../3/a.png", b"x")
    bring_in(page, "theirs.zip", bad.getvalue())
    expect(page.get_by_test_id("stAlertContentError")).to_contain_text("leads out of")
    look(page)
    expect(page.get_by_text("You have no digits of your own yet")).to_be_visible()


def test_a_network_is_held_against_ones_own_digits(page, digits):
    images, labels = digits.part("test")
    wrong = labels[:40].copy()
    wrong[0] = (wrong[0] + 1) % 10
    bring_in(page, "some.npz", to_npz(images[:40], wrong))
    visit(page, "evaluate")
    page.get_by_test_id("stMain").get_by_text("my digits", exact=True).click()
    settle(page)
    expect(page.get_by_text("1 of 40", exact=True)).to_be_visible()
    page.locator(".grid button").first.click()
    expect(page.get_by_role("dialog").get_by_text("One of your own digits")).to_be_visible()
    page.keyboard.press("Escape")
    for view in ("Certainty", "Compare", "Labels"):
        page.get_by_role("tab", name=view).click()
        settle(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)
    page.get_by_role("tab", name="Robustness").click()
    expect(page.get_by_text("Robustness is measured on MNIST's digits")).to_be_visible()
