"""Every page, without a browser: what stands on it in a lab where nothing has happened yet."""

import pytest
from apptest import App, texts
from streamlit.testing.v1 import AppTest

from digitlab.translation import in_language, translated

PAGES = {
    "browse": "Browse MNIST",
    "train": "Train",
    "search": "Try many",
    "watch": "Watch it learn",
    "draw": "Draw a digit",
    "mydigits": "My digits",
    "improve": "Improve",
    "understand": "Explain",
    "evaluate": "Evaluate",
    "compare": "Compare",
    "models": "Models",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_an_error_in_a_new_lab(app, name):
    page = app.open(name)
    assert page.title[0].value == PAGES[name]
    assert not page.error


@pytest.mark.parametrize("name", PAGES)
def test_page_opens_in_korean(app, name):
    page: AppTest = app.open(name, lang="ko")
    with in_language("ko"):
        title = translated(PAGES[name])
    assert page.title[0].value == title != PAGES[name]
    assert not page.error


def test_settings_that_do_not_go_together_are_named(server_lab, cookies, monkeypatch):
    monkeypatch.setenv("DIGITLAB_SCHEDULER", "tcp://127.0.0.1:9")
    page = App().page.run()
    assert not page.exception
    assert "DIGITLAB_SCHEDULER names a cluster, but the database is SQLite" in texts(page).replace("\\", "")
