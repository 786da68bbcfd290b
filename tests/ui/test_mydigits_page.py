import io
import zipfile

import numpy as np
import pytest
from apptest import App, component, links, press, texts
from own_digits import save_digits, visitor

from digitlab.preprocessing.bundles import to_npz
from digitlab.runs.records.drawing import Drawing
from digitlab.ui.visitor_cookie import COOKIE, new_token

FILES, REQUEST = "Export / import", "Draw more"


def look(app, view="Review"):
    app.page.session_state["drawings-view"] = view
    return app.open("mydigits")


def captions(page):
    return [picture["caption"] for picture in component(page, "drawings")["pictures"]]


def import_file(app, name, content):
    page = look(app, FILES)
    page.file_uploader[0].set_value((name, content, "application/octet-stream")).run()
    return press(page, "Import")


def toasts(page):
    return [toast.value for toast in page.toast]


def test_without_digits_the_page_says_how_to_get_some(app):
    page = look(app)
    assert "You have no digits of your own yet." in texts(page)
    assert links(page)[-1] == "Draw your own digit"
    pictures = component(page, "example-drawings")["pictures"]
    assert [picture["caption"] for picture in pictures] == [f"Example: {number}" for number in range(10)]
    assert not component(page, "example-drawings")["isClickable"]


def test_file_of_digits_is_imported_once(app, lab, cookies, digits):
    content = to_npz(digits.x_test[:3], digits.y_test[:3])
    assert toasts(import_file(app, "some.npz", content)) == ["3 digits were imported\\."]
    assert sum(lab.drawings.counts(visitor(cookies))) == 3
    assert toasts(import_file(app, "some.npz", content)) == ["The file contains no new digits\\."]
    content = to_npz(digits.x_test[:4], digits.y_test[:4])
    assert toasts(import_file(app, "more.npz", content)) == ["1 digit was imported\\. Already saved\\: 3\\."]
    assert sum(lab.drawings.counts(visitor(cookies))) == 4


def test_exported_digits_are_imported_by_another_person(app, lab, cookies, digits):
    drawing = Drawing(label=1, image=digits.x_test[0], source="correction", network="tutorial", read=7)
    me = visitor(cookies)
    lab.drawings.save([drawing], me)
    content = lab.drawings.as_zip(me)
    cookies[COOKIE] = new_token()
    other = App()
    assert toasts(import_file(other, "theirs.zip", content)) == ["1 digit was imported\\."]
    assert toasts(import_file(other, "theirs.zip", content)) == ["The file contains no new digits\\."]
    assert captions(look(other)) == ["1"]
    (theirs,) = lab.drawings.for_person(visitor(cookies))
    other.page.session_state["drawings_selected"] = {theirs.number}
    press(press(look(other), "Delete"), "Delete 1 digit")
    assert "You have no digits of your own yet." in texts(look(other))
    assert len(lab.drawings.for_person(me)) == 1


def outside():
    """A ZIP file whose only entry leads out of its folder."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("../3/a.png", b"x")
    return content.getvalue()


@pytest.mark.parametrize("content", [b"This is a text.", outside()])
def test_rejected_file_is_named_and_nothing_is_saved(app, lab, cookies, content):
    page = import_file(app, "theirs.zip", content)
    (error,) = [error.value.replace("\\", "") for error in page.error]
    assert "theirs.zip" in error
    assert sum(lab.drawings.counts(visitor(cookies))) == 0


def test_digits_are_filtered_and_deleted_together(app, lab, cookies, digits):
    save_digits(lab, cookies, digits, 70)
    sevens = int(np.sum(digits.y_test[:70] == 7))
    page = look(app)
    assert len(captions(page)) == 60
    page.button_group(key="drawings-digit").set_value("7").run()
    assert captions(page) == ["7"] * sevens
    press(page, "Select all")
    assert f"{sevens} digits selected" in texts(page)
    press(page, "Delete")
    assert "This cannot be undone." in texts(page)
    press(page, f"Delete {sevens} digits")
    assert toasts(page) == [f"{sevens} digits were deleted\\."]
    assert "You have no drawings of this digit." in texts(page)
    assert sum(lab.drawings.counts(visitor(cookies))) == 70 - sevens


def test_nobody_sees_the_digits_of_another(app, lab, cookies, digits):
    save_digits(lab, cookies, digits, 3)
    assert len(captions(look(app))) == 3
    cookies[COOKIE] = new_token()
    assert "You have no digits of your own yet." in texts(look(App()))


def test_corrected_digit_says_what_was_read(app, lab, cookies, digits):
    drawing = Drawing(label=1, image=digits.x_test[0], source="correction", network="tutorial", read=7)
    (saved,) = lab.drawings.save([drawing], visitor(cookies))
    app.page.session_state["drawings_selected"] = {saved.number}
    page = look(app)
    assert captions(page) == ["1, read as 7"]
    assert "**1**, corrected" in texts(page)
    assert "The network tutorial read it as 7." in texts(page)
    assert "1 digit selected" in texts(page)


def test_rarest_digit_is_asked_for(app, lab, cookies, digits):
    page = look(app, REQUEST)
    assert "Please draw: 0" in texts(page)
    save_digits(lab, cookies, digits, 2)  # a seven and a two
    page.button_group(key="asked").set_value("7").run()
    assert "Please draw: 7" in texts(page)
    assert "Digits saved: 0: 0, 1: 0, 2: 1, 3: 0, 4: 0, 5: 0, 6: 0, 7: 1, 8: 0, 9: 0" in texts(page)


def test_nothing_drawn_is_not_saved(app, lab, cookies):
    page = press(look(app, REQUEST), "Save, next")
    assert "Nothing is drawn yet. Draw the digit 0 on the canvas." in texts(page)
    assert sum(lab.drawings.counts(visitor(cookies))) == 0
