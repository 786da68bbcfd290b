"""The app's pages in this process, as Streamlit's `AppTest` runs them: no browser, no server."""

import html
import json
import re
from functools import partial
from typing import Any, ClassVar
from unittest.mock import patch

from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import RerunData
from streamlit.testing.v1 import AppTest, app_test, local_script_runner

from digitlab.server.lifecycle import NAVIGATION

EXPLANATION = re.compile(r"</?dfn[^>]*>|<span class='digitlab-tip'[^>]*>[^<]*</span>")  # of a technical term
PATIENCE = 60  # seconds for one run of a page: two cores may be busy with other tests


class App:
    """The app, as a visitor sees it who has not opened a page yet."""

    _pages: ClassVar[dict[str, Any]] = {}  # as the first run of the app tells them to Streamlit

    def __init__(self) -> None:
        self.page = AppTest.from_file(NAVIGATION, default_timeout=PATIENCE)
        self.page.context["theme"] = "light"
        if not self._pages:
            self._pages.update(AppTest.from_file(NAVIGATION, default_timeout=PATIENCE).run()._registered_pages)
        self.page._registered_pages = dict(self._pages)

    def open(self, name: str, **address: str) -> AppTest:
        """Open a page by the name of its file and the parameters of its address; it must not fail."""
        self.page.switch_page(f"{name}.py")
        self.page.query_params = dict(address)
        self.page.run()
        assert not self.page.exception
        return self.page


def press(page: AppTest, label: str) -> AppTest:
    """Press the last enabled button with this label: in a dialog, if one is open."""
    button = [button for button in page.button if button.label == label and not button.disabled][-1]
    return rerun(page, button.click())


def rerun(page: AppTest, widget: Any) -> AppTest:
    """Run the page after a widget has changed; of a widget in a fragment or dialog, only that one, as a browser does.

    `AppTest` itself always runs the whole page: then a dialog is closed, and `st.rerun(scope="fragment")` is an error.
    """
    metadata = page._session_state._state._new_widget_state.widget_metadata
    fragment = metadata[widget.proto.id].fragment_id
    data = partial(RerunData, fragment_id_queue=[fragment] if fragment else [])
    pages = page._registered_pages

    def manager_with_pages(*args: Any, **options: Any) -> PagesManager:
        manager = PagesManager(*args, **options)
        manager._set_pages(pages)  # a fragment runs without the script that lists them
        return manager

    with (
        patch.object(local_script_runner, "RerunData", data),
        patch.object(app_test, "PagesManager", manager_with_pages),
    ):
        page.run()
    assert not page.exception
    return page


def component(page: AppTest, key: str) -> dict[str, Any]:
    """Return what one of the app's own components shows, as its JavaScript receives it."""
    protos = [element.proto for element in page.get("bidi_component")]
    return json.loads(next(proto.json for proto in protos if proto.id.endswith(f"-{key}")))


def texts(page: AppTest) -> str:
    """Return all sentences of a page, one a line."""
    elements = [*page.markdown, *page.caption, *page.info, *page.success, *page.warning, *page.error]
    shown = [*(str(element.value) for element in elements), *(html.unescape(element.value) for element in page.html)]
    return EXPLANATION.sub("", "\n".join(shown))


def links(page: AppTest) -> list[str]:
    """Return the labels of a page's links to other pages, in order."""
    return [link.label for link in page.page_link]
