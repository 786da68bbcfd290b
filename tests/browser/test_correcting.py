"""A misread digit is corrected on Draw, and found in My digits."""

import zipfile

from conftest import go_to, settle, visit
from photos import photo
from playwright.sync_api import Page, expect
from test_draw import SEVEN, TWO_DIGITS, answer, clear, draw, upload
from test_mydigits import button, captions, correct, delete_chosen, look, saved


def test_a_correction_is_found_relabelled_and_deleted(page):
    visit(page, "draw")
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    correct(page, 1)
    saved(page, "Saved to My digits as 1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My digits")
    settle(page)
    assert captions(page) == ["1, read as 7"]
    page.locator(".grid button").click()
    settle(page)
    expect(page.get_by_text("1, corrected")).to_be_visible()
    expect(page.get_by_role("img", name="As it was drawn")).to_be_visible()
    button(page, "Relabel").click()
    page.get_by_role("menuitem", name="7").click()
    expect(page.get_by_text("1 digit was relabelled as 7.")).to_be_visible()
    settle(page)
    assert captions(page) == ["7"]
    page.locator(".grid button").click()
    settle(page)
    button(page, "Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    settle(page)
    assert captions(page) == ["7"]
    delete_chosen(page)
    expect(page.get_by_text("You have no digits of your own yet")).to_be_visible()


def test_a_second_correction_replaces_the_first(page):
    visit(page, "draw")
    draw(page, SEVEN)
    expect(answer(page)).to_have_text("7")
    correct(page, 1)
    correct(page, 2)
    expect(saved(page, "Saved to My digits as 2")).to_be_visible()
    draw(page, [[(110, 170), (220, 170)]])  # another drawing can be saved, too
    expect(saved(page, "Saved to My digits as 2")).to_have_count(0)
    look(page)
    assert captions(page) == ["2, read as 7"]
    draw_again(page)
    assert_each_digit_of_a_number_is_corrected_by_itself(page)
    draw_again(page)
    assert_a_photo_is_corrected_as_a_drawing_is(page)
    assert_digits_are_exported(page)


def draw_again(page: Page) -> None:
    """Go back to an empty canvas."""
    go_to(page, "Start")
    expect(page.get_by_role("heading", level=1)).to_have_text("Draw a digit")
    settle(page)
    clear(page)


def assert_each_digit_of_a_number_is_corrected_by_itself(page: Page) -> None:
    draw(page, TWO_DIGITS)
    expect(answer(page)).to_have_text("17")
    correct(page, 2, 3)
    expect(saved(page, "2 of 2 saved to My digits")).to_be_visible()
    look(page)
    assert captions(page) == ["3, read as 7", "2, read as 1", "2, read as 7"]


def assert_a_photo_is_corrected_as_a_drawing_is(page: Page) -> None:
    upload(page, "seven.jpg", photo(*SEVEN), "image/jpeg")
    expect(answer(page)).to_have_text("7")
    correct(page, 9)
    expect(saved(page, "Saved to My digits as 9")).to_be_visible()
    look(page)
    assert captions(page) == ["9, read as 7", "3, read as 7", "2, read as 1", "2, read as 7"]


def assert_digits_are_exported(page: Page) -> None:
    look(page, "Export / import")
    with page.expect_download() as download:
        button(page, "Pictures").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        folders = [name.split("/")[0] for name in archive.namelist() if name.endswith(".png")]
    assert sorted(folders) == ["2", "2", "3", "9"]
