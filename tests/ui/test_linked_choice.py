import pytest
from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from digitlab.ui import linked_choice

    part = linked_choice.segmented_control(
        "Part", {"a": "First", "b": "Second", "c": "Third"}, param="part", key="chosen", default="a"
    )
    kind = linked_choice.pills("Kind", {"x": "Cross", "y": "Fork"}, param="kind", key="kind", default="x")
    size = linked_choice.select_slider("Size", {"s": "Small", "l": "Large"}, param="size", key="size", default="s")
    for name, tab in linked_choice.tabs({"top": "Overview", "end": "Summary"}, page="test").items():
        if tab.open:
            st.text(f"{part} {kind} {size} {name}")


@pytest.fixture
def app():
    return AppTest.from_function(page)


def shown(app):
    assert not app.exception
    return app.text[0].value


def test_address_opens_what_it_names(app):
    app.query_params.update({"part": "b", "kind": "y", "size": "l", "view": "end"})
    assert shown(app.run()) == "b y l end"


def test_nonsense_in_address_is_ignored(app):
    app.query_params.update({"part": "Second", "kind": "<b>", "size": "Large", "view": "Summary"})
    assert shown(app.run()) == "a x s top"


def test_choice_stands_in_address_by_name(app):
    app.run()
    assert app.query_params == {}
    app.button_group[0].set_value("b").run()
    assert app.query_params["part"] == "b"
    app.button_group[0].set_value("c").run()
    assert (shown(app), app.query_params["part"]) == ("c x s top", "c")
    app.button_group[0].set_value("a").run()
    assert (shown(app), app.query_params) == ("a x s top", {})


def test_slider_shows_labels_and_keeps_names_in_the_address(app):
    app.run()
    assert app.select_slider[0].options == ["Small", "Large"]
    app.select_slider[0].set_value("l").run()
    assert (shown(app), app.query_params["size"]) == ("a x l top", "l")
    app.select_slider[0].set_value("s").run()
    assert (shown(app), app.query_params) == ("a x s top", {})


def test_new_address_changes_choice(app):
    app.query_params["part"] = "b"
    app.run()
    app.query_params["part"] = "c"
    assert shown(app.run()) == "c x s top"


def tabs_page():
    import streamlit as st

    from digitlab.ui import linked_choice

    labels = st.session_state.get("labels", {"first": "First", "second": "Second"})
    tabs = linked_choice.tabs(labels, page="a")
    st.markdown(next(name for name, tab in tabs.items() if tab.open))


def test_open_tab_stays_open_when_the_language_changes():
    page = AppTest.from_function(tabs_page)
    page.query_params["view"] = "second"
    page.run()
    page.session_state["labels"] = {"first": "첫째", "second": "둘째"}
    page.run()
    assert [markdown.value for markdown in page.markdown] == ["second"]
