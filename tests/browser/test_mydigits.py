"""A person's own digits: drawn on request, reviewed, exported, imported."""

import re

from conftest import go_to, settle, visit
from playwright.sync_api import Page, expect
from test_draw import FOUR, ONE, SEVEN, answer, draw

from digitlab.preprocessing.bundles import to_npz


def button(page: Page, name: str):
    return page.get_by_test_id("stMain").get_by_role("button", name=name)


def delete_chosen(page: Page) -> None:
    """Delete the only selected digit, and confirm it."""
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


def look(page: Page, view: str = "Review") -> None:
    """Look at a view of My digits; whoever is in the app already goes there by the navigation."""
    if not page.url.startswith("http"):
        visit(page, "mydigits", "My digits")
    elif "/mydigits" not in page.url:
        go_to(page, "My digits")
        expect(page.get_by_role("heading", level=1)).to_have_text("My digits")
        settle(page)
    page.get_by_role("tab", name=view).click()
    settle(page)


def captions(page: Page) -> list[str]:
    spans = page.locator(".grid button span")
    expect(spans.first).to_be_visible()
    return spans.all_inner_texts()


def import_file(page: Page, name: str, content: bytes) -> None:
    look(page, "Export / import")
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
    )
    button(page, "Import").click()
    settle(page)


def test_digit_with_the_fewest_drawings_is_asked_for(page):
    """And the drawing on the first page stays meanwhile."""
    visit(page, "draw")
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    look(page, "Draw more")
    asked = page.locator(".digitlab-request")
    button(page, "Save, next").click()
    expect(page.get_by_text("Nothing is drawn yet. Draw the digit 0")).to_be_visible()
    for digit, strokes in enumerate([SEVEN, ONE]):
        expect(asked).to_have_text(f"Please draw: {digit}")
        settle(page)
        draw(page, strokes)
        button(page, "Save, next").click()
        expect(page.get_by_text(f"Saved as {digit}.")).to_be_visible()
    expect(asked).to_have_text("Please draw: 2")
    settle(page)
    button(page, "Undo saving").click()
    expect(asked).to_have_text("Please draw: 1")
    settle(page)
    draw(page, ONE)
    page.keyboard.press("Enter")
    expect(asked).to_have_text("Please draw: 2")
    page.get_by_test_id("stButtonGroup").get_by_text("4", exact=True).click()
    expect(asked).to_have_text("Please draw: 4")
    settle(page)
    draw(page, FOUR)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved as 4.")).to_be_visible()
    expect(page.get_by_role("img", name="0: 1, 1: 1, 2: 0, 3: 0, 4: 1")).to_be_visible()
    page.get_by_role("tab", name="Review").click()
    settle(page)
    assert captions(page) == ["4", "1", "0"]
    go_to(page, "Start")
    expect(answer(page)).to_have_text("7")


def test_own_digit_is_explained_after_one_click(page, digits):
    images, labels = digits.part("test")
    import_file(page, "some.npz", to_npz(images[:30], labels[:30]))
    look(page)
    page.locator(".grid button").nth(25).click()
    settle(page)
    page.get_by_test_id("stMain").get_by_role("link", name="Why?").click()
    expect(page.get_by_role("heading", name="Explain", level=1)).to_be_visible()
    settle(page)
    expect(page.get_by_text(f"Your label: {labels[4]}.")).to_be_visible()  # the newest come first
    expect(page.locator(".grid button.chosen")).to_have_count(1)
    expect(page.get_by_test_id("stNumberInput").get_by_label("Page (1 to 3)")).to_have_value("2")
    page.locator(".grid button").first.click()
    expect(page.get_by_text(f"Your label: {labels[15]}.")).to_be_visible()
    settle(page)
    expect(page).to_have_url(re.compile(r"explain=own-\d+"))
