"""A person's own digits: drawn on request, reviewed, exported, imported; and nobody else's."""

import io
import re
import zipfile
from contextlib import suppress

import pytest
from conftest import go_to, settle, visit
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from test_draw import FOUR, ONE, SEVEN, answer, draw

from digitlab.preprocessing.bundles import to_npz


@pytest.fixture
def another(newcomer):
    """The page of another person, who has a browser of their own."""
    return newcomer().pages[0]


def button(page: Page, name: str):
    return page.get_by_test_id("stMain").get_by_role("button", name=name)


def delete_chosen(page: Page) -> None:
    """Delete the only selected digit, and confirm it."""
    button(page, "Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete 1 digit").click()


def why(page: Page) -> None:
    """Follow the link to Explain; on a busy machine a click is lost while Streamlit replaces the link."""
    for _ in range(3):
        page.get_by_test_id("stMain").get_by_role("link", name="Why?").click()
        with suppress(PlaywrightTimeout):
            page.wait_for_url("**/understand**", timeout=15_000)
            return
    pytest.fail("The link does not lead to Explain.")


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


def test_exported_digits_are_imported_by_another_person(page, another):
    visit(page, "draw")
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    correct(page, 1)
    expect(saved(page, "Saved to My digits as 1")).to_be_visible()
    look(another)
    expect(another.get_by_text("You have no digits of your own yet")).to_be_visible()
    look(page, "Export / import")
    with page.expect_download() as download:
        button(page, "Pictures").click()
    content = download.value.path().read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert [name for name in archive.namelist() if name.startswith("1/") and name.endswith(".png")]
    import_file(another, "theirs.zip", content)
    expect(another.get_by_text("1 digit was imported.")).to_be_visible()
    import_file(another, "theirs.zip", content)
    expect(another.get_by_text("The file contains no new digits.")).to_be_visible()
    look(another)
    assert captions(another) == ["1"]
    another.locator(".grid button").click()
    settle(another)
    delete_chosen(another)
    expect(another.get_by_text("You have no digits of your own yet")).to_be_visible()
    look(page)
    assert captions(page) == ["1, read as 7"]


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


def test_deleted_digit_is_not_explained_any_more(page, digits):
    images, labels = digits.part("test")
    import_file(page, "some.npz", to_npz(images[:3], labels[:3]))
    before, newest = (page.get_by_text(f"Your label: {label}.") for label in labels[1:3])
    visit(page, "understand?explain=test-0&model=tutorial", "Explain")
    page.get_by_test_id("stMain").get_by_text("My digits", exact=True).click()
    expect(newest).to_be_visible()
    settle(page)
    go_to(page, "My digits")
    expect(page.get_by_role("heading", level=1)).to_have_text("My digits")
    settle(page)
    page.locator(".grid button").first.click()
    settle(page)  # until it is chosen, the link is there and leads nowhere
    for _ in range(2):
        why(page)
        expect(newest).to_be_visible()
        settle(page)
        go_to(page, "My digits")
        expect(page.get_by_role("heading", level=1)).to_have_text("My digits")
        settle(page)
    delete_chosen(page)
    expect(page.locator(".grid button")).to_have_count(2)
    settle(page)
    go_to(page, "Explain")
    expect(page.get_by_role("heading", level=1)).to_have_text("Explain")
    settle(page)
    page.get_by_test_id("stMain").get_by_text("My digits", exact=True).click()
    expect(before).to_be_visible()
    expect(page.locator(".grid button.chosen")).to_have_count(1)
    expect(page.get_by_text("You have no drawing")).to_have_count(0)
