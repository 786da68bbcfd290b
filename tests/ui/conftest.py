"""The app's pages in this process, without a browser and without workers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from digitlab.lab import Lab
from digitlab.server.lifecycle import NAVIGATION
from digitlab.settings import Settings
from digitlab.ui import resources
from digitlab.ui.visitor_cookie import COOKIE, new_token

PATIENCE = 60  # seconds for one run of a page: two cores may be busy with other tests


@pytest.fixture
def lab(settings: Settings, ready_made: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A lab of the test's own, with the ready-made networks; it is not opened, so that no worker starts."""
    with Lab(settings) as lab:
        monkeypatch.setattr(resources, "lab", lambda: lab)
        monkeypatch.setattr(resources, "preload", lambda: None)  # would wait for the workers
        yield lab


@pytest.fixture
def cookies(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The cookies of the visitor's browser, which `AppTest` cannot set; another token makes another person."""
    cookies = {COOKIE: new_token()}
    monkeypatch.setattr(type(st.context), "cookies", property(lambda _: cookies))
    return cookies


class App:
    """The app, as a visitor sees it."""

    def __init__(self) -> None:
        self.page = AppTest.from_file(NAVIGATION, default_timeout=PATIENCE)
        self.page.context["theme"] = "light"
        self.page.run()  # Streamlit knows the other pages from now on

    def open(self, name: str, **address: str) -> AppTest:
        """Open a page by the name of its file and the parameters of its address; it must not fail."""
        self.page.switch_page(f"{name}.py")
        self.page.query_params = dict(address)
        self.page.run()
        assert not self.page.exception
        return self.page


@pytest.fixture
def app(lab: Lab, cookies: dict[str, str]) -> App:
    return App()
