"""The page Draw without a browser: everything but the canvas."""

import io
from dataclasses import asdict

import pillow_heif
import pytest
from apptest import App, press, texts
from photos import photo
from PIL import Image
from streamlit.errors import StreamlitInvalidLayoutContextError

from digitlab.ui import reading_view
from digitlab.ui.kept_drawings import KeptDrawings, Opened
from digitlab.ui.visitor_cookie import COOKIE, new_token

SEVEN = [(80, 80), (230, 80), (140, 260)]


def upload(app, name, content, **address):
    page = app.open("draw", source="Upload", **address)
    page.file_uploader("upload").upload(name, content).run()
    assert not page.exception
    return page


def test_an_empty_canvas_is_an_invitation(app):
    page = app.open("draw")
    assert "Draw a digit from 0 to 9" in texts(page)
    assert "data-testid='digit'" not in texts(page)


def test_a_photo_is_read_like_a_drawing(app):
    page = upload(app, "seven.jpg", photo(SEVEN))
    assert "<strong data-testid='digit'>7</strong>" in texts(page)
    assert "confident" in texts(page)


def test_an_iphone_s_photo_is_read(app):
    file = io.BytesIO()
    pillow_heif.from_pillow(Image.open(io.BytesIO(photo(SEVEN)))).save(file)
    assert "<strong data-testid='digit'>7</strong>" in texts(upload(app, "IMG_0007.HEIC", file.getvalue()))


def test_a_number_on_a_photo_is_read_digit_by_digit(app):
    page = upload(app, "17.jpg", photo([(60, 120), (60, 240)], [(150, 120), (240, 120), (180, 240)]))
    assert "<strong data-testid='digit'>17</strong><span>2 digits" in texts(page)


def test_a_photo_without_writing_says_what_to_do(app):
    assert "Couldn't find any writing in this picture." in texts(upload(app, "empty.jpg", photo()))


def test_a_file_that_is_no_picture_is_rejected(app):
    page = upload(app, "notes.png", b"This is a text.")
    assert "notes" in page.error[0].value


@pytest.mark.parametrize("after", ["removed", "unreadable"])
def test_a_picture_that_is_gone_is_not_explained(app, after):
    page = upload(app, "seven.jpg", photo(SEVEN))
    assert "Nothing is drawn yet." not in texts(app.open("understand"))
    page = upload(app, "seven.jpg", photo(SEVEN))
    if after == "removed":
        page.file_uploader("upload").set_value(None).run()
        assert "Upload a picture of a digit or a number" in texts(page)
    else:
        page.file_uploader("upload").upload("notes.png", b"This is a text.").run()
        assert "notes" in page.error[0].value
    assert "Nothing is drawn yet." in texts(app.open("understand"))


@pytest.mark.parametrize("name", ["tutorial", "convolutional"])
def test_the_network_of_the_address_reads(app, name):
    page = upload(app, "seven.jpg", photo(SEVEN), model=name)
    assert page.selectbox("network_field").value == name
    assert "<strong data-testid='digit'>7</strong>" in texts(page)


@pytest.mark.parametrize("name", ["draw", "models", "evaluate"])
def test_an_unknown_network_is_reported(app, name):
    page = app.open(name, model="../../etc/passwd")
    assert page.warning[0].value.replace("\\", "") == "There is no network ../../etc/passwd. Showing another one."
    assert page.selectbox("network_field").value == "handwriting"


def test_a_damaged_link_is_refused_in_a_sentence(app):
    page = app.open("draw", drawing="<script>alert(1)</script>")
    assert "The drawing in this link cannot be read. Copy the whole link." in texts(page).replace("\\", "")
    assert "Draw a digit from 0 to 9" in texts(page)


def test_the_source_of_the_address_is_chosen(app):
    assert app.open("draw", source="Camera").segmented_control("source").value == "Camera"
    assert app.page.camera_input


def test_the_chosen_source_stands_in_the_address(app):
    page = app.open("draw")
    page.segmented_control("source").set_value("Upload").run()
    assert page.query_params["source"] == "Upload"
    assert page.file_uploader("upload")
    page.segmented_control("source").set_value("Draw").run()
    assert "source" not in page.query_params


def test_a_reload_keeps_the_picture_that_was_uploaded(app):
    upload(app, "seven.jpg", photo(SEVEN))
    page = App().open("draw", source="Upload")
    assert "<strong data-testid='digit'>7</strong>" in texts(page)
    assert "Still open: seven" in texts(page)
    assert page.session_state["shared"].picture is not None  # which Explain explains
    page = press(App().open("draw", source="Upload"), "Remove")
    assert "data-testid='digit'" not in texts(page)
    assert "data-testid='digit'" not in texts(App().open("draw", source="Upload"))


def test_a_picture_of_another_source_is_not_shown(app):
    upload(app, "seven.jpg", photo(SEVEN))
    assert "data-testid='digit'" not in texts(App().open("draw", source="Camera"))
    assert "<strong data-testid='digit'>7</strong>" in texts(App().open("draw", source="Upload"))


def test_a_picture_stays_while_another_page_is_open(app):
    upload(app, "seven.jpg", photo(SEVEN))
    app.open("models")
    assert "<strong data-testid='digit'>7</strong>" in texts(app.open("draw", source="Upload"))


def test_somebody_else_does_not_see_it(app, cookies):
    upload(app, "seven.jpg", photo(SEVEN))
    cookies[COOKIE] = new_token()
    assert "data-testid='digit'" not in texts(App().open("draw", source="Upload"))


def test_another_process_has_what_was_drawn_and_opened(tmp_path):
    owner, picture = ("browser", "person"), Opened(b"PNG", "seven.png", "Upload", is_read=False)
    KeptDrawings(tmp_path).keep(owner, "strokes", b"file")
    KeptDrawings(tmp_path).keep_opened(owner, picture)
    kept = KeptDrawings(tmp_path)
    assert kept.get(owner) == ("strokes", b"file")
    assert asdict(kept.opened(owner)) == asdict(picture)
    kept.keep(owner, "", b"")
    kept.keep_opened(owner, None)
    assert kept.get(owner) is None
    assert kept.opened(owner) is None
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_kept_drawing_is_none(tmp_path):
    owner, kept = ("browser", "person"), KeptDrawings(tmp_path)
    kept.keep(owner, "strokes", b"file")
    for content in (b"", b"[", b"\xff\n"):
        next(tmp_path.iterdir()).write_bytes(content)
        assert kept.get(owner) is None


def test_a_page_that_was_interrupted_runs_again(app, monkeypatch):
    """Streamlit refuses what a fragment writes to places that the page's interrupted run has not come to."""
    answer, refusals = reading_view.answer, [StreamlitInvalidLayoutContextError("not reserved")]

    def refuse_once(*arguments):
        if refusals:
            raise refusals.pop()
        return answer(*arguments)

    monkeypatch.setattr(reading_view, "answer", refuse_once)
    page = app.open("draw")
    assert not refusals
    assert not page.exception
    assert "Draw a digit" in texts(page)
