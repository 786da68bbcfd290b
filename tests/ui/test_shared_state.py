"""What pages share goes through one module; every other key of the session belongs to one file."""

import ast
from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from streamlit.testing.v1 import AppTest

from digitlab.settings import ROOT
from digitlab.ui.shared_state import SharedState

FILES = sorted(path for folder in ("ui", "pages") for path in (ROOT / "digitlab" / folder).rglob("*.py"))
METHODS = {"get", "pop", "setdefault", "update"}


def is_session_state(node: ast.AST) -> bool:
    return (isinstance(node, ast.Name) and node.id == "state") or ast.unparse(node) == "st.session_state"


def constants(nodes: list[ast.expr]) -> Iterator[str]:
    return (node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))


def keys(tree: ast.AST) -> Iterator[str]:
    """The literal keys of the session that a file names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_session_state(node.value) and node.attr not in METHODS:
            yield node.attr
        elif isinstance(node, ast.Subscript) and is_session_state(node.value):
            yield from constants([node.slice])
        elif isinstance(node, ast.Call):
            yield from constants([keyword.value for keyword in node.keywords if keyword.arg == "key"])
            if isinstance(node.func, ast.Attribute) and is_session_state(node.func.value):
                yield from constants(node.args[:1])
                yield from (keyword.arg for keyword in node.keywords if keyword.arg)


def address_keys(tree: ast.AST) -> Iterator[str]:
    """The keys of fields that are bound to the address: Streamlit drops their values with the page."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and any(keyword.arg == "bind" for keyword in node.keywords):
            yield from constants([keyword.value for keyword in node.keywords if keyword.arg == "key"])


def test_no_session_key_is_used_in_two_files():
    files, bound = defaultdict(set), defaultdict(set)
    for path in FILES:
        tree = ast.parse(path.read_text())
        for key in keys(tree):
            files[key].add(path.name)
        for key in address_keys(tree):
            bound[key].add(path.name)
    assert "pen" in files
    assert not {key: names for key, names in files.items() if len(names) > 1 and names != bound[key]}


def test_draw_reads_its_canvas_or_what_was_opened():
    state, drawn, opened = SharedState(), np.zeros((320, 358, 4), np.uint8), np.ones((9, 9, 4), np.uint8)
    assert state.picture is None
    state.canvas().picture, state.opened = drawn, opened
    assert state.picture is drawn
    state.source = "Upload"
    assert state.picture is opened


def test_each_canvas_holds_its_own_drawing():
    state = SharedState()
    state.canvas("request").strokes = [{"type": "path"}]
    assert state.canvas().strokes == []
    assert state.canvas("request").strokes == [{"type": "path"}]


def forgetting_page():
    import streamlit as st

    from digitlab.ui import correction_form, shared_state
    from digitlab.ui.shared_state import SavedDigit

    shared = shared_state.get()
    shared.corrections = {"is-0-1": SavedDigit(1, 7), "is-0-2": SavedDigit(2, 4)}
    correction_form.forget([1])
    st.text(" ".join(shared.corrections))


def test_corrections_of_deleted_digits_are_forgotten():
    assert AppTest.from_function(forgetting_page).run().text[0].value == "is-0-2"
